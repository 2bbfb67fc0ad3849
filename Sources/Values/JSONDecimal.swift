/// Numbers as decimal text.
package enum DecimalText {
  /// Appends an unsigned integer.
  static func append(_ magnitude: UInt64, to bytes: inout [UInt8]) {
    if magnitude < 10 {
      bytes.append(0x30 + UInt8(magnitude))
      return
    }
    let start = bytes.count
    var rest = magnitude
    while rest > 0 {
      bytes.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    }
    bytes[start...].reverse()
  }

  /// Appends a finite double as ECMAScript's `Number::toString` does (ECMA-262, section 6.1.6.1.20;
  /// RFC 8785, section 3.2.2.3): the shortest digits that read back the same.
  static func append(_ double: Double, to bytes: inout [UInt8]) {
    if double == 0 {
      bytes.append(0x30)
      return
    }
    let description = double.description
    if !description.utf8.contains(UInt8(ascii: "e")) {
      // Without an exponent Swift prints the same but for a fraction of zero.
      bytes.append(contentsOf: description.utf8)
      if bytes.last == 0x30, bytes[bytes.count - 2] == 0x2E { bytes.removeLast(2) }
      return
    }
    if double < 0 { bytes.append(UInt8(ascii: "-")) }
    let (digits, point) = shortestDigits(double.magnitude)
    if point > 0 && point <= 21 {
      bytes.append(contentsOf: digits.prefix(point))
      for _ in 0..<max(0, point - digits.count) { bytes.append(0x30) }
      if digits.count > point {
        bytes.append(0x2E)
        bytes.append(contentsOf: digits[point...])
      }
    } else if point > -6 && point <= 0 {
      bytes.append(0x30)
      bytes.append(0x2E)
      for _ in 0..<(-point) { bytes.append(0x30) }
      bytes.append(contentsOf: digits)
    } else {
      bytes.append(digits[0])
      if digits.count > 1 {
        bytes.append(0x2E)
        bytes.append(contentsOf: digits[1...])
      }
      bytes.append(UInt8(ascii: "e"))
      bytes.append(point > 0 ? UInt8(ascii: "+") : UInt8(ascii: "-"))
      append(UInt64((point - 1).magnitude), to: &bytes)
    }
  }

  /// Whether a double is the whole number that is spelled, exactly or by its shortest digits:
  /// nothing is lost then.
  package static func isWhole(_ double: Double, spelled spelling: String) -> Bool {
    guard double.isFinite, double != 0 else { return false }
    let magnitude = spelling.drop { $0 == "-" || $0 == "+" }
    if let exact = UInt128(magnitude), UInt128(exactly: double.magnitude) == exact { return true }
    let (digits, point) = shortestDigits(double.magnitude)
    let written = spelling.utf8.drop { $0 < 0x31 }
    guard written.count == point, written.count >= digits.count else { return false }
    return written.prefix(digits.count).elementsEqual(digits)
      && written.dropFirst(digits.count).allSatisfy { $0 == 0x30 }
  }

  /// The shortest digits of a positive double and the place of the point before or after them:
  /// the value is `0.d1d2d3… × 10^point`.
  private static func shortestDigits(_ double: Double) -> (digits: [UInt8], point: Int) {
    var digits: [UInt8] = []
    digits.reserveCapacity(20)
    var point: Int?
    var exponent = 0
    var isNegative = false
    var inExponent = false
    for byte in double.description.utf8 {
      switch byte {
      case 0x2E: point = digits.count
      case UInt8(ascii: "e"): inExponent = true
      case UInt8(ascii: "-"): isNegative = true
      case UInt8(ascii: "+"): break
      default:
        if inExponent {
          exponent = exponent * 10 + Int(byte - 0x30)
        } else {
          digits.append(byte)
        }
      }
    }
    var place = (point ?? digits.count) + (isNegative ? -exponent : exponent)
    let leading = digits.prefix { $0 == 0x30 }.count
    digits.removeFirst(leading)
    place -= leading
    while digits.last == 0x30 { digits.removeLast() }
    return (digits, place)
  }
}
