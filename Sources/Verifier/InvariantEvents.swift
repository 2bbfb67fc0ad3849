import Definition
import Expression
import Relation
import Source
import Table
import Values

/// What happens at each place of a table, as one invariant sees it.
struct InvariantEvents {
  private let table: TransitionTable
  private let reads: [[ValuePath]]
  private let invariant: Invariant
  private let failures: FailureSources
  /// Steps whose answers may be what `without` asks for, when it asks for something of the answer.
  private var candidates: [Int] = []
  /// What the selector's `when` says, as the comparison has it.
  private var wanted: [String] = []

  init(
    _ table: TransitionTable,
    _ reads: [[ValuePath]],
    _ invariant: Invariant,
    _ failures: FailureSources
  ) {
    self.table = table
    self.failures = failures
    self.reads = reads
    self.invariant = invariant
    guard case .never(_, let required?, _) = invariant.rule, let when = required.when else {
      return
    }
    wanted = GuardKnowledge.conjuncts(when.text, of: required.name.value, isOwn: true)
    for place in table.nodes.indices where required.match(place, table) == .always {
      // More answers than bits are taken for nothing, which is on the safe side.
      if candidates.count < InvariantEventSet.candidates { candidates.append(place) }
    }
  }

  /// Selectors whose match may break something, and those whose match fulfils something.
  private var suspects: [(selector: Selector, event: InvariantEvent)] {
    switch invariant.rule {
    case .never(let forbidden, _, let since):
      [(forbidden, .forbidden)] + (since.map { [($0, .reset)] } ?? [])
    case .after(let cause, _): [(cause, .obliged)]
    case .atMost(_, let selector): [(selector, .occurred(0))]
    case .neverTogether(let selectors):
      selectors.enumerated().map { ($0.element, .occurred($0.offset)) }
    case .eventually: []
    }
  }

  private var fulfilments: [(selector: Selector, event: InvariantEvent)] {
    switch invariant.rule {
    case .never(_, let required?, _) where required.when == nil: [(required, .evidence)]
    case .after(_, let answer): [(answer, .discharged)]
    case .eventually(let selector): [(selector, .evidence)]
    case .never, .atMost, .neverTogether: []
    }
  }

  /// Whether a fulfilment is there when the step begins, as for what must follow.
  private var beginsFulfilment: Bool {
    if case .never = invariant.rule { false } else { true }
  }

  /// What has happened once a step was entered, before its call: all that counts entries, and what
  /// must follow.
  func start(of place: Int) -> [InvariantEvent] {
    var events = known(by: table.nodes[place].when, at: place)
    for (selector, event) in suspects where selector.status == nil && selector.when == nil {
      guard selector.match(place, table) != .never else { continue }
      // Each attempt is a call; a step is entered once.
      let times = selector.subject == .step ? 1 : Int(max(1, table.attempts(of: place)))
      if case .atMost = invariant.rule {
        events += [InvariantEvent](repeating: event, count: min(times, 64))
      } else {
        events.append(event)
      }
    }
    return events + fulfilments(atStartOf: place)
  }

  /// What must follow and has, once a step was entered.
  func fulfilments(atStartOf place: Int) -> [InvariantEvent] {
    guard beginsFulfilment else { return [] }
    return fulfilments.compactMap { selector, event in
      guard selector.status == nil, selector.when == nil,
        selector.match(place, table) == .always
      else { return nil }
      return event
    }
  }

  /// What may have happened once an attempt at a step's call has failed though another follows.
  func failureOfAttempt(at place: Int) -> [InvariantEvent] {
    let mayWrite = mayWrite(place)
    return suspects.compactMap { selector, event in
      guard selector.subject != .step, selector.match(place, table) != .never else { return nil }
      switch selector.status {
      case .failure where selector.when == nil: return event
      case .unknown where mayWrite, .success where mayWrite: return event
      default: return nil
      }
    }
  }

  /// What has happened once another attempt has begun; what is counted was so with the first.
  func startOfAttempt(at place: Int) -> [InvariantEvent] {
    if countsAttempts { return [] }
    return suspects.compactMap { selector, event in
      let begins = selector.subject != .step && selector.status == nil && selector.when == nil
      return begins && selector.match(place, table) != .never ? event : nil
    }
  }

  /// Whether the first attempt stands for all.
  var countsAttempts: Bool {
    if case .atMost = invariant.rule { true } else { false }
  }

  private func mayWrite(_ place: Int) -> Bool {
    let node = table.nodes[place]
    guard node.effect != noIndex else { return false }
    return table.performers[Int(table.effects[Int(node.effect)].performer)]
      .mayWrite(among: table.performers)
  }

  /// Whether a step does something before it calls, so that it may fail before anything happened.
  func mayFailBefore(_ place: Int) -> Bool {
    let node = table.nodes[place]
    guard node.effect != noIndex else { return false }
    let effect = table.effects[Int(node.effect)]
    return node.when != noIndex || failures.mayFail(fields: effect.input)
      || table.performers[Int(effect.performer)].inputSchema != noIndex
  }

  /// What may happen while a step is under way besides its own call, any number of times: the tools
  /// that its agent calls by itself.
  func meanwhile(_ place: Int) -> [InvariantEvent] {
    let tools = turnTools(of: place)
    guard !tools.isEmpty else { return [] }
    return suspects.compactMap { selector, event in
      guard selector.subject == .tool,
        tools.contains(where: { selector.name.value.sameScalars(as: $0.id) })
      else { return nil }
      return event
    }
  }

