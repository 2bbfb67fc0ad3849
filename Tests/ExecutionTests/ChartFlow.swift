import Signalbox

/// A literal chart as a flow's definition.
struct ChartFlow {
  private let chart: LiteralChart
  private let span: SourceSpan
  private let file: SourceFile

  /// The flow of a chart.
  static func flow(_ chart: LiteralChart) -> Flow { ChartFlow(chart).flow() }

  private init(_ chart: LiteralChart) {
    self.chart = chart
    file = SourceFile(name: "chart.yaml", text: "")
    span = SourceSpan(file: file, start: 0, end: 0)
  }

  private func flow() -> Flow {
    var flow = Flow(form: .house, name: "chart", span: span, body: .machine(machine(of: 0)))
    let schema = Node(
      content: .mapping([Node.Entry(key: "type", keySpan: span, value: text("integer"))]),
      span: span
    )
    flow.state.fields = chart.variables.enumerated().map { number, first in
      FieldSet.Declaration(
        name: LiteralChart.variable(number),
        nameSpan: span,
        schema: schema,
        isOptional: false,
        defaultValue: Node(content: .int(first), span: span, text: source(String(first))),
        isUntrusted: nil
      )
    }
    flow.maxSteps = Located(1_000_000, span)
    return flow
  }

  // MARK: States

  private func machine(of state: Int) -> Machine {
    let children = chart.states[state].children
    var machine = Machine(
      states: children.filter { chart.states[$0].kind != .final }.map(step),
      initialState: chart.states[state].initial.first.map(name),
      finalStates: children.filter { chart.states[$0].kind == .final }.map(final),
      declaresFinalStates: true,
      span: span
    )
    machine.otherInitialStates = chart.states[state].initial.dropFirst().map(name)
    machine.initialActions = actions(chart.states[state].initialActions)
    return machine
  }

  private func final(_ state: Int) -> Named<FinalState> {
    var final = FinalState()
    final.onEntry = chart.states[state].onEntry.map(actions)
    final.onExit = chart.states[state].onExit.map(actions)
    return Named(name: LiteralChart.name(state), nameSpan: span, content: final)
  }

  private func step(_ state: Int) -> Named<Step> {
    let origin = chart.states[state]
    var step = Step(span: span)
    step.onEntry = origin.onEntry.map(actions)
    step.onExit = origin.onExit.map(actions)
    switch origin.kind {
    case .compound: step.body = .machine(machine(of: state))
    case .parallel:
      step.body = .parallel(Regions(regions: origin.children.map(self.step), span: span))
    case .shallowHistory, .deepHistory:
      step.history = History(
        isDeep: origin.kind == .deepHistory,
        targets: origin.initial.map(name),
        actions: actions(origin.initialActions)
      )
    case .atomic, .final: break
    }
    for transition in origin.transitions {
      let edge = edge(transition)
      if transition.events.isEmpty {
        step.always.append(edge)
      } else {
        let descriptors = transition.events.map { Located($0, span) }
        step.onEvent.append(EventEdge(descriptors: descriptors, edge: edge))
      }
    }
    return Named(name: LiteralChart.name(state), nameSpan: span, content: step)
  }

  private func edge(_ transition: LiteralChart.Transition) -> Edge {
    var edge = Edge(target: transition.targets.first.map(name) ?? Located("", span), span: span)
    if let condition = transition.condition { edge.condition = .expression(source(cel(condition))) }
    edge.otherTargets = transition.targets.dropFirst().map(name)
    edge.isInternal = transition.isInternal
    edge.actions = actions(transition.actions)
    return edge
  }

  // MARK: Actions

  private func actions(_ block: [LiteralChart.Action]) -> [Action] { block.map(action) }

  private func action(_ action: LiteralChart.Action) -> Action {
    switch action {
    case .assign(let variable, let number):
      return .assign(
        Assignment(
          field: Located(LiteralChart.variable(variable), span),
          expression: source(cel(number))
        )
      )
    case .raise(let event): return .raise(Located(event, span))
    case .send(let event):
      return .send(SendAction(event: .text(Located(event, span)), span: span))
    case .delay(let event, let milliseconds, let id):
      var send = SendAction(event: .text(Located(event, span)), span: span)
      send.id = Located(id, span)
      send.delay = .milliseconds(Located(milliseconds, span))
      return .send(send)
    case .cancel(let id): return .cancel(.text(Located(id, span)))
    case .log(let label, let variable): return .log(source(cel(variable)), label: label)
    case .choose(let condition, let then, let otherwise):
      return .choose(
        source(cel(condition)),
        then: actions(then),
        otherwise: actions(otherwise)
      )
    }
  }

  private func cel(_ variable: Int) -> String { "state.\(LiteralChart.variable(variable))" }

  private func cel(_ number: LiteralChart.Number) -> String {
    switch number {
    case .constant(let constant): "\(constant)"
    case .mixed(let variable, let factor, let summand):
      "(\(cel(variable)) * \(factor) + \(summand)) % 5"
    case .quotient(let dividend, let variable): "\(dividend) / \(cel(variable))"
    case .next(let variable): "\(cel(variable)) + 1"
    }
  }

  private func cel(_ condition: LiteralChart.Guard) -> String {
    switch condition {
    case .isLess(let variable, let bound): "\(cel(variable)) < \(bound)"
    case .isEqual(let variable, let number): "\(cel(variable)) == \(number)"
    case .isIn(let state): "in_state('\(LiteralChart.name(state))')"
    case .isQuotientLess(let dividend, let variable, let bound):
      "\(dividend) / \(cel(variable)) < \(bound)"
    case .not(let inner): "!(\(cel(inner)))"
    case .both(let first, let second): "(\(cel(first))) && (\(cel(second)))"
    }
  }

  // MARK: Texts

  private func name(_ state: Int) -> Located<String> { Located(LiteralChart.name(state), span) }

  private func source(_ text: String) -> SourceText { SourceText(name: "chart.yaml", text: text) }

  private func text(_ text: String) -> Node {
    Node(content: .string(text), span: span, text: source(text))
  }
}

extension LiteralChart {
  /// The chart in a few lines, for those who look into a disagreement.
  var description: String {
    var lines = ["variables \(variables)"]
    for (number, state) in states.enumerated() {
      var depth = 0
      var parent = state.parent
      while parent >= 0 {
        depth += 1
        parent = states[parent].parent
      }
      let indent = String(repeating: "  ", count: depth)
      var line = "\(indent)\(Self.name(number)) \(state.kind)"
      if !state.initial.isEmpty { line += " -> \(state.initial.map(Self.name))" }
      if !state.initialActions.isEmpty { line += " / \(state.initialActions)" }
      lines.append(line)
      for block in state.onEntry { lines.append("\(indent)  entry \(block)") }
      for block in state.onExit { lines.append("\(indent)  exit \(block)") }
      for transition in state.transitions {
        let condition = transition.condition.map { "if \($0)" } ?? ""
        lines.append(
          "\(indent)  on \(transition.events) \(condition) -> \(transition.targets.map(Self.name))"
            + "\(transition.isInternal ? " internal" : "") / \(transition.actions)"
        )
      }
    }
    return lines.joined(separator: "\n").replacing("ExecutionTests.LiteralChart.", with: "")
  }
}
