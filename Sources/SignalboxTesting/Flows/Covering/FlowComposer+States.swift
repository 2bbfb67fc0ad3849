// Machines, charts, graphs and regions.
extension FlowComposer {
  mutating func states(
    _ container: FlowContainer,
    _ place: PartPlace,
    _ goal: FlowGoal?,
    _ features: [FlowFeature],
    _ draft: inout PartDraft
  ) {
    var needsInside: FlowContent?
    if !place.isHidden, !place.isPlain, place.site != .tree {
      if features.contains(.chart(.deepInitial)) { needsInside = .container(.machine) }
      if features.contains(.chart(.severalInitials)) { needsInside = .container(.regions) }
    }
    let count = (needsInside == nil ? 1 : 2) + random.below(place.depth > 0 ? 2 : 3)
    var names = (0..<count).map { _ in fresh("s") }
    if let reserved = place.reserved { names[0] = reserved }
    let (good, bad) = (fresh("e"), fresh("f"))
    let isFlat = isFlat(container, place, goal, features)
    // A graph inside a step ends where no edge goes on.
    let hasFinals = container != .graph || place.site == .body
    let finalNames = hasFinals ? [good, bad] : []
    let wanted = random.below(count)
    var parts: [PartDraft] = []
    for (position, name) in names.enumerated() {
      let next = position + 1 < count ? names[position + 1] : finalNames.first ?? names[0]
      var inner = inside(container, of: place, name: name, next: next, targets: names + finalNames)
      if place.container.hasTargets, random.chance(30) { inner.targets += place.targets }
      inner.isFlat = isFlat
      if position == 0, !isFlat {
        inner.wishes = place.wishes
        if features.contains(.chart(.edgeOut)) { leadOut(&inner, place, &draft) }
      }
      let chosen: FlowContent
      if position == wanted, let goal {
        chosen = goal.levels[0].content
      } else if position == (wanted + 1) % count, let needsInside {
        chosen = needsInside
      } else {
        chosen = filler(inner)
      }
      var part = part(chosen, inner, position == wanted ? goal : nil)
      if chosen.container?.holdsStates != true, chosen != .container(.regions) {
        lead(&part, to: inner.wishes)
      }
      parts.append(part)
    }
    if container == .chart { awaitSomething(&parts, names + [good]) }
    let finals = finalStates(good, bad, features, &draft)
    var extra: [FlowText.FlowEntry] = []
    history(names, features, &parts, &extra, &draft)
    if !place.isHidden { enter(&parts) }
    start(names, place.isHidden ? [] : parts, features, &draft)
    offerEdges(names, place, features, &draft)
    draft.inside = names
    emit(container, names, parts, extra, finalNames.first, &draft)
    if hasFinals { draft.set("final_states", .map(finals)) }
  }

  /// Whether the machine is to be no chart, in which more can be tried again.
  private mutating func isFlat(
    _ container: FlowContainer,
    _ place: PartPlace,
    _ goal: FlowGoal?,
    _ features: [FlowFeature]
  ) -> Bool {
    if place.container.hasTargets { return place.isFlat }
    guard container != .chart, !features.contains(where: \.isOfCharts) else { return false }
    guard let goal, let level = goal.levels.first else { return random.chance(30) }
    let needsChart =
      level.content == .leaf(.rest) || level.content.container?.makesCharts == true
      || level.features.contains(where: \.isOfCharts)
    if needsChart { return false }
    return level.features.contains { $0.isRetry } || random.chance(30)
  }

  /// Makes one state of a chart wait for an event or a time.
  private mutating func awaitSomething(_ parts: inout [PartDraft], _ names: [String]) {
    let position = random.below(parts.count)
    let target = FlowText.word(random.one(of: names))
    if random.chance(50) {
      parts[position].append(.fields(["event": "stop", "target": target]), to: "on_event")
    } else {
      parts[position].append(.fields(["delay": "2s", "target": target]), to: "after")
    }
  }

