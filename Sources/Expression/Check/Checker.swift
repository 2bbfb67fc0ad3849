import Source
import Values

/// What a name or call stands for.
enum Binding {
  case none
  /// A variable of the environment, by position.
  case variable(Int)
  /// A field path below a variable of the environment.
  case alias(Int, [String])
  /// A variable of a macro, by its place among the locals.
  case local(Int)
  /// A constant: a member of an enumeration, a type.
  case constant(Value)
  /// A global function, by its full name; `dropsReceiver` when a member call was its spelling.
  case function(String, dropsReceiver: Bool)
  /// A message or enumeration, by full name.
  case type(String)
  /// A query; the checker's `queries` hold it.
  case query
  /// Fails when evaluated: how names behave in an expression that is not checked.
  case failure(EvaluationError.Kind, String)
}

/// Resolves names and deduces types: one walk over the tree.
///
/// With `checksTypes` off the walk only resolves; mistakes become failures at run time.
struct Checker {
  let tree: Tree
  let environment: Environment
  let declarations: Declarations
  var reporter: Reporter
  var unifier: Unifier
  var types: [ExpressionType]
  var bindings: [Binding]
  /// The calls of query functions, by node.
  var queries: [Int32: QueryCall] = [:]
  private(set) var localCount = 0
  /// Where the variables of a macro start among the locals, by node.
  var places: [Int32]
  var scopes: [(name: String, type: ExpressionType, place: Int)] = []
  let isFlow: Bool
  let isChecking: Bool

  init(_ tree: Tree, in environment: Environment, reporter: Reporter) {
    self.tree = tree
    self.environment = environment
    self.reporter = reporter
    isFlow = environment.dialect == .flow
    isChecking = environment.options.checksTypes
    declarations = isFlow ? .flow : .cel
    unifier = Unifier(records: environment.records, isFlow: isFlow)
    types = Array(repeating: .error, count: tree.nodes.count)
    bindings = Array(repeating: .none, count: tree.nodes.count)
    places = Array(repeating: 0, count: tree.nodes.count)
  }

  mutating func check() {
    _ = check(tree.root)
    for index in types.indices { types[index] = unifier.resolve(types[index], isFinal: true) }
  }

  mutating func mistake(
    _ code: DiagnosticCode,
    _ message: String,
    at node: Int32,
    hint: String? = nil
  ) {
    guard isChecking else { return }
    reporter.report(code, message, at: tree[node].range, hint: hint)
  }

  @discardableResult
  mutating func check(_ node: Int32) -> ExpressionType {
    let type = deduce(node)
    types[Int(node)] = type
    return type
  }

  private mutating func deduce(_ node: Int32) -> ExpressionType {
    let here = tree[node]
    switch here.kind {
    case .literal: return Checker.type(of: tree.constant(node))
    case .identifier, .select: return selection(node)
    case .presence:
      let operand = check(tree.child(node, 0))
      _ = field(tree.name(node), of: operand, at: node, isPresence: true)
      return .bool
    case .index: return index(node)
    case .call: return call(node)
    case .memberCall: return memberCall(node)
    case .list: return list(node)
    case .map: return map(node)
    case .record: return record(node)
    case .optionalElement:
      return unwrapOptional(check(tree.child(node, 0)), at: node)
    case .not:
      truth(check(tree.child(node, 0)), at: tree.child(node, 0))
      return .bool
    case .negate: return overload("-_", node, [check(tree.child(node, 0))], symbol: "-")
    case .arithmetic, .relation: return chain(node)
    case .and, .or:
      for child in tree.children(node) { truth(check(child), at: child) }
      return .bool
    case .conditional: return conditional(node)
    case .comprehension: return comprehension(node)
    case .bind: return bind(node)
    case .block: return block(node)
    case .optionalMap: return optionalMap(node)
    case .invalid: return .error
    }
  }

  static func type(of value: Value) -> ExpressionType {
    switch value {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    case .type(let name): .type(namedType(name))
    case .enumeration(let type, _): .enumeration(type)
    default: .dyn
    }
  }

