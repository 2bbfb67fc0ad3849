import Source

extension Parser {
  /// `?` before an element, a key or a field.
  private mutating func takeOptionalMark() -> Bool {
    guard token.kind == .question else { return false }
    advance()
    return true
  }

  /// The grammar of CEL allows `[,]`, `{,}` and `Type{,}`.
  private mutating func takeLoneComma() {
    guard token.kind == .comma else { return }
    let comma = token
    advance()
    if token.kind != .rightBracket, token.kind != .rightBrace {
      mistake(.celSyntax, Messages.expectedExpression(found: describe(comma)), at: comma.range)
    }
  }

  private mutating func marked(_ node: Int32, _ isOptional: Bool) -> Int32 {
    isOptional ? add(Node(kind: .optionalElement, range: range(node)), [node]) : node
  }

  mutating func list() -> Int32 {
    let opened = token
    // `[?` reads as one token for optional indexes; at the start of a list it is `[` and `?`.
    advance()
    return list(opened, firstIsOptional: false)
  }

  mutating func optionalList() -> Int32 {
    let opened = token
    advance()
    return list(opened, firstIsOptional: true)
  }

  private mutating func list(_ opened: Token, firstIsOptional: Bool) -> Int32 {
    var elements: [Int32] = []
    var isOptional = firstIsOptional
    if !isOptional { takeLoneComma() }
    while token.kind != .rightBracket || isOptional, token.kind != .end {
      if takeOptionalMark() { isOptional = true }
      elements.append(marked(expression(), isOptional))
      isOptional = false
      guard token.kind == .comma else { break }
      advance()
    }
    expect(.rightBracket, "]", opened: opened.range)
    return add(Node(kind: .list, range: range(from: opened.start)), elements)
  }

  mutating func map() -> Int32 {
    let opened = token
    advance()
    var entries: [Int32] = []
    takeLoneComma()
    while token.kind != .rightBrace, token.kind != .end {
      let isOptional = takeOptionalMark()
      entries.append(marked(expression(), isOptional))
      if token.kind == .colon {
        advance()
        entries.append(expression())
      } else {
        mistake(.celSyntax, Messages.expected(":", found: describe(token)), at: token.range)
        entries.append(invalid())
      }
      guard token.kind == .comma else { break }
      advance()
    }
    expect(.rightBrace, "}", opened: opened.range)
    return add(Node(kind: .map, range: range(from: opened.start)), entries)
  }

  /// `Type{field: value}` after its name was read.
  mutating func record(_ typeNode: Int32, _ type: (parts: [String], isAbsolute: Bool)) -> Int32 {
    let opened = token
    advance()
    var entries: [Int32] = []
    takeLoneComma()
    while token.kind != .rightBrace, token.kind != .end {
      let isOptional = takeOptionalMark()
      var field = Node(kind: .identifier, range: token.range)
      switch token.kind {
      case .identifier: field.text = name(text(token))
      case .quotedIdentifier: field.text = name(String(text(token).dropFirst().dropLast()))
      default:
        mistake(
          .celSyntax,
          Messages.expectedName(found: describe(token)),
          at: token.range
        )
        expect(.rightBrace, "}", opened: opened.range)
        return add(Node(kind: .invalid, range: range(from: typeNode)))
      }
      advance()
      entries.append(add(field))
      if token.kind == .colon {
        advance()
        entries.append(marked(expression(), isOptional))
      } else {
        mistake(.celSyntax, Messages.expected(":", found: describe(token)), at: token.range)
        entries.append(invalid())
      }
      guard token.kind == .comma else { break }
      advance()
    }
    expect(.rightBrace, "}", opened: opened.range)
    var node = Node(kind: .record, flag: type.isAbsolute, range: range(from: typeNode))
    node.text = name(type.parts.joined(separator: "."))
    return add(node, entries)
  }
}
