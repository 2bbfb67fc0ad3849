/// Doubles as CEL prints them: the shortest digits that read back, as C's `%g` lays them out.
enum DoubleText {
  /// `%g` of Go with the shortest precision: an exponent from a million on.
  static func text(_ double: Double) -> String {
    if double.isNaN { return "NaN" }
    if double.isInfinite { return double < 0 ? "-Infinity" : "Infinity" }
    if double == 0 { return double.sign == .minus ? "-0" : "0" }
    let (digits, point) = shortest(double.magnitude)
    let sign = double < 0 ? "-" : ""
    let exponent = point - 1
    if exponent < -4 || exponent >= 6 {
      return sign + scientific(digits, exponent)
    }
    return sign + positional(digits, point)
  }

  /// The shortest decimal digits and the position of the point within them.
  static func shortest(_ double: Double) -> (digits: [UInt8], point: Int) {
    var digits: [UInt8] = []
    var point = 0
    var exponent = 0
    var sawPoint = false
    let bytes = Array(double.description.utf8)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x2E {
        sawPoint = true
      } else if byte == 0x65 {
        exponent = Int(String(decoding: bytes[(index + 1)...], as: UTF8.self)) ?? 0
        break
      } else {
        digits.append(byte)
        if !sawPoint { point += 1 }
      }
      index += 1
    }
    point += exponent
    let leading = digits.prefix { $0 == 0x30 }.count
    digits.removeFirst(leading)
    point -= leading
    while digits.last == 0x30 { digits.removeLast() }
    return (digits, point)
  }

  private static func scientific(_ digits: [UInt8], _ exponent: Int) -> String {
    var bytes = [digits[0]]
    if digits.count > 1 {
      bytes.append(0x2E)
      bytes += digits[1...]
    }
    let size = exponent.magnitude
    return String(decoding: bytes, as: UTF8.self) + (exponent < 0 ? "e-" : "e+")
      + (size < 10 ? "0" : "") + String(size)
  }

  static func positional(_ digits: [UInt8], _ point: Int) -> String {
    if point <= 0 {
      return "0." + String(repeating: "0", count: -point) + String(decoding: digits, as: UTF8.self)
    }
    if point >= digits.count {
      return String(decoding: digits, as: UTF8.self)
        + String(repeating: "0", count: point - digits.count)
    }
    return String(decoding: digits[..<point], as: UTF8.self) + "."
      + String(decoding: digits[point...], as: UTF8.self)
  }
}
