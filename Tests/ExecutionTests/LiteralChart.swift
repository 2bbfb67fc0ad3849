/// A small statechart, as SCXML would have it; states are known by their number in document order.
struct LiteralChart {
  enum Kind {
    case atomic
    case compound
    case parallel
    case final
    case shallowHistory
    case deepHistory
  }

  /// A number computed from the variables; division by zero is an error.
  enum Number {
    case constant(Int64)
    /// `(variable * factor + summand) % 5`.
    case mixed(variable: Int, factor: Int64, summand: Int64)
    /// `dividend / variable`.
    case quotient(Int64, variable: Int)
    /// `variable + 1`.
    case next(variable: Int)
  }

  indirect enum Guard {
    case isLess(variable: Int, than: Int64)
    case isEqual(variable: Int, to: Int64)
    case isIn(Int)
    /// `dividend / variable < bound`: an error where the variable is zero.
    case isQuotientLess(Int64, variable: Int, than: Int64)
    case not(Guard)
    case both(Guard, Guard)
  }

  indirect enum Action {
    case assign(variable: Int, Number)
    case raise(String)
    case send(String)
    /// An event sent with a delay, which its id withdraws.
    case delay(String, milliseconds: Int64, id: String)
    case cancel(String)
    case log(String, variable: Int)
    case choose(Guard, [Action], [Action])
  }

  struct Transition {
    var source: Int
    /// Descriptors; empty: eventless.
    var events: [String]
    var condition: Guard?
    /// Empty: targetless.
    var targets: [Int]
    var isInternal: Bool
    var actions: [Action]
  }

  struct State {
    var kind: Kind
    var parent: Int
    var children: [Int] = []
    /// Initial states of a compound, default targets of a history.
    var initial: [Int] = []
    /// What the initial or default transition does.
    var initialActions: [Action] = []
    var onEntry: [[Action]] = []
    var onExit: [[Action]] = []
    var transitions: [Transition] = []
  }

  /// The states in document order, the `scxml` element first.
  var states: [State]
  /// The first values of the variables.
  var variables: [Int64]

  /// The name of a state in events, guards and logs.
  static func name(_ state: Int) -> String { "s\(state)" }

  /// The name of a variable.
  static func variable(_ number: Int) -> String { "v\(number)" }
}

/// A run of a chart by the pseudo-code of SCXML appendix D, followed to the letter.
///
/// It departs in two points: a step that takes more than 1,000 eventless transitions and events of
/// its own fails, and what is active is not entered again.
struct LiteralRun {
  let chart: LiteralChart
  private(set) var configuration: Set<Int> = []
  private(set) var variables: [Int64]
  private(set) var log: [String] = []
  /// The final state in which it ended, or `too long`.
  private(set) var end: String?
  private var historyValue: [Int: [Int]] = [:]
  private var internalQueue: [String] = []
  private var externalQueue: [String] = []
  private var running = true
  private var microsteps = 0
  /// Events sent with a delay, in order of their sending.
  private(set) var pending: [(due: Int64, event: String, id: String)] = []
  private(set) var now: Int64 = 0

  private typealias Transition = LiteralChart.Transition

  private struct ExecutionError: Error {}

  /// What a set of transitions enters.
  private struct EntrySets {
    var statesToEnter: Set<Int> = []
    var statesForDefaultEntry: Set<Int> = []
    var defaultHistoryContent: [Int: [LiteralChart.Action]] = [:]
  }

  init(_ chart: LiteralChart) {
    self.chart = chart
    variables = chart.variables
    configuration = [0]
    let root = chart.states[0]
    enterStates([
      Transition(
        source: 0,
        events: [],
        targets: root.initial,
        isInternal: true,
        actions: []
      )
    ])
    mainEventLoop()
  }

  /// The active atomic states in document order.
  var active: [Int] { configuration.filter(isAtomic).sorted() }

  /// Takes an event from outside, and goes on until nothing is left to do.
  mutating func receive(_ event: String, at time: Int64) {
    guard running else { return }
    now = time
    microsteps = 0
    log = []
    externalQueue.append(event)
    mainEventLoop()
  }

