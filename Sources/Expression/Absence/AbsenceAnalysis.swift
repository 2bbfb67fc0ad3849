import Source
import Values

/// Evaluates a checked tree as if one slot held nothing and everything else could be anything.
///
/// Each part yields the set of what it may come to. A part that reads nothing but the slot has one
/// outcome: its own code gives it, so that what the language says of absence stands in one place.
/// All else follows the evaluator's rules for errors, and where in doubt comes to more.
///
/// The cost limit of an evaluation is no concern here: reaching it is not due to the slot.
///
/// O(nodes), and `Limits.knownPartsCost` for the parts that are evaluated. Recursion follows the
/// nesting of the tree, which the parser limits.
struct AbsenceAnalysis {
  let checker: CheckedTree
  let tree: Tree
  private let slot: Int
  private let status: Int?
  private let limits: Limits
  private var builder: Builder
  private var remainingCost: Int
  /// Whether a node reads anything of the run besides the slot, by node.
  private var isOpen: [Bool]
  /// Whether a node reads the slot, by node.
  private var readsSlot: [Bool]
  /// The outermost macro variable that a node reads and does not declare, by node.
  private var outermost: [Int32]
  /// What the macro variables in scope may hold, by place.
  var locals: [Int32: Outcomes] = [:]

  /// `status` is the slot of a record whose field `status` is `success` only if `slot` has a value.
  init(_ checker: CheckedTree, slot: Int, status: Int?, limits: Limits) {
    self.checker = checker
    self.slot = slot
    self.status = status
    self.limits = limits
    tree = checker.tree
    builder = Builder(checker, messages: MessageRegistry(checker.environment))
    remainingCost = limits.knownPartsCost
    isOpen = Array(repeating: false, count: tree.nodes.count)
    readsSlot = isOpen
    outermost = Array(repeating: .max, count: tree.nodes.count)
  }

  /// What the whole expression may come to.
  mutating func run() -> Outcomes {
    survey(tree.root)
    return outcomes(of: tree.root)
  }

  // MARK: What is read

  private mutating func survey(_ node: Int32) {
    let index = Int(node)
    switch checker.bindings[index] {
    case .variable(let position), .alias(let position, _):
      readsSlot[index] = checker.environment.variables[position].slot == slot
      isOpen[index] = !readsSlot[index]
      return
    case .local(let place):
      outermost[index] = Int32(place)
      return
    case .constant, .failure: return
    // What a query finds in the flow is the host's to say.
    case .query: isOpen[index] = true
    case .none, .function, .type: break
    }
    for child in checker.operands(node) {
      survey(child)
      isOpen[index] = isOpen[index] || isOpen[Int(child)]
      readsSlot[index] = readsSlot[index] || readsSlot[Int(child)]
      outermost[index] = min(outermost[index], outermost[Int(child)])
    }
    switch tree[node].kind {
    case .comprehension, .bind, .block, .optionalMap:
      // Its own variables lie at its place and above.
      if outermost[index] >= checker.places[index] { outermost[index] = .max }
    default: break
    }
  }

  /// The one outcome of a node that reads nothing but the slot; nil where that costs too much.
  private mutating func known(_ node: Int32) -> Outcomes? {
    if tree[node].kind == .literal {
      guard case .bool(let truth) = tree.constant(node) else { return .other }
      return truth ? .isTrue : .isFalse
    }
    guard remainingCost > 0 else { return nil }
    let code = builder.build(node).code
    let error: Outcomes = readsSlot[Int(node)] ? .failure : .other
    let (outcome, rest): (Outcomes?, Int) = Evaluator.run(
      Evaluator.emptyMemory,
      localCount: checker.localCount,
      cost: remainingCost,
      valueSize: limits.valueSize
    ) { context in
      let cell = code(context)
      if context.isExhausted { return (nil, 0) }
      let rest = context.remainingCost
      if cell.isBool { return (cell.isTrue ? .isTrue : .isFalse, rest) }
      guard cell.isError else { return (.other, rest) }
      let isAbsent = cell.tag == Tag.error && context.error(cell).kind == .absent
      return (isAbsent && error == .failure ? .missing : error, rest)
    }
    remainingCost = min(rest, remainingCost - 1)
    return outcome
  }

  // MARK: What a node may come to

