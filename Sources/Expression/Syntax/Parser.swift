import Source
import Values

/// Reads an expression into a tree; reports every mistake it can.
///
/// Recursive descent with precedence climbing: chains of one level are loops, depth is limited, and
/// each token is read once, so that time is linear.
struct Parser {
  var lexer: Lexer
  var token: Token
  var tree = Tree()
  var reporter: Reporter
  let options: Environment.Options
  let maximumDepth: Int
  var depth = 0
  /// Set once the input is hopeless (too deep, too many mistakes): everything ends quickly.
  var hasStopped = false
  private var isEndReported = false
  /// What a dot alone stands for, within a `range` block.
  var element: String?
  private var nameIndex: [String: Int32] = [:]
  private var previousEnd = 0

  init(
    _ bytes: [UInt8],
    reporter: Reporter,
    options: Environment.Options,
    limits: Limits
  ) {
    lexer = Lexer(bytes)
    token = Token(kind: .end, start: 0, end: 0)
    self.reporter = reporter
    self.options = options
    maximumDepth = min(max(1, limits.expressionDepth), 512)
    tree.nodes.reserveCapacity(16)
    tree.children.reserveCapacity(16)
    advance()
  }

  /// Parses the whole text; with `pipes`, `expression | name(arguments)` is accepted.
  mutating func parse(pipes: Bool) -> Tree {
    if token.kind == .end {
      mistake(.celSyntax, Messages.emptyExpression, at: token.range)
    }
    var root = expression()
    while pipes, token.kind == .pipe, !hasStopped { root = pipe(root) }
    if token.kind != .end, !hasStopped { unexpectedEnd() }
    tree.root = root
    return tree
  }

  // MARK: Tokens

  mutating func advance() {
    previousEnd = token.end
    token = lexer.next()
    if let found = lexer.mistake {
      let isText = found.message == Messages.unterminatedText
      mistake(
        isText ? .celLiteral : .celSyntax,
        found.message,
        at: token.range,
        hint: found.hint
      )
    }
  }

  func text(_ token: Token) -> String {
    String(decoding: lexer.bytes[token.start..<token.end], as: UTF8.self)
  }

  mutating func mistake(
    _ code: DiagnosticCode,
    _ message: String,
    at range: TextRange,
    hint: String? = nil,
    fix: String? = nil
  ) {
    guard !hasStopped else { return }
    // What is missing at the end is told once: the first that was expected says most.
    let isAtEnd = Int(range.start) >= lexer.bytes.count
    if isAtEnd, isEndReported { return }
    isEndReported = isEndReported || isAtEnd
    reporter.report(code, message, at: range, hint: hint, fix: fix)
    if reporter.isFull { stop() }
  }

  mutating func stop() {
    hasStopped = true
    token = Token(kind: .end, start: lexer.bytes.count, end: lexer.bytes.count)
    lexer = Lexer([])
  }

  /// Takes a closing token, or reports its absence.
  mutating func expect(_ kind: TokenKind, _ symbol: String, opened: TextRange) {
    if token.kind == kind {
      advance()
    } else if !hasStopped {
      mistake(
        .celSyntax,
        Messages.expected(symbol, found: describe(token)),
        at: token.range,
        hint: Messages.openedHere(symbol)
      )
      recover(to: kind)
    }
  }

  func describe(_ token: Token) -> String {
    token.kind == .end ? "the end of the expression" : "`\(text(token))`"
  }

  /// Skips to a closing token of this nesting, and takes it.
  private mutating func recover(to kind: TokenKind) {
    var nesting = 0
    while token.kind != .end {
      if nesting == 0, token.kind == kind {
        advance()
        return
      }
      switch token.kind {
      case .leftParenthesis, .leftBracket, .leftBrace, .optionalBracket: nesting += 1
      case .rightParenthesis, .rightBracket, .rightBrace:
        if nesting == 0 { return }
        nesting -= 1
      default: break
      }
      advance()
    }
  }

