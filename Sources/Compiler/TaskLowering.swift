import Definition
import Source
import Values

/// What a node is beyond its step: made from task lists, maps and child flows.
struct Placement {
  /// What the node does with what it holds.
  enum Role {
    /// As its step says.
    case step
    /// It goes on once the nodes of these keys have ended.
    case awaits([String])
    /// It runs its only child for each item of a list.
    case fork
    /// It runs its only child, a child flow.
    case call
    /// It asks for a plan, by the planner of that number.
    case asks(Int)
    /// It runs the accepted plan.
    case runsPlan(Int)
  }

  /// The node's name; empty: people never see it.
  var name: String
  /// The scope in which its id stands.
  var scope: Int
  /// The scope of what it holds.
  var inner: Int
  /// The flow that it belongs to.
  var flow: Int
  /// What it does.
  var role = Role.step
  /// Whether a fork or call runs it.
  var isTemplate = false
  /// Whether it belongs to a chart.
  var isChart = false
  /// Whether it is or stands for a task.
  var isTask = true
  /// Whether it is a task whose names are seen around its list, as those of states are.
  var isOpen = false
}

/// A flow as one machine: task lists are sequences or regions, maps and child flows hold what they
/// run as their only child.
///
/// Nodes get keys that are unique in the whole file; `placements` says which names people see, and
/// in which scope.
struct TaskLowering {
  /// A scope of names.
  struct Scope {
    /// The scope around; nil: none is seen.
    var parent: Int?
    /// The flow that it belongs to.
    var flow: Int
  }

  /// The machine.
  private(set) var machine: Machine?
  /// What each node is, by key; nodes of a plain machine have none.
  private(set) var placements: [MapKey: Placement] = [:]
  /// The scopes; 0 is the flow's.
  private(set) var scopes = [Scope(parent: nil, flow: 0)]
  /// The flows; 0 is the whole.
  private(set) var flows: [Flow]
  /// Whether the flow's own machine uses anything that only statecharts have.
  private(set) var isChart = false
  /// What is wrong.
  private(set) var diagnostics: [Diagnostic] = []
  /// The planners that ask a model, with what a plan gets as input when a step says.
  private(set) var planners: [(planner: Planner, input: [Field]?)] = []
  private var openFlows: [String] = []
  /// Agents whose planners are being laid out, outermost first.
  private var openAgents: [String] = []
  /// Agents whose planners some step runs.
  private(set) var calledAgents: Set<MapKey> = []
  /// Flows that are planners of agents: their state is that of the flow around them.
  private(set) var flowsOfAgents: Set<Int> = []
  /// Those of them that read the input of the flow around them.
  private(set) var flowsWithoutInput: Set<Int> = []
  /// Steps around the one that is laid out.
  private var depth = 0
  /// Whether steps nest too deep, which is said and ends the work.
  private(set) var isTooDeep = false
  private var nodeCount = 0
  /// Whether there were more nodes than a flow may have, so that some are not laid out.
  private(set) var isTooLarge = false
  private let limits: Limits

  init(_ flow: Flow, limits: Limits) {
    flows = [flow]
    self.limits = limits
    if case .machine(let machine) = flow.body { isChart = machine.hasChartFeatures }
    if case .planner(let planner) = flow.body, case .machine(let machine)? = planner.fallback {
      isChart = machine.hasChartFeatures
    }
    if case .machine(let machine) = flow.body {
      self.machine = whole(.machine(plannedEndings(of: machine)), prefix: "", scope: 0, flow: 0)
    } else {
      machine = whole(flow.body, prefix: "", scope: 0, flow: 0)
    }
  }

  /// Adds a planner; returns its number.
  mutating func addPlanner(_ planner: Planner, _ input: [Field]?) -> Int {
    planners.append((planner, input))
    return planners.count - 1
  }

