import Definition
import Document
import Source
import Table
import Values

// Budget, timeout, limits, initial state and result.
extension Compilation {
  mutating func compileHeader(of machine: Machine) {
    var limits = RunLimits()
    if let budget = flow.budget {
      table.debug.header["budget"] = budget.span
      limits.hardPicodollars = budget.hardPicodollars?.value ?? -1
      limits.softPicodollars = budget.softPicodollars?.value ?? -1
      limits.tokens = budget.tokens?.value ?? -1
      table.debug.header["budget.hard"] = budget.hardPicodollars?.span
      table.debug.header["budget.soft"] = budget.softPicodollars?.span
      table.debug.header["budget.tokens"] = budget.tokens?.span
      table.debug.header["budget.gate"] = budget.gate?.span
      limits.gate = budget.gate?.value == .p95 ? .p95 : .worst
      limits.period =
        switch budget.period {
        case .run: .run
        case .day: .day
        case .month: .month
        }
    }
    if let maxSteps = flow.maxSteps {
      limits.maxSteps = Int64(maxSteps.value)
      table.debug.header["max_steps"] = maxSteps.span
    }
    if let timeout = flow.timeout {
      limits.timeoutMilliseconds = timeout.afterMilliseconds.value
      limits.graceMilliseconds = timeout.graceMilliseconds?.value ?? 0
      table.debug.header["timeout"] = timeout.afterMilliseconds.span
      table.debug.header["timeout.grace"] = timeout.graceMilliseconds?.span
      if let target = timeout.target, let node = resolve(target) { limits.timeoutTarget = node }
    }
    // Steps with edges of their own never look at these.
    for edge in flow.onError + flow.onCancel + flow.onBudget { _ = resolve(edge.target) }
    table.runLimits = limits
    outputSchema = noIndex
    table.result = addFields(flow.result)
    table.publicEnvironment = flow.publicEnvironment.map(\.value)
    var initial = ValueMap()
    for field in flow.state.fields {
      if let value = field.defaultValue { initial[field.name] = value.value }
    }
    table.initialState = JSONWriter.string(.map(initial))
    var defaults = ValueMap()
    for field in flow.input?.fields ?? [] {
      if let value = field.defaultValue { defaults[field.name] = value.value }
    }
    table.inputDefaults = JSONWriter.string(.map(defaults))
  }
}