  private mutating func unexpectedEnd() {
    if token.kind == .pipe {
      mistake(
        .celSyntax,
        Messages.single("|"),
        at: token.range,
        hint: Messages.tripleEqualHint("||")
      )
    } else if token.kind == .question, lexer.bytes[min(token.end, lexer.bytes.count - 1)] == 0x3F {
      mistake(.celSyntax, Messages.nullCoalescing, at: token.range, hint: Messages.orValueHint)
    } else {
      let isNegation = lexer.bytes.starts(with: "not ".utf8)
      mistake(
        .celSyntax,
        Messages.unexpected(describe(token)),
        at: token.range,
        hint: isNegation ? Messages.negationHint : nil
      )
    }
  }

  // MARK: Nodes

  mutating func name(_ text: String) -> Int32 {
    if let known = nameIndex[text] { return known }
    let index = Int32(tree.names.count)
    tree.names.append(text)
    nameIndex[text] = index
    return index
  }

  mutating func add(_ node: Node, _ children: [Int32] = []) -> Int32 {
    var node = node
    node.first = Int32(tree.children.count)
    node.count = Int32(children.count)
    var height: UInt16 = 0
    for child in children {
      tree.children.append(child)
      height = max(height, tree.nodes[Int(child)].height)
    }
    node.height = height + 1
    tree.nodes.append(node)
    if Int(node.height) > maximumDepth, !hasStopped {
      mistake(.celTooDeep, Messages.tooDeep(maximumDepth), at: node.range)
      stop()
    }
    return Int32(tree.nodes.count - 1)
  }

  func range(_ node: Int32) -> TextRange { tree.nodes[Int(node)].range }

  /// From the start of `node` to the last token taken.
  func range(from node: Int32) -> TextRange { TextRange(Int(range(node).start), previousEnd) }
  func range(from start: Int) -> TextRange { TextRange(start, previousEnd) }

  mutating func invalid() -> Int32 { add(Node(kind: .invalid, range: token.range)) }

  // MARK: Expressions

  mutating func expression() -> Int32 {
    depth += 1
    defer { depth -= 1 }
    if depth > maximumDepth, !hasStopped {
      mistake(.celTooDeep, Messages.tooDeep(maximumDepth), at: token.range)
      stop()
    }
    if hasStopped { return invalid() }
    let first = binary(0)
    guard token.kind == .question, !isNullCoalescing else { return first }
    var parts = [first]
    while token.kind == .question {
      advance()
      parts.append(binary(0))
      if token.kind == .question {
        // CEL's grammar allows a conditional between `?` and `:` only in parentheses.
        mistake(
          .celSyntax,
          Messages.nestedConditional,
          at: token.range,
          hint: Messages.parenthesesHint
        )
      }
      guard token.kind == .colon else {
        mistake(
          .celSyntax,
          Messages.expected(":", found: describe(token)),
          at: token.range,
          hint: Messages.conditionalHint
        )
        parts.append(invalid())
        return add(Node(kind: .conditional, range: range(from: first)), parts)
      }
      advance()
      parts.append(binary(0))
    }
    return add(Node(kind: .conditional, range: range(from: first)), parts)
  }

  private var isNullCoalescing: Bool {
    token.end < lexer.bytes.count && lexer.bytes[token.end] == 0x3F
  }

  private static func level(_ kind: TokenKind) -> Int {
    switch kind {
    case .or: 0
    case .and: 1
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .reservedIn: 2
    case .plus, .minus: 3
    case .star, .slash, .percent: 4
    default: -1
    }
  }

  /// Words that other languages use for `&&` and `||`.
  private mutating func wordOperator() -> TokenKind? {
    guard token.kind == .identifier, token.end - token.start <= 3 else { return nil }
    let word = text(token).lowercased()
    guard word == "and" || word == "or" else { return nil }
    let symbol = word == "and" ? "&&" : "||"
    mistake(
      .celSyntax,
      Messages.wordOperator(text(token)),
      at: token.range,
      hint: Messages.tripleEqualHint(symbol),
      fix: symbol
    )
    return word == "and" ? .and : .or
  }

  private mutating func binary(_ minimum: Int) -> Int32 {
    var left = unary()
    while true {
      if let word = wordOperator() { token.kind = word }
      let level = Self.level(token.kind)
      guard level >= minimum else { return left }
      var operands = [left]
      var operators: [Operator] = []
      while Self.level(token.kind) == level {
        operators.append(Self.operation(token.kind))
        advance()
        operands.append(binary(level + 1))
        if let word = wordOperator() { token.kind = word }
      }
      left = chain(level, operands, operators)
    }
  }

