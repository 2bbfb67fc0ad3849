// Features of steps, edges, groups, trees and planners; those that shape what a container holds
// are written with it.
extension FlowComposer {
  /// Adds a feature to a part; false when it is already taken by another one, or cannot be.
  mutating func apply(
    _ feature: FlowFeature,
    _ content: FlowContent,
    _ place: PartPlace,
    _ draft: inout PartDraft
  ) -> Bool {
    switch feature {
    case .step(let feature): apply(feature, content, place, &draft)
    case .edge(let feature): apply(feature, place, &draft)
    case .chart(let feature): apply(feature, place, &draft)
    case .group(let feature): apply(feature, &draft)
    case .tree(let feature): apply(feature, place, &draft)
    case .planner(let feature): apply(feature, &draft)
    // Written with the flow's header.
    case .run: false
    }
  }

  // MARK: Steps

  private mutating func apply(
    _ feature: StepFeature,
    _ content: FlowContent,
    _ place: PartPlace,
    _ draft: inout PartDraft
  ) -> Bool {
    switch feature {
    case .when: return draft.set("when", .text(condition()))
    case .failingWhen: return draft.set("when", .text(Self.failingCondition))
    case .require: return draft.set("require", .text(condition()))
    case .failingRequire: return draft.set("require", .text(Self.failingCondition))
    case .retry:
      return draft.set("retry", .fields(["max_attempts": number(2...3, most: 1_000)]))
    case .pausedRetry:
      return draft.set(
        "retry",
        .fields([
          "max_attempts": number(2...4, most: 1_000), "backoff": duration(["2s", "20ms"]),
          "factor": .word(random.one(of: ["1.5", "1", "2", "1000"])),
        ])
      )
    case .retryOfKinds:
      return draft.set("retry", "{max_attempts: 3, on: [timeout, unavailable, check]}")
    case .maxVisits: return draft.set("max_visits", number(1...3, most: 1_000_000))
    case .deadline:
      draft.replace("timeout", duration(["80ms", "3s", "2m"]))
      return true
    case .budget: return draft.set("budget", .word(random.one(of: ["$0.02", "{hard: $1}"])))
    case .dailyBudget: return draft.set("budget", "{hard: $2, per: day}")
    case .input: return draft.add("a", .text(template(place)), to: "with")
    case .result: return draft.set("result", .fields(["v": .text("{{ state.n + 1 }}")]))
    case .failingResult:
      return draft.set("result", .fields(["v": .text("{{ 1 / state.z }}")]))
    case .assign:
      let entry = assignment()
      return draft.add(entry.key, entry.value, to: "assign")
    case .failingAssign: return draft.add("n", .text("1 / state.z"), to: "assign")
    }
  }

  // MARK: Edges

  private mutating func apply(
    _ feature: EdgeFeature,
    _ place: PartPlace,
    _ draft: inout PartDraft
  ) -> Bool {
    let target = FlowText.word(target(place))
    func guarded(_ text: String) -> FlowText { .fields(["when": .text(text), "target": target]) }
    switch feature {
    case .onError: draft.append(.fields(["target": target]), to: "on_error")
    case .errorKinds:
      let kinds = ["timeout", "unknown", "check", "max_visits", "input_rejected", "cancelled"]
      let kind = FlowText.word(random.one(of: kinds))
      draft.append(.fields(["when": kind, "target": target]), to: "on_error")
    case .errorGuard:
      let texts = ["error.kind == 'failed'", "error.kind != 'timeout' && state.ok"]
      draft.append(guarded(random.one(of: texts)), to: "on_error")
    case .onTimeout: draft.append(.fields(["target": target]), to: "on_timeout")
    case .onCancel: draft.append(.fields(["target": target]), to: "on_cancel")
    case .guardedSuccess: draft.append(guarded(condition()), to: "on_success")
    case .failingGuard: draft.append(guarded(Self.failingCondition), to: "on_success")
    case .assigningEdge:
      draft.append(
        .fields([
          "when": .text(condition()), "assign": .map([assignment()]), "target": target,
        ]),
        to: "on_success"
      )
    case .wayBack:
      draft.append(
        .fields(["when": .text("state.n < 3"), "target": .word(place.targets.first ?? place.name)]),
        to: "on_error"
      )
    }
    return !feature.isOnSuccess || !draft.isDecided
  }

  // MARK: Groups

  private mutating func apply(_ feature: GroupFeature, _ draft: inout PartDraft) -> Bool {
    switch feature {
    case .joinAll: draft.set("join", "all")
    case .joinAny: draft.set("join", "any")
    case .joinFirst: draft.set("join", "first")
    case .joinFinished: draft.set("join", "finished")
    case .joinCount: draft.set("join", .number(1 + random.below(2)))
    case .concurrency: draft.set("concurrency", .number(1 + random.below(2)))
    case .itemFails: draft.set("on_item_error", "fail")
    case .itemCollected: draft.set("on_item_error", "collect")
    case .itemSkipped: draft.set("on_item_error", "skip")
    // Written with the list.
    case .fewItems: false
    }
  }

  // MARK: Trees

