import Definition
import Document
import Source
import Table
import Values

// Planners that ask a model: two places, what stands in for them, and the ways between.
extension TaskLowering {
  /// Keys of the nodes of one planner.
  private struct PlannerKeys {
    var asking: String
    var running: String
    var pause: String
    var decision: String
    var end: String
    var stop: String

    init(_ prefix: String) {
      asking = prefix + "(planner)"
      running = prefix + "(plan)"
      pause = prefix + "(pause)"
      decision = prefix + "(replan)"
      end = prefix + "(end)"
      stop = prefix + "(stop)"
    }
  }

  /// The machine that a planner is: asking, running what was accepted, the fallback.
  ///
  /// `input` is what a plan gets in place of the flow's input; `visits` how often the step around
  /// may be entered.
  mutating func machine(
    of planner: Planner,
    input: [Field]?,
    visits: Int,
    _ place: Place
  ) -> Machine {
    let number = addPlanner(planner, input)
    let keys = PlannerKeys(place.prefix)
    var own = place
    own.scope = scope(in: place.scope, flow: place.flow)
    own.isTask = true
    self.place(keys.asking, name: "planner", own, role: .asks(number))
    self.place(keys.running, name: "plan", own, role: .runsPlan(number))
    self.place(keys.end, name: "", own)
    let fallback = fallback(of: planner, place)
    let rounds = (planner.replan?.most.value ?? 0) + 1
    let (most, overflow) = max(1, visits).multipliedReportingOverflow(by: rounds)
    let span = planner.span
    let end = Named(name: keys.end, nameSpan: span, content: FinalState())
    var finals = [end]
    var states = [
      asking(planner, keys, fallback, most: overflow ? .max : most),
      running(planner, keys, fallback),
    ]
    if let replan = planner.replan {
      if replan.backoffMilliseconds > 0, replan.strategy == .conservative {
        self.place(keys.pause, name: "pause", own)
        states.append(pause(replan, keys))
      }
      if let agent = replan.agent, replan.strategy == .human {
        self.place(keys.decision, name: "replan", own)
        self.place(keys.stop, name: "", own)
        states.append(decision(replan, agent, keys, fallback, most: overflow ? .max : most))
        let stop = FinalState(isFailure: true)
        finals.append(Named(name: keys.stop, nameSpan: span, content: stop))
      }
    }
    states += fallback?.states ?? []
    return Machine(
      states: states,
      initialState: Located(keys.asking, span),
      finalStates: finals + (fallback?.finalStates ?? []),
      declaresFinalStates: true,
      span: span
    )
  }

  private mutating func fallback(of planner: Planner, _ place: Place) -> Machine? {
    switch planner.fallback {
    case nil: return nil
    case .machine(let machine)?:
      var within = place
      within.isTask = false
      within.isChart = machine.hasChartFeatures
      return lowered(machine, within)
    case let body?:
      let prefix = place.prefix + "fallback/"
      return whole(body, prefix: prefix, scope: place.scope, flow: place.flow)
    }
  }

  private func asking(
    _ planner: Planner,
    _ keys: PlannerKeys,
    _ fallback: Machine?,
    most: Int
  ) -> Named<Step> {
    let span = planner.span
    var step = Step(span: span)
    step.onSuccess = [Edge(target: Located(keys.running, span), span: span)]
    if let start = fallback?.initialState { step.onError = [Edge(target: start, span: span)] }
    step.timeoutMilliseconds =
      planner.timeoutMilliseconds ?? Located(Planner.usualTimeoutMilliseconds, span)
    let rounds = planner.repairRounds?.value ?? Planner.usualRepairRounds
    let kinds = ["invalid_output", "timeout", "unavailable", "rate_limited"]
    step.retry = Retry(
      maxAttempts: Located(rounds + 1, planner.repairRounds?.span ?? span),
      backoffMilliseconds: 0,
      factor: 1,
      kinds: kinds.map { Located($0, span) },
      span: span
    )
    if planner.replan != nil { step.maxVisits = planner.replan.map { Located(most, $0.span) } }
    return Named(name: keys.asking, nameSpan: span, content: step)
  }