  static func namedType(_ name: String) -> ExpressionType {
    switch name {
    case "bool": .bool
    case "int": .int
    case "uint": .uint
    case "double": .double
    case "string": .string
    case "bytes": .bytes
    case "null_type": .null
    case "list": .list(.dyn)
    case "map": .map(.dyn, .dyn)
    case "type": .type(.dyn)
    case "optional_type": .optional(.dyn)
    case "google.protobuf.Timestamp": .timestamp
    case "google.protobuf.Duration": .duration
    case "net.IP", "net.CIDR": .abstract(name, [])
    default: .record(name)
    }
  }

  /// Reports a value that must be boolean and is not.
  mutating func truth(_ type: ExpressionType, at node: Int32) {
    if !unifier.isAssignable(type, to: .bool) {
      mistake(.celTypes, Messages.notBoolean(unifier.resolve(type)), at: node)
    }
  }

  mutating func unwrapOptional(_ type: ExpressionType, at node: Int32) -> ExpressionType {
    let parameter = unifier.parameter()
    guard unifier.isAssignable(type, to: .optional(parameter)) else {
      mistake(.celTypes, Messages.notOptional, at: node)
      return .error
    }
    return unifier.resolve(type).isDynamic ? .dyn : parameter
  }

  mutating func declareLocal(_ name: String, _ type: ExpressionType) {
    scopes.append((name, type, scopes.count))
    localCount = max(localCount, scopes.count)
  }

  mutating func dropLocals(_ count: Int) { scopes.removeLast(count) }

  // MARK: Collections

  private mutating func join(
    _ known: ExpressionType?,
    _ type: ExpressionType
  ) -> ExpressionType {
    guard let known else { return type }
    if unifier.isAssignable(type, to: known) || unifier.isAssignable(known, to: type) {
      return Unifier.mostGeneral(unifier.resolve(known), unifier.resolve(type))
    }
    return .dyn
  }

  private mutating func list(_ node: Int32) -> ExpressionType {
    var element: ExpressionType?
    for child in tree.children(node) { element = join(element, check(child)) }
    return .list(element ?? unifier.parameter())
  }

  private mutating func map(_ node: Int32) -> ExpressionType {
    var key: ExpressionType?
    var value: ExpressionType?
    let children = Array(tree.children(node))
    for index in stride(from: 0, to: children.count - 1, by: 2) {
      let isOptional = tree[children[index]].kind == .optionalElement
      let keyNode = isOptional ? tree.child(children[index], 0) : children[index]
      key = join(key, check(keyNode))
      var valueType = check(children[index + 1])
      if isOptional { valueType = unwrapOptional(valueType, at: children[index + 1]) }
      value = join(value, valueType)
    }
    return .map(key ?? unifier.parameter(), value ?? unifier.parameter())
  }

  private mutating func conditional(_ node: Int32) -> ExpressionType {
    let children = Array(tree.children(node))
    var index = 0
    var branches: [ExpressionType] = []
    while index + 1 < children.count {
      truth(check(children[index]), at: children[index])
      branches.append(check(children[index + 1]))
      index += 2
    }
    if index < children.count { branches.append(check(children[index])) }
    guard var result = branches.last else { return .error }
    for branch in branches.dropLast().reversed() {
      let parameter = unifier.parameter()
      if unifier.areAssignable([branch, result], to: [parameter, parameter]) {
        result = unifier.resolve(parameter)
      } else if isFlow {
        result = .dyn
      } else {
        mistake(
          .celTypes,
          Messages.noOverload("? :", [.bool, unifier.resolve(branch), unifier.resolve(result)]),
          at: node
        )
        return .error
      }
    }
    return result
  }

  private mutating func index(_ node: Int32) -> ExpressionType {
    let operand = check(tree.child(node, 0))
    let key = check(tree.child(node, 1))
    let isOptional = tree[node].flag
    if case .record(let name) = unifier.resolve(operand),
      !(environment.records.records[name]?.isMessage ?? false),
      tree[tree.child(node, 1)].kind == .literal,
      case .string(let text) = tree.constant(tree.child(node, 1))
    {
      let type = field(text, of: operand, at: node, isPresence: false)
      return isOptional ? .optional(type) : type
    }
    return overload(
      isOptional ? "_[?_]" : "_[_]",
      node,
      [operand, key],
      symbol: isOptional ? "[?]" : "[]"
    )
  }

