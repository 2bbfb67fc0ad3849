import Table
import Values

/// Fields that a text can always read: required ones of the input, and those of the input and the
/// state with a default.
struct GivenFields: Sendable {
  /// By scope that has an input or state of its own, the paths: `input.text`, `state.count`.
  private var paths: [PoolIndex: Set<[UInt8]>] = [:]
  private let parents: [PoolIndex]
  /// Deepest schema that is read here; deeper ones give nothing.
  private static let depth = 256

  init(_ table: TransitionTable) {
    parents = table.scopes.map(\.parent)
    // What has an input of its own does not read that of what is around it.
    for slot in table.slots where slot.kind == .input { paths[slot.scope] = [] }
    for slot in table.slots where slot.kind == .input && slot.schema != noIndex {
      let schema = try? JSONParser.parse(table.schemas[Int(slot.schema)], depth: Self.depth)
      guard case .list(let names)? = schema?["required"] else { continue }
      for name in names { add("input.", name.text, slot.scope) }
    }
    add("input.", fieldsOf: table.inputDefaults, scope: 0)
    add("state.", fieldsOf: table.initialState, scope: 0)
    for frame in table.frames.dropFirst() where !frame.initialState.isEmpty {
      add("state.", fieldsOf: frame.initialState, scope: frame.scope)
    }
  }

  private mutating func add(_ variable: String, fieldsOf text: String, scope: PoolIndex) {
    guard case .map(let fields)? = try? JSONParser.parse(text, depth: Self.depth) else { return }
    for entry in fields.entries { add(variable, entry.key.value.text, scope) }
  }

  private mutating func add(_ variable: String, _ name: String?, _ scope: PoolIndex) {
    guard let name else { return }
    paths[scope, default: []].insert(Array((variable + name).utf8))
  }

  /// Whether a path is always there for texts of a scope: in its own input and state, else in those
  /// around it.
  func contains(_ path: [UInt8], scope: PoolIndex) -> Bool {
    var scope = scope
    var depth = 0
    while scope != noIndex, depth <= parents.count {
      if let known = paths[scope] { return known.contains(path) }
      scope = parents.indices.contains(Int(scope)) ? parents[Int(scope)] : noIndex
      depth += 1
    }
    return false
  }
}
