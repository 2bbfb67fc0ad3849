import Source

/// An expression of the ECMAScript data model, as far as machines use it (SCXML B.2).
indirect enum ScriptExpression {
  case number(String)
  case text(String)
  case bool(Bool)
  case null
  case undefined
  case name(String)
  case member(ScriptExpression, String)
  case index(ScriptExpression, ScriptExpression)
  case call(ScriptExpression, [ScriptExpression])
  case unary(String, ScriptExpression)
  case binary(String, ScriptExpression, ScriptExpression)
  case conditional(ScriptExpression, ScriptExpression, ScriptExpression)
  case list([ScriptExpression])
  case object([(String, ScriptExpression)])

  /// The names of a path such as `_event.data.x`; nil for anything else.
  var path: [String]? {
    switch self {
    case .name(let name): return [name]
    case .member(let base, let field): return base.path.map { $0 + [field] }
    case .index(let base, .text(let key)): return base.path.map { $0 + [key] }
    default: return nil
    }
  }
}

/// Why a text is no expression that a flow can hold.
enum ScriptFault: Error {
  /// No expression in any reading: it fails whenever it is reached.
  case notAnExpression(offset: Int)
  /// ECMAScript that has no counterpart.
  case outOfScope(String, offset: Int)
}

/// Reads ECMAScript expressions: literals, paths, operators, calls; no functions, no assignments.
struct ScriptParser {
  private enum Token: Equatable {
    case number(String)
    case text(String)
    case word(String)
    case symbol(String)
    case end
  }

  private static let maxDepth = 100
  private static let foreignWords = [
    "function", "new", "delete", "void", "class", "var", "let", "const", "this", "instanceof",
    "async", "await", "yield",
  ]
  private static let foreignSymbols = ["=>", "++", "--", "+=", "-=", "*=", "/=", "=", "`", ";"]
  private static let symbols = [
    "===", "!==", "...", "==", "!=", "<=", ">=", "&&", "||", "=>", "++", "--", "+=", "-=", "*=",
    "/=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{",
    "}", "=", "`", ";",
  ]

  private let bytes: [UInt8]
  private var position = 0
  private var token = Token.end
  private var tokenStart = 0
  private var depth = 0

  private init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// The expression of a whole text.
  static func parse(_ text: String) throws(ScriptFault) -> ScriptExpression {
    var parser = ScriptParser(text)
    try parser.advance()
    let expression = try parser.conditional()
    guard parser.token == .end else { throw parser.unexpected() }
    return expression
  }

  private func unexpected() -> ScriptFault {
    switch token {
    case .word(let word) where Self.foreignWords.contains(word):
      .outOfScope("`\(word)`", offset: tokenStart)
    case .symbol(let symbol) where Self.foreignSymbols.contains(symbol):
      .outOfScope("`\(symbol)`", offset: tokenStart)
    default: .notAnExpression(offset: tokenStart)
    }
  }

  // MARK: Tokens

  private mutating func advance() throws(ScriptFault) {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
    tokenStart = position
    guard position < bytes.count else {
      token = .end
      return
    }
    let byte = bytes[position]
    if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
      token = .text(try text(byte))
    } else if Self.isDigit(byte)
      || byte == UInt8(ascii: ".") && position + 1 < bytes.count
        && Self.isDigit(bytes[position + 1])
    {
      token = number()
    } else if Self.isWord(byte) {
      let start = position
      while position < bytes.count, Self.isWord(bytes[position]) || Self.isDigit(bytes[position]) {
        position += 1
      }
      token = .word(String(decoding: bytes[start..<position], as: UTF8.self))
    } else {
      let rest = bytes[position...]
      guard let symbol = Self.symbols.first(where: { rest.starts(with: $0.utf8) }) else {
        throw .notAnExpression(offset: position)
      }
      position += symbol.utf8.count
      token = .symbol(symbol)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private mutating func number() -> Token {
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      let follows = position > start && bytes[position - 1] | 0x20 == UInt8(ascii: "e")
      guard
        Self.isDigit(byte) || Self.isWord(byte) || byte == UInt8(ascii: ".")
          || isSign && follows && bytes[start..<position].allSatisfy({ $0 | 0x20 != 0x78 })
      else { break }
      position += 1
    }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func text(_ quote: UInt8) throws(ScriptFault) -> String {
    let start = position
    position += 1
    var decoded: [UInt8] = []
    while position < bytes.count, bytes[position] != quote {
      guard bytes[position] == UInt8(ascii: "\\") else {
        decoded.append(bytes[position])
        position += 1
        continue
      }
      guard position + 1 < bytes.count else { throw .notAnExpression(offset: start) }
      switch bytes[position + 1] {
      case UInt8(ascii: "n"): decoded.append(0x0A)
      case UInt8(ascii: "t"): decoded.append(0x09)
      case UInt8(ascii: "r"): decoded.append(0x0D)
      case UInt8(ascii: "u"), UInt8(ascii: "x"):
        throw .outOfScope("an escape `\\u` in a text", offset: position)
      default: decoded.append(bytes[position + 1])
      }
      position += 2
    }
    guard position < bytes.count else { throw .notAnExpression(offset: start) }
    position += 1
    return String(decoding: decoded, as: UTF8.self)
  }

  private mutating func take(_ symbol: String) throws(ScriptFault) -> Bool {
    guard token == .symbol(symbol) else { return false }
    try advance()
    return true
  }

  private mutating func expect(_ symbol: String) throws(ScriptFault) {
    guard try take(symbol) else { throw unexpected() }
  }

  // MARK: Grammar

  private mutating func conditional() throws(ScriptFault) -> ScriptExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.maxDepth else {
      throw .outOfScope("an expression this deep", offset: tokenStart)
    }
    let condition = try binary(0)
    guard try take("?") else { return condition }
    let then = try conditional()
    try expect(":")
    return .conditional(condition, then, try conditional())
  }