  mutating func outcomes(of node: Int32) -> Outcomes {
    let index = Int(node)
    if !isOpen[index], outermost[index] == .max, let known = known(node) { return known }
    switch checker.bindings[index] {
    case .variable(let position), .alias(let position, _):
      return checker.environment.variables[position].slot == slot ? .missing : .anything
    case .local(let place): return locals[Int32(place)] ?? .anything
    case .constant: return .anything
    case .failure: return .other
    case .query: return query(node)
    case .none, .function, .type: break
    }
    switch tree[node].kind {
    case .select: return select(node)
    case .presence: return presence(node)
    case .not: return not(node)
    case .relation: return relation(node)
    case .and, .or: return logic(node)
    case .conditional: return conditional(node)
    case .call, .memberCall: return call(node)
    case .comprehension: return comprehension(node)
    case .bind, .block: return bindings(node)
    case .optionalMap: return optionalMap(node)
    case .literal, .identifier, .index, .list, .map, .record, .optionalElement, .negate,
      .arithmetic, .invalid:
      return strict(checker.operands(node))
    }
  }

  /// An operator that fails when one of its operands does, and else gives `result`.
  ///
  /// Which of several errors it gives is left open.
  mutating func strict(_ operands: [Int32], gives result: Outcomes = .anything) -> Outcomes {
    var all: Outcomes = []
    var succeeds = true
    for operand in operands {
      let part = outcomes(of: operand)
      all.formUnion(part)
      if part.isSubset(of: .errors) { succeeds = false }
    }
    let failed = all.intersection([.other, .missing, .failure])
    return succeeds ? failed.union(result) : failed
  }

  // MARK: Fields

  private mutating func select(_ node: Int32) -> Outcomes {
    let operand = tree.child(node, 0)
    guard tree[node].flag, checker.isFlow else { return strict([operand]) }
    // `.?` gives nothing where there is nothing to select from.
    let found = outcomes(of: operand)
    return found.isSubset(of: .failure) ? found : found.intersection(.failure).union(.other)
  }

  private mutating func presence(_ node: Int32) -> Outcomes {
    let operand = tree.child(node, 0)
    guard checker.isFlow else { return strict([operand]) }
    let found = outcomes(of: operand)
    var result = found.intersection(.failure)
    if found.contains(.missing) { result.insert(.isFalse) }
    if !found.isSubset(of: .errors) { result.formUnion(.anything) }
    return result
  }

  // MARK: Logic

  private mutating func not(_ node: Int32) -> Outcomes {
    let operand = outcomes(of: tree.child(node, 0))
    var result = operand.subtracting([.isTrue, .isFalse])
    if operand.contains(.isTrue) { result.insert(.isFalse) }
    if operand.contains(.isFalse) { result.insert(.isTrue) }
    return result
  }

  private mutating func relation(_ node: Int32) -> Outcomes {
    if let status, let decided = checker.successTest(node, ofRecordIn: status) { return decided }
    let operands = Array(tree.children(node))
    guard operands.count == 2 else { return strict(operands) }
    switch tree.chainOperator(node, 1) {
    case .equal, .notEqual: return strict(operands, gives: [.isTrue, .isFalse])
    default: return strict(operands)
    }
  }

  /// One decisive operand decides, whatever the others come to; else one error is the result.
  private mutating func logic(_ node: Int32) -> Outcomes {
    let decisive: Outcomes = tree[node].kind == .and ? .isFalse : .isTrue
    let neutral: Outcomes = tree[node].kind == .and ? .isTrue : .isFalse
    var all: Outcomes = []
    var isNeutral = true
    var mayBeUndecided = true
    for child in tree.children(node) {
      let part = outcomes(of: child)
      all.formUnion(part)
      if !part.contains(neutral) { isNeutral = false }
      if part.isSubset(of: decisive) { mayBeUndecided = false }
    }
    var result = all.intersection(decisive)
    if isNeutral { result.insert(neutral) }
    if mayBeUndecided { result.formUnion(all.subtracting([.isTrue, .isFalse])) }
    return result
  }

  private mutating func conditional(_ node: Int32) -> Outcomes {
    let children = Array(tree.children(node))
    var result: Outcomes = []
    var index = 0
    while index + 1 < children.count {
      let condition = outcomes(of: children[index])
      result.formUnion(condition.subtracting([.isTrue, .isFalse]))
      if condition.contains(.isTrue) { result.formUnion(outcomes(of: children[index + 1])) }
      guard condition.contains(.isFalse) else { return result }
      index += 2
    }
    return result.union(outcomes(of: children[children.count - 1]))
  }
}
