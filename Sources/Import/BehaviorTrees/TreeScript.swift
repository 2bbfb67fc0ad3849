import Source
import Values

/// Why a script of BehaviorTree.CPP has no counterpart.
struct TreeScriptFault: Error {
  /// What is wrong, in words.
  var message: String
  /// Where in the text.
  var offset: Int
}

/// Reads the scripts of BehaviorTree.CPP and writes them as CEL over `state`.
///
/// Names become state fields. Numbers are doubles there: arithmetic is done with doubles, while
/// comparison and assignment keep a whole number as it is.
struct TreeScript {
  /// One assignment of a script.
  struct Write {
    var field: String
    var expression: String
  }

  /// What is known of a value.
  private enum Kind {
    case number
    case text
    case truth
    case unknown
  }

  /// A translated part: its CEL text, whether it needs parentheses in others.
  private struct Piece {
    var text: String
    var kind: Kind
    var isAtom = true
    /// The text of a whole number, to be written as a double in arithmetic.
    var isInteger = false
    /// Whether it is a name alone.
    var isName = false

    var inside: String { isAtom ? text : "(\(text))" }
    /// As an operand of arithmetic.
    var number: String {
      if isInteger { return text + ".0" }
      return kind == .number && !isName ? inside : "double(\(text))"
    }
    /// As a condition.
    var condition: String {
      switch kind {
      case .truth: text
      case .number: "\(inside) != 0"
      default: "!(\(text) in [false, 0])"
      }
    }
  }

  private enum Token: Equatable {
    case number(String)
    case text(String)
    case name(String)
    case symbol(String)
    case end
  }

  private static let symbols = [
    ":=", "+=", "-=", "*=", "/=", "==", "!=", "<=", ">=", "&&", "||", "..", "<", ">", "+", "-", "*",
    "/", "!", "~", "&", "|", "^", "?", ":", "(", ")", ";", "=",
  ]
  private static let maxDepth = 100

  private let bytes: [UInt8]
  private var position = 0
  private var token = Token.end
  private var start = 0
  private var depth = 0
  /// Fields assigned so far in this script, by what they stand for.
  private var known: [(field: String, piece: Piece)] = []
  /// The name of a variable as a state field.
  private let field: (String) -> String?

  private init(_ text: String, _ field: @escaping (String) -> String?) {
    bytes = Array(text.utf8)
    self.field = field
  }

  /// The condition that a text is.
  static func condition(
    _ text: String,
    field: @escaping (String) -> String?
  ) throws(TreeScriptFault) -> String {
    var script = TreeScript(text, field)
    try script.advance()
    let piece = try script.expression()
    if script.token == .symbol(";") { try script.advance() }
    guard script.token == .end else { throw script.unexpected() }
    return piece.condition
  }

  /// The assignments that a text is; each reads what the ones before it wrote.
  static func writes(
    _ text: String,
    field: @escaping (String) -> String?
  ) throws(TreeScriptFault) -> [Write] {
    var script = TreeScript(text, field)
    try script.advance()
    while script.token != .end {
      if script.token == .symbol(";") {
        try script.advance()
        continue
      }
      try script.statement()
      guard script.token == .end || script.token == .symbol(";") else {
        throw script.unexpected()
      }
    }
    return script.known.map { Write(field: $0.field, expression: $0.piece.text) }
  }

  // MARK: Grammar

  private mutating func statement() throws(TreeScriptFault) {
    guard case .name(let name) = token else {
      throw TreeScriptFault(message: "a statement that assigns nothing", offset: start)
    }
    let place = start
    let target = try variable(name)
    try advance()
    guard case .symbol(let sign) = token, [":=", "=", "+=", "-=", "*=", "/="].contains(sign) else {
      throw TreeScriptFault(message: "a statement that assigns nothing", offset: place)
    }
    try advance()
    var value = try expression()
    if sign.utf8.count == 2, sign != ":=" {
      let before = read(target)
      value = try combined(before, String(sign.dropLast()), value)
    }
    known.removeAll { $0.field.sameScalars(as: target) }
    known.append((target, value))
  }