  private mutating func finalStates(
    _ good: String,
    _ bad: String,
    _ features: [FlowFeature],
    _ draft: inout PartDraft
  ) -> [FlowText.FlowEntry] {
    var ending = PartDraft()
    if features.contains(.chart(.finalResult)) {
      ending.set("result", .fields(["r": .text("{{ state.n }}")]))
      draft.features.append(.chart(.finalResult))
    }
    if features.contains(.chart(.finalActions)) {
      ending.set("on_entry", .list([action()]))
      draft.features.append(.chart(.finalActions))
    }
    return [
      FlowText.FlowEntry(key: good, value: .map(ending.keys)),
      FlowText.FlowEntry(key: bad, value: .fields(["outcome": "failure"])),
    ]
  }

  private mutating func history(
    _ names: [String],
    _ features: [FlowFeature],
    _ parts: inout [PartDraft],
    _ extra: inout [FlowText.FlowEntry],
    _ draft: inout PartDraft
  ) {
    for (feature, isDeep) in [(ChartFeature.shallowHistory, false), (.deepHistory, true)]
    where features.contains(.chart(feature)) {
      let name = fresh("h")
      var history = PartDraft()
      history.set("type", "history")
      if isDeep { history.set("deep", "true") }
      history.set("default", .word(random.one(of: names)))
      extra.append(FlowText.FlowEntry(key: name, value: .map(history.keys)))
      let back = FlowText.fields(["event": "back", "target": .word(name)])
      parts[random.below(parts.count)].append(back, to: "on_event")
      draft.entrances.append(name)
      draft.features.append(.chart(feature))
    }
  }

  /// Gives states edges to what lies inside others.
  private mutating func enter(_ parts: inout [PartDraft]) {
    for position in parts.indices {
      for entrance in parts[position].entrances {
        let edge = FlowText.fields(["event": "enter", "target": .word(entrance)])
        parts[random.below(parts.count)].append(edge, to: "on_event")
      }
      for group in parts[position].groups {
        let edge = FlowText.fields(["event": "fork", "targets": .words(group)])
        parts[random.below(parts.count)].append(edge, to: "on_event")
      }
    }
  }

  private mutating func start(
    _ names: [String],
    _ parts: [PartDraft],
    _ features: [FlowFeature],
    _ draft: inout PartDraft
  ) {
    let inside = parts.flatMap(\.inside)
    let regions = parts.first { $0.regions.filter { !$0.isEmpty }.count > 1 }?.regions ?? []
    let groups = regions.filter { !$0.isEmpty }
    if features.contains(.chart(.severalInitials)), groups.count > 1 {
      draft.set("initial_state", .words(groups.map { $0[0] }))
      draft.features.append(.chart(.severalInitials))
    } else if features.contains(.chart(.deepInitial)), !inside.isEmpty {
      draft.set("initial_state", .word(random.one(of: inside)))
      draft.features.append(.chart(.deepInitial))
    } else if features.contains(.chart(.initialActions)) {
      draft.set(
        "initial_state",
        .fields(["target": .word(names[0]), "actions": .list([action()])])
      )
      draft.features.append(.chart(.initialActions))
    } else {
      draft.set("initial_state", .word(names[0]))
    }
  }

  private mutating func emit(
    _ container: FlowContainer,
    _ names: [String],
    _ parts: [PartDraft],
    _ extra: [FlowText.FlowEntry],
    _ good: String?,
    _ draft: inout PartDraft
  ) {
    guard container == .graph else {
      var states: [FlowText.FlowEntry] = []
      for (position, name) in names.enumerated() {
        let next = position + 1 < names.count ? names[position + 1] : good
        let state = FlowText.map(parts[position].entries(next: next))
        states.append(FlowText.FlowEntry(key: name, value: state))
      }
      draft.set("states", .map(states + extra))
      return
    }
    let nodes = names.enumerated().map { position, name in
      FlowText.FlowEntry(key: name, value: .map(parts[position].entries(next: nil)))
    }
    var edges: [FlowText] = []
    for (position, name) in names.enumerated() where !parts[position].isDecided {
      let next = position + 1 < names.count ? names[position + 1] : good
      guard let next else { continue }
      if random.chance(40) {
        let other = FlowText.word(random.one(of: names + [next]))
        edges.append(.fields(["from": .word(name), "to": other, "condition": .text(condition())]))
      }
      edges.append(.fields(["from": .word(name), "to": .word(next)]))
    }
    if case .word(let first)? = draft["initial_state"] {
      draft.replace("entry_point", .word(first))
    } else {
      draft.replace("entry_point", .word(names[0]))
    }
    draft.keys.removeAll { $0.key == "initial_state" }
    draft.set("nodes", .map(nodes + extra))
    draft.set("edges", .list(edges))
    if random.chance(30) { draft.set("max_iterations", "3") }
  }

