import Values

/// `string.format`.
enum Formatting {
  static func format(_ template: Cell, _ list: Cell, _ context: Context) -> Cell {
    guard template.isString, list.tag == Tag.list else {
      context.charge(1)
      return context.fail(.noSuchOverload, Messages.noOverload("format", [template, list]))
    }
    let bytes = template.text.array
    context.charge(CostUnits.tenth(template.pricedSize))
    var result: [UInt8] = []
    var index = 0
    var next = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      guard byte == 0x25 else {
        result.append(byte)
        continue
      }
      guard index < bytes.count else {
        return context.fail(.invalidArgument, Messages.unknownClause(""))
      }
      if bytes[index] == 0x25 {
        result.append(0x25)
        index += 1
        continue
      }
      var precision: Int?
      if bytes[index] == 0x2E {
        var digits = 0
        index += 1
        let start = index
        while index < bytes.count, Lexer.isDigit(bytes[index]), digits < 10_000 {
          digits = digits * 10 + Int(bytes[index] - 0x30)
          index += 1
        }
        guard index > start, index < bytes.count, digits <= 1_000 else {
          return context.fail(.invalidArgument, Messages.unknownClause("."))
        }
        precision = digits
      }
      guard next < list.count else {
        return context.fail(.invalidArgument, Messages.missingArgument(next))
      }
      let clause = bytes[index]
      index += 1
      guard context.isWithinLimits(list.elements[next]) else { return context.tooLarge }
      let value = list.elements[next].value
      next += 1
      guard let piece = text(clause, value, precision) else {
        return context.fail(
          .invalidArgument,
          Messages.badClause(String(decoding: [clause], as: UTF8.self), value.kindName)
        )
      }
      context.chargeText(piece.utf8.count)
      if context.isExhausted { return context.exhausted(at: context.range) }
      result += Array(piece.utf8)
    }
    return context.text(result, isPaid: true)
  }

  private static func text(_ clause: UInt8, _ value: Value, _ precision: Int?) -> String? {
    switch clause {
    case 0x73: return string(value)
    case 0x64: return decimal(value)
    case 0x66: return number(value).map { fixed($0, precision ?? 6) }
    case 0x65: return number(value).map { scientific($0, precision ?? 6) }
    case 0x62: return binary(value)
    case 0x6F: return integer(value, radix: 8, upper: false)
    case 0x78, 0x58: return hexadecimal(value, upper: clause == 0x58)
    default: return nil
    }
  }

  static func string(_ value: Value) -> String? {
    switch value {
    case .null: return "null"
    case .bool(let bool): return bool ? "true" : "false"
    case .int(let int): return String(int)
    case .uint(let uint): return String(uint)
    case .double(let double): return plain(double)
    case .string(let text): return text
    case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .type(let name): return name
    case .timestamp(let timestamp): return Civil.text(timestamp)
    case .duration(let nanoseconds): return Civil.text(durationNanoseconds: nanoseconds)
    case .opaque(_, let text): return text
    case .enumeration(_, let number): return String(number)
    case .list(let elements):
      let parts = elements.compactMap { string($0) }
      return parts.count == elements.count ? "[" + parts.joined(separator: ", ") + "]" : nil
    case .map(let map):
      var parts: [(String, String)] = []
      for entry in map.entries {
        guard let value = string(entry.value), let key = string(entry.key.value) else {
          return nil
        }
        parts.append((key, value))
      }
      parts.sort { $0.0.unicodeScalars.lexicographicallyPrecedes($1.0.unicodeScalars) }
      return "{" + parts.map { $0.0 + ": " + $0.1 }.joined(separator: ", ") + "}"
    default: return nil
    }
  }

  /// Without an exponent.
  static func plain(_ double: Double) -> String {
    if double.isNaN { return "NaN" }
    if double.isInfinite { return double < 0 ? "-Infinity" : "Infinity" }
    if double == 0 { return double.sign == .minus ? "-0" : "0" }
    let (digits, point) = DoubleText.shortest(double.magnitude)
    return (double < 0 ? "-" : "") + DoubleText.positional(digits, point)
  }

  private static func decimal(_ value: Value) -> String? {
    switch value {
    case .int(let int): String(int)
    case .uint(let uint): String(uint)
    case .double(let double) where !double.isFinite: plain(double)
    case .double(let double) where double.rounded() == double: plain(double)
    default: nil
    }
  }

  private static func number(_ value: Value) -> Double? {
    switch value {
    case .double(let double): double
    case .int(let int): Double(int)
    case .uint(let uint): Double(uint)
    case .string("NaN"): Double.nan
    case .string("Infinity"): Double.infinity
    case .string("-Infinity"): -Double.infinity
    default: nil
    }
  }

  private static func binary(_ value: Value) -> String? {
    if case .bool(let bool) = value { return bool ? "1" : "0" }
    return integer(value, radix: 2, upper: false)
  }

  private static func integer(_ value: Value, radix: Int, upper: Bool) -> String? {
    switch value {
    case .int(let int): String(int, radix: radix, uppercase: upper)
    case .uint(let uint): String(uint, radix: radix, uppercase: upper)
    default: nil
    }
  }

  private static func hexadecimal(_ value: Value, upper: Bool) -> String? {
    switch value {
    case .string(let text): hex(Array(text.utf8), upper)
    case .bytes(let bytes): hex(bytes, upper)
    default: integer(value, radix: 16, upper: upper)
    }
  }

  private static func hex(_ bytes: [UInt8], _ upper: Bool) -> String {
    bytes.map { (($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: upper)) }.joined()
  }

  /// The exact decimal digits of a double, rounded half to even at `places` after the point.
  static func fixed(_ double: Double, _ places: Int) -> String {
    guard double.isFinite else { return plain(double) }
    let (digits, point) = exactDigits(double.magnitude)
    var (rounded, shift) = round(digits, keep: point + places)
    let whole = point + shift
    if whole <= 0 {
      rounded = [UInt8](repeating: 0x30, count: min(1 - whole, 1 - whole)) + rounded
    }
    while rounded.count < max(whole, 1) + places { rounded.append(0x30) }
    let split = max(whole, 1)
    let sign = double.sign == .minus ? "-" : ""
    let head = String(decoding: rounded[..<split], as: UTF8.self)
    if places == 0 { return sign + head }
    return sign + head + "."
      + String(decoding: rounded[split..<(split + places)], as: UTF8.self)
  }

  static func scientific(_ double: Double, _ places: Int) -> String {
    guard double.isFinite else { return plain(double) }
    let sign = double.sign == .minus ? "-" : ""
    var digits: [UInt8] = [0x30]
    var exponent = 0
    if double != 0 {
      let (exact, point) = exactDigits(double.magnitude)
      let (rounded, shift) = round(exact, keep: places + 1)
      digits = rounded
      exponent = point + shift - 1
    }
    while digits.count < places + 1 { digits.append(0x30) }
    let fraction =
      places > 0 ? "." + String(decoding: digits[1...places], as: UTF8.self) : ""
    let size = exponent.magnitude
    return sign + String(decoding: digits[..<1], as: UTF8.self) + fraction
      + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + String(size)
  }

  /// Keeps `keep` digits, rounding half to even on the exact value; `shift` is 1 when a carry added
  /// a digit in front.
  private static func round(_ digits: [UInt8], keep: Int) -> (digits: [UInt8], shift: Int) {
    guard keep < digits.count else { return (digits, 0) }
    guard keep >= 0 else { return ([], 0) }
    var kept = Array(digits[..<keep])
    let next = digits[keep]
    let isTie = next == 0x35 && digits[(keep + 1)...].allSatisfy { $0 == 0x30 }
    let roundsUp =
      isTie ? (kept.last.map { $0 & 1 == 1 } ?? false) : next >= 0x35
    guard roundsUp else { return (kept, 0) }
    var index = keep - 1
    while index >= 0 {
      if kept[index] < 0x39 {
        kept[index] += 1
        return (kept, 0)
      }
      kept[index] = 0x30
      index -= 1
    }
    return ([0x31] + kept, 1)
  }

  /// All decimal digits of a finite double and the position of the point.
  private static func exactDigits(_ double: Double) -> (digits: [UInt8], point: Int) {
    guard double != 0 else { return ([0x30], 1) }
    var mantissa = double.significandBitPattern
    var exponent = Int(double.exponentBitPattern) - 1_075
    if double.exponentBitPattern == 0 { exponent += 1 } else { mantissa |= 1 << 52 }
    var number = [UInt32](repeating: 0, count: 2)
    number[0] = UInt32(truncatingIfNeeded: mantissa)
    number[1] = UInt32(truncatingIfNeeded: mantissa >> 32)
    var point = 0
    while exponent > 0 {
      multiply(&number, 1 << UInt32(min(exponent, 16)))
      exponent -= min(exponent, 16)
    }
    while exponent < 0 {
      // Halving is multiplying by five and moving the point.
      let step = min(-exponent, 9)
      var factor: UInt32 = 1
      for _ in 0..<step { factor *= 5 }
      multiply(&number, factor)
      point -= step
      exponent += step
    }
    var digits: [UInt8] = []
    while !number.allSatisfy({ $0 == 0 }) {
      var rest = divide(&number, 1_000_000_000)
      for _ in 0..<9 {
        digits.append(UInt8(rest % 10) + 0x30)
        rest /= 10
      }
    }
    while digits.last == 0x30 { digits.removeLast() }
    digits.reverse()
    return (digits, digits.count + point)
  }

  private static func multiply(_ number: inout [UInt32], _ factor: UInt32) {
    var carry: UInt64 = 0
    for index in number.indices {
      let product = UInt64(number[index]) * UInt64(factor) + carry
      number[index] = UInt32(truncatingIfNeeded: product)
      carry = product >> 32
    }
    if carry > 0 { number.append(UInt32(carry)) }
  }

  private static func divide(_ number: inout [UInt32], _ divisor: UInt32) -> UInt32 {
    var rest: UInt64 = 0
    for index in number.indices.reversed() {
      let value = rest << 32 | UInt64(number[index])
      number[index] = UInt32(value / UInt64(divisor))
      rest = value % UInt64(divisor)
    }
    while number.count > 1, number.last == 0 { number.removeLast() }
    return UInt32(rest)
  }
}