  private func running(
    _ planner: Planner,
    _ keys: PlannerKeys,
    _ fallback: Machine?
  ) -> Named<Step> {
    let span = planner.span
    var step = Step(span: span)
    step.onSuccess = [Edge(target: Located(keys.end, span), span: span)]
    step.timeoutMilliseconds = planner.planTimeoutMilliseconds
    guard let replan = planner.replan else {
      return Named(name: keys.running, nameSpan: span, content: step)
    }
    step.require = replan.quality
    let start = fallback?.initialState
    let target: Located<String>?
    switch replan.strategy {
    case .conservative:
      let isPaused = replan.backoffMilliseconds > 0
      target = Located(isPaused ? keys.pause : keys.asking, replan.span)
    case .adaptive: target = Located(keys.asking, replan.span)
    case .escalation: target = start
    case .human: target = Located(keys.decision, replan.span)
    }
    guard let target else {
      return Named(name: keys.running, nameSpan: span, content: step)
    }
    for kind in replan.kinds {
      step.onError.append(edge(.kind(Located(kind, replan.span)), target, replan.span))
    }
    if !replan.events.isEmpty {
      step.onEvent = [
        EventEdge(descriptors: replan.events, edge: Edge(target: target, span: replan.span))
      ]
    }
    return Named(name: keys.running, nameSpan: span, content: step)
  }

  private func edge(
    _ condition: Edge.Condition,
    _ target: Located<String>,
    _ span: SourceSpan
  ) -> Edge {
    var edge = Edge(target: target, span: span)
    edge.condition = condition
    return edge
  }

  private func pause(_ replan: Replan, _ keys: PlannerKeys) -> Named<Step> {
    var step = Step(span: replan.span)
    step.work = .wait(milliseconds: Located(replan.backoffMilliseconds, replan.span))
    step.onSuccess = [Edge(target: Located(keys.asking, replan.span), span: replan.span)]
    return Named(name: keys.pause, nameSpan: replan.span, content: step)
  }

  /// A person says how to go on: `replan`, `fallback`, or anything else to stop.
  private func decision(
    _ replan: Replan,
    _ agent: Located<String>,
    _ keys: PlannerKeys,
    _ fallback: Machine?,
    most: Int
  ) -> Named<Step> {
    let span = replan.span
    var step = Step(span: span)
    step.work = .agent(agent, action: nil)
    step.input = [("kind", "error.kind"), ("message", "error.message")].map { name, text in
      let value = Node(value: .string("{{ \(text) }}"), at: span)
      return Field(name: name, nameSpan: span, value: value)
    }
    step.timeoutMilliseconds = replan.agentTimeoutMilliseconds
    step.maxVisits = Located(most, span)
    var answers = [("replan", Located(keys.asking, span))]
    if let start = fallback?.initialState { answers.append(("fallback", start)) }
    step.onSuccess = answers.map { answer, target in
      let text = SourceText(name: "replan", text: "output.decision == '\(answer)'")
      return edge(.expression(text), target, span)
    }
    let stop = Located(keys.stop, span)
    step.onSuccess.append(Edge(target: stop, span: span))
    step.onError = [Edge(target: fallback?.initialState ?? stop, span: span)]
    return Named(name: keys.decision, nameSpan: span, content: step)
  }
}

extension Replan {
  /// Kinds of failure of a plan that lead to another one.
  fileprivate var kinds: [String] {
    var kinds: [String] = []
    for trigger in triggers {
      switch trigger {
      case .failure:
        kinds += ["failed", "unavailable", "invalid_output", "denied", "guard_error", "unknown"]
        kinds += ["input_rejected", "cancelled"]
      case .timeout: kinds.append("timeout")
      case .limit: kinds += ["max_steps", "max_visits", "rate_limited"]
      case .budget: kinds.append("budget")
      case .quality: kinds += ["require", "check"]
      }
    }
    return kinds
  }
}