  private static let levels = [
    ["||"], ["&&"], ["==", "!=", "===", "!=="], ["<", "<=", ">", ">="], ["+", "-"],
    ["*", "/", "%"],
  ]

  private mutating func binary(_ level: Int) throws(ScriptFault) -> ScriptExpression {
    guard level < Self.levels.count else { return try unary() }
    var left = try binary(level + 1)
    while case .symbol(let symbol) = token, Self.levels[level].contains(symbol) {
      try advance()
      left = .binary(symbol, left, try binary(level + 1))
    }
    return left
  }

  private mutating func unary() throws(ScriptFault) -> ScriptExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.maxDepth else {
      throw .outOfScope("an expression this deep", offset: tokenStart)
    }
    for symbol in ["!", "-", "+"] {
      if try take(symbol) { return .unary(symbol, try unary()) }
    }
    if token == .word("typeof") {
      try advance()
      return .unary("typeof", try unary())
    }
    return try postfix()
  }

  private mutating func postfix() throws(ScriptFault) -> ScriptExpression {
    var expression = try primary()
    while true {
      if try take(".") {
        guard case .word(let field) = token else { throw unexpected() }
        try advance()
        expression = .member(expression, field)
      } else if try take("[") {
        expression = .index(expression, try conditional())
        try expect("]")
      } else if try take("(") {
        expression = .call(expression, try elements(until: ")"))
      } else {
        return expression
      }
    }
  }

  private mutating func elements(until end: String) throws(ScriptFault) -> [ScriptExpression] {
    var result: [ScriptExpression] = []
    while token != .symbol(end) {
      result.append(try conditional())
      guard try take(",") else { break }
    }
    try expect(end)
    return result
  }

  private mutating func primary() throws(ScriptFault) -> ScriptExpression {
    switch token {
    case .number(let text):
      guard Double(text) != nil || text.hasPrefix("0x") else { throw unexpected() }
      try advance()
      return .number(text)
    case .text(let text):
      try advance()
      return .text(text)
    case .word(let word):
      guard !Self.foreignWords.contains(word), word != "return" else { throw unexpected() }
      try advance()
      switch word {
      case "true", "false": return .bool(word == "true")
      case "null": return .null
      case "undefined": return .undefined
      default: return .name(word)
      }
    case .symbol("("):
      try advance()
      let inner = try conditional()
      try expect(")")
      return inner
    case .symbol("["):
      try advance()
      return .list(try elements(until: "]"))
    case .symbol("{"):
      try advance()
      return .object(try members())
    default: throw unexpected()
    }
  }

  private mutating func members() throws(ScriptFault) -> [(String, ScriptExpression)] {
    var result: [(String, ScriptExpression)] = []
    while token != .symbol("}") {
      switch token {
      case .word(let key), .text(let key), .number(let key):
        try advance()
        try expect(":")
        result.append((key, try conditional()))
      default: throw unexpected()
      }
      guard try take(",") else { break }
    }
    try expect("}")
    return result
  }
}