  /// The machine that a whole flow is.
  mutating func whole(
    _ body: Body,
    prefix: String,
    scope: Int,
    flow: Int
  ) -> Machine? {
    let isChart: Bool
    if case .machine(let machine) = body {
      isChart = machine.hasChartFeatures
    } else {
      isChart = false
    }
    let place = Place(prefix: prefix, scope: scope, flow: flow, isChart: isChart)
    switch body {
    case .machine(let machine): return lowered(machine, place)
    case .tree(let tree): return self.machine(of: tree, place)
    case .planner(let planner): return machine(of: planner, input: nil, visits: 1, place)
    case .tasks(let list):
      guard list.order != .listed else { return sequence(list.tasks, place, span: list.span) }
      var step = Step(span: list.span)
      step.body = .parallel(regions(list, place))
      step.forEach = nil
      let limits = [list.concurrency?.value, concurrency(of: list.tasks.map(\.step))]
      return wrapped(step, concurrency: limits.compactMap { $0 }.min(), place)
    case .parallel(let regions):
      var step = Step(span: regions.span)
      step.body = .parallel(lowered(regions, place))
      return wrapped(step, concurrency: nil, place)
    case .flow(let name):
      var step = Step(span: name.span)
      step.body = body
      let key = prefix + "(flow)"
      return single(lowered(Named(name: "", nameSpan: name.span, content: step), key, place), place)
    }
  }

  /// Where steps stand.
  struct Place {
    var prefix: String
    var scope: Int
    var flow: Int
    var isChart: Bool
    var isTask = false
    var isOpen = false
  }

  private mutating func wrapped(
    _ step: Step,
    concurrency: Int?,
    _ place: Place
  ) -> Machine {
    let key = place.prefix + "(tasks)"
    self.place(key, name: "", place)
    concurrencies[.string(key)] = concurrency
    return single(Named(name: key, nameSpan: step.span, content: step), place)
  }

  /// A machine of one step and its ending.
  private mutating func single(_ step: Named<Step>, _ place: Place) -> Machine {
    let end = ending(place, step.nameSpan)
    var step = step
    step.content.onSuccess = [Edge(target: Located(end.name, step.nameSpan), span: step.nameSpan)]
    return Machine(
      states: [step],
      initialState: Located(step.name, step.nameSpan),
      finalStates: [end],
      declaresFinalStates: true,
      span: step.content.span
    )
  }

  /// Parts that run at a time, by the key of what runs them.
  private(set) var concurrencies: [MapKey: Int] = [:]

  mutating func place(
    _ key: String,
    name: String,
    _ place: Place,
    role: Placement.Role = .step,
    inner: Int? = nil
  ) {
    nodeCount += 1
    placements[.string(key)] = Placement(
      name: name,
      scope: place.scope,
      inner: inner ?? place.scope,
      flow: place.flow,
      role: role,
      isChart: place.isChart && !place.isTask,
      isTask: place.isTask || name.isEmpty,
      isOpen: place.isOpen
    )
  }

  private mutating func ending(_ place: Place, _ span: SourceSpan) -> Named<FinalState> {
    let key = place.prefix + "(end)"
    self.place(key, name: "", place)
    return Named(name: key, nameSpan: span, content: FinalState())
  }

  mutating func scope(in parent: Int?, flow: Int) -> Int {
    scopes.append(Scope(parent: parent, flow: flow))
    return scopes.count - 1
  }

  // MARK: Machines

  mutating func lowered(_ machine: Machine, _ place: Place) -> Machine {
    var result = machine
    result.states = machine.states.map { lowered($0, place.prefix + $0.name, place) }
    guard !place.prefix.isEmpty || isChartInPlain(place) else { return result }
    result.finalStates = machine.finalStates.map { final in
      var final = final
      let key = place.prefix + final.name
      self.place(key, name: final.name, place)
      final.name = key
      return final
    }
    return result
  }

  /// Whether a chart stands in a flow that is none, as in one of its tasks.
  private func isChartInPlain(_ place: Place) -> Bool { place.isChart && !isChart }

  private mutating func lowered(_ regions: Regions, _ place: Place) -> Regions {
    var result = regions
    result.regions = regions.regions.map { lowered($0, place.prefix + $0.name, place) }
    return result
  }

