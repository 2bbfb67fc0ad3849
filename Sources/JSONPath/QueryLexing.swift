import Source

/// A refusal found while parsing; becomes a diagnostic once, at the top.
struct QueryFailure: Error {
  var code: DiagnosticCode
  var message: String
  var range: TextRange
  var hint: String?
}

/// A cursor over the bytes of a query with the lexical rules of RFC 9535.
struct QueryCursor {
  let bytes: [UInt8]
  var offset = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  /// The next byte, 0 at the end.
  var next: UInt8 { offset < bytes.count ? bytes[offset] : 0 }
  var isAtEnd: Bool { offset >= bytes.count }

  func peek(_ ahead: Int) -> UInt8 {
    offset + ahead < bytes.count ? bytes[offset + ahead] : 0
  }

  /// Whether the text goes on with `token`; skips it if so.
  mutating func take(_ token: String) -> Bool {
    guard starts(with: token) else { return false }
    offset += token.utf8.count
    return true
  }

  /// Skips spaces, tabs and line breaks (`S`).
  mutating func skipBlanks() {
    while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
  }

  func failure(
    _ message: String,
    code: DiagnosticCode = .jsonPathSyntax,
    from start: Int? = nil,
    hint: String? = nil
  ) -> QueryFailure {
    let first = start ?? offset
    return QueryFailure(
      code: code,
      message: message,
      range: TextRange(first, max(first + (isAtEnd ? 0 : 1), start == nil ? 0 : offset)),
      hint: hint
    )
  }

  /// What stands here, for messages.
  var found: String {
    guard !isAtEnd else { return "the end" }
    let tail = String(decoding: bytes[offset...].prefix(8), as: UTF8.self)
    return tail.unicodeScalars.first.map { "`\(String($0))`" } ?? "the end"
  }

  // MARK: Names

  static func isNameFirst(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == 0x5F || byte >= 0x80
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  /// `member-name-shorthand`; nil when none stands here.
  mutating func takeName() -> String? {
    guard !isAtEnd, Self.isNameFirst(next) else { return nil }
    let start = offset
    while !isAtEnd, Self.isNameFirst(next) || Self.isDigit(next) { offset += 1 }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  // MARK: Numbers

  /// `int` within ±(2^53-1); nil when none stands here.
  mutating func takeInteger() throws(QueryFailure) -> Int64? {
    let start = offset
    if next == 0x2D { offset += 1 }
    guard Self.isDigit(next) else {
      if offset > start { throw failure("expected digits after `-`, found \(found)") }
      return nil
    }
    while Self.isDigit(next) { offset += 1 }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    if digits.hasPrefix("0"), digits.count > 1 || text.hasPrefix("-") {
      throw failure(
        "`\(text)` is no integer of JSONPath",
        code: .jsonPathRange,
        from: start,
        hint: "write it without leading zeros and without `-0`"
      )
    }
    guard let value = Int64(text), abs(value) <= 9_007_199_254_740_991 else {
      throw failure(
        "`\(text)` is beyond ±(2^53-1)",
        code: .jsonPathRange,
        from: start
      )
    }
    return value
  }

  /// `number` of a filter; nil when none stands here.
  mutating func takeNumber() throws(QueryFailure) -> Literal? {
    let start = offset
    var end = offset
    if end < bytes.count, bytes[end] == 0x2D { end += 1 }
    let digits = end
    while end < bytes.count, Self.isDigit(bytes[end]) { end += 1 }
    guard end > digits else { return nil }
    if end - digits > 1, bytes[digits] == 0x30 {
      throw failure("a number has no leading zeros", from: start)
    }
    if end + 1 < bytes.count, bytes[end] == 0x2E, Self.isDigit(bytes[end + 1]) {
      end += 1
      while end < bytes.count, Self.isDigit(bytes[end]) { end += 1 }
    }
    if end < bytes.count, bytes[end] | 0x20 == 0x65 {
      var exponent = end + 1
      if exponent < bytes.count, bytes[exponent] == 0x2B || bytes[exponent] == 0x2D {
        exponent += 1
      }
      if exponent < bytes.count, Self.isDigit(bytes[exponent]) {
        while exponent < bytes.count, Self.isDigit(bytes[exponent]) { exponent += 1 }
        end = exponent
      }
    }
    let spelling = String(decoding: bytes[start..<end], as: UTF8.self)
    offset = end
    guard let value = Double(spelling), value.isFinite else {
      throw failure("`\(spelling)` is beyond a 64-bit float", code: .jsonPathRange, from: start)
    }
    return .number(value, spelling: spelling)
  }

  // MARK: Strings

  /// `string-literal`; nil when none stands here.
  mutating func takeString() throws(QueryFailure) -> String? {
    let quote = next
    guard quote == 0x22 || quote == 0x27 else { return nil }
    let start = offset
    offset += 1
    var text: [UInt8] = []
    while true {
      guard !isAtEnd else {
        throw failure("the text that starts here has no end", from: start, hint: "close the quote")
      }
      let byte = next
      if byte == quote {
        offset += 1
        return String(decoding: text, as: UTF8.self)
      }
      if byte < 0x20 {
        throw failure("a control character in a text", hint: "write it as an escape, such as \\n")
      }
      offset += 1
      if byte != 0x5C {
        text.append(byte)
        continue
      }
      try takeEscape(quote: quote, into: &text)
    }
  }

  private mutating func takeEscape(quote: UInt8, into text: inout [UInt8]) throws(QueryFailure) {
    let start = offset - 1
    let escape = next
    offset += 1
    switch escape {
    case 0x62: text.append(0x08)
    case 0x66: text.append(0x0C)
    case 0x6E: text.append(0x0A)
    case 0x72: text.append(0x0D)
    case 0x74: text.append(0x09)
    case 0x2F, 0x5C: text.append(escape)
    case quote: text.append(quote)
    case 0x75: text.append(contentsOf: try takeScalar(from: start).utf8)
    default:
      throw failure("an unknown escape", from: start, hint: "a backslash itself is written `\\\\`")
    }
  }

  private mutating func takeScalar(from start: Int) throws(QueryFailure) -> String {
    let first = try takeHex(from: start)
    var code = UInt32(first)
    if (0xD800..<0xDC00).contains(first) {
      guard take("\\u") else { throw failure("a surrogate without its partner", from: start) }
      let second = try takeHex(from: start)
      guard (0xDC00..<0xE000).contains(second) else {
        throw failure("a surrogate without its partner", from: start)
      }
      code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw failure("a surrogate without its partner", from: start)
    }
    return String(Character(scalar))
  }

  private mutating func takeHex(from start: Int) throws(QueryFailure) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      let byte = next
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x37
      case 0x61...0x66: digit = byte - 0x57
      default: throw failure("`\\u` takes four hexadecimal digits", from: start)
      }
      value = value << 4 | UInt16(digit)
      offset += 1
    }
    return value
  }
}