  private mutating func expression() throws(TreeScriptFault) -> Piece {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.maxDepth else {
      throw TreeScriptFault(message: "an expression nested too deep", offset: start)
    }
    let condition = try disjunction()
    guard token == .symbol("?") else { return condition }
    try advance()
    let first = try expression()
    guard token == .symbol(":") else { throw unexpected() }
    try advance()
    let second = try expression()
    return Piece(
      text: "\(condition.condition) ? \(first.inside) : \(second.inside)",
      kind: first.kind == second.kind ? first.kind : .unknown,
      isAtom: false
    )
  }

  private mutating func disjunction() throws(TreeScriptFault) -> Piece {
    var left = try conjunction()
    while token == .symbol("||") {
      try advance()
      let right = try conjunction()
      left = Self.joined(left, "||", right)
    }
    return left
  }

  private mutating func conjunction() throws(TreeScriptFault) -> Piece {
    var left = try comparison()
    while token == .symbol("&&") {
      try advance()
      let right = try comparison()
      left = Self.joined(left, "&&", right)
    }
    return left
  }

  private static func joined(_ left: Piece, _ sign: String, _ right: Piece) -> Piece {
    func side(_ piece: Piece) -> String {
      // What is compared binds tighter than what joins it.
      let text = piece.condition
      if piece.isAtom, piece.kind == .truth { return text }
      return text.contains("||") && sign == "&&" || text.contains(" ? ") ? "(\(text))" : text
    }
    return Piece(text: "\(side(left)) \(sign) \(side(right))", kind: .truth, isAtom: false)
  }

  private mutating func comparison() throws(TreeScriptFault) -> Piece {
    let first = try sum()
    var left = first
    var result: Piece?
    // `a < b < c` compares neighbours.
    while case .symbol(let sign) = token, ["==", "!=", "<", "<=", ">", ">="].contains(sign) {
      try advance()
      let right = try sum()
      let text = "\(left.inside) \(sign) \(right.inside)"
      let next = Piece(text: text, kind: .truth, isAtom: false)
      result = result.map { Self.joined($0, "&&", next) } ?? next
      left = right
    }
    return result ?? first
  }

  private mutating func sum() throws(TreeScriptFault) -> Piece {
    var left = try product()
    while case .symbol(let sign) = token, ["+", "-", ".."].contains(sign) {
      try advance()
      left = try combined(left, sign, try product())
    }
    return left
  }

  private mutating func product() throws(TreeScriptFault) -> Piece {
    var left = try unary()
    while case .symbol(let sign) = token, ["*", "/"].contains(sign) {
      try advance()
      left = try combined(left, sign, try unary())
    }
    return left
  }

  private func combined(
    _ left: Piece,
    _ sign: String,
    _ right: Piece
  ) throws(TreeScriptFault) -> Piece {
    if sign == ".." || sign == "+" && (left.kind == .text || right.kind == .text) {
      func text(_ piece: Piece) -> String {
        piece.kind == .text ? piece.inside : "string(\(piece.text))"
      }
      return Piece(text: "\(text(left)) + \(text(right))", kind: .text, isAtom: false)
    }
    let sum = "\(left.number) \(sign) \(right.number)"
    guard sign == "+", left.isName, right.isName else {
      return Piece(text: sum, kind: .number, isAtom: false)
    }
    let texts = "\(left.text) + \(right.text)"
    return Piece(
      text: "type(\(left.text)) == string ? dyn(\(texts)) : dyn(\(sum))",
      kind: .unknown,
      isAtom: false
    )
  }

  private mutating func unary() throws(TreeScriptFault) -> Piece {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.maxDepth else {
      throw TreeScriptFault(message: "an expression nested too deep", offset: start)
    }
    if token == .symbol("!") {
      try advance()
      let piece = try unary()
      let condition = piece.condition
      let isAtom = piece.kind == .truth && piece.isAtom
      return Piece(text: isAtom ? "!\(condition)" : "!(\(condition))", kind: .truth)
    }
    if token == .symbol("-") {
      try advance()
      let piece = try unary()
      return Piece(
        text: piece.isInteger ? "-" + piece.text : "-" + piece.number,
        kind: .number,
        isInteger: piece.isInteger
      )
    }
    return try primary()
  }

