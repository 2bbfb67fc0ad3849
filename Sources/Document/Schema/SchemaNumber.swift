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
    case (.int(let left), .double(let right)): isLess(left, right)
    case (.uint(let left), .double(let right)): isLess(left, right)
    case (.double(let left), .int(let right)): isMore(right, left)
    case (.double(let left), .uint(let right)): isMore(right, left)
    default: double(left) < double(right)
    }
  }

  /// Whether an integer is less than a double.
  private static func isLess(_ left: some FixedWidthInteger, _ right: Double) -> Bool {
    let whole = right.rounded(.up)
    guard let bound = type(of: left).init(exactly: whole) else { return right > 0 }
    return left < bound
  }

  /// Whether an integer is greater than a double.
  private static func isMore(_ left: some FixedWidthInteger, _ right: Double) -> Bool {
    let whole = right.rounded(.down)
    guard let bound = type(of: left).init(exactly: whole) else { return right < 0 }
    return left > bound
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

  /// Whether a number is a multiple of another, by the decimals that spell both the shortest way.
  static func isMultiple(_ value: Value, of divisor: Value) -> Bool {
    if case .int(let left) = value, case .int(let right) = divisor, right != 0, right != -1 {
      return left % right == 0
    }
    guard let value = ExactDecimal(value), let divisor = ExactDecimal(divisor) else { return false }
    return value.isMultiple(of: divisor)
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
