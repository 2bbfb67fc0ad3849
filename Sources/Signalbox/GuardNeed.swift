/// What a guard of a flow still depends on once the run's input is known.
public struct GuardNeed: Sendable {
  /// What the guard decides.
  public enum Role: String, Sendable {
    /// Which way a step is left.
    case row
    /// Whether the step runs at all.
    case when
    /// Whether its answer is accepted.
    case require
    /// Whether a check succeeds.
    case check
  }

  /// What is known of the guard.
  public enum Outcome: Sendable {
    /// It needs answers, state or events: what is left of it.
    case needs(String)
    /// The input alone decides it.
    case decided(Bool)
    /// It fails whatever the answers are.
    case fails(String)
  }

  /// The step's name.
  public let step: String
  /// What the guard decides.
  public let role: Role
  /// Where the row leads; empty for other roles.
  public let target: String
  /// What is known of it.
  public let outcome: Outcome

  /// The guards of `table` in its order, folded for a completed input.
  ///
  /// Known are the input and the state fields that nothing in the flow assigns.
  public static func find(in table: LinkedTable, input: Value) -> [GuardNeed] {
    let finder = GuardNeedFinder(table, input: input)
    return finder.find()
  }
}

/// Folds the guards of one table.
private struct GuardNeedFinder {
  private let linked: LinkedTable
  private var memory: Memory
  /// What is unknown to texts of the flow itself.
  private var unknown: [AttributePattern] = []
  /// What is unknown besides to texts of maps and child flows, whose names hide the flow's.
  private var unknownInside: [AttributePattern] = []

  init(_ linked: LinkedTable, input: Value) {
    self.linked = linked
    let table = linked.table
    memory = Memory(slotCount: table.slots.count)
    for (position, slot) in table.slots.enumerated() {
      guard slot.scope == 0 else {
        unknownInside.append(AttributePattern(slot.name))
        continue
      }
      switch slot.kind {
      case .input: memory.set(position, input)
      case .state:
        memory.set(position, linked.initialState)
        unknown += Self.assignedFields(table).map { AttributePattern(slot.name, [.name($0)]) }
      default: unknown.append(AttributePattern(slot.name))
      }
    }
  }

  private static func assignedFields(_ table: TransitionTable) -> [String] {
    var names = table.assignments.map(\.field)
    for node in table.nodes {
      names += node.mergedKeys
      if !node.saveAs.isEmpty { names.append(node.saveAs) }
    }
    for action in table.actions {
      names += [action.text, action.id, action.idField].filter { !$0.isEmpty }
    }
    return names
  }

  func find() -> [GuardNeed] {
    let table = linked.table
    var result: [GuardNeed] = []
    for node in table.nodes {
      add(node.when, node.name, .when, "", &result)
      add(node.require, node.name, .require, "", &result)
      if node.kind == .check { add(node.condition, node.name, .check, "", &result) }
      for index in node.rows where !table.rows[Int(index)].isNegated {
        let row = table.rows[Int(index)]
        let target = row.target == noIndex ? "" : table.nodes[Int(row.target)].name
        add(row.guardProgram, node.name, .row, target, &result)
      }
    }
    return result
  }

  private func add(
    _ program: PoolIndex,
    _ step: String,
    _ role: GuardNeed.Role,
    _ target: String,
    _ result: inout [GuardNeed]
  ) {
    guard program != noIndex, case .expression(let compiled)? = linked.programs[Int(program)] else {
      return
    }
    let isInside = linked.table.programs[Int(program)].scope != 0
    let residual = compiled.residual(memory, unknown: unknown + (isInside ? unknownInside : []))
    let outcome: GuardNeed.Outcome
    switch residual.evaluation {
    case nil: outcome = .needs(residual.expression.canonicalText)
    case .value(.bool(let truth))?: outcome = .decided(truth)
    case .value(let value)?: outcome = .fails("it is \(value.kindName), not true or false")
    case .failure(let error)?: outcome = .fails(error.message)
    }
    result.append(GuardNeed(step: step, role: role, target: target, outcome: outcome))
  }
}
