import Values

/// A runtime expression of Serverless Workflow, as far as it has a CEL form: paths, literals,
/// comparison, arithmetic, construction.
indirect enum QueryExpression {
  case current
  case variable(String)
  case field(QueryExpression, String)
  case index(QueryExpression, Int64)
  case literal(Value)
  case list([QueryExpression])
  case object([(String, QueryExpression)])
  case binary(String, QueryExpression, QueryExpression)
  case negation(QueryExpression)
}

/// Why an expression has no CEL form.
struct QueryFault: Error {
  let what: String
  let offset: Int
}

/// Reads runtime expressions; none of their text ever reaches a query engine.
struct QueryExpressionParser {
  private enum Token: Equatable {
    case number(String)
    case text(String)
    case word(String)
    case variable(String)
    case symbol(String)
    case end
  }

  private static let symbols = [
    "==", "!=", "<=", ">=", "//", "..", "|=", "+=", "?//", "<", ">", "+", "-", "*", "/", "%", ".",
    ",", "(", ")", "[", "]", "{", "}", ":", "|", "?", "@", ";", "=",
  ]
  private static let maxDepth = 100

  private let bytes: [UInt8]
  private var position = 0
  private var token = Token.end
  private var start = 0
  private var depth = 0

  /// The expression of a text, with or without `${ }` around it.
  static func parse(_ text: String) throws(QueryFault) -> QueryExpression {
    var inner = text.trimmingSpaces
    if inner.hasPrefix("${"), inner.hasSuffix("}") {
      inner = String(inner.dropFirst(2).dropLast())
    }
    var parser = QueryExpressionParser(bytes: Array(inner.utf8))
    try parser.advance()
    let expression = try parser.expression(0)
    guard parser.token == .end else { throw parser.unexpected() }
    return expression
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func unexpected() -> QueryFault {
    switch token {
    case .symbol(let symbol): QueryFault(what: "`\(symbol)`", offset: start)
    case .word(let word): QueryFault(what: "the function `\(word)`", offset: start)
    case .end: QueryFault(what: "an expression that ends too early", offset: start)
    default: QueryFault(what: "this expression", offset: start)
    }
  }

  private mutating func advance() throws(QueryFault) {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
    start = position
    guard position < bytes.count else {
      token = .end
      return
    }
    let byte = bytes[position]
    if byte == UInt8(ascii: "\"") {
      token = .text(try text())
    } else if Self.isDigit(byte) {
      while position < bytes.count, Self.isDigit(bytes[position]) || bytes[position] == 0x2E {
        position += 1
      }
      token = .number(String(decoding: bytes[start..<position], as: UTF8.self))
    } else if byte == UInt8(ascii: "$") {
      position += 1
      token = .variable(word())
    } else if Self.isLetter(byte) {
      token = .word(word())
    } else {
      let rest = bytes[position...]
      guard let symbol = Self.symbols.first(where: { rest.starts(with: $0.utf8) }) else {
        throw QueryFault(what: "this character", offset: position)
      }
      position += symbol.utf8.count
      token = .symbol(symbol)
    }
  }

  private mutating func word() -> String {
    let first = position
    while position < bytes.count, Self.isLetter(bytes[position]) || Self.isDigit(bytes[position]) {
      position += 1
    }
    return String(decoding: bytes[first..<position], as: UTF8.self)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  /// A JSON text without interpolation.
  private mutating func text() throws(QueryFault) -> String {
    let first = position
    position += 1
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      if bytes[position] == UInt8(ascii: "\\") {
        if position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "(") {
          throw QueryFault(what: "an expression inside a text", offset: position)
        }
        position += 1
      }
      position += 1
    }
    guard position < bytes.count else {
      throw QueryFault(what: "a text that is not closed", offset: first)
    }
    position += 1
    guard
      case .string(let text)? = try? JSONParser.parse(
        Array(bytes[first..<position]),
        depth: 2,
        duplicateKeys: .keepLast
      )
    else { throw QueryFault(what: "this text", offset: first) }
    return text
  }

