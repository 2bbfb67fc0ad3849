import Definition
public import Values

/// A call that an earlier plan made, as invariants see it.
public struct PlanCall: Sendable {
  /// How it ended.
  public enum Status: Sendable, Hashable {
    /// Well.
    case success
    /// Not.
    case failure
    /// Nobody knows.
    case unknown
  }

  /// Whether an agent was called; else a tool.
  public var isAgent: Bool
  /// Who.
  public var id: String
  /// The action; empty: none.
  public var action: String
  /// With what.
  public var input: Value
  /// The answer.
  public var output: Value?
  /// How it ended.
  public var status: Status

  /// A call.
  public init(
    isAgent: Bool,
    id: String,
    action: String,
    input: Value,
    output: Value?,
    status: Status
  ) {
    self.isAgent = isAgent
    self.id = id
    self.action = action
    self.input = input
    self.output = output
    self.status = status
  }

  /// Whether a selector means it, what it asks of the answer left aside.
  func fits(_ selector: Selector) -> Bool {
    switch selector.subject {
    case .step: return false
    case .agent: guard isAgent else { return false }
    case .tool: guard !isAgent else { return false }
    }
    guard selector.name.value.sameScalars(as: id),
      selector.arguments.allSatisfy({ input[$0.name] == $0.value })
    else { return false }
    switch selector.status {
    case nil: return true
    case .success?: return status != .failure
    case .failure?: return status != .success
    case .unknown?: return status == .unknown
    }
  }
}

extension InvariantCheck.PlanStart {
  /// What is known once these calls were made as well.
  ///
  /// What may break something counts when it may have happened; what must have happened counts only
  /// when it did for certain, and not when it depends on the answer.
  public func advanced(by calls: [PlanCall]) -> InvariantCheck.PlanStart {
    var advanced = self
    let automaton = InvariantAutomaton(invariant: invariant)
    for call in calls {
      for event in events(of: call) {
        advanced = InvariantCheck.PlanStart(
          invariant: invariant,
          states: Set(advanced.states.map { automaton.next($0, event) }),
          beside: beside,
          isPartial: isPartial
        )
      }
    }
    return advanced
  }

  private func events(of call: PlanCall) -> [InvariantEvent] {
    func happened(_ selector: Selector) -> Bool {
      call.fits(selector) && selector.when == nil && call.status == .success
    }
    var events: [InvariantEvent] = []
    switch invariant.rule {
    case .never(_, let required, let since):
      if let since, call.fits(since) { events.append(.reset) }
      if let required, happened(required) { events.append(.evidence) }
    case .after(let cause, let answer):
      if call.fits(cause) { events.append(.obliged) }
      if happened(answer) { events.append(.discharged) }
    case .atMost(_, let selector): if call.fits(selector) { events.append(.occurred(0)) }
    case .neverTogether(let selectors):
      for (number, selector) in selectors.enumerated() where call.fits(selector) {
        events.append(.occurred(number))
      }
    case .eventually(let selector): if happened(selector) { events.append(.evidence) }
    }
    return events
  }
}
