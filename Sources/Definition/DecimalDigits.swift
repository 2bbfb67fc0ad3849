/// An unsigned decimal number as it is spelled: digits and a point, never a double.
struct DecimalDigits {
  /// A product with a unit.
  enum Product: Equatable {
    /// It is this whole number.
    case exact(Int64)
    /// It has a fraction.
    case fraction
    /// It does not fit.
    case overflow
  }

  /// The digits without leading zeros and without trailing zeros of the fraction, point removed.
  private var digits: [UInt8]
  /// How many of them stand after the point; negative after a large exponent.
  private var scale: Int

  /// Reads digits, optionally a point and more digits, at `index`, and moves it past them; nil and
  /// no move when there are none.
  init?(_ bytes: [UInt8], _ index: inout Int, allowsExponent: Bool = false) {
    var position = index
    digits = []
    scale = 0
    let wholeStart = position
    while position < bytes.count, Self.isDigit(bytes[position]) { position += 1 }
    let whole = bytes[wholeStart..<position]
    var fraction = bytes[position..<position]
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      let start = position + 1
      var end = start
      while end < bytes.count, Self.isDigit(bytes[end]) { end += 1 }
      guard end > start else { return nil }
      fraction = bytes[start..<end]
      position = end
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    var exponent = 0
    if allowsExponent, position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      guard let parsed = Self.exponent(bytes, &position) else { return nil }
      exponent = parsed
    }
    digits = (Array(whole) + Array(fraction)).map { $0 - UInt8(ascii: "0") }
    scale = fraction.count - exponent
    while let last = digits.last, last == 0 {
      digits.removeLast()
      scale -= 1
    }
    digits = Array(digits.drop { $0 == 0 })
    if digits.isEmpty { scale = 0 }
    index = position
  }

  private static func exponent(_ bytes: [UInt8], _ position: inout Int) -> Int? {
    position += 1
    var isNegative = false
    if position < bytes.count, bytes[position] == UInt8(ascii: "-") {
      isNegative = true
      position += 1
    } else if position < bytes.count, bytes[position] == UInt8(ascii: "+") {
      position += 1
    }
    let start = position
    var value = 0
    while position < bytes.count, isDigit(bytes[position]) {
      value = min(value * 10 + Int(bytes[position] - UInt8(ascii: "0")), 1_000_000_000)
      position += 1
    }
    guard position > start else { return nil }
    return isNegative ? -value : value
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// The number times `unit`, which is positive, exactly.
  ///
  /// O(digits), at most some dozens of steps
  /// beyond that.
  func times(_ unit: Int64) -> Product {
    var value: Int128 = 0
    for digit in digits {
      let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
      let (next, carry) = tenfold.addingReportingOverflow(Int128(digit))
      if overflow || carry { return digits.count - scale > 18 ? .overflow : .fraction }
      value = next
    }
    return Self.scaled(value, scale, Int128(unit))
  }

  /// `value × unit ÷ 10^scale`.
  private static func scaled(_ value: Int128, _ scale: Int, _ unit: Int128) -> Product {
    var value = value
    var unit = unit
    var scale = scale
    if value == 0 { return .exact(0) }
    // Powers of two and five are cancelled one by one so that nothing overflows early.
    while scale > 0 {
      guard let (newValue, newUnit) = dividedByTen(value, unit) else { return .fraction }
      (value, unit) = (newValue, newUnit)
      scale -= 1
    }
    while scale < 0 {
      let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
      if overflow { return .overflow }
      value = tenfold
      scale += 1
    }
    let (product, overflow) = value.multipliedReportingOverflow(by: unit)
    guard !overflow, let exact = Int64(exactly: product) else { return .overflow }
    return .exact(exact)
  }

  private static func dividedByTen(_ value: Int128, _ unit: Int128) -> (Int128, Int128)? {
    var value = value
    var unit = unit
    for factor in [Int128(2), 5] {
      if unit.isMultiple(of: factor) {
        unit /= factor
      } else if value.isMultiple(of: factor) {
        value /= factor
      } else {
        return nil
      }
    }
    return (value, unit)
  }
}
