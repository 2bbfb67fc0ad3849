/// Writes one flow around a goal, and fills the rest by chance.
struct FlowComposer {
  var random: RandomSource
  /// What the flows before cover: what is missing is taken first.
  let earlier: FlowCoverage
  /// What this flow covers.
  var coverage = FlowCoverage()
  /// Flows that steps run.
  var flows: [FlowText.FlowEntry] = []
  /// Agents that call tools within their turns, with their tools.
  var callers: [(name: String, tools: [String])] = []
  /// Agents and tools that are called.
  var performers: Set<Performers> = []
  /// Names that invariants may speak of.
  private(set) var steps: [String] = []
  private var names = 0
  /// Whether numbers go to the limits of the format.
  private let isExtreme: Bool

  init(_ random: RandomSource, earlier: FlowCoverage) {
    self.random = random
    self.earlier = earlier
    isExtreme = self.random.chance(8)
  }

  /// A number, now and then the largest that the format takes.
  mutating func number(_ usual: ClosedRange<Int>, most: Int) -> FlowText {
    if isExtreme, random.chance(40) { return .number(random.one(of: [most, most - 1, most / 2])) }
    return .number(usual.lowerBound + random.below(usual.count))
  }

  /// A duration, now and then the longest that the format takes.
  mutating func duration(_ usual: [String]) -> FlowText {
    if isExtreme, random.chance(40) { return .word(random.one(of: ["36500d", "1ms", "18250d"])) }
    return .word(random.one(of: usual))
  }

  /// A name that no part has.
  mutating func fresh(_ letter: String) -> String {
    names += 1
    return "\(letter)\(names)"
  }

  /// One part with everything that it holds.
  mutating func part(
    _ content: FlowContent,
    _ place: PartPlace,
    _ goal: FlowGoal?
  ) -> PartDraft {
    var features = goal?.levels.first?.features ?? []
    features += extras(content, in: place.container).filter { feature in
      !features.contains(feature) && !(place.isFlat && feature.isOfCharts)
    }
    var draft = PartDraft()
    coverage.note(content, in: place.container)
    if place.container.hasTargets || place.site == .task { steps.append(place.name) }
    switch content {
    case .leaf(let leaf): write(leaf, place, &draft)
    case .container(let container):
      write(container, place, goal?.inner, features, &draft)
    }
    for feature in features where !draft.features.contains(feature) {
      if case .step(let step) = feature, step.isRetry, place.container.hasTargets, !place.isFlat,
        content.container?.becomesStates == true
      {
        continue
      }
      if apply(feature, content, place, &draft) { draft.features.append(feature) }
    }
    for feature in draft.features { coverage.note(feature, of: content, in: place.container) }
    return draft
  }

  /// Features that nobody asked for.
  private mutating func extras(
    _ content: FlowContent,
    in container: FlowContainer
  ) -> [FlowFeature] {
    var fitting = Self.fitting[FlowNesting(container: container, content: content)] ?? []
    // What always fails hides what comes after it.
    if random.chance(93) { fitting.removeAll(where: \.isFailing) }
    guard !fitting.isEmpty else { return [] }
    var result: [FlowFeature] = []
    if random.chance(40), fitting.contains(.edge(.onError)) { result.append(.edge(.onError)) }
    for _ in 0..<random.below(4) {
      var chosen = random.one(of: fitting)
      // Some of them are still wanted.
      for _ in 0..<4 where isCovered(chosen, content, container) {
        chosen = random.one(of: fitting)
      }
      result.append(chosen)
    }
    return result
  }

  private func isCovered(
    _ feature: FlowFeature,
    _ content: FlowContent,
    _ container: FlowContainer
  ) -> Bool {
    earlier.triples.contains(
      FlowTriple(container: container, content: content, feature: feature)
    )
  }

  /// What to put into a container, when nobody asked for it.
  mutating func filler(_ place: PartPlace) -> FlowContent {
    let container = place.container
    let all = (Self.contents[container] ?? []).filter { content in
      switch content {
      case .leaf(.rest): !place.isPlain && !place.isFlat
      case .leaf: true
      case .container(let inner):
        !(place.isPlain && inner == .regions) && !(place.isFlat && inner.makesCharts)
          && !(place.isInSubtree && (inner.holdsStates || inner == .tree))
          && !(place.isInTree && FlowContainer.tree.obstacle(to: content) != nil)
      }
    }
    let shallow = all.filter { $0.container == nil }
    let flat = shallow.isEmpty ? all.filter { Self.flatBodies.contains($0) } : shallow
    let choices = place.depth > 0 ? all : flat
    var chosen = random.one(of: choices)
    for _ in 0..<3 where earlier.pairs.contains(.nesting(container, chosen)) {
      chosen = random.one(of: choices)
    }
    return chosen
  }

  private static let flatBodies: [FlowContent] = [
    .container(.machine), .container(.taskList), .container(.dependencies), .container(.tree),
  ]

  private static let contents = Dictionary(
    uniqueKeysWithValues: FlowCoverage.contents.map { ($0.container, $0.contents) }
  )

  private struct FlowNesting: Hashable {
    var container: FlowContainer
    var content: FlowContent
  }

  private static let fitting = Dictionary(
    grouping: FlowCoverage.allTriples,
    by: { FlowNesting(container: $0.container, content: $0.content) }
  ).mapValues { $0.map(\.feature) }

  // MARK: The whole

  /// The flow around `goal`, whose first level is its body, with features of the whole.
  mutating func flow(_ goal: FlowGoal, _ wanted: [FlowFeature], name: String) -> String {
    let place = PartPlace(name: name, container: .run, depth: 1)
    var draft = part(goal.levels[0].content, place, goal)
    var features = wanted
    for feature in RunFeature.allCases where random.chance(10) {
      features.append(.run(feature))
    }
    var header = PartDraft()
    header.set("signalbox", "1")
    header.set("name", .word(name))
    for feature in features {
      guard case .run(let run) = feature, apply(run, body: &draft, to: &header) else { continue }
      coverage.note(feature, of: .container(.run), in: nil)
    }
    writeFields(to: &header)
    header.keys += performerEntries(isExtreme)
    if !flows.isEmpty { header.set("flows", .map(flows)) }
    header.keys += draft.entries(next: nil)
    return FlowText.map(header.keys).lines().joined(separator: "\n") + "\n"
  }

  /// `input` and `state`.
  mutating func writeFields(to header: inout PartDraft) {
    header.set(
      "input",
      .fields([
        "n": "{type: integer}", "ok": "{type: boolean}",
        "xs": "{type: array, maxItems: 4, items: {type: integer}}",
      ])
    )
    header.set("state", Self.state)
  }

  static let state = FlowText.fields([
    "n": "{type: integer, default: 0}", "m": "{type: integer, default: 1}",
    "z": "{type: integer, default: 0}", "ok": "{type: boolean, default: true}",
    "note": "{type: string, default: a}",
    "xs": "{type: array, items: {type: integer}, default: [1, 2]}",
  ])
}
