import Definition
import Execution
import Journal
import Source
import Table
import Values

/// Holds one run against one invariant, step by step, by what really happened: rendered inputs,
/// real answers, attempts, and writes of which nobody knows (specs/invariants.md).
///
/// Each output that it reads must have been made with `notes`. Child runs (detached flows, plans)
/// are runs of their own, and not looked at.
public struct InvariantMonitor: Sendable {
  /// How a run stands.
  public enum Verdict: Sendable, Hashable, CaseIterable {
    /// Nothing has broken the invariant; what must still follow may do so.
    case kept
    /// The invariant is broken.
    case broken
    /// The run was stopped from outside before something that had to follow: nobody is to blame.
    case open
  }

  /// Where and how a run broke the invariant.
  public struct Breach: Sendable {
    /// Number of the event that did it, from 1.
    public var event: Int
    /// What happened then: `` `ship` calls `deploy` ``.
    public var words: String
    /// The calls that broke it together, in order; steps that call nobody are not among them.
    var calls: [BrokenCall] = []
  }

  /// A call that took part in a breach.
  struct BrokenCall: Sendable {
    var effect: EffectID
    var performer: PoolIndex
    /// Arguments that made the selector match.
    var arguments: Value
  }

  /// The invariant.
  public let invariant: Invariant
  /// How the run stands.
  public private(set) var verdict = Verdict.kept
  /// How it was broken.
  public private(set) var breach: Breach?
  private let table: LinkedTable
  private let selectors: [WatchedSelector]
  private var reader = HappeningReader()
  /// What the rule counts or remembers.
  private var memory: UInt64 = 0
  private var eventCount = 0
  /// What was matched so far, for the words of a breach.
  private var matched: [(words: String, call: BrokenCall?)] = []

  /// A monitor of runs of `table`, before they start.
  public init(_ invariant: Invariant, _ table: LinkedTable, limits: Limits = Limits()) {
    self.invariant = invariant
    self.table = table
    let roles: [WatchedSelector.Role] =
      switch invariant.rule {
      case .never: [.suspect, .evidence, .suspect]
      case .after: [.suspect, .required]
      case .atMost: [.suspect]
      case .neverTogether(let selectors): selectors.map { _ in .suspect }
      case .eventually: [.required]
      }
    selectors = zip(invariant.selectors, roles).map { selector, role in
      WatchedSelector(selector, role, table.table, limits: limits)
    }
  }

  // MARK: Reading

  /// Reads one step: the event, the state after it, and what the step gave.
  ///
  /// `refused` names calls among the effects that the run may not make. O(entries and notes).
  public mutating func read(
    _ event: RunEvent.Kind,
    _ state: RunState,
    _ output: StepOutput,
    refused: Set<EffectID> = []
  ) {
    guard verdict == .kept else { return }
    eventCount += 1
    for happening in reader.read(event, state, output, table.table, refused: refused) {
      take(happening)
      guard verdict == .kept else { return }
    }
    // A run whose input is refused has not begun.
    if let outcome = state.outcome, state.placesEntered > 0 { end(outcome) }
  }

  /// Reads a tool call that an agent makes within its own, at its start or its end.
  public mutating func read(_ turn: AgentTurn) {
    guard verdict == .kept else { return }
    let tool = table.table.performers.firstIndex { performer in
      performer.role == .tool && performer.id.sameScalars(as: turn.tool)
    }
    guard let tool else { return }
    let phase: Happening.Phase
    switch turn.stage {
    case .called: phase = .start
    case .answered(let answer): phase = .end(.success(answer))
    case .failed(let kind, _):
      let isWrite = table.table.performers[tool].isWrite
      let isDoubtful = isWrite && (kind == .unknown || kind == .timeout)
      phase = .end(isDoubtful ? .unknown : .failure)
    }
    take(
      Happening(
        call: Happening.Side(index: Int32(tool), phase: phase, input: turn.input),
        place: noIndex,
        effect: 0
      )
    )
  }

  /// Replays a journal's events on the pure step, and judges them.
  ///
  /// `refused` names the calls that were not made. O(events).
  public static func judge(
    _ events: [RunEvent],
    _ invariant: Invariant,
    _ table: LinkedTable,
    refused: Set<EffectID> = []
  ) -> InvariantMonitor {
    var monitor = InvariantMonitor(invariant, table)
    var state = Executor.start(table)
    for event in events {
      var output = StepOutput()
      output.notes = []
      Executor.step(table, &state, event, &output)
      monitor.read(event.kind, state, output, refused: refused)
    }
    return monitor
  }

  // MARK: The rule

