import SignalboxTesting

/// Statecharts by chance: the same one for the same numbers.
struct RandomChart {
  private var random: RandomSource
  private var states: [LiteralChart.State] = []
  private let variableCount: Int
  /// The variable that counts what the chart brings about by itself.
  private var fuse: Int { variableCount }
  /// States at most, give or take a few.
  private let size: Int
  private var labels = 0

  private static let events = ["a", "b", "c", "a.x", "b.y.z"]

  /// A chart that `seed` gives.
  static func chart(seed: UInt64) -> LiteralChart {
    var generator = RandomChart(seed)
    return generator.chart()
  }

  /// Events for a chart.
  static func events(seed: UInt64) -> [String] {
    var random = RandomSource(seed: ~seed)
    return (0..<3 + random.below(10)).map { _ in random.one(of: events) }
  }

  private init(_ seed: UInt64) {
    random = RandomSource(seed: seed)
    variableCount = 1 + random.below(3)
    size = 3 + random.below(14)
  }

  private mutating func chart() -> LiteralChart {
    states = [LiteralChart.State(kind: .compound, parent: -1)]
    addChildren(of: 0, depth: 0)
    for state in states.indices { fill(state) }
    // A flow without anything of charts is no chart.
    if states.allSatisfy(\.transitions.isEmpty) {
      states[1].transitions.append(transition(from: 1))
    }
    let variables = (0..<variableCount).map { _ in Int64(random.below(4)) }
    return LiteralChart(states: states, variables: variables + [0])
  }

  // MARK: States

  private mutating func addChildren(of parent: Int, depth: Int) {
    let isParallel = states[parent].kind == .parallel
    for _ in 0..<(isParallel ? 2 : 1) + random.below(3) {
      let isHistory = parent > 0 && random.chance(15)
      if isHistory {
        add(random.chance(50) ? .deepHistory : .shallowHistory, to: parent)
      }
      var kind = LiteralChart.Kind.atomic
      if depth < 4, states.count < size, random.chance(depth == 0 ? 75 : 50) {
        kind = random.chance(40) ? .parallel : .compound
      }
      let state = add(kind, to: parent)
      if kind != .atomic { addChildren(of: state, depth: depth + 1) }
    }
    if !isParallel, random.chance(parent == 0 ? 25 : 50) {
      add(.final, to: parent)
      if random.chance(20) { add(.final, to: parent) }
    }
  }

  @discardableResult
  private mutating func add(_ kind: LiteralChart.Kind, to parent: Int) -> Int {
    states.append(LiteralChart.State(kind: kind, parent: parent))
    states[parent].children.append(states.count - 1)
    return states.count - 1
  }

  private mutating func fill(_ state: Int) {
    let kind = states[state].kind
    switch kind {
    case .compound:
      states[state].initial = initial(of: state)
      if state > 0, random.chance(30) { states[state].initialActions = actions() }
    case .shallowHistory, .deepHistory:
      let parent = states[state].parent
      states[state].initial = defaults(inside: parent, isDeep: kind == .deepHistory)
      if random.chance(50) { states[state].initialActions = actions() }
      return
    case .atomic, .parallel, .final: break
    }
    guard state > 0 else { return }
    for _ in 0..<random.below(3) { states[state].onEntry.append(actions()) }
    for _ in 0..<random.below(3) { states[state].onExit.append(actions()) }
    guard kind != .final else { return }
    for _ in 0..<random.below(4) { states[state].transitions.append(transition(from: state)) }
    for _ in 0..<(random.chance(25) ? 1 : 0) {
      states[state].transitions.append(eventless(from: state))
    }
  }

