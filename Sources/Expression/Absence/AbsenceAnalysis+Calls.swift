import Values

// Functions, queries and macros, with what each does with the errors of its parts.
extension AbsenceAnalysis {
  mutating func call(_ node: Int32) -> Outcomes {
    let operands = checker.operands(node)
    guard case .function(let name, _) = checker.bindings[Int(node)], operands.count == 2 else {
      return strict(operands)
    }
    switch name {
    case "default":
      // What is missing, null or empty gives way to the second.
      let first = outcomes(of: operands[0]).subtracting(.missing)
      return first.union(outcomes(of: operands[1]))
    case "or", "orValue":
      let first = outcomes(of: operands[0])
      if first.isSubset(of: .errors) { return first }
      return first.failures.union(.anything).union(outcomes(of: operands[1]))
    default: return strict(operands)
    }
  }

  /// What has no value is no member of the root, so that a query on the flow selects less.
  mutating func query(_ node: Int32) -> Outcomes {
    guard checker.queries[node]?.members == nil else { return .anything }
    return strict(checker.operands(node))
  }

  // MARK: Macros

  mutating func comprehension(_ node: Int32) -> Outcomes {
    let children = Array(tree.children(node))
    let range = outcomes(of: children[0])
    // What is no list gives another error.
    var result = range.failures.union(.other)
    if range.isSubset(of: .errors) { return range }
    let place = checker.places[Int(node)]
    let before = (locals[place], locals[place + 1])
    locals[place] = .anything
    if tree.secondName(node) != nil { locals[place + 1] = .anything }
    defer { (locals[place], locals[place + 1]) = before }
    let last = children.count - 1
    switch Comprehension(rawValue: tree[node].code) ?? .all {
    case .all: result.formUnion(search(children[1], decisive: .isFalse, end: .isTrue))
    case .exists: result.formUnion(search(children[1], decisive: .isTrue, end: .isFalse))
    case .existsOne:
      result.formUnion([.isTrue, .isFalse])
      result.formUnion(outcomes(of: children[1]).failures)
    case .filter, .map, .sortBy: result.formUnion(outcomes(of: children[1]).failures)
    case .filterMap, .transformList, .transformMap, .transformMapEntry:
      var isReached = true
      if last > 1 {
        let filter = outcomes(of: children[1])
        result.formUnion(filter.failures)
        isReached = filter.contains(.isTrue)
      }
      if isReached { result.formUnion(outcomes(of: children[last]).failures) }
    }
    return result
  }

  /// `all` and `exists`: one decisive element decides, wherever it stands; the list may be empty.
  private mutating func search(
    _ predicate: Int32,
    decisive: Outcomes,
    end: Outcomes
  ) -> Outcomes {
    outcomes(of: predicate).subtracting(end).union(end)
  }

  /// `cel.bind` and `cel.block`: an error of a value is one of each place that reads it.
  mutating func bindings(_ node: Int32) -> Outcomes {
    let children = Array(tree.children(node))
    let place = checker.places[Int(node)]
    var before: [Outcomes?] = []
    for (offset, child) in children.dropLast().enumerated() {
      let value = outcomes(of: child)
      before.append(locals[place + Int32(offset)])
      locals[place + Int32(offset)] = value
    }
    let result = outcomes(of: children[children.count - 1])
    for (offset, value) in before.enumerated() { locals[place + Int32(offset)] = value }
    return result
  }

  mutating func optionalMap(_ node: Int32) -> Outcomes {
    let target = outcomes(of: tree.child(node, 0))
    if target.isSubset(of: .errors) { return target }
    let place = checker.places[Int(node)]
    let before = locals[place]
    locals[place] = .anything
    defer { locals[place] = before }
    let body = outcomes(of: tree.child(node, 1))
    return target.failures.union(.other).union(tree[node].flag ? body : body.failures)
  }
}

extension Checker {
  /// The children of a node that are expressions of their own.
  func operands(_ node: Int32) -> [Int32] {
    let children = Array(tree.children(node))
    switch tree[node].kind {
    case .record: return stride(from: 1, to: children.count, by: 2).map { children[$0] }
    case .memberCall:
      switch bindings[Int(node)] {
      case .function(_, dropsReceiver: true), .type: return Array(children.dropFirst())
      default: return children
      }
    default: return children
    }
  }

  /// What comparing the status of a step that never succeeded with constant texts comes to; nil for
  /// any other relation.
  func successTest(_ node: Int32, ofRecordIn slot: Int) -> Outcomes? {
    let children = Array(tree.children(node))
    guard children.count == 2 else { return nil }
    let texts: [String]?
    let operation = tree.chainOperator(node, 1)
    switch operation {
    case .equal, .notEqual:
      if isStatus(children[0], ofRecordIn: slot) {
        texts = literalTexts([children[1]])
      } else if isStatus(children[1], ofRecordIn: slot) {
        texts = literalTexts([children[0]])
      } else {
        return nil
      }
    case .isIn:
      guard isStatus(children[0], ofRecordIn: slot), tree[children[1]].kind == .list else {
        return nil
      }
      texts = literalTexts(Array(tree.children(children[1])))
    default: return nil
    }
    guard let texts else { return nil }
    // Which other status the step has is not known.
    if texts.contains(where: { !$0.sameScalars(as: "success") }) { return [.isTrue, .isFalse] }
    return operation == .notEqual ? .isTrue : .isFalse
  }

  private func literalTexts(_ nodes: [Int32]) -> [String]? {
    var texts: [String] = []
    for node in nodes {
      guard tree[node].kind == .literal, case .string(let text) = tree.constant(node) else {
        return nil
      }
      texts.append(text)
    }
    return texts
  }

  /// Whether a node reads the field `status` of the record in a slot.
  private func isStatus(_ node: Int32, ofRecordIn slot: Int) -> Bool {
    switch bindings[Int(node)] {
    case .alias(let position, let fields):
      return environment.variables[position].slot == slot && fields.count == 1
        && fields[0].sameScalars(as: "status")
    case .none: break
    default: return false
    }
    guard tree[node].kind == .select, !tree[node].flag,
      tree.name(node).sameScalars(as: "status"),
      case .variable(let position) = bindings[Int(tree.child(node, 0))]
    else { return false }
    return environment.variables[position].slot == slot
  }
}
