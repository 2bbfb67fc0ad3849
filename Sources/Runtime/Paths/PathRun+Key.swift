import Execution
import Expression
import Table
import Values

// What tells one state of a search from another.
extension PathRun {
  /// How exactly two states are told apart.
  enum Precision: Sendable, CaseIterable {
    /// By their places, counters, state fields, and what their guards say now.
    case guards
    /// By all that the run remembers.
    case memory
    /// By all that can change what follows, items and child flows included.
    case everything
  }

  /// What texts say of a run, for keys.
  struct Sight {
    /// What the flow's texts compare.
    var literals: PathLiterals
    /// Programs whose values an invariant looks at.
    var watched: [PoolIndex] = []
  }

  /// A number that is the same for states that a search need not tell apart.
  func key(_ table: LinkedTable, _ precision: Precision, _ sight: Sight) -> Int {
    var hasher = Hasher()
    monitor?.combine(into: &hasher)
    for call in late + open where call.delayedAtStep >= 0 {
      hasher.combine(call.intent.place)
      hasher.combine(call.delayedAtStep == stepCount)
    }
    if precision == .everything {
      combineEverything(table, &hasher)
      return hasher.finalize()
    }
    for token in state.tokens {
      hasher.combine(token.place)
      hasher.combine(token.frame)
      hasher.combine(token.phase)
      hasher.combine(token.attempt)
    }
    for call in unanswered { hasher.combine(call.place) }
    hasher.combine(alarms.count)
    hasher.combine(state.histories)
    for join in state.joins {
      hasher.combine([join.owner, join.opened, join.successes, join.failures, join.skipped])
    }
    for frame in state.frames {
      hasher.combine([frame.template, frame.owner, frame.position])
      hasher.combine(frame.registers)
    }
    hasher.combine(state.cancelReason != nil)
    hasher.combine(state.isOverdue)
    switch state.outcome {
    case nil: hasher.combine(0)
    case .success(let final, _): hasher.combine(final)
    case .failure(let final, let error, _):
      hasher.combine(final)
      hasher.combine(error?.kind)
    case .cancelled: hasher.combine(1)
    }
    switch precision {
    case .everything: break
    case .guards:
      combineGuards(table, sight.literals, &hasher)
      for program in sight.watched { combine(valueOf: program, table, &hasher) }
    case .memory:
      for due in alarms.map(\.due).sorted() { hasher.combine(due - now) }
      hasher.combine(state.registers)
      for slot in 0..<state.memory.slotCount where table.table.slots[slot].kind != .run {
        hasher.combine(state.memory.value(slot).map { JSONWriter.string($0) })
      }
    }
    return hasher.finalize()
  }

  /// Registers beyond every limit are the same to all guards but rare ones.
  private static let countedVisits: Int64 = 4

  private func combineGuards(
    _ table: LinkedTable,
    _ literals: PathLiterals,
    _ hasher: inout Hasher
  ) {
    var caps = [Int64](repeating: Int64.max, count: state.registers.count)
    for (index, node) in table.table.nodes.enumerated() {
      if node.visitsRegister != noIndex {
        let limit = node.maxVisits > 0 ? Int64(node.maxVisits) + 1 : Self.countedVisits
        caps[Int(node.visitsRegister)] = limit
      }
      // A guard over several steps says the same until the last has ended.
      let isRead =
        node.stepSlot != noIndex
        && (literals.reads[.string("steps.\(node.name)")] != nil
          || literals.reads[.string("steps")] != nil)
      if node.tree != nil || isRead { hasher.combine(state.steps[index].status) }
      for program in [node.when, node.require, node.condition] where program != noIndex {
        combine(program, table, &hasher)
      }
    }
    for (register, value) in state.registers.enumerated() {
      hasher.combine(min(value, caps[register]))
    }
    var seen: Set<PoolIndex> = []
    for row in table.table.rows where row.guardProgram != noIndex {
      if seen.insert(row.guardProgram).inserted { combine(row.guardProgram, table, &hasher) }
    }
    for (slot, entry) in table.table.slots.enumerated() where entry.kind == .state {
      guard case .map(let fields)? = state.memory.value(slot) else { continue }
      for field in fields.entries {
        guard case .string(let name) = field.key else { continue }
        switch field.value {
        case .string, .double:
          // Texts and fractions that nothing is compared with never change the way.
          if literals.literals(for: name).isEmpty { continue }
        default: break
        }
        hasher.combine(field.key)
        hasher.combine(JSONWriter.string(field.value))
      }
    }
  }