  /// A step with everything that it holds.
  ///
  /// Whoever goes through a flow recurses as deep as its steps nest, so that is limited here for
  /// all: in this file, where nodes are declared, and in every analysis of the table.
  mutating func lowered(
    _ named: Named<Step>,
    _ key: String,
    _ place: Place
  ) -> Named<Step> {
    guard nodeCount <= limits.places, !isTooDeep else {
      isTooLarge = true
      return named
    }
    depth += 1
    defer { depth -= 1 }
    guard isWithinDepth(named.nameSpan) else { return named }
    var named = named
    if named.content.forEach != nil { return fork(named, key, place) }
    let isPlain =
      key.sameScalars(as: named.name) && !place.isTask && place.scope == 0
      && !isChartInPlain(place)
    let name = named.name
    if let agent = plannedAgent(named, place) {
      named.name = key
      named.content.retry = named.content.retry ?? agent.content.retry
      call(&named, name, agent, place)
      return named
    }
    named.name = key
    switch named.content.body {
    case .tasks(let list):
      let inner = list.isOpen ? place.scope : scope(in: place.scope, flow: place.flow)
      self.place(key, name: name, place, inner: inner)
      named.content.body = body(list, key, scope: inner, place)
    case .machine(let machine):
      if !isPlain { self.place(key, name: name, place) }
      var within = place
      if place.isTask { within.isChart = machine.hasChartFeatures }
      within.isTask = false
      named.content.body = .machine(lowered(machine, within))
    case .parallel(let regions):
      if !isPlain { self.place(key, name: name, place) }
      named.content.body = .parallel(lowered(regions, place))
    case .tree(let tree):
      if !isPlain { self.place(key, name: name, place) }
      named.content.body = .tree(lowered(tree, below: name, place))
    case .flow(let child): call(&named, name, child, place)
    case .planner(let planner):
      self.place(key, name: name, place)
      var within = place
      within.prefix = key + "/"
      within.isTask = false
      let visits = named.content.maxVisits?.value ?? 1
      let input = named.content.input
      named.content.input = nil
      named.content.body = .machine(
        machine(of: planner, input: input, visits: visits, within)
      )
    case nil: if !isPlain { self.place(key, name: name, place) }
    }
    return named
  }

  /// What a step holds that is a list of tasks.
  private mutating func body(
    _ list: TaskList,
    _ key: String,
    scope: Int,
    _ place: Place
  ) -> Body {
    var within = place
    within.prefix = key + "/"
    within.scope = scope
    within.isTask = true
    within.isOpen = list.isOpen
    if list.order == .listed { return .machine(sequence(list.tasks, within, span: list.span)) }
    let limits = [list.concurrency?.value, concurrency(of: list.tasks.map(\.step))]
    concurrencies[.string(key)] = limits.compactMap { $0 }.min()
    return .parallel(regions(list, within))
  }

  // MARK: Tasks

  /// Tasks one after the other.
  private mutating func sequence(
    _ tasks: [ListedTask],
    _ place: Place,
    span: SourceSpan
  ) -> Machine {
    var place = place
    place.isTask = true
    let end = ending(place, span)
    var states: [Named<Step>] = []
    for (position, task) in tasks.enumerated() {
      var step = lowered(
        Named(name: task.name, nameSpan: task.nameSpan, content: task.step),
        place.prefix + task.name,
        place
      )
      let next = position + 1 < tasks.count ? place.prefix + tasks[position + 1].name : end.name
      step.content.onSuccess = [Edge(target: Located(next, task.nameSpan), span: task.nameSpan)]
      states.append(step)
    }
    return Machine(
      states: states,
      initialState: states.first.map { Located($0.name, $0.nameSpan) },
      finalStates: [end],
      declaresFinalStates: true,
      span: span
    )
  }