  // MARK: Borders

  /// Edges into and out of what holds `names`.
  private mutating func offerEdges(
    _ names: [String],
    _ place: PartPlace,
    _ features: [FlowFeature],
    _ draft: inout PartDraft
  ) {
    if features.contains(.chart(.edgeIn)) {
      draft.entrances.append(random.one(of: names))
      draft.features.append(.chart(.edgeIn))
    }
  }

  /// Wishes for an edge from inside to a state outside.
  private mutating func leadOut(
    _ inner: inout PartPlace,
    _ place: PartPlace,
    _ draft: inout PartDraft
  ) {
    guard let out = (place.targets + place.outer).randomElement(using: &random) else { return }
    inner.wishes.append(out)
    draft.features.append(.chart(.edgeOut))
  }

  /// Gives a part an edge out of what is around it.
  mutating func lead(_ part: inout PartDraft, to targets: [String]) {
    for target in targets {
      if random.chance(60) {
        part.append(.fields(["event": "leave", "target": .word(target)]), to: "on_event")
      } else {
        part.append(.fields(["delay": "3s", "target": .word(target)]), to: "after")
      }
    }
  }

  mutating func regions(
    _ place: PartPlace,
    _ goal: FlowGoal?,
    _ features: [FlowFeature],
    _ draft: inout PartDraft
  ) {
    let count = 2 + random.below(2)
    let wanted = random.below(count)
    let names = (0..<count).map { _ in fresh("r") }
    let isAcross = features.contains(.chart(.edgeAcross)) && !place.isHidden
    let needsInside = isAcross || features.contains(.chart(.severalTargets))
    let reserved = isAcross ? fresh("s") : nil
    draft.set("type", "parallel")
    var states: [FlowText.FlowEntry] = []
    for (position, name) in names.enumerated() {
      let outside = place.targets.isEmpty ? names : place.targets
      var inner = inside(.regions, of: place, name: name, targets: outside)
      if position == wanted {
        inner.wishes = place.wishes + [reserved].compactMap { $0 }
        if features.contains(.chart(.edgeOut)) { leadOut(&inner, place, &draft) }
      } else if position == (wanted + 1) % count {
        inner.reserved = reserved
      }
      let chosen: FlowContent
      if position == wanted, let goal {
        chosen = goal.levels[0].content
      } else if needsInside {
        chosen = .container(random.one(of: [.machine, .chart]))
      } else {
        chosen = filler(inner)
      }
      var region = part(chosen, inner, position == wanted ? goal : nil)
      if chosen.container?.holdsStates != true, chosen != .container(.regions) {
        lead(&region, to: inner.wishes)
      }
      draft.entrances += region.entrances
      draft.regions.append(region.inside)
      states.append(FlowText.FlowEntry(key: name, value: .map(region.entries(next: nil))))
    }
    draft.inside = draft.regions.flatMap { $0 }
    if isAcross { draft.features.append(.chart(.edgeAcross)) }
    if features.contains(.chart(.edgeIn)), let inside = draft.inside.randomElement(using: &random) {
      draft.entrances.append(inside)
      draft.features.append(.chart(.edgeIn))
    }
    let groups = draft.regions.filter { !$0.isEmpty }
    if features.contains(.chart(.severalTargets)), groups.count > 1 {
      draft.groups.append(groups.map { $0[0] })
      draft.features.append(.chart(.severalTargets))
    }
    draft.set("states", .map(states))
  }
}