  /// Where a compound starts: a child, a history of its own, or something deeper.
  private mutating func initial(of state: Int) -> [Int] {
    let histories = states[state].children.filter { isHistory($0) }
    if !histories.isEmpty, random.chance(30) { return [random.one(of: histories)] }
    let children = states[state].children.filter { !isHistory($0) }
    if random.chance(75) {
      // A compound that starts in its end is a source of loops.
      let others = children.filter { states[$0].kind != .final }
      return [random.one(of: random.chance(90) ? others : children)]
    }
    return together(inside: state) ?? [random.one(of: descendants(of: state))]
  }

  private mutating func defaults(inside parent: Int, isDeep: Bool) -> [Int] {
    let children = states[parent].children.filter { !isHistory($0) }
    guard isDeep, random.chance(60) else { return [random.one(of: children)] }
    let targets = together(inside: parent) ?? [random.one(of: descendants(of: parent))]
    return targets.contains(where: isHistory) ? [random.one(of: children)] : targets
  }

  /// Several states in regions of one parallel state inside, or equal to, `outer`.
  private mutating func together(inside outer: Int) -> [Int]? {
    let parallels = ([outer] + descendants(of: outer)).filter { states[$0].kind == .parallel }
    guard !parallels.isEmpty, random.chance(50) else { return nil }
    let regions = states[random.one(of: parallels)].children.filter { !isHistory($0) }
    var chosen: [Int] = []
    for region in regions where random.chance(70) {
      chosen.append(random.one(of: [region] + descendants(of: region)))
    }
    if random.chance(30) { chosen.reverse() }
    return chosen.isEmpty ? nil : chosen
  }

  private func isHistory(_ state: Int) -> Bool {
    states[state].kind == .shallowHistory || states[state].kind == .deepHistory
  }

  private func descendants(of state: Int) -> [Int] {
    states[state].children.flatMap { child in
      (isHistory(child) ? [] : [child]) + descendants(of: child)
    }
  }

  // MARK: Transitions

  private mutating func transition(from source: Int) -> LiteralChart.Transition {
    var events = [event()]
    if random.chance(15) { events.append(event()) }
    var transition = LiteralChart.Transition(
      source: source,
      events: events,
      condition: random.chance(40) ? condition(depth: 0) : nil,
      targets: targets(from: source),
      isInternal: random.chance(35),
      actions: random.chance(60) ? actions() : []
    )
    if events == ["c"], random.chance(50) {
      transition.actions.append(.assign(variable: fuse, .constant(0)))
    }
    let isOwn = events.contains { $0 == "*" || $0.hasPrefix("done") || $0.hasPrefix("error") }
    if !isOwn || random.chance(2), random.chance(15) {
      let failing = quotientIsLess()
      transition.condition = transition.condition.map { .both(failing, $0) } ?? failing
    }
    if isOwn, random.chance(97) { burn(&transition) }
    return transition
  }

  private mutating func eventless(from source: Int) -> LiteralChart.Transition {
    var transition = LiteralChart.Transition(
      source: source,
      events: [],
      condition: condition(depth: 0),
      targets: targets(from: source),
      isInternal: random.chance(35),
      actions: actions()
    )
    if random.chance(99) { burn(&transition) }
    return transition
  }

  /// Loops without end must stay rare: what can bring itself about does so a few times at most.
  private func burn(_ transition: inout LiteralChart.Transition) {
    let isLeft = LiteralChart.Guard.isLess(variable: fuse, than: 8)
    transition.condition = transition.condition.map { .both(isLeft, $0) } ?? isLeft
    transition.actions.insert(.assign(variable: fuse, .next(variable: fuse)), at: 0)
  }

  /// Raises or sends an event while the fuse lasts.
  private mutating func raise() -> LiteralChart.Action {
    let action: LiteralChart.Action
    switch random.below(8) {
    case 0: action = .raise(random.one(of: ["a", "b", "a.x", "b.y.z"]))
    case 1: action = .send(random.one(of: ["a", "b", "a.x", "b.y.z"]))
    case 2..<5: action = .raise("i.x")
    default: action = .raise("i")
    }
    guard random.chance(99) else { return action }
    let burning = LiteralChart.Action.assign(variable: fuse, .next(variable: fuse))
    return .choose(.isLess(variable: fuse, than: 8), [burning, action], [])
  }