  // MARK: Macros

  /// Types of the macro's variables over a range.
  private mutating func elementTypes(
    _ range: ExpressionType,
    at node: Int32,
    isPair: Bool
  ) -> (ExpressionType, ExpressionType) {
    let type = unifier.resolve(range)
    switch type {
    case .list(let element): return isPair ? (.int, element) : (element, .dyn)
    case .map(let key, let value): return (key, value)
    case .record where isFlow: return (.string, .dyn)
    case .parameter:
      _ = unifier.isAssignable(.dyn, to: type)
      return (.dyn, .dyn)
    case .dyn, .any, .error: return (.dyn, .dyn)
    default:
      mistake(.celTypes, Messages.notIterable(type), at: node)
      return (.error, .error)
    }
  }

  private mutating func comprehension(_ node: Int32) -> ExpressionType {
    let children = Array(tree.children(node))
    let range = check(children[0])
    let second = tree.secondName(node)
    let types = elementTypes(range, at: children[0], isPair: second != nil)
    places[Int(node)] = Int32(scopes.count)
    declareLocal(tree.name(node), types.0)
    if let second { declareLocal(second, types.1) }
    defer { dropLocals(second == nil ? 1 : 2) }
    let macro = Comprehension(rawValue: tree[node].code) ?? .all
    let parts = children.dropFirst().map { check($0) }
    switch macro {
    case .all, .exists, .existsOne:
      truth(parts[0], at: children[1])
      return .bool
    case .filter:
      truth(parts[0], at: children[1])
      return .list(types.0)
    case .map: return .list(parts[0])
    case .filterMap, .transformList:
      if parts.count > 1 { truth(parts[0], at: children[1]) }
      return .list(parts[parts.count - 1])
    case .transformMap:
      if parts.count > 1 { truth(parts[0], at: children[1]) }
      return .map(types.0, parts[parts.count - 1])
    case .transformMapEntry:
      if parts.count > 1 { truth(parts[0], at: children[1]) }
      return entryMap(parts[parts.count - 1], at: children[children.count - 1])
    case .sortBy:
      return .list(types.0)
    }
  }

  private mutating func entryMap(_ type: ExpressionType, at node: Int32) -> ExpressionType {
    let parameters = (unifier.parameter(), unifier.parameter())
    let map = ExpressionType.map(parameters.0, parameters.1)
    if !unifier.isAssignable(type, to: map) {
      mistake(
        .celTypes,
        Messages.noOverload("transformMapEntry", [unifier.resolve(type)]),
        at: node
      )
    }
    return map
  }

  private mutating func bind(_ node: Int32) -> ExpressionType {
    let value = check(tree.child(node, 0))
    places[Int(node)] = Int32(scopes.count)
    declareLocal(tree.name(node), value)
    defer { dropLocals(1) }
    return check(tree.child(node, 1))
  }

  private mutating func block(_ node: Int32) -> ExpressionType {
    let children = Array(tree.children(node))
    places[Int(node)] = Int32(scopes.count)
    for (index, child) in children.dropLast().enumerated() {
      let type = check(child)
      declareLocal("@index\(index)", type)
    }
    defer { dropLocals(children.count - 1) }
    return check(children[children.count - 1])
  }

  private mutating func optionalMap(_ node: Int32) -> ExpressionType {
    let wrapped = unwrapOptional(check(tree.child(node, 0)), at: tree.child(node, 0))
    places[Int(node)] = Int32(scopes.count)
    declareLocal(tree.name(node), wrapped)
    defer { dropLocals(1) }
    let body = check(tree.child(node, 1))
    guard tree[node].flag else { return .optional(body) }
    _ = unwrapOptional(body, at: tree.child(node, 1))
    return body
  }
}