  /// Tasks side by side: a region each, those that await others behind a place that does.
  ///
  /// What a task awaits stands before it, so that a limit on their number never blocks them.
  private mutating func regions(_ list: TaskList, _ place: Place) -> Regions {
    var place = place
    place.isTask = true
    var regions: [Named<Step>] = []
    let dependencies = list.dependencies
    for position in list.sorted().order {
      let task = list.tasks[position]
      let key = place.prefix + task.name
      let step = lowered(
        Named(name: task.name, nameSpan: task.nameSpan, content: task.step),
        key,
        place
      )
      let awaited = dependencies[position].map { place.prefix + list.tasks[$0].name }
      regions.append(awaited.isEmpty ? step : awaiting(step, key, awaited, place))
    }
    return Regions(regions: regions, span: list.span)
  }

  private mutating func awaiting(
    _ step: Named<Step>,
    _ key: String,
    _ awaited: [String],
    _ place: Place
  ) -> Named<Step> {
    var within = place
    within.prefix = key + "/await/"
    let gate = within.prefix + "(join)"
    self.place(gate, name: "", place, role: .awaits(awaited))
    let end = ending(within, step.nameSpan)
    var first = Step(span: step.nameSpan)
    first.onSuccess = [Edge(target: Located(step.name, step.nameSpan), span: step.nameSpan)]
    var second = step
    second.content.onSuccess = [Edge(target: Located(end.name, step.nameSpan), span: step.nameSpan)]
    var region = Step(span: step.content.span)
    region.body = .machine(
      Machine(
        states: [Named(name: gate, nameSpan: step.nameSpan, content: first), second],
        initialState: Located(gate, step.nameSpan),
        finalStates: [end],
        declaresFinalStates: true,
        span: step.content.span
      )
    )
    let regionKey = key + "/region"
    self.place(regionKey, name: "", place)
    return Named(name: regionKey, nameSpan: step.nameSpan, content: region)
  }

  // MARK: Frames

  /// A step per item: what concerns the whole stays, what is done for each item moves inside.
  private mutating func fork(
    _ named: Named<Step>,
    _ key: String,
    _ place: Place
  ) -> Named<Step> {
    let written = named.content
    let instance = scope(in: place.scope, flow: place.flow)
    self.place(key, name: named.name, place, role: .fork, inner: instance)
    let limits = [written.forEach?.concurrency?.value, concurrency(of: [written])]
    concurrencies[.string(key)] = limits.compactMap { $0 }.min()
    var item = Step(span: written.span)
    item.work = written.work
    item.input = written.input
    item.result = written.result
    item.retry = written.retry
    item.timeoutMilliseconds = written.timeoutMilliseconds
    item.body = written.body
    var outer = written
    outer.work = .none
    outer.input = nil
    outer.result = nil
    outer.retry = nil
    outer.timeoutMilliseconds = nil
    var within = place
    within.prefix = key + "/item/"
    within.scope = instance
    within.isTask = true
    let root: Named<Step>
    let rootKey = key + "/item"
    let inner = Named(name: named.name, nameSpan: named.nameSpan, content: item)
    if case .tasks(let list)? = item.body {
      var template = inner
      template.name = rootKey
      self.place(rootKey, name: "", within)
      template.content.body = body(list, rootKey, scope: instance, within)
      root = template
    } else if item.body != nil || plannedAgent(inner, within) != nil {
      root = lowered(inner, rootKey, within)
    } else {
      var template = inner
      template.name = rootKey
      self.place(rootKey, name: named.name, within)
      root = template
    }
    // It may be a child flow's call, or whatever else a step is, and is an item's root as well.
    placements[.string(rootKey)]?.isTemplate = true
    outer.body = .machine(holder(of: root, written.span))
    return Named(name: key, nameSpan: named.nameSpan, content: outer)
  }

  /// A machine that is nothing but what it holds.
  private func holder(of root: Named<Step>, _ span: SourceSpan) -> Machine {
    Machine(
      states: [root],
      initialState: Located(root.name, root.nameSpan),
      finalStates: [],
      declaresFinalStates: true,
      span: span
    )
  }