  private func combine(_ program: PoolIndex, _ table: LinkedTable, _ hasher: inout Hasher) {
    switch table.test(program, state.memory) {
    case .isTrue: hasher.combine(1)
    case .isFalse: hasher.combine(2)
    case .failure: hasher.combine(3)
    }
  }

  private func combine(valueOf program: PoolIndex, _ table: LinkedTable, _ hasher: inout Hasher) {
    switch table.evaluate(program, state.memory) {
    case .value(let value): hasher.combine(JSONWriter.string(value))
    case .failure: hasher.combine(0)
    }
  }

  // MARK: Everything

  /// Declared limits of places up to this many are counted towards: beyond, loops are loops.
  private static let countedPlaces: Int32 = 100

  private func combineEverything(_ table: LinkedTable, _ hasher: inout Hasher) {
    // Numbers of frames and calls only ever grow: their order is what counts.
    var order: [Int32: Int] = [0: 0]
    for (position, frame) in state.frames.enumerated() { order[frame.id] = position + 1 }
    for token in state.tokens {
      hasher.combine([Int(token.place), order[token.frame] ?? -1, Int(token.attempt)])
      hasher.combine(token.phase)
      hasher.combine(token.isInDoubt)
    }
    for call in open.map(\.intent) + unanswered {
      hasher.combine([Int(call.place), order[call.frame] ?? -1])
    }
    let sorted = alarms.sorted { left, right in
      (left.due, left.kind.rawValue, left.effect) < (right.due, right.kind.rawValue, right.effect)
    }
    for alarm in sorted {
      // Answers that are put off by a millisecond or two make no other state.
      hasher.combine((alarm.due - now + 5) / 10)
      hasher.combine([alarm.kind.rawValue, Int(alarm.place)])
    }
    for timer in state.timers {
      hasher.combine([Int(timer.node), order[timer.frame] ?? -1])
      if case .event(let event) = timer.purpose {
        hasher.combine(event.name)
        hasher.combine(JSONWriter.string(event.data))
      }
    }
    for join in state.joins {
      hasher.combine([join.owner, join.opened, join.successes, join.failures, join.skipped])
      hasher.combine(order[join.frame])
      for value in join.items { hasher.combine(JSONWriter.string(value)) }
      for value in join.results { hasher.combine(value.map { JSONWriter.string($0) }) }
    }
    combine(state.steps, &hasher)
    hasher.combine(state.registers)
    hasher.combine(state.histories)
    for frame in state.frames {
      hasher.combine([frame.template, frame.owner, frame.position])
      hasher.combine(order[frame.parent])
      hasher.combine(frame.registers)
      hasher.combine(frame.histories)
      combine(frame.steps, &hasher)
      for value in frame.memory.contents { hasher.combine(value.map { JSONWriter.string($0) }) }
    }
    for (slot, entry) in table.table.slots.enumerated() {
      // What these hold stands in the records and registers, or is time.
      guard entry.kind != .run, entry.kind != .step else { continue }
      hasher.combine(state.memory.value(slot).map { JSONWriter.string($0) })
    }
    if let slot = table.runSlot, table.isSlotRead[Int(slot)] { hasher.combine(elapsedMilliseconds) }
    if table.table.runLimits.maxSteps <= Self.countedPlaces { hasher.combine(state.placesEntered) }
    hasher.combine(state.lastError?.kind)
    hasher.combine(state.cancelReason != nil)
    hasher.combine(state.isOverdue)
    hasher.combine(isEnded)
  }

  private func combine(_ steps: [StepRecord], _ hasher: inout Hasher) {
    for step in steps {
      hasher.combine(step.status)
      hasher.combine([step.attempts, step.failedItems])
      hasher.combine(step.error?.kind)
      hasher.combine(step.isActive)
    }
  }
}