  private static func operation(_ kind: TokenKind) -> Operator {
    switch kind {
    case .plus: .add
    case .minus: .subtract
    case .star: .multiply
    case .slash: .divide
    case .percent: .remainder
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessEqual: .lessEqual
    case .greater: .greater
    case .greaterEqual: .greaterEqual
    default: .isIn
    }
  }

  private mutating func chain(
    _ level: Int,
    _ operands: [Int32],
    _ operators: [Operator]
  ) -> Int32 {
    let kind: NodeKind =
      switch level {
      case 0: .or
      case 1: .and
      case 2: .relation
      default: .arithmetic
      }
    var node = Node(kind: kind, range: range(from: operands[0]))
    if level >= 2 {
      if operators.count == 1 {
        node.code = operators[0].rawValue
      } else {
        let first = tree.children.count
        for (index, operation) in operators.enumerated() {
          tree.operators[Int32(first + index + 1)] = operation
        }
      }
    }
    return add(node, operands)
  }

  private mutating func unary() -> Int32 {
    guard token.kind == .not || token.kind == .minus else { return postfix() }
    let start = token.start
    depth += 1
    defer { depth -= 1 }
    if depth > maximumDepth, !hasStopped {
      mistake(.celTooDeep, Messages.tooDeep(maximumDepth), at: token.range)
      stop()
    }
    if hasStopped { return invalid() }
    let isNegation = token.kind == .minus
    advance()
    // A sign before a uint is an operator, which the checker refuses.
    if isNegation, token.kind == .number, lexer.bytes[token.end - 1] | 0x20 != 0x75 {
      let literal = number(negative: true, start: start)
      return postfix(literal)
    }
    if token.kind == (isNegation ? .not : .minus), !isSignOfLiteral {
      // CEL's grammar repeats one of the signs but mixes them only with parentheses.
      mistake(
        .celSyntax,
        Messages.mixedSigns,
        at: token.range,
        hint: Messages.mixedSignsHint(isNegation ? "-(!x)" : "!(-x)")
      )
    }
    let operand = unary()
    return add(
      Node(kind: isNegation ? .negate : .not, range: range(from: start)),
      [operand]
    )
  }

  /// Whether the minus read last belongs to a number.
  private var isSignOfLiteral: Bool {
    guard token.kind == .minus else { return false }
    var ahead = lexer
    return ahead.next().kind == .number
  }

  // MARK: Members

  private mutating func postfix() -> Int32 {
    let first = primary()
    return postfix(first)
  }

  private mutating func postfix(_ first: Int32) -> Int32 {
    var node = first
    while !hasStopped {
      switch token.kind {
      case .dot, .optionalDot: node = member(node)
      case .leftBracket, .optionalBracket: node = index(node)
      case .leftBrace:
        guard let name = tree.dottedName(node) else { return node }
        node = record(node, name)
      default: return node
      }
    }
    return node
  }

  private mutating func member(_ operand: Int32) -> Int32 {
    var isOptional = token.kind == .optionalDot
    advance()
    if !isOptional, token.kind == .question {
      isOptional = true
      advance()
    }
    let nameToken = token
    guard let field = memberName() else {
      mistake(
        .celSyntax,
        Messages.expectedName(found: describe(token)),
        at: token.range
      )
      return add(Node(kind: .invalid, range: range(from: operand)))
    }
    if token.kind == .leftParenthesis, !isOptional, nameToken.kind == .identifier {
      let arguments = self.arguments()
      return memberCall(operand, field, nameToken.range, arguments)
    }
    var node = Node(kind: .select, flag: isOptional, range: range(from: operand))
    node.text = name(field)
    node.code = nameToken.kind == .quotedIdentifier ? 1 : 0
    return add(node, [operand])
  }

  private mutating func memberName() -> String? {
    switch token.kind {
    case .identifier:
      defer { advance() }
      return text(token)
    case .quotedIdentifier:
      defer { advance() }
      return String(text(token).dropFirst().dropLast())
    default: return nil
    }
  }

