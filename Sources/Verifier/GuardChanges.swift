import Expression
import Relation
import Table
import Values

/// What guards ask for that a flow changes by itself, without calling or awaiting anything.
///
/// A guard that was true may be false the next time only if something that it reads has changed.
struct GuardChanges {
  private let table: TransitionTable
  /// State fields that guards read.
  private var fields: Set<MapKey> = []
  /// Whether some guard reads the state as a whole.
  private var readsState = false
  /// Slots of results and of step counters that guards read.
  private var slots: Set<Int> = []

  /// Of a table's guards; `reads` gives what each program reads.
  ///
  /// O(nodes + rows + reads).
  init(_ table: TransitionTable, reads: [[ValuePath]]) {
    self.table = table
    for row in table.rows { add(row.guardProgram, reads) }
    for node in table.nodes {
      add(node.condition, reads)
      add(node.when, reads)
    }
  }

  private mutating func add(_ program: PoolIndex, _ reads: [[ValuePath]]) {
    guard program != noIndex, Int(program) < reads.count else { return }
    for path in reads[Int(program)] where table.slots.indices.contains(path.slot) {
      switch table.slots[path.slot].kind {
      case .state:
        if let first = path.fields.first {
          fields.insert(.string(first))
        } else {
          readsState = true
        }
      case .result, .output: slots.insert(path.slot)
      // How a step ended is the same each time that it ends so; how often it was entered is not.
      case .step where path.fields.first == nil || path.fields.first == "visits":
        slots.insert(path.slot)
      default: continue
      }
    }
  }

  /// Whether leaving a node after a success changes something.
  func isChanged(byLeaving node: Int) -> Bool {
    let entry = table.nodes[node]
    if !entry.result.isEmpty, slots.contains(Int(entry.resultSlot)) { return true }
    return isChanged(by: entry.assignments) || entry.exitBlocks.contains { isChanged(byBlock: $0) }
  }

  /// Whether entering a node changes something.
  func isChanged(byEntering node: Int) -> Bool {
    let entry = table.nodes[node]
    if entry.stepSlot != noIndex, slots.contains(Int(entry.stepSlot)) { return true }
    return entry.entryBlocks.contains { isChanged(byBlock: $0) }
      || isChanged(byActions: entry.initialActions)
  }

  /// Whether taking a row changes something, with what it leaves and enters for certain.
  func isChanged(byTaking index: RowIndex) -> Bool {
    let row = table.rows[Int(index)]
    if isChanged(by: row.assignments) || isChanged(byActions: row.actions) { return true }
    let targets = table.targets(of: row)
    guard !targets.isEmpty else { return false }
    return isChanged(byLeaving: Int(row.place))
      || targets.contains { isChanged(byEntering: Int($0)) }
  }

  private func isChanged(by assignments: Range<PoolIndex>) -> Bool {
    assignments.contains { isRead(table.assignments[Int($0)].field) }
  }

  private func isChanged(byBlock block: PoolIndex) -> Bool {
    isChanged(byActions: table.blocks[Int(block)])
  }

  private func isChanged(byActions range: Range<PoolIndex>) -> Bool {
    var open = Array(range)
    while let index = open.popLast() {
      let action = table.actions[Int(index)]
      switch action.kind {
      case .assign: if isRead(action.text) { return true }
      case .choose: open += Array(action.body) + Array(action.otherwise)
      case .loop:
        if isRead(action.text) || isRead(action.id) { return true }
        open += Array(action.body)
      case .send: if isRead(action.idField) { return true }
      case .raise, .cancel, .log: continue
      }
    }
    return false
  }

  private func isRead(_ field: String) -> Bool {
    !field.isEmpty && (readsState || fields.contains(.string(field)))
  }
}
