import Source

/// The kinds of token.
enum TokenKind: UInt8 {
  case end, identifier, quotedIdentifier, number, text, invalid
  case dot, optionalDot, comma, colon, question, optionalBracket
  case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
  case plus, minus, star, slash, percent, not
  case equal, notEqual, less, lessEqual, greater, greaterEqual, and, or
  case reservedIn, reservedTrue, reservedFalse, reservedNull
  case pipe
}

/// A token: its kind and place; what it holds is read from the text.
struct Token {
  var kind: TokenKind
  var start: Int
  var end: Int
  var range: TextRange { TextRange(start, end) }
}

/// Cuts an expression into tokens on demand.
///
/// Linear time.
struct Lexer {
  let bytes: [UInt8]
  private(set) var offset = 0
  /// A mistake in the token just read.
  private(set) var mistake: (message: String, hint: String?)?

  init(_ bytes: [UInt8], from offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  private func byte(_ distance: Int = 0) -> UInt8 {
    offset + distance < bytes.count ? bytes[offset + distance] : 0
  }

  private mutating func skipSpace() {
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0C || byte == 0x0D {
        offset += 1
      } else if byte == 0x2F, self.byte(1) == 0x2F {
        while offset < bytes.count, bytes[offset] != 0x0A { offset += 1 }
      } else {
        return
      }
    }
  }

  mutating func next() -> Token {
    mistake = nil
    skipSpace()
    let start = offset
    guard offset < bytes.count else { return Token(kind: .end, start: start, end: start) }
    let byte = bytes[offset]
    let kind: TokenKind
    if Self.isLetter(byte) {
      kind = word()
    } else if Self.isDigit(byte) || (byte == 0x2E && Self.isDigit(self.byte(1))) {
      kind = number()
    } else if byte == 0x22 || byte == 0x27 {
      kind = text(prefix: 0)
    } else if byte == 0x60 {
      kind = quotedName()
    } else {
      kind = symbol(byte)
    }
    return Token(kind: kind, start: start, end: offset)
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == 0x5F
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  static func isHex(_ byte: UInt8) -> Bool {
    isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66)
  }

  private mutating func word() -> TokenKind {
    let first = byte() | 0x20
    if first == 0x72 || first == 0x62 {
      let second = byte(1)
      if second == 0x22 || second == 0x27 { return text(prefix: 1) }
      // Raw bytes are spelled `br''`, never `rb''`.
      let isRaw = first == 0x62 && second | 0x20 == 0x72
      if isRaw, byte(2) == 0x22 || byte(2) == 0x27 { return text(prefix: 2) }
    }
    let start = offset
    while offset < bytes.count, Self.isLetter(bytes[offset]) || Self.isDigit(bytes[offset]) {
      offset += 1
    }
    switch offset - start {
    case 2: return equals(start, Self.membership) ? .reservedIn : .identifier
    case 4:
      return equals(start, Self.truth)
        ? .reservedTrue : equals(start, Self.nothing) ? .reservedNull : .identifier
    case 5: return equals(start, Self.falsehood) ? .reservedFalse : .identifier
    default: return .identifier
    }
  }

  private static let membership = Array("in".utf8)
  private static let truth = Array("true".utf8)
  private static let falsehood = Array("false".utf8)
  private static let nothing = Array("null".utf8)

  private func equals(_ start: Int, _ word: [UInt8]) -> Bool {
    for index in word.indices where word[index] != bytes[start + index] { return false }
    return true
  }

  private mutating func number() -> TokenKind {
    if byte() == 0x30, byte(1) == 0x78 {
      offset += 2
      let digits = offset
      while Self.isHex(byte()) { offset += 1 }
      if offset == digits { mistake = (Messages.hexDigitsExpected, nil) }
      if byte() | 0x20 == 0x75 { offset += 1 }
      return .number
    }
    while Self.isDigit(byte()) { offset += 1 }
    var isFloat = false
    if byte() == 0x2E, Self.isDigit(byte(1)) {
      isFloat = true
      offset += 1
      while Self.isDigit(byte()) { offset += 1 }
    }
    if byte() | 0x20 == 0x65 {
      let signed = byte(1) == 0x2B || byte(1) == 0x2D
      if Self.isDigit(byte(signed ? 2 : 1)) {
        isFloat = true
        offset += signed ? 2 : 1
        while Self.isDigit(byte()) { offset += 1 }
      }
    }
    if !isFloat, byte() | 0x20 == 0x75 { offset += 1 }
    return .number
  }

