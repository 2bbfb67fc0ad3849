import Expression
import Table

extension Executor {
  /// Takes the row that a resting place of a flat machine has for an event, where that is all there
  /// is to do; false: nothing was changed, and the full step decides.
  static func move(
    _ table: LinkedTable,
    _ state: inout RunState,
    _ event: Int32,
    _ time: Int64,
    _ output: inout StepOutput
  ) -> Bool {
    let flat = table.flat
    guard state.tokens.count == 1 else { return false }
    let token = state.tokens[0]
    guard var entry = flat.first(of: token.place, event), token.frame == 0,
      token.phase == .resting, state.outcome == nil, state.placesEntered < flat.maxSteps
    else { return false }
    while true {
      let row = flat[entry]
      switch row.opens(state.memory) {
      case .unknown: return false
      case .isFalse:
        if row.isLast {
          if time > state.nowMilliseconds { state.nowMilliseconds = time }
          return true
        }
        entry += 1
        continue
      case .isTrue: break
      }
      if row.assigns, !flat.assign(row, &state.memory) { return false }
      if time > state.nowMilliseconds { state.nowMilliseconds = time }
      // Spans, so that each array is tested once for other owners.
      var steps = state.steps.mutableSpan
      steps[Int(token.place)].isActive = false
      steps[Int(row.target)].begin()
      state.tokens[0] = Token(restingOn: row.target)
      state.placesEntered += 1
      var visit: Int64 = 1
      if row.visits != noIndex {
        var registers = state.registers.mutableSpan
        registers[Int(row.visits)].countUp()
        visit = registers[Int(row.visits)]
      }
      output.trace.append(row: row.row, to: row.target, visit: visit)
      return true
    }
  }
}
