import Source
import Values

/// Folds the known parts of a checked tree.
///
/// Works on the tree alone: a known part is printed, compiled and run as a program of its own.
/// Recursion follows the nesting of the tree, which the parser limits.
struct PartialEvaluator {
  /// A part in the new tree.
  struct Part {
    var node: Int32
    /// Its value, when it is known and has one.
    var value: Value?
    /// Its error, when it is known to have one.
    var error: EvaluationError?

    var isKnown: Bool { value != nil || error != nil }
  }

  /// A macro's variable whose value is known.
  private struct KnownBind {
    var name: String
    var value: Int32
  }

  let checker: Checker
  let tree: Tree
  let limits: Limits
  private let memory: Memory
  private let patterns: [AttributePattern]
  private let hidesTypes: Bool
  private var remainingCost: Int
  var target = TreeAssembler()
  /// Whether a node reads something unknown, by node.
  private var isOpen: [Bool]
  /// The outermost macro variable without known value that a node reads, by node.
  private var outermost: [Int32]
  private var knownBinds: [Int32: KnownBind] = [:]
  /// Places of the macro variables that the new tree reads.
  var usedPlaces: Set<Int32> = []
  private var evaluations: [Int32: Evaluation] = [:]

  init(
    _ checker: Checker,
    memory: Memory,
    patterns: [AttributePattern],
    limits: Limits,
    hidesTypes: Bool
  ) {
    self.checker = checker
    tree = checker.tree
    self.memory = memory
    self.patterns = patterns
    self.limits = limits
    self.hidesTypes = hidesTypes
    remainingCost = limits.evaluationCost
    isOpen = Array(repeating: false, count: tree.nodes.count)
    outermost = Array(repeating: .max, count: tree.nodes.count)
  }

  /// The residual, and its outcome when nothing in it is unknown.
  mutating func run() -> (tree: Tree, evaluation: Evaluation?) {
    analyze(tree.root)
    let part = reduce(tree.root, depth: 0)
    var result = target.tree
    result.root = part.node
    if let value = part.value { return (result, .value(value)) }
    return (result, part.error.map { .failure($0) })
  }

  // MARK: What is known

  /// Finds out what reads something unknown.
  private mutating func analyze(_ node: Int32) {
    let here = tree[node]
    var children = operands(node)
    switch checker.bindings[Int(node)] {
    case .variable, .alias:
      isOpen[Int(node)] = isUnknown(path(node))
      return
    case .local(let place):
      if knownBinds[Int32(place)] == nil { outermost[Int(node)] = Int32(place) }
      return
    case .query:
      // A query may read the whole flow: it stays as it is.
      isOpen[Int(node)] = true
      for child in children { analyze(child) }
      return
    case .constant, .failure: return
    case .none, .function, .type: break
    }
    if here.kind == .bind {
      analyze(children[0])
      inherit(node, [children[0]])
      let place = checker.places[Int(node)]
      bindKnown(node, children[0], place)
      analyze(children[1])
      knownBinds[place] = nil
      children = [children[1]]
    } else {
      for child in children { analyze(child) }
    }
    inherit(node, children)
    switch here.kind {
    case .select, .presence, .index:
      guard let path = path(node) else { return }
      // The path decides, not its beginning: of a record with unknown fields others are known.
      let key = here.kind == .index ? isOpen[Int(tree.child(node, 1))] : false
      isOpen[Int(node)] = key || isKeyOpen(tree.child(node, 0)) || isUnknown(path)
    default: break
    }
  }

  private mutating func inherit(_ node: Int32, _ children: [Int32]) {
    for child in children {
      if isOpen[Int(child)] { isOpen[Int(node)] = true }
      outermost[Int(node)] = min(outermost[Int(node)], outermost[Int(child)])
    }
  }

  /// Whether a key on the way to a node is unknown.
  private func isKeyOpen(_ node: Int32) -> Bool {
    var current = node
    while true {
      if case .none = checker.bindings[Int(current)] {
        let here = tree[current]
        switch here.kind {
        case .index:
          if isOpen[Int(tree.child(current, 1))] { return true }
        case .select, .presence: break
        default: return false
        }
        current = tree.child(current, 0)
      } else {
        return false
      }
    }
  }

  private func isUnknown(_ path: AttributePattern?) -> Bool {
    guard let path else { return false }
    return patterns.contains { $0.touches(path) }
  }

  /// The children that are expressions of their own.
  func operands(_ node: Int32) -> [Int32] {
    checker.operands(node)
  }