  /// When the next delayed event arrives.
  var nextDue: Int64? { pending.map(\.due).min() }

  /// Lets the next delayed event arrive: of those due at the same time the one sent first.
  mutating func fire() {
    guard let due = nextDue, let position = pending.firstIndex(where: { $0.due == due }) else {
      return
    }
    receive(pending.remove(at: position).event, at: due)
  }

  // MARK: Steps

  private mutating func mainEventLoop() {
    while running {
      var macrostepDone = false
      while running, !macrostepDone {
        var enabled = selectTransitions(event: nil)
        if enabled.isEmpty {
          if internalQueue.isEmpty {
            macrostepDone = true
            continue
          }
          enabled = selectTransitions(event: internalQueue.removeFirst())
        }
        if !enabled.isEmpty { microstep(enabled) }
        count()
      }
      if !running { exitInterpreter() }
      guard running, !externalQueue.isEmpty else { return }
      let enabled = selectTransitions(event: externalQueue.removeFirst())
      if !enabled.isEmpty { microstep(enabled) }
      count()
    }
    exitInterpreter()
  }

  /// `exitInterpreter`: what is active is left, the last first.
  private mutating func exitInterpreter() {
    pending = []
    guard end != "too long" else { return }
    for state in configuration.sorted(by: >) {
      for block in chart.states[state].onExit { execute(block) }
      configuration.remove(state)
    }
    pending = []
  }

  private mutating func count() {
    microsteps += 1
    guard microsteps > 1_000, running else { return }
    running = false
    end = "too long"
  }

  /// `selectEventlessTransitions` and `selectTransitions`.
  ///
  /// A condition is evaluated once, also where several atomic states have its source around them;
  /// one that fails is false and raises an error (SCXML 5.9.1).
  private mutating func selectTransitions(event: String?) -> [Transition] {
    var known: [[Int]: Bool] = [:]
    var enabled: [(key: [Int], transition: Transition)] = []
    for atomic in active {
      search: for state in [atomic] + properAncestors(of: atomic, upTo: nil) {
        for (position, transition) in chart.states[state].transitions.enumerated() {
          let isMatch: Bool
          if let event {
            isMatch = transition.events.contains { Self.matches($0, event) }
          } else {
            isMatch = transition.events.isEmpty
          }
          guard isMatch else { continue }
          let isOpen = known[[state, position]] ?? test(transition.condition)
          known[[state, position]] = isOpen
          guard isOpen else { continue }
          if !enabled.contains(where: { $0.key == [state, position] }) {
            enabled.append(([state, position], transition))
          }
          break search
        }
      }
    }
    return removeConflictingTransitions(enabled.map(\.transition))
  }

  private mutating func test(_ condition: LiteralChart.Guard?) -> Bool {
    guard let condition else { return true }
    do {
      return try holds(condition)
    } catch {
      internalQueue.append("error.execution")
      return false
    }
  }

  private static func matches(_ descriptor: String, _ event: String) -> Bool {
    descriptor == "*" || descriptor == event || event.hasPrefix(descriptor + ".")
  }

  private func removeConflictingTransitions(_ enabled: [Transition]) -> [Transition] {
    var filtered: [Transition] = []
    for first in enabled {
      var isPreempted = false
      var removed: [Int] = []
      for (position, second) in filtered.enumerated() {
        guard !computeExitSet([first]).isDisjoint(with: computeExitSet([second])) else { continue }
        if isDescendant(first.source, of: second.source) {
          removed.append(position)
        } else {
          isPreempted = true
          break
        }
      }
      guard !isPreempted else { continue }
      for position in removed.reversed() { filtered.remove(at: position) }
      filtered.append(first)
    }
    return filtered
  }

  private mutating func microstep(_ enabled: [Transition]) {
    exitStates(enabled)
    for transition in enabled { execute(transition.actions) }
    enterStates(enabled)
  }

  // MARK: Exit