  private mutating func index(_ operand: Int32) -> Int32 {
    let opened = token.range
    var isOptional = token.kind == .optionalBracket
    advance()
    if !isOptional, token.kind == .question {
      isOptional = true
      advance()
    }
    let position = expression()
    expect(.rightBracket, "]", opened: opened)
    return add(
      Node(kind: .index, flag: isOptional, range: range(from: operand)),
      [operand, position]
    )
  }

  mutating func arguments() -> [Int32] {
    let opened = token.range
    advance()
    var result: [Int32] = []
    if token.kind != .rightParenthesis, token.kind != .end {
      result.append(expression())
      while token.kind == .comma {
        advance()
        result.append(expression())
      }
    }
    expect(.rightParenthesis, ")", opened: opened)
    return result
  }

  // MARK: Primaries

  private mutating func primary() -> Int32 {
    let start = token
    switch token.kind {
    case .number: return number(negative: false, start: token.start)
    case .text: return textLiteral()
    case .reservedTrue, .reservedFalse:
      advance()
      return literal(.bool(start.kind == .reservedTrue), start.range)
    case .reservedNull:
      advance()
      return literal(.null, start.range)
    case .identifier: return identifier(isAbsolute: false, start: token.start)
    case .dot:
      advance()
      if token.kind != .identifier, let element { return self.element(element, start.range) }
      guard token.kind == .identifier else { break }
      return identifier(isAbsolute: true, start: start.start)
    case .leftParenthesis:
      advance()
      let inner = expression()
      expect(.rightParenthesis, ")", opened: start.range)
      return inner
    case .leftBracket: return list()
    case .optionalBracket: return optionalList()
    case .leftBrace: return map()
    default: break
    }
    return unexpectedPrimary()
  }

  private mutating func element(_ word: String, _ range: TextRange) -> Int32 {
    var node = Node(kind: .identifier, range: range)
    node.text = name(word)
    return add(node)
  }

  private mutating func unexpectedPrimary() -> Int32 {
    if !hasStopped, token.kind != .invalid {
      mistake(
        .celSyntax,
        Messages.expectedExpression(found: describe(token)),
        at: token.range
      )
    }
    let node = invalid()
    switch token.kind {
    case .end, .comma, .colon, .rightParenthesis, .rightBracket, .rightBrace: break
    default: advance()
    }
    return node
  }

  private mutating func identifier(isAbsolute: Bool, start: Int) -> Int32 {
    let nameToken = token
    let word = text(token)
    advance()
    if Self.reserved.contains(word), !hasStopped {
      mistake(
        .celReservedWord,
        Messages.reservedWord(word),
        at: nameToken.range,
        hint: Messages.reservedWordHint
      )
    }
    if token.kind == .leftParenthesis {
      let arguments = self.arguments()
      return call(word, isAbsolute: isAbsolute, start: start, arguments)
    }
    var node = Node(kind: .identifier, flag: isAbsolute, range: TextRange(start, nameToken.end))
    node.text = name(word)
    return add(node)
  }

  static let reserved: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
    "package", "namespace", "return", "var", "void", "while",
  ]

  mutating func literal(_ value: Value, _ range: TextRange) -> Int32 {
    var node = Node(kind: .literal, range: range)
    node.text = Int32(tree.constants.count)
    tree.constants.append(value)
    return add(node)
  }

  private mutating func number(negative: Bool, start: Int) -> Int32 {
    let bytes = lexer.bytes[token.start..<token.end]
    let full = TextRange(start, token.end)
    let following = token.end < lexer.bytes.count ? lexer.bytes[token.end] : 0
    let value: Value
    do throws(Literals.Mistake) {
      value = try Literals.number(bytes, negative: negative)
    } catch {
      mistake(.celLiteral, error.message, at: full)
      value = .int(0)
    }
    let hasSuffix = Lexer.isLetter(following)
    if hasSuffix {
      mistake(.celLiteral, Messages.numberSuffix, at: full, hint: Messages.numberSuffixHint)
    }
    advance()
    if hasSuffix { advance() }
    return literal(value, full)
  }

  private mutating func textLiteral() -> Int32 {
    let range = token.range
    let value: Value
    do throws(Literals.Mistake) {
      value = try Literals.text(lexer.bytes[token.start..<token.end])
    } catch {
      mistake(.celLiteral, error.message, at: range)
      value = .string("")
    }
    advance()
    return literal(value, range)
  }
}
