import Expression
import Table
import Values

extension Executor {
  /// Applies a named event without data: `step` for events by their numbers.
  ///
  /// The same as `step` with `.external(name:payload:)` and null. Where a resting place of a flat
  /// machine only has to take a row, the row is found by two look-ups and nothing is allocated but
  /// the trace.
  public static func signal(
    _ table: LinkedTable,
    _ state: inout RunState,
    _ event: Int32,
    atMilliseconds time: Int64,
    _ output: inout StepOutput
  ) {
    if take(table, &state, event, time, &output) { return }
    let name = table.table.names[Int(event)]
    let kind = RunEvent.Kind.external(name: name, payload: .null)
    step(table, &state, RunEvent(atMilliseconds: time, kind: kind), &output)
  }

  /// Takes the row when that is all there is to do; false: nothing was changed.
  private static func take(
    _ table: LinkedTable,
    _ state: inout RunState,
    _ event: Int32,
    _ time: Int64,
    _ output: inout StepOutput
  ) -> Bool {
    guard let flat = table.flat, state.tokens.count == 1 else { return false }
    let place = state.tokens[0].place
    var entry = flat.starts[Int(place) * flat.eventCount + Int(event)]
    guard entry >= 0, state.tokens[0].frame == 0, state.outcome == nil,
      state.placesEntered < table.table.runLimits.maxSteps
    else { return false }
    while true {
      let row = flat.entries[Int(entry)]
      if row.guardIndex != noIndex {
        switch flat.guards[Int(row.guardIndex)].test(state.memory) {
        case .failure: return false
        case .isTrue where row.isNegated, .isFalse where !row.isNegated:
          if row.isLast {
            if time > state.nowMilliseconds { state.nowMilliseconds = time }
            return true
          }
          entry += 1
          continue
        case .isTrue, .isFalse: break
        }
      }
      if time > state.nowMilliseconds { state.nowMilliseconds = time }
      state.steps[Int(place)].isActive = false
      state.steps[Int(row.target)] = StepRecord(isActive: true)
      state.tokens[0] = Token(place: row.target, frame: 0)
      state.tokens[0].phase = .resting
      state.placesEntered += 1
      var visit: Int64 = 1
      if row.visits != noIndex {
        state.registers[Int(row.visits)] += 1
        visit = state.registers[Int(row.visits)]
      }
      output.trace.append(.took(row: row.row, frame: 0))
      output.trace.append(.entered(place: row.target, frame: 0, visit: visit))
      return true
    }
  }
}