  private mutating func exitStates(_ enabled: [Transition]) {
    let leaving = computeExitSet(enabled).sorted(by: >)
    for state in leaving {
      for history in chart.states[state].children {
        switch chart.states[history].kind {
        case .deepHistory:
          historyValue[history] = configuration.sorted().filter {
            isAtomic($0) && isDescendant($0, of: state)
          }
        case .shallowHistory:
          historyValue[history] = configuration.sorted().filter {
            chart.states[$0].parent == state
          }
        case .atomic, .compound, .parallel, .final: continue
        }
      }
    }
    for state in leaving {
      for block in chart.states[state].onExit { execute(block) }
      configuration.remove(state)
    }
  }

  private func computeExitSet(_ transitions: [Transition]) -> Set<Int> {
    var states: Set<Int> = []
    for transition in transitions where !transition.targets.isEmpty {
      let domain = transitionDomain(transition)
      for state in configuration where isDescendant(state, of: domain) { states.insert(state) }
    }
    return states
  }

  private func transitionDomain(_ transition: Transition) -> Int {
    let targets = effectiveTargetStates(transition)
    if transition.isInternal, isCompound(transition.source),
      targets.allSatisfy({ isDescendant($0, of: transition.source) })
    {
      return transition.source
    }
    return properAncestors(of: transition.source, upTo: nil).first { ancestor in
      isCompound(ancestor) && targets.allSatisfy { isDescendant($0, of: ancestor) }
    } ?? 0
  }

  private func effectiveTargetStates(_ transition: Transition) -> Set<Int> {
    var targets: Set<Int> = []
    for target in transition.targets {
      guard isHistory(target) else {
        targets.insert(target)
        continue
      }
      targets.formUnion(historyValue[target] ?? chart.states[target].initial)
    }
    return targets
  }

  // MARK: Entry

  private mutating func enterStates(_ enabled: [Transition]) {
    var entry = EntrySets()
    computeEntrySet(enabled, &entry)
    // The pseudo-code has no such condition, and would enter active states again on the way from a
    // history to its default inside one of its siblings.
    for state in entry.statesToEnter.sorted() where !configuration.contains(state) {
      configuration.insert(state)
      let entered = chart.states[state]
      for block in entered.onEntry { execute(block) }
      if entry.statesForDefaultEntry.contains(state) { execute(entered.initialActions) }
      if let content = entry.defaultHistoryContent[state] { execute(content) }
      guard entered.kind == .final else { continue }
      let parent = entered.parent
      if parent == 0 {
        running = false
        end = LiteralChart.name(state)
        continue
      }
      internalQueue.append("done.state.\(LiteralChart.name(parent))")
      let grandparent = chart.states[parent].parent
      if chart.states[grandparent].kind == .parallel,
        childStates(of: grandparent).allSatisfy(isInFinalState)
      {
        internalQueue.append("done.state.\(LiteralChart.name(grandparent))")
      }
    }
  }

  private func computeEntrySet(_ transitions: [Transition], _ entry: inout EntrySets) {
    for transition in transitions where !transition.targets.isEmpty {
      for target in transition.targets { addDescendantStatesToEnter(target, &entry) }
      let ancestor = transitionDomain(transition)
      for target in effectiveTargetStates(transition).sorted() {
        addAncestorStatesToEnter(target, ancestor, &entry)
      }
    }
  }

  private func addDescendantStatesToEnter(_ state: Int, _ entry: inout EntrySets) {
    let node = chart.states[state]
    guard !isHistory(state) else {
      if historyValue[state] == nil {
        entry.defaultHistoryContent[node.parent] = node.initialActions
      }
      let targets = historyValue[state] ?? node.initial
      for target in targets { addDescendantStatesToEnter(target, &entry) }
      for target in targets { addAncestorStatesToEnter(target, node.parent, &entry) }
      return
    }
    entry.statesToEnter.insert(state)
    switch node.kind {
    case .compound:
      entry.statesForDefaultEntry.insert(state)
      for target in node.initial { addDescendantStatesToEnter(target, &entry) }
      for target in node.initial { addAncestorStatesToEnter(target, state, &entry) }
    case .parallel: addRegions(of: state, &entry)
    case .atomic, .final, .shallowHistory, .deepHistory: break
    }
  }