  private mutating func apply(
    _ feature: TreeFeature,
    _ place: PartPlace,
    _ draft: inout PartDraft
  ) -> Bool {
    switch feature {
    case .failureIf: return draft.set("failure_if", .text(condition()))
    case .successIf: return draft.set("success_if", .text(condition()))
    case .skipIf: return draft.set("skip_if", .text(condition()))
    case .whileGuard: return draft.set("while", .text(condition()))
    case .failingGuard:
      let keys = ["failure_if", "success_if", "skip_if", "while"]
      return draft.set(random.one(of: keys), .text(Self.failingCondition))
    case .successWrite: return draft.set("on_success", .map([assignment()]))
    case .failureWrite: return draft.set("on_failure", .map([assignment()]))
    case .haltWrite: return draft.set("on_halted", .map([assignment()]))
    case .keep: return draft["reactive"] == nil && draft.set("keep", "true")
    case .maxSwitches:
      return draft["max_switches"] != nil || draft.set("max_switches", "2")
    case .catchOnHalt: return draft.set("catch_on_halt", "true")
    case .thresholds:
      guard draft["join"] == nil, draft.set("success_count", "1") else { return false }
      return draft.set("failure_count", .number(random.one(of: [1, -1, 2])))
    case .countedFailures:
      return draft["success_count"] == nil && draft.set("join", "finished")
        && draft.set("failure_count", "1")
    case .rememberEnding: return draft.set("remember", "ending")
    case .rememberSuccess: return draft.set("remember", "success")
    case .rememberFailure: return draft.set("remember", "failure")
    case .rememberSkip: return draft.set("remember", "skip")
    // Written with the children.
    case .reactive, .defaultChoice, .ports: return false
    case .inverted: draft.decorate("inverter")
    case .forcedSuccess: draft.decorate("force_success", failing: condition())
    case .forcedFailure: draft.decorate("force_failure", failing: condition())
    case .retried: draft.decorate("retry", "attempts", number(2...3, most: 1_000_000))
    case .repeated: draft.decorate("repeat", "count", number(2...3, most: 1_000_000))
    case .keptRunning:
      draft.decorate("keep_running_until_failure", "max", number(2...3, most: 2_147_483_647))
    case .limited: draft.decorate("timeout", "after", duration(["6s", "100ms"]))
    case .delayed: draft.decorate("delay", "after", duration(["1s"]))
    case .onceOnly: draft.decorate("run_once")
    }
    return true
  }

  // MARK: Planners

  private mutating func apply(_ feature: PlannerFeature, _ draft: inout PartDraft) -> Bool {
    func replan(_ strategy: String, _ composer: inout FlowComposer) -> Bool {
      var entries: [FlowText.FlowEntry] = [
        .init(key: "strategy", value: .word(strategy)), .init(key: "max", value: "2"),
      ]
      if strategy == "human" {
        composer.performers.insert(.boss)
        entries.append(.init(key: "agent", value: "boss"))
      }
      if composer.random.chance(50) { entries.append(.init(key: "backoff", value: "1s")) }
      return draft.add("replan", .map(entries), to: "planner")
    }
    func extend(_ key: String, _ value: FlowText) -> Bool {
      guard case .map(var planner)? = draft["planner"],
        let index = planner.firstIndex(where: { $0.key == "replan" }),
        case .map(var entries) = planner[index].value, !entries.contains(where: { $0.key == key })
      else { return false }
      entries.append(.init(key: key, value: value))
      planner[index].value = .map(entries)
      draft.replace("planner", .map(planner))
      return true
    }
    switch feature {
    case .repairs: return draft.add("repair_rounds", .number(random.below(3)), to: "planner")
    case .planBudget: return draft.add("plan_budget", "{hard: $0.25}", to: "planner")
    case .planTimeout: return draft.add("plan_timeout", "30s", to: "planner")
    case .questionTimeout: return draft.add("timeout", "10s", to: "planner")
    case .cached: return draft.add("cache", "true", to: "planner")
    case .constraints: return draft.add("constraints", "{to: [a, b]}", to: "planner")
    case .conservative: return replan("conservative", &self)
    case .adaptive: return replan("adaptive", &self)
    case .escalation: return replan("escalation", &self)
    case .human: return replan("human", &self)
    case .triggers, .replanEvent, .quality:
      _ = replan("adaptive", &self)
      switch feature {
      case .triggers: return extend("on", "[failure, timeout]")
      case .replanEvent: return extend("on_event", "[stop]")
      default: return extend("quality", .text("state.n < 3"))
      }
    }
  }
}

extension EdgeFeature {
  /// Whether it is a way on after success.
  fileprivate var isOnSuccess: Bool {
    switch self {
    case .guardedSuccess, .failingGuard, .assigningEdge: true
    case .onError, .errorKinds, .errorGuard, .onTimeout, .onCancel, .wayBack: false
    }
  }
}

extension PartDraft {
  /// Puts a decorator around it.
  mutating func decorate(
    _ type: String,
    _ key: String? = nil,
    _ value: FlowText = "1",
    failing condition: String? = nil
  ) {
    var entries = [FlowText.FlowEntry(key: "type", value: .word(type))]
    if let key { entries.append(FlowText.FlowEntry(key: key, value: value)) }
    // Without a guard what stands behind it could never run.
    if let condition {
      entries.append(FlowText.FlowEntry(key: "failure_if", value: .text(condition)))
    }
    decorators.append(entries)
  }
}