  /// How often a selector may match from an entry of a step to its end, at most.
  func most(of place: Int, _ selector: Selector) -> Int {
    let matches = selector.match(place, table) != .never
    let times = selector.subject == .step ? 1 : Int(max(1, table.attempts(of: place)))
    let calledByAgent = meanwhile(place).isEmpty ? 0 : mostMeanwhile(place)
    return (matches ? times : 0) + calledByAgent
  }

  /// How often at most.
  func mostMeanwhile(_ place: Int) -> Int {
    let node = table.nodes[place]
    guard node.effect != noIndex else { return 0 }
    let performer = table.performers[Int(table.effects[Int(node.effect)].performer)]
    return Int(max(0, performer.turns - 1)) * Int(max(1, table.attempts(of: place)))
  }

  private func turnTools(of place: Int) -> [Performer] {
    let node = table.nodes[place]
    guard node.effect != noIndex else { return [] }
    return table.performers[Int(table.effects[Int(node.effect)].performer)]
      .offeredTools(among: table.performers)
  }

  /// What has happened once a step has succeeded and gone on by a row.
  func success(of place: Int, by row: RowIndex) -> [InvariantEvent] {
    var events: [InvariantEvent] = []
    for (selector, event) in suspects where selector.status == .success || selector.when != nil {
      if selector.status == .failure || selector.status == .unknown { continue }
      if selector.match(place, table) != .never { events.append(event) }
    }
    for (selector, event) in fulfilments where selector.match(place, table) == .always {
      let isLate = selector.status == .success && selector.when == nil
      let isPlain = selector.status == nil && selector.when == nil && !beginsFulfilment
      if isLate || isPlain { events.append(event) }
    }
    if let number = candidates.firstIndex(of: place) { events.append(.candidate(number)) }
    let node = table.nodes[place]
    events += known(by: node.require, at: place)
    if node.kind == .check { events += known(by: node.condition, at: place) }
    if row != noIndex, !table.rows[Int(row)].isNegated {
      events += known(by: table.rows[Int(row)].guardProgram, at: place)
    }
    return events
  }

  /// What has happened once a step has failed.
  func failure(of place: Int, by row: RowIndex) -> [InvariantEvent] {
    let node = table.nodes[place]
    var mayBeUnknown = mayWrite(place)
    let holdsOthers = [.call, .fork, .tree].contains(node.kind) || node.isComposite
    // What lies inside may have left it open.
    if node.effect == noIndex, holdsOthers { mayBeUnknown = true }
    if row != noIndex { mayBeUnknown = mayBeUnknown && takesUnknown(row) }
    var events: [InvariantEvent] = []
    for (selector, event) in suspects where selector.match(place, table) != .never {
      switch selector.status {
      case .failure where selector.when == nil: events.append(event)
      case .unknown where mayBeUnknown, .success where mayBeUnknown: events.append(event)
      default: break
      }
    }
    for (selector, event) in fulfilments
    where selector.status == .failure && selector.match(place, table) == .always {
      events.append(event)
    }
    return events
  }

  /// What may have happened once a step was left while it was under way: nobody knows whether a
  /// write did.
  func halted(_ place: Int) -> [InvariantEvent] {
    guard mayWrite(place) else { return [] }
    return suspects.compactMap { selector, event in
      guard selector.status == .unknown || selector.status == .success,
        selector.match(place, table) != .never
      else { return nil }
      return event
    }
  }

  /// Everything that may happen at a place in a row's or no row's way.
  func possible(at place: Int, rows: [RowIndex]) -> InvariantEventSet {
    var events = start(of: place) + meanwhile(place) + halted(place)
    for row in rows + [noIndex] {
      events += success(of: place, by: row)
      events += failure(of: place, by: row)
    }
    return InvariantEventSet(events)
  }

  /// Whether a failure row may be taken by a call of which nobody knows whether it happened.
  private func takesUnknown(_ row: RowIndex) -> Bool {
    let own = table.rows[Int(row)]
    guard own.event == .failure || own.event == .cancel else { return true }
    guard own.kinds.contains(.unknown), asked(own) ?? .unknown == .unknown else { return false }
    for index in table.nodes[Int(own.place)].rows where index < row {
      let before = table.rows[Int(index)]
      guard before.event == own.event, before.kinds.contains(.unknown) else { continue }
      if before.guardProgram == noIndex || asked(before) == .unknown { return false }
    }
    return true
  }

  /// The kind that a guard of the form `error.kind == 'unknown'` asks for.
  private func asked(_ row: Row) -> ErrorKind? {
    guard row.guardProgram != noIndex, !row.isNegated else { return nil }
    let text = table.programs[Int(row.guardProgram)].text
    let parts = GuardKnowledge.conjuncts(text, of: "", isOwn: true)
    guard parts.count == 1 else { return nil }
    return ErrorKind.allCases.first { parts[0] == "error . kind == '\($0.name)'" }
  }

  /// What a guard that was true says of answers.
  func known(by program: PoolIndex, at place: Int) -> [InvariantEvent] {
    guard program != noIndex, !candidates.isEmpty, !wanted.isEmpty else { return [] }
    let paths = Int(program) < reads.count ? reads[Int(program)] : []
    let text = table.programs[Int(program)].text
    return candidates.indices.compactMap { number in
      let candidate = candidates[number]
      let node = table.nodes[candidate]
      let isOwn = candidate == place
      guard isOwn || paths.contains(where: { $0.slot == Int(node.resultSlot) }) else { return nil }
      let said = GuardKnowledge.conjuncts(text, of: node.name, isOwn: isOwn)
      return wanted.allSatisfy { said.contains($0) } ? .established(number) : nil
    }
  }
}
