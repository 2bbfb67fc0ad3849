import Expression

/// Finds the pairs of place and event that a flat machine can decide by itself.
struct FlatMachineBuilder {
  private let table: TransitionTable
  private let programs: [CompiledProgram?]
  private let isSlotRead: [Bool]
  private let stateSlot: SlotIndex
  private var starts: [Int32] = []
  private var rows: [FlatRow] = []
  private var assignments: [FlatAssignment] = []

  /// The machine's memory; nil when no pair is so simple.
  ///
  /// O(places * events) for the places that only rest.
  static func storage(
    _ table: TransitionTable,
    _ programs: [CompiledProgram?],
    isSlotRead: [Bool],
    stateSlot: SlotIndex,
    matches: (Row, String) -> Bool
  ) -> FlatStorage? {
    guard !table.names.isEmpty, let root = table.nodes.first,
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
    starts = [Int32](repeating: -1, count: table.nodes.count * events)
    for place in table.nodes.indices where isSimple[place] {
      let external = table.nodes[place].rows.filter { table.rows[Int($0)].event == .external }
      guard !external.isEmpty else { continue }
      for event in 0..<events {
        let taking = external.filter { matches(table.rows[Int($0)], table.names[event]) }
        guard !taking.isEmpty, taking.allSatisfy({ isPlain($0, isSimple) }) else { continue }
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
