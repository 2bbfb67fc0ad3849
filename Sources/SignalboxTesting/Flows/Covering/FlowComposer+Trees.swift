// Behavior trees.
extension FlowComposer {
  /// A node inside `container`, with what decorates it.
  mutating func node(
    _ place: PartPlace,
    _ container: FlowContainer,
    _ goal: FlowGoal?
  ) -> FlowText {
    let name = fresh("n")
    let inner = inside(container, of: place, name: name)
    let draft = part(goal?.levels[0].content ?? filler(inner), inner, goal)
    var node = [FlowText.FlowEntry(key: "id", value: .word(name))] + draft.entries(next: nil)
    for decorator in draft.decorators {
      node = decorator + [FlowText.FlowEntry(key: "child", value: .map(node))]
    }
    return .map(node)
  }

  /// A question that costs nothing.
  private mutating func question() -> FlowText { .fields(["check": .text(condition())]) }

  mutating func treeNode(
    _ container: FlowContainer,
    _ place: PartPlace,
    _ goal: FlowGoal?,
    _ features: [FlowFeature],
    _ draft: inout PartDraft
  ) {
    if container == .subtree { return subtree(place, goal, features, &draft) }
    draft.set("type", .word(Self.typeName(container)))
    let isReactive = features.contains(.tree(.reactive))
    switch container {
    case .sequence, .fallback:
      if isReactive, set("reactive", &draft) { draft.features.append(.tree(.reactive)) }
      let others = isReactive ? [question()] : before(container, place)
      draft.set("children", .list(others + [node(place, container, goal)]))
    case .parallel:
      var children = [node(place, container, goal), node(place, container, nil)]
      if random.chance(50) { children.reverse() }
      draft.set("children", .list(children))
    case .select: select(place, goal, features, &draft)
    case .choose: choose(place, goal, features, &draft)
    case .ifThenElse, .whileDoElse:
      if container == .whileDoElse {
        draft.set("max_switches", number(1...2, most: 2_147_483_647))
      }
      var children = [node(place, container, goal)]
      if random.chance(60) { children.append(node(place, container, nil)) }
      if random.chance(50) { children.reverse() }
      draft.set("children", .list([question()] + children))
    case .tryCatch:
      var children = [node(place, container, goal), node(place, container, nil)]
      if random.chance(50) { children.reverse() }
      draft.set("children", .list(children))
    default: draft.set("child", node(place, container, goal))
    }
    switch container {
    case .retry: draft.set("attempts", number(2...3, most: 1_000_000))
    case .rounds: draft.set("count", number(2...3, most: 1_000_000))
    case .keepRunning: draft.set("max", number(2...3, most: 2_147_483_647))
    case .timeout: draft.set("after", duration(["4s", "100ms"]))
    case .delay: draft.set("after", duration(["2s"]))
    default: break
    }
  }

  private func set(_ key: String, _ draft: inout PartDraft) -> Bool { draft.set(key, "true") }

  /// Children in front of the one that was asked for.
  private mutating func before(_ container: FlowContainer, _ place: PartPlace) -> [FlowText] {
    switch random.below(3) {
    case 0: []
    case 1: [question()]
    default: [node(place, container, nil)]
    }
  }

  static func typeName(_ container: FlowContainer) -> String {
    switch container {
    case .sequence: "sequence"
    case .fallback: "fallback"
    case .parallel: "parallel"
    case .select: "conditional_selector"
    case .choose: "switch"
    case .ifThenElse: "if_then_else"
    case .whileDoElse: "while_do_else"
    case .tryCatch: "try_catch"
    case .inverter: "inverter"
    case .forceSuccess: "force_success"
    case .forceFailure: "force_failure"
    case .retry: "retry"
    case .rounds: "repeat"
    case .keepRunning: "keep_running_until_failure"
    case .timeout: "timeout"
    case .delay: "delay"
    case .runOnce: "run_once"
    case .subtree: "subtree"
    case .run, .machine, .chart, .regions, .taskList, .taskGroup, .dependencies, .graph, .forEach,
      .childFlow, .detachedFlow, .planner, .turns, .tree:
      ""
    }
  }

  private mutating func select(
    _ place: PartPlace,
    _ goal: FlowGoal?,
    _ features: [FlowFeature],
    _ draft: inout PartDraft
  ) {
    if features.contains(.tree(.reactive)) {
      draft.set("reactive", "true")
      draft.set("max_switches", "2")
      draft.features.append(.tree(.reactive))
    }
    var entries = [
      FlowText.fields(["when": .text(condition()), "child": node(place, .select, goal)])
    ]
    if random.chance(50) {
      entries.append(.fields(["when": .text(condition()), "child": node(place, .select, nil)]))
    }
    if random.chance(50) { entries.reverse() }
    if features.contains(.tree(.defaultChoice)) {
      entries.append(.fields(["default": "true", "child": node(place, .select, nil)]))
      draft.features.append(.tree(.defaultChoice))
    }
    draft.set("conditions", .list(entries))
  }

  private mutating func choose(
    _ place: PartPlace,
    _ goal: FlowGoal?,
    _ features: [FlowFeature],
    _ draft: inout PartDraft
  ) {
    draft.set("value", .text(random.one(of: ["state.n", "state.note", "input.n"])))
    draft.set("max_switches", number(1...2, most: 2_147_483_647))
    var cases = [FlowText.FlowEntry(key: "1", value: node(place, .choose, goal))]
    if random.chance(60) {
      cases.append(FlowText.FlowEntry(key: "a", value: node(place, .choose, nil)))
    }
    draft.set("cases", .map(cases))
    if features.contains(.tree(.defaultChoice)) {
      draft.set("default", node(place, .choose, nil))
      draft.features.append(.tree(.defaultChoice))
    }
  }

  private mutating func subtree(
    _ place: PartPlace,
    _ goal: FlowGoal?,
    _ features: [FlowFeature],
    _ draft: inout PartDraft
  ) {
    let name = fresh("tree")
    draft.set("type", "subtree")
    draft.set("flow", .word(name))
    if features.contains(.tree(.ports)) {
      draft.set("ports", "{n: n, ok: ok}")
      draft.features.append(.tree(.ports))
    }
    let root = node(place, .subtree, goal)
    flows.append(
      FlowText.FlowEntry(key: name, value: .fields(["state": Self.state, "root": root]))
    )
  }
}