  /// A step that runs a child flow.
  private mutating func call(
    _ named: inout Named<Step>,
    _ name: String,
    _ child: Located<String>,
    _ place: Place
  ) {
    let key = named.name
    guard let flow = childFlow(child.value, from: place.flow) else {
      let outer = place.flow == 0 ? [] : flows[0].flows
      let known = (flows[place.flow].flows + outer).map(\.name)
      diagnostics.append(Messages.unknownFlow(child, among: known))
      self.place(key, name: name, place)
      named.content.body = nil
      return
    }
    if openFlows.contains(where: { $0.sameScalars(as: child.value) }) {
      diagnostics.append(Messages.recursiveFlow(child, through: openFlows))
      self.place(key, name: name, place)
      named.content.body = nil
      return
    }
    openFlows.append(child.value)
    defer { openFlows.removeLast() }
    let acting = withActingEndings(flow)
    run(acting, by: &named, name, at: child.span, seesAround: false, place)
  }

  /// A step that runs an agent's planner.
  private mutating func call(
    _ named: inout Named<Step>,
    _ name: String,
    _ agent: Named<AgentDefinition>,
    _ place: Place
  ) {
    var span = named.nameSpan
    if case .agent(let id, _) = named.content.work { span = id.span }
    calledAgents.insert(.string(agent.name))
    guard let body = agent.content.planner,
      !openAgents.contains(where: { $0.sameScalars(as: agent.name) })
    else {
      diagnostics.append(Messages.recursiveFlow(Located(agent.name, span), through: openAgents))
      self.place(named.name, name: name, place)
      return
    }
    named.content.work = .none
    openAgents.append(agent.name)
    defer { openAgents.removeLast() }
    let flow = plannedFlow(of: agent, body, input: named.content.input)
    run(flow, by: &named, name, at: span, seesAround: true, place)
  }

  /// Lays out a child flow below the step that runs it.
  ///
  /// `seesAround`: it reads and writes the state around it and sees the results there.
  private mutating func run(
    _ flow: Flow,
    by named: inout Named<Step>,
    _ name: String,
    at span: SourceSpan,
    seesAround: Bool,
    _ place: Place
  ) {
    let key = named.name
    // The child flow's root is a step of its own.
    depth += 1
    defer { depth -= 1 }
    guard isWithinDepth(span) else { return }
    flows.append(flow)
    let number = flows.count - 1
    if seesAround {
      flowsOfAgents.insert(number)
      if flow.input == nil { flowsWithoutInput.insert(number) }
    }
    let own = scope(in: seesAround ? place.scope : nil, flow: number)
    self.place(key, name: name, place, role: .call, inner: own)
    let rootKey = key + "/flow"
    let within = Place(prefix: rootKey + "/", scope: own, flow: number, isChart: false)
    var root = Step(span: flow.span)
    self.place(rootKey, name: "", within)
    placements[.string(rootKey)]?.isTemplate = true
    if let machine = whole(flow.body, prefix: rootKey + "/", scope: own, flow: number) {
      root.body = .machine(machine)
      placements[.string(rootKey)]?.isChart = false
    }
    let rootStep = Named(name: rootKey, nameSpan: flow.span, content: root)
    named.content.body = .machine(holder(of: rootStep, flow.span))
  }

  /// Whether what stands here may be laid out; if not, that is said.
  private mutating func isWithinDepth(_ span: SourceSpan) -> Bool {
    guard depth > limits.nestedSteps else { return true }
    isTooDeep = true
    isTooLarge = true
    diagnostics.append(Messages.tooDeep(limits.nestedSteps, at: span))
    return false
  }

  /// A child flow by name: the flow's own, else one of those around it.
  private func childFlow(_ name: String, from flow: Int) -> Flow? {
    for candidate in [flows[flow], flows[0]] {
      if let found = candidate.flows.first(where: { $0.name.sameScalars(as: name) }) {
        return found.content
      }
    }
    return nil
  }
}

extension Placement.Role {
  /// Whether it asks for a plan.
  var isAsking: Bool { if case .asks = self { true } else { false } }
  /// Whether it runs a plan.
  var isRunningPlan: Bool { if case .runsPlan = self { true } else { false } }
}