  private mutating func event() -> String {
    switch random.below(20) {
    case 0..<14: return random.one(of: Self.events)
    case 14..<17:
      let composites = states.indices.filter { $0 > 0 && !states[$0].children.isEmpty }
      guard !composites.isEmpty else { return "a" }
      return "done.state.\(LiteralChart.name(random.one(of: composites)))"
    case 17: return "error"
    case 18: return "i.x"
    default: return random.chance(20) ? "*" : "i"
    }
  }

  private mutating func targets(from source: Int) -> [Int] {
    if random.chance(15) { return [] }
    if let several = together(inside: 0) { return several }
    if random.chance(20) {
      let histories = states.indices.filter { isHistory($0) }
      if !histories.isEmpty { return [random.one(of: histories)] }
    }
    let inside = descendants(of: source)
    if !inside.isEmpty, random.chance(40) { return [random.one(of: inside)] }
    return [random.one(of: descendants(of: 0))]
  }

  // MARK: Actions

  private mutating func quotientIsLess() -> LiteralChart.Guard {
    .isQuotientLess(
      Int64(1 + random.below(8)),
      variable: random.below(variableCount),
      than: Int64(1 + random.below(6))
    )
  }

  private mutating func condition(depth: Int) -> LiteralChart.Guard {
    let variable = random.below(variableCount)
    switch random.below(depth < 2 ? 6 : 4) {
    case 0: return .isLess(variable: variable, than: Int64(random.below(5)))
    case 1: return .isEqual(variable: variable, to: Int64(random.below(5)))
    case 2, 3:
      let inStates = states.indices.filter {
        $0 > 0 && !isHistory($0) && states[$0].kind != .final
      }
      return .isIn(random.one(of: inStates))
    case 4: return .not(condition(depth: depth + 1))
    default: return .both(condition(depth: depth + 1), condition(depth: depth + 1))
    }
  }

  private mutating func actions(depth: Int = 0) -> [LiteralChart.Action] {
    (0..<1 + random.below(2)).map { _ in action(depth) }
  }

  private mutating func action(_ depth: Int) -> LiteralChart.Action {
    let variable = random.below(variableCount)
    if random.chance(8) { return timed() }
    switch random.below(20) {
    case 0..<9:
      labels += 1
      return .log("l\(labels)", variable: variable)
    case 9..<14:
      return .assign(
        variable: variable,
        .mixed(
          variable: random.below(variableCount),
          factor: Int64(random.below(3)),
          summand: Int64(random.below(4))
        )
      )
    case 14: return .assign(variable: variable, .constant(Int64(random.below(4))))
    case 15:
      return .assign(
        variable: variable,
        .quotient(Int64(1 + random.below(6)), variable: random.below(variableCount))
      )
    case 16, 17: return raise()
    default:
      guard depth < 2 else { return raise() }
      return .choose(
        random.chance(20) ? quotientIsLess() : condition(depth: 1),
        actions(depth: depth + 1),
        random.chance(50) ? actions(depth: depth + 1) : []
      )
    }
  }

  /// Sends an event with a delay, or withdraws those of an id.
  private mutating func timed() -> LiteralChart.Action {
    let id = random.one(of: ["t1", "t2"])
    if random.chance(30) { return .cancel(id) }
    let milliseconds = Int64(1 + random.below(4)) * 10
    // Not `c`, which lights the fuse anew.
    let event = random.one(of: ["a", "b", "a.x", "b.y.z"])
    let sending = LiteralChart.Action.delay(event, milliseconds: milliseconds, id: id)
    // As with what is raised: what brings itself about must end.
    let burning = LiteralChart.Action.assign(variable: fuse, .next(variable: fuse))
    return .choose(.isLess(variable: fuse, than: 8), [burning, sending], [])
  }
}