  /// The attribute that a node reads; nil when it is no path from a variable.
  private mutating func path(_ node: Int32) -> AttributePattern? {
    switch checker.bindings[Int(node)] {
    case .variable(let position):
      return AttributePattern(checker.environment.variables[position].name)
    case .alias(let position, let fields):
      return AttributePattern(
        checker.environment.variables[position].name,
        fields.map { .name($0) }
      )
    case .none: break
    default: return nil
    }
    let here = tree[node]
    switch here.kind {
    case .select, .presence:
      guard var path = path(tree.child(node, 0)) else { return nil }
      path.steps.append(.name(tree.name(node)))
      return path
    case .index:
      guard var path = path(tree.child(node, 0)) else { return nil }
      path.steps.append(step(tree.child(node, 1)))
      return path
    default: return nil
    }
  }

  private mutating func step(_ key: Int32) -> AttributePattern.Step {
    guard !isOpen[Int(key)], outermost[Int(key)] == .max else { return .any }
    switch tree[key].kind == .literal ? .value(tree.constant(key)) : evaluate(key) {
    case .value(.string(let name)): return .name(name)
    case .value(.int(let index)): return .index(index)
    case .value(.uint(let index)): return Int64(exactly: index).map { .index($0) } ?? .any
    default: return .any
    }
  }

  // MARK: Evaluating

  func isKnown(_ node: Int32, depth: Int32) -> Bool {
    !isOpen[Int(node)] && outermost[Int(node)] >= depth
  }

  /// Makes a macro's variable known when its value is.
  mutating func bindKnown(_ node: Int32, _ value: Int32, _ place: Int32) {
    guard !isOpen[Int(value)], outermost[Int(value)] >= place else { return }
    knownBinds[place] = KnownBind(name: tree.name(node), value: value)
  }

  mutating func unbind(_ place: Int32) { knownBinds[place] = nil }

  /// The value or error of a known part of the tree.
  mutating func evaluate(_ node: Int32) -> Evaluation {
    if let known = evaluations[node] { return known }
    var scratch = TreeAssembler()
    let copy = copied(node, &scratch)
    let result = evaluate(&scratch, copy)
    evaluations[node] = result
    return result
  }

  /// The value or error of a part in a tree of its own.
  mutating func evaluate(_ scratch: inout TreeAssembler, _ node: Int32) -> Evaluation {
    var root = node
    for place in knownBinds.keys.sorted(by: >) {
      guard let bind = knownBinds[place] else { continue }
      root = scratch.bind(bind.name, copied(bind.value, &scratch), root)
    }
    var limits = limits
    limits.evaluationCost = max(1, remainingCost)
    let source = SourceText(name: "<known>", text: Unparser.text(scratch.tree, root))
    let compiled = Program.compile(source, in: checker.environment, limits: limits)
    guard remainingCost > 0, let program = compiled.program else {
      return .failure(EvaluationError(.costExceeded, Messages.costExceeded, at: TextRange(0, 0)))
    }
    let (evaluation, cost) = program.measure(memory)
    remainingCost -= max(1, cost)
    return evaluation
  }

  func copied(_ node: Int32, _ target: inout TreeAssembler) -> Int32 {
    let children = tree.children(node).map { copied($0, &target) }
    return target.rebuilt(tree, node, children)
  }

  /// The part as it is.
  mutating func kept(_ node: Int32) -> Int32 {
    note(node)
    return copied(node, &target)
  }

  private mutating func note(_ node: Int32) {
    if case .local(let place) = checker.bindings[Int(node)] { usedPlaces.insert(Int32(place)) }
    for child in tree.children(node) { note(child) }
  }

  /// A known part: its value where that can be written down, else the part as it is.
  mutating func known(_ node: Int32) -> Part {
    if tree[node].kind == .literal { return Part(node: kept(node), value: tree.constant(node)) }
    switch evaluate(node) {
    case .value(let value): return known(value, as: node)
    case .failure(let error): return Part(node: kept(node), error: error)
    }
  }

  /// A part with a value: written down where that is possible.
  private mutating func known(_ value: Value, as node: Int32) -> Part {
    guard let inlined = target.inlined(value, limits) else {
      return Part(node: kept(node), value: value)
    }
    let isExact = Checker.type(of: value) == checker.types[Int(node)]
    guard hidesTypes, !isExact else { return Part(node: inlined, value: value) }
    return Part(node: target.call("dyn", [inlined]), value: value)
  }
}
