// Features of statecharts and headers.
extension FlowComposer {
  mutating func apply(
    _ feature: ChartFeature,
    _ place: PartPlace,
    _ draft: inout PartDraft
  ) -> Bool {
    let target = FlowText.word(target(place))
    func event(_ name: String, _ extra: KeyValuePairs<String, FlowText> = [:]) {
      var entries: [FlowText.FlowEntry] = [.init(key: "event", value: .text(name))]
      entries += extra.map { FlowText.FlowEntry(key: $0.key, value: $0.value) }
      draft.append(.map(entries), to: "on_event")
    }
    switch feature {
    case .onEvent: event(random.one(of: ["go", "stop", "order.paid"]), ["target": target])
    case .guardedEvent:
      event("go", ["when": .text("event.name == 'go' && state.ok"), "target": target])
    case .wildcardEvent: event(random.one(of: ["*", "order", "order.* go"]), ["target": target])
    case .targetlessEvent: event("note", ["actions": .list([action()])])
    case .after: draft.append(.fields(["delay": "4s", "target": target]), to: "after")
    case .secondAfter:
      draft.append(.fields(["delay": "1s", "actions": .list([action()])]), to: "after")
      draft.append(.fields(["delay": "7s", "target": target]), to: "after")
    case .computedDelay:
      let delay = random.one(of: [
        "1000 * (state.n + 1)", "0", "-5", "'3s'", "9223372036854775807", "duration('2s')", "1.5",
      ])
      draft.append(.fields(["delay": .text("{{ \(delay) }}"), "target": target]), to: "after")
    case .failingDelay:
      draft.append(.fields(["delay": .text("{{ 1 / state.z }}"), "target": target]), to: "after")
    case .always:
      draft.append(.fields(["when": .text("state.n > 5"), "target": target]), to: "always")
    case .onEntry: draft.append(action(), to: "on_entry")
    case .onExit: draft.append(action(), to: "on_exit")
    case .edgeActions: event("go", ["target": target, "actions": .list([action(), action()])])
    case .failingAction:
      draft.append(
        .fields(["assign": .fields(["n": .text("1 / state.z")])]),
        to: random.one(of: ["on_entry", "on_exit"])
      )
    case .internalEdge: event("go", ["target": target, "internal": "true"])
    case .doneEvent: event("done.state.\(place.name)", ["target": target])
    case .errorEvent: event("error.*", ["target": target])
    case .raise: draft.append(.fields(["raise": "go"]), to: "on_entry")
    case .send: draft.append(.fields(["send": .fields(["event": "go"])]), to: "on_entry")
    case .delayedSend: draft.append(Self.delayedSend, to: "on_entry")
    case .cancelledSend:
      draft.append(Self.delayedSend, to: "on_entry")
      draft.append(.fields(["cancel": "later"]), to: "on_exit")
    case .sendToParent:
      let send = FlowText.fields(["event": "go", "target": .text("#_parent")])
      draft.append(.fields(["send": send]), to: "on_entry")
    case .sendToChild:
      let send = FlowText.fields(["event": "go", "target": .text("#_\(place.name)")])
      event("go", ["actions": .list([.fields(["send": send])])])
    // Written with the states.
    case .shallowHistory, .deepHistory, .initialActions, .deepInitial, .severalInitials, .edgeOut,
      .edgeIn, .edgeAcross, .severalTargets, .finalResult, .finalActions:
      return false
    }
    return true
  }

  /// What a run must keep, in any of the five forms.
  private mutating func invariant() -> FlowText {
    switch random.below(5) {
    case 0:
      var entries = [FlowText.FlowEntry(key: "never", value: selector())]
      if random.chance(60) {
        entries.append(.init(key: "without", value: selector()))
        if random.chance(30) { entries.append(.init(key: "since", value: selector())) }
      }
      return .map(entries)
    case 1: return .fields(["after": selector(), "always": selector()])
    case 2: return .fields(["at_most": .number(random.below(4)), "of": selector()])
    case 3: return .fields(["never_together": .list([selector(), selector()])])
    default: return .fields(["eventually": selector()])
    }
  }

  private mutating func selector() -> FlowText {
    var entries: [FlowText.FlowEntry] = []
    if !steps.isEmpty, random.chance(50) {
      entries.append(.init(key: "step", value: .word(random.one(of: steps))))
    } else {
      let performer = random.one(of: Performers.allCases)
      performers.insert(performer)
      let subject = performer.isTool ? "tool" : "agent"
      entries.append(.init(key: subject, value: .word(performer.rawValue)))
    }
    if random.chance(30) {
      entries.append(
        .init(key: "status", value: .word(random.one(of: ["success", "failure", "unknown"])))
      )
    } else if random.chance(20) {
      entries.append(.init(key: "when", value: "\"output.v > 1\""))
    }
    return .map(entries)
  }

  private static let delayedSend = FlowText.fields([
    "send": .fields(["event": "go", "id": "later", "delay": "2s"])
  ])

  /// Adds a feature to the header of a flow; false when it cannot be.
  mutating func apply(
    _ feature: RunFeature,
    body: inout PartDraft,
    to header: inout PartDraft
  ) -> Bool {
    // States that the whole flow may lead to.
    let target = body.inside.randomElement(using: &random)
    switch feature {
    case .timeout: return header.set("timeout", duration(["8s", "1h"]))
    case .timeoutTarget:
      guard let target else { return false }
      var entries: [FlowText.FlowEntry] = [.init(key: "after", value: "6s")]
      if random.chance(60) { entries.append(.init(key: "grace", value: "2s")) }
      entries.append(.init(key: "target", value: .word(target)))
      return header.set("timeout", .map(entries))
    case .maxSteps: return header.set("max_steps", number(1...12, most: 1_000_000))
    case .hardBudget: return header.set("budget", "{hard: $0.5, soft: $0.1, gate: p95}")
    case .tokenBudget:
      return header.set("budget", .fields(["tokens": number(1_500...2_500, most: .max)]))
    case .dailyBudget: return header.set("budget", "{hard: $3, per: day}")
    case .errorDefault:
      guard let target else { return false }
      return header.set("on_error", .word(target))
    case .cancelDefault:
      guard let target else { return false }
      return header.set("on_cancel", .word(target))
    case .budgetDefault:
      guard let target else { return false }
      return header.set("on_budget", .word(target))
    case .result: return header.set("result", .fields(["r": .text("{{ state.n }}")]))
    case .failingResult: return header.set("result", .fields(["r": .text("{{ 1 / state.z }}")]))
    case .narrowInput:
      return header.set(
        "input",
        .fields([
          "n": "{type: integer, maximum: 1}", "ok": "{type: boolean}",
          "xs": "{type: array, maxItems: 2, items: {type: integer}}",
        ])
      )
    case .invariants:
      let count = 1 + random.below(3)
      return header.set("invariants", .list((0..<count).map { _ in invariant() }))
    case .environment: return header.set("env", "[REGION]")
    }
  }
}
