import Source
import Values

extension Parser {
  /// `left | name(arguments)` of a template: the call with `left` as its first argument.
  mutating func pipe(_ left: Int32) -> Int32 {
    advance()
    guard token.kind == .identifier else {
      mistake(
        .celSyntax,
        Messages.expectedPipe(found: describe(token)),
        at: token.range,
        hint: Messages.tripleEqualHint("||")
      )
      return left
    }
    let pipeName = text(token)
    let nameRange = token.range
    advance()
    let arguments = token.kind == .leftParenthesis ? self.arguments() : []
    guard Pipes.names.contains(pipeName) else {
      let near = Suggestion.nearest(to: pipeName, in: Pipes.names)
      mistake(
        .celUnknownPipe,
        Messages.unknownPipe(pipeName),
        at: nameRange,
        hint: Messages.didYouMean(near) ?? Messages.knownPipes
      )
      return left
    }
    if pipeName == "map" || pipeName == "filter" {
      return elements(of: left, pipeName, nameRange, arguments)
    }
    return call(
      pipeName,
      isAbsolute: false,
      start: Int(range(left).start),
      [left] + arguments
    )
  }

  /// `| map('field')`, `| filter('field')`, `| filter('field', value)`, or the macro as CEL has it.
  private mutating func elements(
    of left: Int32,
    _ name: String,
    _ nameRange: TextRange,
    _ arguments: [Int32]
  ) -> Int32 {
    if arguments.count >= 2, tree[arguments[0]].kind == .identifier {
      return memberCall(left, name, nameRange, arguments)
    }
    let full = range(from: left)
    guard arguments.count == 1 || (arguments.count == 2 && name == "filter"),
      tree[arguments[0]].kind == .literal,
      case .string(let path) = tree.constant(arguments[0]), !path.isEmpty
    else {
      mistake(
        .celMacro,
        Messages.elementPipe(name),
        at: nameRange,
        hint: Messages.elementPipeHint(name)
      )
      return add(Node(kind: .invalid, range: full))
    }
    let variable = self.name(Pipes.elementName)
    var body = Node(kind: .identifier, range: range(arguments[0]))
    body.text = variable
    var field = add(body)
    for part in path.split(separator: ".") {
      var select = Node(kind: .select, range: range(arguments[0]))
      select.text = self.name(String(part))
      select.code = LiteralText.isName(String(part)) ? 0 : 1
      field = add(select, [field])
    }
    if arguments.count == 2 {
      var comparison = Node(kind: .relation, range: full)
      comparison.code = Operator.equal.rawValue
      field = add(comparison, [field, arguments[1]])
    }
    let macro: Comprehension = name == "map" ? .map : .filter
    var node = Node(kind: .comprehension, code: macro.rawValue, range: full)
    node.text = variable
    return add(node, [left, field])
  }
}

/// The functions that templates may name after `|`.
enum Pipes {
  static let names = [
    "default", "join", "map", "filter", "sum", "avg", "min", "max", "flatten", "length", "slice",
    "toJson", "validateSchema", "upperAscii", "lowerAscii", "trim", "size", "string", "int",
    "double", "distinct", "sort", "reverse", "first", "last", "keys", "values", "round",
  ]

  /// The variable that stands for an element in `| map('field')`.
  static let elementName = "piped_element"
}
