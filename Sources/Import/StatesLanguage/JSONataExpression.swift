import Values

/// An expression of JSONata, as far as it has a CEL form: paths of `$states` and variables,
/// literals, operators, calls.
indirect enum JSONataExpression {
  case literal(Value)
  case variable(String)
  case field(JSONataExpression, String)
  case index(JSONataExpression, Int64)
  case call(String, [JSONataExpression])
  case negation(JSONataExpression)
  case binary(String, JSONataExpression, JSONataExpression)
  case conditional(JSONataExpression, JSONataExpression, JSONataExpression)
  case list([JSONataExpression])
  case object([(String, JSONataExpression)])
}

/// Reads expressions of JSONata.
struct JSONataParser {
  private enum Token: Equatable {
    case number(String)
    case text(String)
    case name(String)
    case variable(String)
    case symbol(String)
    case end
  }

  private static let symbols = [
    ":=", "~>", "!=", "<=", ">=", "..", "**", "+", "-", "*", "/", "%", "&", "=", "<", ">", ".",
    ",", ";", "?", ":", "^", "@", "#", "|", "(", ")", "[", "]", "{", "}",
  ]
  private static let levels: [[String]] = [
    ["or"], ["and"], ["=", "!=", "<", "<=", ">", ">=", "in"], ["+", "-", "&"], ["*", "/", "%"],
  ]
  private static let maxDepth = 100
  private static let maxLength = 400

  private let bytes: [UInt8]
  private var position = 0
  private var token = Token.end
  private var start = 0
  private var depth = 0
  /// Operators and steps so far: they are what a chain without brackets nests by.
  private var length = 0