  private func addAncestorStatesToEnter(
    _ state: Int,
    _ ancestor: Int,
    _ entry: inout EntrySets
  ) {
    for between in properAncestors(of: state, upTo: ancestor) {
      entry.statesToEnter.insert(between)
      if chart.states[between].kind == .parallel { addRegions(of: between, &entry) }
    }
  }

  private func addRegions(of parallel: Int, _ entry: inout EntrySets) {
    for child in childStates(of: parallel)
    where !entry.statesToEnter.contains(where: { isDescendant($0, of: child) }) {
      addDescendantStatesToEnter(child, &entry)
    }
  }

  private func isInFinalState(_ state: Int) -> Bool {
    switch chart.states[state].kind {
    case .compound:
      childStates(of: state).contains {
        chart.states[$0].kind == .final && configuration.contains($0)
      }
    case .parallel: childStates(of: state).allSatisfy(isInFinalState)
    case .atomic, .final, .shallowHistory, .deepHistory: false
    }
  }

  // MARK: Executable content

  /// Does a block; an error ends it and is an event.
  private mutating func execute(_ block: [LiteralChart.Action]) {
    do { try perform(block) } catch { internalQueue.append("error.execution") }
  }

  private mutating func perform(_ block: [LiteralChart.Action]) throws(ExecutionError) {
    for action in block {
      switch action {
      case .assign(let variable, let number): variables[variable] = try value(number)
      case .raise(let event): internalQueue.append(event)
      case .send(let event): externalQueue.append(event)
      case .delay(let event, let milliseconds, let id):
        pending.append((now + milliseconds, event, id))
      case .cancel(let id): pending.removeAll { $0.id == id }
      case .log(let label, let variable): log.append("\(label)=\(variables[variable])")
      case .choose(let condition, let then, let otherwise):
        try perform(try holds(condition) ? then : otherwise)
      }
    }
  }

  private func value(_ number: LiteralChart.Number) throws(ExecutionError) -> Int64 {
    switch number {
    case .constant(let constant): return constant
    case .mixed(let variable, let factor, let summand):
      return (variables[variable] * factor + summand) % 5
    case .quotient(let dividend, let variable):
      guard variables[variable] != 0 else { throw ExecutionError() }
      return dividend / variables[variable]
    case .next(let variable): return variables[variable] + 1
    }
  }

  private func holds(_ condition: LiteralChart.Guard) throws(ExecutionError) -> Bool {
    switch condition {
    case .isLess(let variable, let bound): return variables[variable] < bound
    case .isEqual(let variable, let number): return variables[variable] == number
    case .isIn(let state): return configuration.contains(state)
    case .isQuotientLess(let dividend, let variable, let bound):
      guard variables[variable] != 0 else { throw ExecutionError() }
      return dividend / variables[variable] < bound
    case .not(let inner): return try !holds(inner)
    case .both(let first, let second):
      // As CEL has it: what is false on either side is false, whatever fails on the other.
      do {
        guard try holds(first) else { return false }
      } catch {
        guard try holds(second) else { return false }
        throw error
      }
      return try holds(second)
    }
  }

  // MARK: Kinship

  private func isAtomic(_ state: Int) -> Bool {
    chart.states[state].kind == .atomic || chart.states[state].kind == .final
  }

  private func isCompound(_ state: Int) -> Bool { chart.states[state].kind == .compound }

  private func isHistory(_ state: Int) -> Bool {
    chart.states[state].kind == .shallowHistory || chart.states[state].kind == .deepHistory
  }

  private func childStates(of state: Int) -> [Int] {
    chart.states[state].children.filter { !isHistory($0) }
  }

  private func isDescendant(_ state: Int, of ancestor: Int) -> Bool {
    properAncestors(of: state, upTo: nil).contains(ancestor)
  }

  /// The states around a state from the inside, up to and without `ancestor`.
  private func properAncestors(of state: Int, upTo ancestor: Int?) -> [Int] {
    var found: [Int] = []
    var parent = chart.states[state].parent
    while parent >= 0, parent != ancestor {
      found.append(parent)
      parent = chart.states[parent].parent
    }
    return found
  }
}
