import Definition

extension Machine {
  /// Whether it uses anything that only statecharts have.
  var hasChartFeatures: Bool {
    var stack = states
    if !initialActions.isEmpty { return true }
    while let state = stack.popLast() {
      let step = state.content
      if step.history != nil || !step.onEvent.isEmpty || !step.after.isEmpty || !step.always.isEmpty
        || !step.onEntry.isEmpty || !step.onExit.isEmpty
      {
        return true
      }
      switch step.body {
      case .machine, .parallel: return true
      case .tasks, .flow, .tree, .planner, nil: break
      }
    }
    return false
  }
}
