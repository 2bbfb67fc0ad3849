// For the linker: conversions of doubles call the C mathematics library in debug builds.
import Glibc
import Values

/// Numbers and equality as JSON Schema has them: by mathematical value, whatever the kind.
enum SchemaNumber {
  static func isNumber(_ value: Value) -> Bool {
    switch value {
    case .int, .uint, .double: true
    default: false
    }
  }

  /// The number as a double; NaN for anything else.
  static func double(_ value: Value) -> Double {
    switch value {
    case .int(let int): Double(int)
    case .uint(let uint): Double(uint)
    case .double(let double): double
    default: .nan
    }
  }

  /// Whether `left < right`, exactly also between integers and doubles.
  static func isLess(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.int(let left), .int(let right)): left < right
    case (.uint(let left), .uint(let right)): left < right
    case (.int(let left), .uint(let right)): left < 0 || UInt64(left) < right
    case (.uint(let left), .int(let right)): right > 0 && left < UInt64(right)
    case (.int(let left), .double(let right)):
      Int64(exactly: right).map { left < $0 } ?? (Double(left) < right)
    case (.double(let left), .int(let right)):
      Int64(exactly: left).map { $0 < right } ?? (left < Double(right))
    default: double(left) < double(right)
    }
  }

  /// JSON Schema's equality: `1` equals `1.0`, `true` does not equal `1`.
  static func same(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.list(let left), .list(let right)):
      left.count == right.count && zip(left, right).allSatisfy { same($0, $1) }
    case (.map(let left), .map(let right)):
      left.count == right.count
        && left.entries.allSatisfy { entry in
          right[entry.key].map { same(entry.value, $0) } ?? false
        }
    default:
      isNumber(left) && isNumber(right)
        ? !isLess(left, right) && !isLess(right, left) : left == right
    }
  }

  /// Whether a number is a multiple, up to the rounding of one division.
  static func isMultiple(_ value: Value, of divisor: Value) -> Bool {
    if case .int(let left) = value, case .int(let right) = divisor { return left % right == 0 }
    let quotient = double(value) / double(divisor)
    guard quotient.isFinite else { return isExactMultiple(double(value), of: double(divisor)) }
    guard quotient.magnitude < 0x1p53 else { return true }
    let nearest = Double(Int64(quotient < 0 ? quotient - 0.5 : quotient + 0.5))
    return (quotient - nearest).magnitude <= quotient.ulp * 2
  }

  /// The same by binary long division, for a quotient beyond a double's range.
  private static func isExactMultiple(_ value: Double, of divisor: Double) -> Bool {
    guard value.isNormal, divisor.isNormal else { return false }
    let hidden: UInt64 = 1 << 52
    let modulus = divisor.significandBitPattern | hidden
    var remainder = (value.significandBitPattern | hidden) % modulus
    for _ in 0..<max(0, Int(value.exponent) - Int(divisor.exponent)) {
      remainder = remainder * 2 % modulus
    }
    return remainder == 0
  }

  /// Whether a double has no fraction.
  static func isIntegral(_ double: Double) -> Bool {
    guard double.isFinite else { return false }
    return double.magnitude >= 0x1p53 || Double(Int64(double)) == double
  }

  /// Whether all elements differ.
  ///
  /// Pairwise up to 16 elements, by their canonical text above, so that it stays linear.
  static func areUnique(_ elements: [Value]) -> Bool {
    if elements.count <= 16 {
      for (index, element) in elements.enumerated() {
        for other in elements[(index + 1)...] where same(element, other) { return false }
      }
      return true
    }
    var seen: Set<[UInt8]> = []
    return elements.allSatisfy { seen.insert(CanonicalJSON.identity($0)).inserted }
  }
}