  private mutating func take(_ happening: Happening) {
    func match(_ number: Int) -> WatchedSelector.Certainty {
      selectors.indices.contains(number) ? selectors[number].match(happening) : .never
    }
    switch invariant.rule {
    case .never:
      if match(0) != .never, memory == 0 {
        note(happening, 0)
        breaks()
        return
      }
      if case .never(_, _, .some) = invariant.rule, match(2) != .never { memory = 0 }
      if match(1) == .always { memory = 1 }
    case .after:
      if match(0) != .never {
        memory = 1
        matched = []
        note(happening, 0)
      }
      if match(1) == .always { memory = 0 }
    case .atMost(let most, _):
      guard match(0) != .never else { return }
      memory += 1
      note(happening, 0)
      if memory > UInt64(most) { breaks() }
    case .neverTogether:
      for number in selectors.indices where match(number) != .never {
        if memory & 1 << UInt64(number) == 0 { note(happening, number) }
        memory |= 1 << UInt64(number)
      }
      if memory.nonzeroBitCount > 1 { breaks() }
    case .eventually: if match(0) == .always { memory = 1 }
    }
  }

  private mutating func end(_ outcome: RunOutcome) {
    let isOwed: Bool
    let missing: String
    switch invariant.rule {
    case .after(_, let answer): (isOwed, missing) = (memory == 1, answer.title)
    case .eventually(let selector): (isOwed, missing) = (memory == 0, selector.title)
    case .never, .atMost, .neverTogether: return
    }
    guard isOwed else { return }
    guard !outcome.isStop else {
      verdict = .open
      return
    }
    verdict = .broken
    let cause = matched.last.map { ", though \($0.words)" } ?? ""
    breach = Breach(
      event: eventCount,
      words: "the run ends without `\(missing)`\(cause)",
      calls: matched.compactMap(\.call)
    )
  }

  private mutating func breaks() {
    verdict = .broken
    let words: String
    switch invariant.rule {
    case .never(_, let required?, _):
      words = (matched.last?.words ?? "") + " without `\(required.title)`"
    case .atMost: words = (matched.last?.words ?? "") + ", which is number \(matched.count)"
    case .neverTogether: words = matched.map(\.words).joined(separator: ", then ")
    case .never, .after, .eventually: words = matched.last?.words ?? ""
    }
    breach = Breach(event: eventCount, words: words, calls: matched.compactMap(\.call))
  }

  private mutating func note(_ happening: Happening, _ number: Int) {
    let selector = selectors[number].selector
    let node = happening.place == noIndex ? nil : table.table.nodes[Int(happening.place)]
    let step = node.map { $0.name.isEmpty ? "" : "`\($0.name)`" } ?? "an agent"
    let side = selector.subject == .step ? happening.step ?? happening.call : happening.call
    let performer = (happening.call?.index).map { table.table.performers[Int($0)].id }
    var words: String
    switch side?.phase {
    case .start?, nil:
      words = performer.map { "\(step) calls `\($0)`" } ?? "\(step) starts"
    case .end(.success)?: words = "\(step) succeeds"
    case .end(.failure)?: words = "\(step) fails"
    case .end(.unknown)?: words = "\(step) may have happened"
    }
    if step.isEmpty, words.utf8.first == 0x20 { words = "the run" + words }
    var call: BrokenCall?
    if happening.effect != 0, let index = happening.call?.index {
      var arguments = ValueMap()
      for argument in selector.arguments {
        arguments[argument.name] = happening.call?.input?[argument.name]
      }
      call = BrokenCall(
        effect: happening.effect,
        performer: index,
        arguments: .map(arguments)
      )
    }
    matched.append((words, call))
  }

  // MARK: Searching

  /// Adds what tells two histories apart, as far as what follows is concerned.
  func combine(into hasher: inout Hasher) {
    hasher.combine(verdict)
    hasher.combine(memory)
    guard selectors.contains(where: { !$0.selector.arguments.isEmpty }) else { return }
    var given: [[Int]] = reader.begun.compactMap { site, input in
      let fits = selectors.map { $0.fits(input) ? 1 : 0 }
      return [Int(site.place)] + fits
    }
    given.sort { $0.lexicographicallyPrecedes($1) }
    hasher.combine(given)
  }

  /// Programs of the arguments that the invariant looks at, with what each would have to be.
  var arguments: [(program: PoolIndex, value: Value)] {
    selectors.flatMap { $0.arguments(in: table.table) }
  }

  /// Conditions on answers, with the name of the subject.
  var conditions: [(name: String, when: SourceText)] {
    selectors.compactMap { watched in
      watched.selector.when.map { (watched.selector.name.value, $0) }
    }
  }

  /// Whether everything that could break the invariant happens in the run itself, so that looking
  /// at the run is looking at all: no plan, no detached flow, no agent that calls tools by itself.
  var seesEverything: Bool {
    let table = table.table
    return table.performers.allSatisfy { $0.offeredTools(among: table.performers).isEmpty }
      && table.nodes.allSatisfy { node in
        node.kind != .plan && node.kind != .planner
          && (node.kind != .call || table.frames[Int(node.template)].maxInstances != 0)
      }
  }
}

extension RunOutcome {
  /// Whether it was stopped from outside: cancelled, or out of the flow's time without anywhere to
  /// go.
  fileprivate var isStop: Bool {
    switch self {
    case .cancelled: true
    case .failure(nil, let error?, _): error.kind == .timeout && error.step.isEmpty
    case .success, .failure: false
    }
  }
}