  private mutating func text(prefix: Int) -> TokenKind {
    var isRaw = false
    for index in 0..<prefix where byte(index) | 0x20 == 0x72 { isRaw = true }
    offset += prefix
    let quote = byte()
    if byte(1) == quote, byte(2) == quote {
      offset += 3
      while offset < bytes.count {
        if bytes[offset] == quote, byte(1) == quote, byte(2) == quote {
          offset += 3
          return .text
        }
        offset += !isRaw && bytes[offset] == 0x5C ? 2 : 1
      }
    } else {
      offset += 1
      while offset < bytes.count, bytes[offset] != 0x0A, bytes[offset] != 0x0D {
        if bytes[offset] == quote {
          offset += 1
          return .text
        }
        offset += !isRaw && bytes[offset] == 0x5C ? 2 : 1
      }
    }
    offset = min(offset, bytes.count)
    mistake = (Messages.unterminatedText, Messages.unterminatedTextHint)
    return .invalid
  }

  private mutating func quotedName() -> TokenKind {
    offset += 1
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == 0x60 {
        offset += 1
        if self.byte(-2) == 0x60 { break }
        return .quotedIdentifier
      }
      let isAllowed =
        Self.isLetter(byte) || Self.isDigit(byte) || byte == 0x2E || byte == 0x2D
        || byte == 0x2F || byte == 0x20
      guard isAllowed else { break }
      offset += 1
    }
    mistake = (Messages.badQuotedName, nil)
    return .invalid
  }

  private mutating func symbol(_ byte: UInt8) -> TokenKind {
    let next = self.byte(1)
    var length = 1
    var kind = TokenKind.invalid
    switch byte {
    case 0x2E:
      if next == 0x3F { (kind, length) = (.optionalDot, 2) } else { kind = .dot }
    case 0x2C: kind = .comma
    case 0x3A: kind = .colon
    case 0x3F: kind = .question
    case 0x28: kind = .leftParenthesis
    case 0x29: kind = .rightParenthesis
    case 0x5B:
      if next == 0x3F { (kind, length) = (.optionalBracket, 2) } else { kind = .leftBracket }
    case 0x5D: kind = .rightBracket
    case 0x7B: kind = .leftBrace
    case 0x7D: kind = .rightBrace
    case 0x2B: kind = .plus
    case 0x2D: kind = .minus
    case 0x2A: kind = .star
    case 0x2F: kind = .slash
    case 0x25: kind = .percent
    case 0x21:
      if next == 0x3D {
        (kind, length) = (.notEqual, 2)
        if self.byte(2) == 0x3D {
          length = 3
          mistake = (Messages.tripleEqual("!=="), Messages.tripleEqualHint("!="))
        }
      } else {
        kind = .not
      }
    case 0x3D:
      if next == 0x3D {
        (kind, length) = (.equal, 2)
        if self.byte(2) == 0x3D {
          length = 3
          mistake = (Messages.tripleEqual("==="), Messages.tripleEqualHint("=="))
        }
      } else {
        kind = .equal
        mistake = (Messages.singleEqual, Messages.singleEqualHint)
      }
    case 0x3C:
      (kind, length) =
        next == 0x3D ? (.lessEqual, 2) : next == 0x3E ? (.notEqual, 2) : (.less, 1)
      if next == 0x3E { mistake = (Messages.diamond, Messages.tripleEqualHint("!=")) }
    case 0x3E: (kind, length) = next == 0x3D ? (.greaterEqual, 2) : (.greater, 1)
    case 0x26:
      (kind, length) = (.and, next == 0x26 ? 2 : 1)
      if length == 1 { mistake = (Messages.single("&"), Messages.tripleEqualHint("&&")) }
    case 0x7C: (kind, length) = next == 0x7C ? (.or, 2) : (.pipe, 1)
    default:
      while offset + length < bytes.count, bytes[offset + length] & 0xC0 == 0x80 { length += 1 }
      offset += length
      let text = String(decoding: bytes[(offset - length)..<offset], as: UTF8.self)
      mistake = (Messages.unexpectedCharacter(text), LookAlike.hint(text))
      return .invalid
    }
    offset += length
    return kind
  }
}
