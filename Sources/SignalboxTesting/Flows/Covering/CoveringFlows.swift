/// Flows that together bring every two things together that a flow can hold.
///
/// A covering array over pairs of kinds: a part right inside a container, and a part with a
/// feature. Each flow is built around the next pair, later around the next triple, that no flow
/// before it covers; the rest of it is filled by chance, with what is missing first.
///
///     var flows = CoveringFlows(seed: 1)
///     for _ in 0..<1_000 { check(flows.next()) }
///     print(flows.coverage)  // pairs covered 3210 of 3210, …
public struct CoveringFlows: Sendable {
  /// What the flows so far cover.
  public private(set) var coverage = FlowCoverage()
  private var random: RandomSource
  private var count = 0
  private var pairs: [FlowPair]
  private var triples: [FlowTriple]

  /// The flows of a seed.
  public init(seed: UInt64) {
    random = RandomSource(seed: seed)
    pairs = FlowCoverage.allPairs.shuffled(using: &random)
    triples = FlowCoverage.allTriples.shuffled(using: &random)
  }

  /// The next flow.
  public mutating func next() -> CoveringFlow {
    let (goal, wanted) = nextGoal()
    var composer = FlowComposer(random.fork(), earlier: coverage)
    let text = composer.flow(goal, wanted, name: "flow\(count)")
    coverage.merge(composer.coverage)
    count += 1
    return CoveringFlow(number: count - 1, text: text, coverage: composer.coverage)
  }

  /// The flow of a goal given by hand: a part inside a container with a feature.
  static func flow(around triple: FlowTriple, seed: UInt64) -> CoveringFlow {
    var random = RandomSource(seed: seed)
    let goal = Self.goal(of: triple, by: &random)
    var composer = FlowComposer(random.fork(), earlier: FlowCoverage())
    let text = composer.flow(goal, [], name: "flow")
    return CoveringFlow(number: 0, text: text, coverage: composer.coverage)
  }

  private mutating func nextGoal() -> (FlowGoal, [FlowFeature]) {
    while let pair = pairs.last, coverage.pairs.contains(pair) { pairs.removeLast() }
    guard let pair = pairs.last else {
      while let triple = triples.last, coverage.triples.contains(triple) { triples.removeLast() }
      let triple = triples.last ?? random.one(of: FlowCoverage.allTriples)
      if !triples.isEmpty { triples.insert(triples.removeLast(), at: random.below(triples.count)) }
      return (Self.goal(of: triple, by: &random), [])
    }
    // Another try comes when this one could not bring them together.
    pairs.insert(pairs.removeLast(), at: random.below(pairs.count))
    switch pair {
    case .nesting(let container, let content):
      let features = FlowFeature.allCases.filter { feature in
        feature.obstacle(to: content, in: container) == nil
      }
      let chosen = missing(features, of: content).map { [$0] } ?? []
      return (Self.goal(content, in: container, with: chosen, by: &random), [])
    case .feature(.container(.run), let feature):
      let bodies: [FlowContainer] = [.machine, .chart, .graph]
      return (FlowGoal(levels: [.init(content: .container(random.one(of: bodies)))]), [feature])
    case .feature(let content, let feature):
      let containers = FlowCoverage.containers(of: content).filter { container in
        feature.obstacle(to: content, in: container) == nil
      }
      let container = random.one(of: containers)
      return (Self.goal(content, in: container, with: [feature], by: &random), [])
    }
  }

  private mutating func missing(
    _ features: [FlowFeature],
    of content: FlowContent
  ) -> FlowFeature? {
    let open = features.filter { !coverage.pairs.contains(.feature(content, $0)) }
    return (open.isEmpty ? features : open).randomElement(using: &random)
  }

  private static func goal(of triple: FlowTriple, by random: inout RandomSource) -> FlowGoal {
    goal(triple.content, in: triple.container, with: [triple.feature], by: &random)
  }

  /// A way from the whole flow to the container, by chance, with the part at its end.
  private static func goal(
    _ content: FlowContent,
    in container: FlowContainer,
    with features: [FlowFeature],
    by random: inout RandomSource
  ) -> FlowGoal {
    var levels: [FlowGoal.Level] = [.init(content: content, features: features)]
    if let inner = innerGoal(of: content, features, by: &random) { levels.append(inner) }
    var current = container
    let needsNames = features.contains { $0.findsNamesInside }
    let needsFlat = features.contains(where: \.isRetry) && content.container?.becomesStates == true
    var needsChart = content == .leaf(.rest) || content == .container(.regions)
    var isBody = content.container?.holdsStates == true || content == .container(.tree)
    var held = content
    while current != .run {
      levels.insert(.init(content: .container(current)), at: 0)
      if current == .regions { needsChart = true }
      if !current.hasTargets { needsChart = false }
      if current.isFlow { isBody = false }
      if current.holdsStates || current == .tree { isBody = true }
      let around = FlowCoverage.containers(of: .container(current)).filter { around in
        let isInTree = around.site == .tree
        return !(needsChart && isInTree) && !(needsNames && around.hidesNames)
          && !(isBody && around == .subtree)
          && !(needsFlat && current == container && current.hasTargets && around.hasTargets)
          && !(current == .forEach && isInTree && FlowContainer.tree.obstacle(to: held) != nil)
      }
      held = .container(current)
      let nearer = around.filter { (distances[$0] ?? 0) < (distances[current] ?? 0) }
      let isLonger = nearer.isEmpty || random.chance(15) && levels.count < 5
      current = random.one(of: isLonger ? around : nearer)
    }
    return FlowGoal(levels: levels)
  }

  /// What a flow must hold so that its header can have a feature.
  private static func innerGoal(
    of content: FlowContent,
    _ features: [FlowFeature],
    by random: inout RandomSource
  ) -> FlowGoal.Level? {
    guard content.container?.isFlow == true,
      features.contains(where: { if case .run = $0 { true } else { false } })
    else { return nil }
    return .init(content: .container(random.one(of: [.machine, .chart, .graph])))
  }

  /// How many containers lie between a container and the whole.
  private static let distances: [FlowContainer: Int] = {
    var result: [FlowContainer: Int] = [.run: 0]
    var queue = [FlowContainer.run]
    var next = 0
    while next < queue.count {
      let container = queue[next]
      next += 1
      for content in FlowContent.allCases where container.obstacle(to: content) == nil {
        guard let inner = content.container, result[inner] == nil else { continue }
        result[inner] = (result[container] ?? 0) + 1
        queue.append(inner)
      }
    }
    return result
  }()
}
