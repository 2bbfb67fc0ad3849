import Expression

/// The rows that events take from resting places of a flat machine, found by two array look-ups.
///
/// Holds only pairs of place and event where taking a row is all that happens: no actions, timers,
/// limits or names that guards read of the step itself. Every other pair is the business of the
/// full step, which gives the same result for these as well.
public final class FlatMachine: Sendable {
  /// A row that may be taken.
  public struct Entry: Sendable {
    /// The row.
    public var row: RowIndex
    /// The guard among `guards`; `noIndex` is true.
    public var guardIndex: Int32
    /// Whether the row is taken when the guard is false.
    public var isNegated: Bool
    /// Where it leads.
    public var target: NodeIndex
    /// The target's count of visits; `noIndex`: none.
    public var visits: RegisterIndex
    /// Whether no further entry belongs to the same pair.
    public var isLast: Bool
  }

  /// Number of event names.
  public let eventCount: Int
  /// First entry by `place * eventCount + event`; -1: the full step decides.
  public let starts: [Int32]
  /// The entries, one pair after the other.
  public let entries: [Entry]
  /// The guards that entries test, held here so that testing one copies nothing.
  public let guards: [Program]

  /// Nil when no pair is so simple.
  init?(
    _ table: TransitionTable,
    _ programs: [CompiledProgram?],
    isSlotRead: [Bool],
    matches: (Row, String) -> Bool
  ) {
    guard !table.names.isEmpty, !table.rows.contains(where: { $0.event == .always }),
      !table.slots.indices.contains(where: { slot in
        isSlotRead[slot] && [.event, .run].contains(table.slots[slot].kind)
      })
    else { return nil }
    func isSimple(_ node: PlaceNode) -> Bool {
      node.kind == .rest && node.parent == 0 && node.entryBlocks.isEmpty
        && node.exitBlocks.isEmpty && node.deadlineMilliseconds < 0 && node.maxVisits == 0
        && (node.stepSlot == noIndex || !isSlotRead[Int(node.stepSlot)])
        && !node.rows.contains { table.rows[Int($0)].event == .after }
    }
    let simple = table.nodes.map(isSimple)
    var starts: [Int32] = []
    var entries: [Entry] = []
    var guards: [Program] = []
    func isTestable(_ program: PoolIndex) -> Bool {
      if program == noIndex { return true }
      if case .expression = programs[Int(program)] { return true }
      return false
    }
    for place in table.nodes.indices {
      for name in table.names {
        guard simple[place] else {
          starts.append(-1)
          continue
        }
        let rows = table.nodes[place].rows.filter { index in
          let row = table.rows[Int(index)]
          return row.event == .external && matches(row, name)
        }
        let areSimple = rows.allSatisfy { index in
          let row = table.rows[Int(index)]
          return row.target != noIndex && simple[Int(row.target)] && row.targets.isEmpty
            && row.assignments.isEmpty && row.actions.isEmpty && row.counter == noIndex
            && row.resets.isEmpty && isTestable(row.guardProgram)
        }
        guard areSimple, !rows.isEmpty else {
          starts.append(-1)
          continue
        }
        starts.append(Int32(entries.count))
        for (position, index) in rows.enumerated() {
          let row = table.rows[Int(index)]
          var guardIndex = noIndex
          if row.guardProgram != noIndex,
            case .expression(let program) = programs[Int(row.guardProgram)]
          {
            guardIndex = Int32(guards.count)
            guards.append(program)
          }
          entries.append(
            Entry(
              row: index,
              guardIndex: guardIndex,
              isNegated: row.isNegated,
              target: row.target,
              visits: table.nodes[Int(row.target)].visitsRegister,
              isLast: position == rows.count - 1
            )
          )
        }
      }
    }
    guard !entries.isEmpty else { return nil }
    eventCount = table.names.count
    self.starts = starts
    self.entries = entries
    self.guards = guards
  }
}
