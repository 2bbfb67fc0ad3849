// Containers besides states and trees.
extension FlowComposer {
  mutating func write(
    _ container: FlowContainer,
    _ place: PartPlace,
    _ goal: FlowGoal?,
    _ features: [FlowFeature],
    _ draft: inout PartDraft
  ) {
    switch container {
    case .run: return
    case .machine, .chart, .graph: states(container, place, goal, features, &draft)
    case .regions: regions(place, goal, features, &draft)
    case .taskList, .taskGroup, .dependencies: tasks(container, place, goal, &draft)
    case .forEach: items(place, goal, features, &draft)
    case .childFlow, .detachedFlow: flow(container, place, goal, features, &draft)
    case .planner: planner(place, goal, &draft)
    case .turns: turns(place, goal, &draft)
    case .tree: draft.set("root", node(place, .tree, goal))
    case .sequence, .fallback, .parallel, .select, .choose, .ifThenElse, .whileDoElse, .tryCatch,
      .inverter, .forceSuccess, .forceFailure, .retry, .rounds, .keepRunning, .timeout, .delay,
      .runOnce, .subtree:
      treeNode(container, place, goal, features, &draft)
    }
  }

  /// A place inside a container.
  func inside(
    _ container: FlowContainer,
    of place: PartPlace,
    name: String,
    next: String? = nil,
    targets: [String] = []
  ) -> PartPlace {
    var inner = PartPlace(name: name, container: container, depth: place.depth - 1)
    inner.next = next
    inner.targets = targets
    inner.isInItem = place.isInItem && !container.isFlow
    inner.isHidden = place.isHidden || container.hidesNames
    inner.isInSubtree = (place.isInSubtree && !container.isFlow) || container == .subtree
    if container.hasTargets { inner.isPlain = place.isPlain || place.site == .tree }
    inner.isInTree = container == .forEach && place.site == .tree
    if !container.isFlow, container != .forEach { inner.outer = place.targets + place.outer }
    return inner
  }

  // MARK: Tasks

  private mutating func tasks(
    _ container: FlowContainer,
    _ place: PartPlace,
    _ goal: FlowGoal?,
    _ draft: inout PartDraft
  ) {
    let count = (container == .taskList ? 1 : 2) + random.below(place.depth > 0 ? 2 : 3)
    let wanted = random.below(count)
    if container == .taskGroup { draft.set("type", "parallel") }
    var names: [String] = []
    var tasks: [FlowText] = []
    for position in 0..<count {
      let name = fresh("t")
      let inner = inside(container, of: place, name: name)
      let content =
        position == wanted ? goal?.levels[0].content : nil
      let task = part(
        content ?? filler(inner),
        inner,
        position == wanted ? goal : nil
      )
      var entries = [FlowText.FlowEntry(key: "id", value: .word(name))]
      entries += task.entries(next: nil)
      if container == .dependencies, position > 0 {
        // Now and then more than is needed: what a dependency awaits as well.
        let awaited = random.chance(40) ? names : [random.one(of: names)]
        if position == 1 || random.chance(70) {
          entries.append(FlowText.FlowEntry(key: "depends_on", value: .words(awaited)))
        }
      }
      names.append(name)
      tasks.append(.map(entries))
    }
    draft.set("tasks", .list(tasks))
  }

  private mutating func items(
    _ place: PartPlace,
    _ goal: FlowGoal?,
    _ features: [FlowFeature],
    _ draft: inout PartDraft
  ) {
    var inner = inside(.forEach, of: place, name: place.name)
    inner.isInItem = true
    let content = goal?.levels[0].content ?? filler(inner)
    let item = part(content, inner, goal)
    for entry in item.keys { draft.set(entry.key, entry.value) }
    let list = random.one(of: ["state.xs", "input.xs", "[1, 2, 3]", "[]"])
    // Leaves of trees take an expression only.
    let isTemplate = place.site != .tree && random.chance(50)
    draft.set("for_each", .text(isTemplate ? "{{ \(list) }}" : list))
    let isFew = features.contains(.group(.fewItems))
    draft.set("max_items", isFew ? "1" : number(4...5, most: 10_000))
    if isFew { draft.features.append(.group(.fewItems)) }
  }

  // MARK: Flows

  private mutating func flow(
    _ container: FlowContainer,
    _ place: PartPlace,
    _ goal: FlowGoal?,
    _ features: [FlowFeature],
    _ draft: inout PartDraft
  ) {
    let name = fresh("flow")
    let inner = inside(container, of: place, name: name)
    var body = part(goal?.levels[0].content ?? filler(inner), inner, goal)
    var header = PartDraft()
    for feature in features {
      guard case .run(let run) = feature, run.obstacle(to: .container(container)) == nil,
        apply(run, body: &body, to: &header)
      else { continue }
      draft.features.append(feature)
    }
    writeFields(to: &header)
    if container == .detachedFlow { header.set("detach", "true") }
    header.keys += body.entries(next: nil)
    flows.append(FlowText.FlowEntry(key: name, value: .map(header.keys)))
    draft.set("flow", .word(name))
    draft.set(
      "with",
      .fields([
        "n": .text("{{ state.n }}"), "ok": .text("{{ state.ok }}"), "xs": .text("{{ state.xs }}"),
      ])
    )
  }

  private mutating func planner(
    _ place: PartPlace,
    _ goal: FlowGoal?,
    _ draft: inout PartDraft
  ) {
    for performer in [Performers.asker, .look, .pay] { performers.insert(performer) }
    var planner = PartDraft()
    planner.set("type", "llm")
    planner.set("model", "gpt-4o-mini")
    planner.set("limits", "{prompt_tokens: 4000, output_tokens: 500}")
    planner.set("goal", .text("Do {{ input.n }} things"))
    planner.set("may_use", "{agents: [asker], tools: [look, pay]}")
    if goal != nil || random.chance(60) {
      let inner = inside(.planner, of: place, name: place.name)
      let content = goal?.levels[0].content ?? filler(inner)
      let body = part(content, inner, goal)
      planner.set("fallback", .map(body.entries(next: nil)))
    }
    draft.set("planner", .map(planner.keys))
  }

  private mutating func turns(
    _ place: PartPlace,
    _ goal: FlowGoal?,
    _ draft: inout PartDraft
  ) {
    let name = fresh("caller")
    let inner = inside(.turns, of: place, name: name)
    let content = goal?.levels[0].content ?? filler(inner)
    var tools: [String] = []
    for wanted in [content, filler(inner)] {
      guard case .leaf(let leaf) = wanted else { continue }
      var offer = PartDraft()
      coverage.note(wanted, in: .turns)
      write(leaf, inner, &offer)
      if case .word(let tool)? = offer["tool"], !tools.contains(tool) { tools.append(tool) }
    }
    callers.append((name, tools))
    draft.set("agent", .word(name))
    if random.chance(60) { draft.set("timeout", "20s") }
  }
}
