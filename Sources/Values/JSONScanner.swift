/// Reads the tokens of JSON (RFC 8259) from bytes.
///
/// Shared by the parser of plain values and the parser that keeps positions.
package struct JSONScanner {
  /// The text.
  package let bytes: [UInt8]
  /// Offset of the next byte.
  package var index: Int
  /// Whether an integer beyond 64 bits is an error where a double does not keep all its digits.
  package var refusesLostDigits = false

  /// A run of a string's decoded bytes that stands unchanged in the text.
  package struct Run {
    /// Offset in the decoded string.
    package var decoded: Int
    /// Offset in the text.
    package var origin: Int
  }

  /// A scanner that skips a byte-order mark.
  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next byte, 0 at the end.
  @inline(__always)
  package var byte: UInt8 { index < bytes.count ? bytes[index] : 0 }

  /// Skips blanks and line breaks.
  @inline(__always)
  package mutating func skipBlanks() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x0A, 0x0D, 0x09: index += 1
      default: return
      }
    }
  }

  /// The error that suits a byte that begins no value.
  package func unexpected() -> JSONError {
    guard index < bytes.count else { return JSONError(.unexpectedEnd, at: index) }
    let byte = bytes[index]
    let isLetter = byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
    guard isLetter else { return JSONError(.unexpectedByte(byte), at: index) }
    let word = bytes[index...].prefix(40).prefix {
      $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z")
    }
    return JSONError(.unknownWord(String(decoding: word, as: UTF8.self)), at: index)
  }

  /// Reads a fixed word.
  package mutating func word(_ word: String) throws(JSONError) {
    var end = index
    for byte in word.utf8 {
      guard end < bytes.count, bytes[end] == byte else { throw unexpected() }
      end += 1
    }
    index = end
  }

  // MARK: Numbers

  /// Reads a number: an exact integer when it fits 64 bits and has neither fraction nor exponent,
  /// else the nearest double.
  package mutating func number() throws(JSONError) -> Value {
    let start = index
    let isNegative = byte == UInt8(ascii: "-")
    if isNegative { index += 1 }
    let firstDigit = index
    var mantissa: UInt64 = 0
    while index < bytes.count, bytes[index] &- 0x30 < 10 {
      mantissa = mantissa &* 10 &+ UInt64(bytes[index] &- 0x30)
      index += 1
    }
    let digits = index - firstDigit
    guard digits > 0, digits == 1 || bytes[firstDigit] != 0x30 else {
      throw JSONError(index < bytes.count || digits > 0 ? .badNumber : .unexpectedEnd, at: start)
    }
    if byte != 0x2E, byte | 0x20 != UInt8(ascii: "e") {
      return try integer(mantissa, digits: digits, isNegative: isNegative, from: start)
    }
    var power = 0
    var significant = digits
    if byte == 0x2E {
      index += 1
      let fraction = index
      while index < bytes.count, bytes[index] &- 0x30 < 10 {
        mantissa = mantissa &* 10 &+ UInt64(bytes[index] &- 0x30)
        index += 1
      }
      guard index > fraction else { throw JSONError(.badNumber, at: start) }
      power = fraction - index
      significant += index - fraction
    }
    if byte | 0x20 == UInt8(ascii: "e") { power += try exponent(from: start) }
    return .double(
      try double(
        mantissa,
        digits: significant,
        power: power,
        isNegative: isNegative,
        from: start
      )
    )
  }

  private mutating func exponent(from start: Int) throws(JSONError) -> Int {
    index += 1
    let isNegative = byte == UInt8(ascii: "-")
    if isNegative || byte == UInt8(ascii: "+") { index += 1 }
    let first = index
    var exponent = 0
    while index < bytes.count, bytes[index] &- 0x30 < 10 {
      exponent = min(exponent * 10 + Int(bytes[index] &- 0x30), 1_000_000)
      index += 1
    }
    guard index > first else { throw JSONError(.badNumber, at: start) }
    return isNegative ? -exponent : exponent
  }

  private func integer(
    _ mantissa: UInt64,
    digits: Int,
    isNegative: Bool,
    from start: Int
  ) throws(JSONError) -> Value {
    if digits < 19 {
      return .int(isNegative ? -Int64(mantissa) : Int64(mantissa))
    }
    let spelling = String(decoding: bytes[start..<index], as: UTF8.self)
    if let int = Int64(spelling) { return .int(int) }
    if let uint = UInt64(spelling) { return .uint(uint) }
    let double = try double(0, digits: 99, power: 0, isNegative: isNegative, from: start)
    if refusesLostDigits, !DecimalText.isWhole(double, spelled: spelling) {
      throw JSONError(.digitsLost, at: start)
    }
    return .double(double)
  }

  /// Powers of ten that a double holds exactly.
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// The nearest double: one correctly rounded operation when both parts are exact (Clinger's fast
  /// path), else the standard library's conversion.
  private func double(
    _ mantissa: UInt64,
    digits: Int,
    power: Int,
    isNegative: Bool,
    from start: Int
  ) throws(JSONError) -> Double {
    if digits < 19, mantissa <= 1 << 53, power >= -22, power <= 22 {
      let exact = Double(mantissa)
      let magnitude = power < 0 ? exact / Self.powers[-power] : exact * Self.powers[power]
      return isNegative ? -magnitude : magnitude
    }
    let spelling = String(decoding: bytes[start..<index], as: UTF8.self)
    guard let double = Double(spelling), double.isFinite else {
      throw JSONError(.numberOutOfRange, at: start)
    }
    return double
  }

  // MARK: Strings

  /// Reads a string from its opening quote.
  package mutating func string() throws(JSONError) -> String {
    let start = index + 1
    let (end, isASCII) = plainRun(from: start)
    if end < bytes.count, bytes[end] == 0x22 {
      if !isASCII { try validate(start, end) }
      index = end + 1
      return text(start, end)
    }
    var runs: [Run] = []
    return try decoded(&runs, keepsRuns: false)
  }

  /// Reads a string from its opening quote and tells where its bytes stand.
  package mutating func decodedString(_ runs: inout [Run]) throws(JSONError) -> String {
    try decoded(&runs, keepsRuns: true)
  }

  private mutating func decoded(
    _ runs: inout [Run],
    keepsRuns: Bool
  ) throws(JSONError) -> String {
    let open = index
    var decoded: [UInt8] = []
    decoded.reserveCapacity(64)
    index += 1
    if keepsRuns { runs = [Run(decoded: 0, origin: index)] }
    while index < bytes.count {
      let start = index
      let (end, isASCII) = plainRun(from: start)
      index = end
      if !isASCII { try validate(start, index) }
      decoded.append(contentsOf: bytes[start..<index])
      guard index < bytes.count else { break }
      switch bytes[index] {
      case 0x22:
        index += 1
        return String(decoding: decoded, as: UTF8.self)
      case 0x5C:
        guard keepsRuns else {
          try escape(&decoded)
          continue
        }
        let origin = index
        if let last = runs.last, last.decoded == decoded.count { runs.removeLast() }
        runs.append(Run(decoded: decoded.count, origin: origin))
        try escape(&decoded)
        runs.append(Run(decoded: decoded.count, origin: index))
      default: throw JSONError(.controlCharacter(bytes[index]), at: index)
      }
    }
    throw JSONError(.unclosedString, at: open)
  }

  private mutating func escape(_ decoded: inout [UInt8]) throws(JSONError) {
    let start = index
    index += 1
    guard index < bytes.count else { throw JSONError(.unexpectedEnd, at: index) }
    let letter = bytes[index]
    index += 1
    switch letter {
    case 0x22, 0x5C, 0x2F: decoded.append(letter)
    case UInt8(ascii: "b"): decoded.append(0x08)
    case UInt8(ascii: "f"): decoded.append(0x0C)
    case UInt8(ascii: "n"): decoded.append(0x0A)
    case UInt8(ascii: "r"): decoded.append(0x0D)
    case UInt8(ascii: "t"): decoded.append(0x09)
    case UInt8(ascii: "u"):
      var scalar = try unit(from: start)
      if scalar >= 0xD800, scalar < 0xE000 {
        guard scalar < 0xDC00, byte == 0x5C, index + 1 < bytes.count,
          bytes[index + 1] == UInt8(ascii: "u")
        else { throw JSONError(.loneSurrogate, at: start) }
        index += 2
        let low = try unit(from: start)
        guard low >= 0xDC00, low < 0xE000 else { throw JSONError(.loneSurrogate, at: start) }
        scalar = 0x1_0000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
      }
      append(scalar, to: &decoded)
    default: throw JSONError(.badEscape, at: start)
    }
  }

  private mutating func unit(from start: Int) throws(JSONError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x41 + 10
      case 0x61...0x66: digit = byte - 0x61 + 10
      default: throw JSONError(index < bytes.count ? .badEscape : .unexpectedEnd, at: start)
      }
      unit = unit << 4 | UInt32(digit)
      index += 1
    }
    return unit
  }

  private func append(_ scalar: UInt32, to decoded: inout [UInt8]) {
    switch scalar {
    case ..<0x80: decoded.append(UInt8(scalar))
    case ..<0x800:
      decoded.append(0xC0 | UInt8(scalar >> 6))
      decoded.append(0x80 | UInt8(scalar & 0x3F))
    case ..<0x1_0000:
      decoded.append(0xE0 | UInt8(scalar >> 12))
      decoded.append(0x80 | UInt8(scalar >> 6 & 0x3F))
      decoded.append(0x80 | UInt8(scalar & 0x3F))
    default:
      decoded.append(0xF0 | UInt8(scalar >> 18))
      decoded.append(0x80 | UInt8(scalar >> 12 & 0x3F))
      decoded.append(0x80 | UInt8(scalar >> 6 & 0x3F))
      decoded.append(0x80 | UInt8(scalar & 0x3F))
    }
  }

  /// Refuses what is not UTF-8 (RFC 3629: shortest forms, no surrogates).
  private func validate(_ start: Int, _ end: Int) throws(JSONError) {
    var offset = start
    while offset < end {
      let lead = bytes[offset]
      if lead < 0x80 {
        offset += 1
        continue
      }
      let length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0
      guard length > 0, offset + length <= end else { throw JSONError(.invalidUTF8, at: offset) }
      let second = bytes[offset + 1]
      let isAllowed =
        switch lead {
        case 0xE0: second >= 0xA0
        case 0xED: second < 0xA0
        case 0xF0: second >= 0x90
        case 0xF4: second < 0x90
        default: true
        }
      guard isAllowed,
        bytes[(offset + 1)..<(offset + length)].allSatisfy({ $0 & 0xC0 == 0x80 })
      else { throw JSONError(.invalidUTF8, at: offset) }
      offset += length
    }
  }
}
