import Source
import Values

extension Parser {
  /// A call of a global function, or the macro of that name.
  mutating func call(
    _ function: String,
    isAbsolute: Bool,
    start: Int,
    _ arguments: [Int32]
  ) -> Int32 {
    let full = range(from: start)
    if options.expandsMacros, function == "has", arguments.count == 1 {
      return presence(arguments[0], full)
    }
    if options.hasStateMacros, function == "in_state" || function == "In", arguments.count == 1 {
      return activity(function, arguments[0], full)
    }
    var node = Node(kind: .call, flag: isAbsolute, range: full)
    node.text = name(function)
    return add(node, arguments)
  }

  /// `has(operand.field)`.
  private mutating func presence(_ argument: Int32, _ full: TextRange) -> Int32 {
    let selection = tree[argument]
    guard selection.kind == .select else {
      if selection.kind != .invalid {
        mistake(
          .celMacro,
          Messages.hasNeedsField,
          at: range(argument),
          hint: Messages.hasNeedsFieldHint
        )
      }
      return add(Node(kind: .invalid, range: full))
    }
    var node = Node(kind: .presence, flag: selection.flag, code: selection.code, range: full)
    node.text = selection.text
    return add(node, [tree.child(argument, 0)])
  }

  /// `in_state('id')` is `steps.id.active`.
  private mutating func activity(
    _ function: String,
    _ argument: Int32,
    _ full: TextRange
  ) -> Int32 {
    guard tree[argument].kind == .literal, case .string(let id) = tree.constant(argument) else {
      if tree[argument].kind != .invalid {
        mistake(
          .celMacro,
          Messages.stateExpected(function),
          at: range(argument),
          hint: Messages.stateExpectedHint(function)
        )
      }
      return add(Node(kind: .invalid, range: full))
    }
    let steps = generated("steps", full)
    var step = Node(kind: .select, range: range(argument))
    step.text = name(id)
    var active = Node(kind: .select, range: full)
    active.text = name("active")
    return add(active, [add(step, [steps])])
  }

  /// A call with a receiver, or the macro of that name.
  mutating func memberCall(
    _ receiver: Int32,
    _ function: String,
    _ nameRange: TextRange,
    _ arguments: [Int32]
  ) -> Int32 {
    let full = range(from: receiver)
    if options.expandsMacros {
      if let node = namespacedMacro(receiver, function, arguments, full) { return node }
      if let node = iteration(receiver, function, arguments, full) { return node }
    }
    var node = Node(kind: .memberCall, range: full)
    node.text = name(function)
    return add(node, [receiver] + arguments)
  }

  private mutating func iteration(
    _ receiver: Int32,
    _ function: String,
    _ arguments: [Int32],
    _ full: TextRange
  ) -> Int32? {
    guard !arguments.isEmpty else { return nil }
    let macro: Comprehension
    var variables = 1
    switch (function, arguments.count) {
    case ("all", 2): macro = .all
    case ("all", 3): (macro, variables) = (.all, 2)
    case ("exists", 2): macro = .exists
    case ("exists", 3): (macro, variables) = (.exists, 2)
    case ("exists_one", 2), ("existsOne", 2): macro = .existsOne
    case ("exists_one", 3), ("existsOne", 3): (macro, variables) = (.existsOne, 2)
    case ("filter", 2): macro = .filter
    case ("map", 2): macro = .map
    case ("map", 3): macro = .filterMap
    case ("transformList", 3), ("transformList", 4): (macro, variables) = (.transformList, 2)
    case ("transformMap", 3), ("transformMap", 4): (macro, variables) = (.transformMap, 2)
    case ("transformMapEntry", 3), ("transformMapEntry", 4):
      (macro, variables) = (.transformMapEntry, 2)
    case ("sortBy", 2): macro = .sortBy
    case ("optMap", 2), ("optFlatMap", 2):
      guard let variable = variable(arguments[0]) else {
        return add(Node(kind: .invalid, range: full))
      }
      var node = Node(kind: .optionalMap, flag: function == "optFlatMap", range: full)
      node.text = variable
      return add(node, [receiver, arguments[1]])
    default: return nil
    }
    var node = Node(kind: .comprehension, code: macro.rawValue, range: full)
    guard let first = variable(arguments[0]) else {
      return add(Node(kind: .invalid, range: full))
    }
    node.text = first
    if variables == 2 {
      guard let second = variable(arguments[1]) else {
        return add(Node(kind: .invalid, range: full))
      }
      if second == first {
        mistake(.celMacro, Messages.sameVariable(tree.names[Int(first)]), at: range(arguments[1]))
      }
      node.second = second
    }
    node.flag = function == "exists_one"
    return add(node, [receiver] + arguments.dropFirst(variables))
  }

  /// The name of a variable that a macro declares; nil (reported) when it is no plain name.
  private mutating func variable(_ node: Int32) -> Int32? {
    let argument = tree[node]
    guard argument.kind == .identifier, !argument.flag else {
      if argument.kind != .invalid {
        mistake(.celMacro, Messages.variableExpected, at: argument.range)
      }
      return nil
    }
    let text = tree.names[Int(argument.text)]
    if text == "__result__" { mistake(.celMacro, Messages.variableExpected, at: argument.range) }
    return argument.text
  }

  private mutating func namespacedMacro(
    _ receiver: Int32,
    _ function: String,
    _ arguments: [Int32],
    _ full: TextRange
  ) -> Int32? {
    let target = tree[receiver]
    guard target.kind == .identifier, !target.flag else { return nil }
    let space = tree.names[Int(target.text)]
    switch (space, function, arguments.count) {
    case ("cel", "bind", 3):
      guard let variable = variable(arguments[0]) else {
        return add(Node(kind: .invalid, range: full))
      }
      var node = Node(kind: .bind, range: full)
      node.text = variable
      return add(node, [arguments[1], arguments[2]])
    case ("proto", "hasExt", 2), ("proto", "getExt", 2):
      guard let path = tree.dottedName(arguments[1]) else {
        mistake(.celMacro, Messages.extensionName, at: range(arguments[1]))
        return add(Node(kind: .invalid, range: full))
      }
      var node = Node(
        kind: function == "hasExt" ? .presence : .select,
        code: 1,
        range: full
      )
      node.text = name(path.parts.joined(separator: "."))
      return add(node, [arguments[0]])
    case ("cel", _, _) where options.hasBlockMacros:
      return blockMacro(function, arguments, full)
    default: return nil
    }
  }

  private mutating func blockMacro(
    _ function: String,
    _ arguments: [Int32],
    _ full: TextRange
  ) -> Int32? {
    switch (function, arguments.count) {
    case ("block", 2) where tree[arguments[0]].kind == .list:
      return add(
        Node(kind: .block, range: full),
        Array(tree.children(arguments[0])) + [arguments[1]]
      )
    case ("index", 1):
      guard case .int(let number)? = constant(arguments[0]) else { return nil }
      return generated("@index\(number)", full)
    case ("iterVar", 2), ("accuVar", 2):
      guard case .int(let depth)? = constant(arguments[0]),
        case .int(let unique)? = constant(arguments[1])
      else { return nil }
      return generated("@\(function == "iterVar" ? "it" : "ac"):\(depth):\(unique)", full)
    default: return nil
    }
  }

  private func constant(_ node: Int32) -> Value? {
    tree[node].kind == .literal ? tree.constant(node) : nil
  }

  private mutating func generated(_ text: String, _ range: TextRange) -> Int32 {
    var node = Node(kind: .identifier, range: range)
    node.text = name(text)
    return add(node)
  }
}