  /// The expression between `{%` and `%}`.
  static func parse(_ text: String) throws(QueryFault) -> JSONataExpression {
    var parser = JSONataParser(bytes: Array(text.utf8))
    try parser.advance()
    let expression = try parser.expression()
    guard parser.token == .end else { throw parser.unexpected() }
    return expression
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func unexpected() -> QueryFault {
    switch token {
    case .symbol(let symbol): QueryFault(what: "`\(symbol)` here in JSONata", offset: start)
    case .name(let name): QueryFault(what: "`\(name)` here in JSONata", offset: start)
    case .end: QueryFault(what: "a JSONata expression that ends too early", offset: start)
    default: QueryFault(what: "this JSONata expression", offset: start)
    }
  }

  // MARK: Tokens

  private mutating func advance() throws(QueryFault) {
    try skip()
    start = position
    guard position < bytes.count else {
      token = .end
      return
    }
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): token = .text(try text(byte))
    case UInt8(ascii: "`"):
      position += 1
      token = .name(take { $0 != UInt8(ascii: "`") })
      position += 1
    case UInt8(ascii: "0")...UInt8(ascii: "9"): token = .number(number())
    case UInt8(ascii: "$"):
      position += 1
      token = .variable(take(Self.isName))
    case _ where Self.isName(byte): token = .name(take(Self.isName))
    default:
      let rest = bytes[position...]
      guard let symbol = Self.symbols.first(where: { rest.starts(with: $0.utf8) }) else {
        throw QueryFault(what: "this character in JSONata", offset: position)
      }
      position += symbol.utf8.count
      token = .symbol(symbol)
    }
  }

  private mutating func skip() throws(QueryFault) {
    while position < bytes.count {
      if [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
        position += 1
      } else if bytes[position...].starts(with: "/*".utf8) {
        position += 2
        while position < bytes.count, !bytes[position...].starts(with: "*/".utf8) { position += 1 }
        guard position < bytes.count else {
          throw QueryFault(what: "a comment that is not closed", offset: position)
        }
        position += 2
      } else {
        return
      }
    }
  }

  private mutating func take(_ isPart: (UInt8) -> Bool) -> String {
    let first = position
    while position < bytes.count, isPart(bytes[position]) { position += 1 }
    return String(decoding: bytes[first..<position], as: UTF8.self)
  }

  private static func isName(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || byte >= 0x30 && byte <= 0x39
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private mutating func number() -> String {
    func isDigit(_ index: Int) -> Bool {
      index < bytes.count && bytes[index] >= 0x30 && bytes[index] <= 0x39
    }
    let first = position
    while isDigit(position) { position += 1 }
    if position < bytes.count, bytes[position] == UInt8(ascii: "."), isDigit(position + 1) {
      position += 1
      while isDigit(position) { position += 1 }
    }
    return String(decoding: bytes[first..<position], as: UTF8.self)
  }

  private mutating func text(_ quote: UInt8) throws(QueryFault) -> String {
    let first = position
    position += 1
    var inner: [UInt8] = [UInt8(ascii: "\"")]
    while position < bytes.count, bytes[position] != quote {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\\"), position + 1 < bytes.count {
        position += 1
        // JSON has no escape for the single quote.
        if bytes[position] != UInt8(ascii: "'") { inner.append(byte) }
        inner.append(bytes[position])
      } else {
        if byte == UInt8(ascii: "\"") { inner.append(UInt8(ascii: "\\")) }
        inner += byte == 0x0A ? Array("\\n".utf8) : byte == 0x09 ? Array("\\t".utf8) : [byte]
      }
      position += 1
    }
    guard position < bytes.count else {
      throw QueryFault(what: "a text that is not closed", offset: first)
    }
    position += 1
    inner.append(UInt8(ascii: "\""))
    guard
      case .string(let text)? = try? JSONParser.parse(inner, depth: 2, duplicateKeys: .keepLast)
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

  // MARK: Expressions

  private mutating func countStep() throws(QueryFault) {
    length += 1
    guard length <= Self.maxLength else {
      throw QueryFault(what: "an expression of more than \(Self.maxLength) steps", offset: start)
    }
  }

  private mutating func expression() throws(QueryFault) -> JSONataExpression {
    let test = try operation(0)
    guard try take("?") else { return test }
    try countStep()
    let then = try expression()
    guard try take(":") else {
      throw QueryFault(what: "a condition without its other side", offset: start)
    }
    return .conditional(test, then, try expression())
  }

  private mutating func operation(_ level: Int) throws(QueryFault) -> JSONataExpression {
    guard level < Self.levels.count else { return try postfix() }
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.maxDepth * 6 else {
      throw QueryFault(what: "an expression this deep", offset: start)
    }
    var left = try operation(level + 1)
    while let symbol = operatorHere(level) {
      try countStep()
      try advance()
      left = .binary(symbol, left, try operation(level + 1))
    }
    return left
  }

  private func operatorHere(_ level: Int) -> String? {
    switch token {
    case .symbol(let symbol), .name(let symbol):
      Self.levels[level].contains(symbol) ? symbol : nil
    default: nil
    }
  }

  private mutating func postfix() throws(QueryFault) -> JSONataExpression {
    var expression = try primary()
    while true {
      if token == .symbol(".") || token == .symbol("[") { try countStep() }
      if try take(".") {
        switch token {
        case .name(let name), .text(let name):
          try advance()
          expression = .field(expression, name)
        default: throw unexpected()
        }
      } else if try take("[") {
        let isNegative = try take("-")
        guard case .number(let digits) = token, let index = Int64(digits) else {
          throw QueryFault(what: "a filter in JSONata", offset: start)
        }
        try advance()
        try expect("]")
        expression = .index(expression, isNegative ? -index : index)
      } else {
        return expression
      }
    }
  }

  private mutating func primary() throws(QueryFault) -> JSONataExpression {
    switch token {
    case .number(let digits):
      try advance()
      let number = Int64(digits).map { Value.int($0) } ?? Double(digits).map { .double($0) }
      return .literal(number ?? .null)
    case .text(let text):
      try advance()
      return .literal(.string(text))
    case .variable(let name):
      try advance()
      return token == .symbol("(") ? .call(name, try arguments()) : .variable(name)
    case .name(let name):
      let literals: [String: Value] = ["true": .bool(true), "false": .bool(false), "null": .null]
      guard let literal = literals[name] else { throw unexpected() }
      try advance()
      return .literal(literal)
    case .symbol("-"):
      try countStep()
      try advance()
      return .negation(try postfix())
    case .symbol("("):
      try advance()
      let inner = try expression()
      try expect(")")
      return inner
    case .symbol("["):
      try advance()
      var elements: [JSONataExpression] = []
      while token != .symbol("]") {
        elements.append(try expression())
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

  private mutating func arguments() throws(QueryFault) -> [JSONataExpression] {
    try expect("(")
    var arguments: [JSONataExpression] = []
    while token != .symbol(")") {
      arguments.append(try expression())
      guard try take(",") else { break }
    }
    try expect(")")
    return arguments
  }

  private mutating func members() throws(QueryFault) -> [(String, JSONataExpression)] {
    var members: [(String, JSONataExpression)] = []
    while token != .symbol("}") {
      guard case .text(let key) = token else { throw unexpected() }
      try advance()
      try expect(":")
      members.append((key, try expression()))
      guard try take(",") else { break }
    }
    try expect("}")
    return members
  }
}
