import Expression
import Values

/// Finds the pairs of place and event that a flat machine can decide by itself.
struct FlatMachineBuilder {
  private let table: TransitionTable
  private let programs: [CompiledProgram?]
  private let isSlotRead: [Bool]
  private let stateSlot: SlotIndex
  private var starts: [Int32] = []
  private var rows: [FlatRow] = []
  private var assignments: [FlatAssignment] = []

  /// The machine's memory; nil when no pair is so simple, or there are more than `maximum` pairs.
  ///
  /// O(pairs of place and event), and of events and rows that take several.
  static func storage(
    _ table: TransitionTable,
    _ programs: [CompiledProgram?],
    isSlotRead: [Bool],
    stateSlot: SlotIndex,
    maximum: Int,
    matches: (Row, String) -> Bool
  ) -> FlatStorage? {
    let several = table.rows.count { $0.event == .external && !$0.descriptors.isEmpty }
    let (pairs, overflow) = max(table.nodes.count, several)
      .multipliedReportingOverflow(by: table.names.count)
    guard !table.names.isEmpty, !overflow, pairs <= maximum, let root = table.nodes.first,
      !root.rows.contains(where: { table.rows[Int($0)].event == .external }),
      !table.rows.contains(where: { $0.event == .always }),
      !table.slots.indices.contains(where: { slot in
        isSlotRead[slot] && [.event, .run].contains(table.slots[slot].kind)
      })
    else { return nil }
    var builder = FlatMachineBuilder(
      table: table,
      programs: programs,
      isSlotRead: isSlotRead,
      stateSlot: stateSlot
    )
    builder.build(matches)
    guard !builder.rows.isEmpty else { return nil }
    return FlatStorage(
      starts: builder.starts,
      rows: builder.rows,
      assignments: builder.assignments,
      programs: programs
    )
  }

  private init(
    table: TransitionTable,
    programs: [CompiledProgram?],
    isSlotRead: [Bool],
    stateSlot: SlotIndex
  ) {
    self.table = table
    self.programs = programs
    self.isSlotRead = isSlotRead
    self.stateSlot = stateSlot
  }

  private mutating func build(_ matches: (Row, String) -> Bool) {
    let events = table.names.count
    let isSimple = table.nodes.map(isSimple)
    // Events are looked up by their names, so of equal names the first stands for all.
    var numbers: [MapKey: Int] = [:]
    let first = table.names.enumerated().map { number, name in
      let known = numbers[.string(name)] ?? number
      numbers[.string(name)] = known
      return known
    }
    starts = [Int32](repeating: -1, count: table.nodes.count * events)
    for place in table.nodes.indices where isSimple[place] {
      var taking: [Int: [RowIndex]] = [:]
      for index in table.nodes[place].rows where table.rows[Int(index)].event == .external {
        let row = table.rows[Int(index)]
        if row.descriptors.isEmpty {
          taking[first[Int(row.detail)], default: []].append(index)
          continue
        }
        for event in 0..<events where first[event] == event && matches(row, table.names[event]) {
          taking[event, default: []].append(index)
        }
      }
      for (event, taking) in taking.sorted(by: { $0.key < $1.key })
      where taking.allSatisfy({ isPlain($0, isSimple) }) {
        starts[place * events + event] = Int32(rows.count)
        for index in taking { add(index, isLast: index == taking.last) }
      }
    }
  }

  private func isSimple(_ node: PlaceNode) -> Bool {
    node.kind == .rest && node.parent == 0 && node.entryBlocks.isEmpty
      && node.exitBlocks.isEmpty && node.deadlineMilliseconds < 0 && node.maxVisits == 0
      && (node.stepSlot == noIndex || !isSlotRead[Int(node.stepSlot)])
      && !node.rows.contains { table.rows[Int($0)].event == .after }
  }

  /// Whether all that the row does is to test, to assign and to lead to another resting place.
  private func isPlain(_ index: RowIndex, _ isSimple: [Bool]) -> Bool {
    let row = table.rows[Int(index)]
    guard row.target != noIndex, isSimple[Int(row.target)], row.targets.isEmpty,
      row.actions.isEmpty, row.counter == noIndex, row.resets.isEmpty,
      row.guardProgram == noIndex || expression(row.guardProgram) != nil
    else { return false }
    guard !row.assignments.isEmpty else { return true }
    return stateSlot != noIndex
      && row.assignments.allSatisfy { index in
        guard let program = expression(table.assignments[Int(index)].program) else { return false }
        // An optional is unwrapped on the way into the state.
        return !program.type.isOptional
      }
  }

  private func expression(_ program: PoolIndex) -> Program? {
    guard case .expression(let expression)? = programs[Int(program)] else { return nil }
    return expression
  }

  private mutating func add(_ index: RowIndex, isLast: Bool) {
    let row = table.rows[Int(index)]
    let first = Int32(assignments.count)
    for position in row.assignments {
      let entry = table.assignments[Int(position)]
      guard let program = expression(entry.program) else { continue }
      assignments.append(FlatAssignment(field: entry.field, value: GuardReference(program)))
    }
    rows.append(
      FlatRow(
        row: index,
        target: row.target,
        visits: table.nodes[Int(row.target)].visitsRegister,
        isLast: isLast,
        isNegated: row.isNegated,
        test: row.guardProgram == noIndex
          ? nil : expression(row.guardProgram).map { GuardReference($0) },
        assignments: first..<Int32(assignments.count)
      )
    )
  }
}