  private mutating func primary() throws(TreeScriptFault) -> Piece {
    let current = token
    switch current {
    case .number(let text):
      try advance()
      let isInteger = text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
      return Piece(text: text, kind: .number, isInteger: isInteger)
    case .text(let text):
      try advance()
      return Piece(text: ScriptTranslator.quoted(text), kind: .text)
    case .name("true"), .name("false"):
      guard case .name(let word) = current else { throw unexpected() }
      try advance()
      return Piece(text: word, kind: .truth)
    case .name(let name):
      let field = try variable(name)
      try advance()
      return read(field)
    case .symbol("("):
      try advance()
      let piece = try expression()
      guard token == .symbol(")") else { throw unexpected() }
      try advance()
      return Piece(
        text: piece.inside,
        kind: piece.kind,
        isAtom: true,
        isInteger: piece.isInteger,
        isName: piece.isName
      )
    default: throw unexpected()
    }
  }

  private func read(_ field: String) -> Piece {
    if let piece = known.first(where: { $0.field.sameScalars(as: field) })?.piece {
      return Piece(
        text: piece.inside,
        kind: piece.kind,
        isInteger: piece.isInteger,
        isName: piece.isName
      )
    }
    return Piece(text: "state.\(field)", kind: .unknown, isName: true)
  }

  private func variable(_ name: String) throws(TreeScriptFault) -> String {
    guard let field = field(name) else {
      throw TreeScriptFault(
        message: "`\(name)`, an entry of another tree's blackboard",
        offset: start
      )
    }
    return field
  }

  private func unexpected() -> TreeScriptFault {
    switch token {
    case .symbol(let sign) where ["~", "&", "|", "^"].contains(sign):
      TreeScriptFault(message: "the bitwise operator `\(sign)`", offset: start)
    case .end: TreeScriptFault(message: "an expression that is cut off", offset: start)
    default: TreeScriptFault(message: "what stands here", offset: start)
    }
  }

  // MARK: Tokens

  private mutating func advance() throws(TreeScriptFault) {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    start = position
    guard position < bytes.count else {
      token = .end
      return
    }
    let byte = bytes[position]
    if byte == UInt8(ascii: "'") {
      guard let end = bytes[(position + 1)...].firstIndex(of: byte) else {
        throw TreeScriptFault(message: "a text without its closing quote", offset: start)
      }
      token = .text(String(decoding: bytes[(position + 1)..<end], as: UTF8.self))
      position = end + 1
    } else if Self.isDigit(byte) {
      token = .number(try number())
    } else if Self.isLetter(byte) || byte == UInt8(ascii: "@") {
      position += 1
      while position < bytes.count,
        Self.isLetter(bytes[position]) || Self.isDigit(bytes[position])
      {
        position += 1
      }
      token = .name(String(decoding: bytes[start..<position], as: UTF8.self))
    } else {
      let rest = bytes[position...]
      guard let symbol = Self.symbols.first(where: { rest.starts(with: $0.utf8) }) else {
        throw TreeScriptFault(message: "what stands here", offset: start)
      }
      position += symbol.utf8.count
      token = .symbol(symbol)
    }
  }

  private mutating func number() throws(TreeScriptFault) -> String {
    let from = position
    while position < bytes.count,
      Self.isDigit(bytes[position]) || Self.isLetter(bytes[position])
        || bytes[position] == UInt8(ascii: ".") && !bytes[position...].starts(with: "..".utf8)
        || [0x2B, 0x2D].contains(bytes[position]) && bytes[position - 1] | 0x20 == 0x65
          && !bytes[from...].starts(with: "0x".utf8)
    {
      position += 1
    }
    let text = String(decoding: bytes[from..<position], as: UTF8.self)
    if text.utf8.starts(with: "0x".utf8) || text.utf8.starts(with: "0X".utf8) {
      guard let value = Int64(text.dropFirst(2), radix: 16) else {
        throw TreeScriptFault(message: "`\(text)`, which is no number", offset: from)
      }
      return String(value)
    }
    guard Double(text) != nil else {
      throw TreeScriptFault(message: "`\(text)`, which is no number", offset: from)
    }
    if Int64(text) != nil { return text }
    // CEL wants a digit on both sides of the point.
    return text.utf8.last == UInt8(ascii: ".") ? text + "0" : text
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_")
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