  private mutating func take(_ symbol: String) throws(QueryFault) -> Bool {
    guard token == .symbol(symbol) else { return false }
    try advance()
    return true
  }

  private mutating func expect(_ symbol: String) throws(QueryFault) {
    guard try take(symbol) else { throw unexpected() }
  }

  private static let levels: [[String]] = [
    ["or"], ["and"], ["==", "!=", "<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"],
  ]

  private mutating func expression(_ level: Int) throws(QueryFault) -> QueryExpression {
    guard level < Self.levels.count else { return try postfix() }
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.maxDepth * 6 else {
      throw QueryFault(what: "an expression this deep", offset: start)
    }
    var left = try expression(level + 1)
    while let symbol = operatorHere(level) {
      try advance()
      left = .binary(symbol, left, try expression(level + 1))
    }
    return left
  }

  private func operatorHere(_ level: Int) -> String? {
    switch token {
    case .symbol(let symbol), .word(let symbol):
      Self.levels[level].contains(symbol) ? symbol : nil
    default: nil
    }
  }

  private mutating func postfix() throws(QueryFault) -> QueryExpression {
    var expression = try primary()
    while true {
      if try take("[") {
        expression = try bracket(expression)
      } else if token == .symbol(".") {
        try advance()
        expression = try field(of: expression)
      } else {
        return expression
      }
    }
  }

  private mutating func field(
    of base: QueryExpression
  ) throws(QueryFault) -> QueryExpression {
    switch token {
    case .word(let name), .text(let name):
      try advance()
      return .field(base, name)
    case .symbol("["):
      try advance()
      return try bracket(base)
    default: throw unexpected()
    }
  }

  private mutating func bracket(
    _ base: QueryExpression
  ) throws(QueryFault) -> QueryExpression {
    let result: QueryExpression
    switch token {
    case .text(let key): result = .field(base, key)
    case .number(let number):
      guard let index = Int64(number) else { throw unexpected() }
      result = .index(base, index)
    default: throw QueryFault(what: "an iteration or slice", offset: start)
    }
    try advance()
    try expect("]")
    return result
  }

  private mutating func primary() throws(QueryFault) -> QueryExpression {
    switch token {
    case .number(let number):
      try advance()
      let value = Int64(number).map { Value.int($0) } ?? Double(number).map { Value.double($0) }
      return .literal(value ?? .null)
    case .text(let text):
      try advance()
      return .literal(.string(text))
    case .variable(let name):
      try advance()
      return .variable(name)
    case .word(let word):
      let literals: [String: Value] = [
        "true": .bool(true), "false": .bool(false), "null": .null,
      ]
      guard let literal = literals[word] else { throw unexpected() }
      try advance()
      return .literal(literal)
    case .symbol("-"):
      try advance()
      return .negation(try postfix())
    case .symbol("("):
      try advance()
      let inner = try expression(0)
      try expect(")")
      return inner
    case .symbol("."):
      try advance()
      switch token {
      case .word, .text, .symbol("["): return try field(of: .current)
      default: return .current
      }
    case .symbol("["):
      try advance()
      var elements: [QueryExpression] = []
      while token != .symbol("]") {
        elements.append(try expression(0))
        guard try take(",") else { break }
      }
      try expect("]")
      return .list(elements)
    case .symbol("{"):
      try advance()
      return .object(try members())
    default: throw unexpected()
    }
  }

  private mutating func members() throws(QueryFault) -> [(String, QueryExpression)] {
    var members: [(String, QueryExpression)] = []
    while token != .symbol("}") {
      switch token {
      case .word(let key), .text(let key):
        try advance()
        members.append((key, try take(":") ? try expression(0) : .field(.current, key)))
      case .variable(let name):
        try advance()
        members.append((name, .variable(name)))
      default: throw unexpected()
      }
      guard try take(",") else { break }
    }
    try expect("}")
    return members
  }
}
