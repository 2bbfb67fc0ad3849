import Execution
import Journal
import Table
import Values

/// What a run's journal says of its money: what is held back, what was charged, where.
///
/// The driver takes the changes of the ledger from it, and whoever looks at a run or a store later
/// comes to the same figures by reading the same records: the stored ledger can be held against
/// them.
public struct RunLedger: Sendable {
  /// A call that is under way.
  struct Open: Sendable, Equatable {
    var picodollars: Int64
    var scopes: [String]
    /// Nobody charges for a question that is withdrawn.
    var isHuman: Bool
  }

  /// Something that was charged.
  public struct Charge: Sendable, Hashable {
    /// Why.
    public enum Cause: Sendable, Hashable {
      /// The call was answered, or failed.
      case settled
      /// It was withdrawn under way: whoever was called may charge for it.
      case withdrawn
      /// Its driver was lost, and it was made again.
      case lost
    }

    /// The call.
    public var effect: EffectID
    /// The step that called.
    public var place: NodeIndex
    /// How much, in pico-dollars.
    public var picodollars: Int64
    /// Why.
    public var cause: Cause
  }

  private let budgets: RunBudgets
  private(set) var open: [EffectID: Open] = [:]
  private var places: [EffectID: NodeIndex] = [:]
  private var performers: [EffectID: PoolIndex] = [:]
  /// What lost attempts of calls under way were charged: settled when they were given up.
  private(set) var lost: [EffectID: Int64] = [:]
  /// What the run's own calls were charged, by account; those of runs that it started excluded.
  public private(set) var spent: [String: Int64] = [:]

  /// The ledger of a run without records.
  public init(header: RunHeader, table: TransitionTable) {
    budgets = RunBudgets(header: header, table: table)
  }

  /// What is held back for calls under way.
  public var reservations: [EffectID: Int64] { open.mapValues(\.picodollars) }

  /// What is held back, an entry an account.
  func stored(runID: String) -> [StoredReservation] {
    open.flatMap { effect, entry in
      entry.scopes.map { scope in
        StoredReservation(
          runID: runID,
          effect: effect,
          scope: scope,
          picodollars: entry.picodollars
        )
      }
    }
  }

  /// What an event and the effects that follow from it settle.
  ///
  /// Calls withdrawn under way are charged in full, questions to people not at all. When the run
  /// has ended, all that is left is withdrawn with it.
  func settlements(
    of event: RunEvent.Kind,
    _ effects: [Effect],
    hasEnded: Bool
  ) -> [LedgerChange] {
    var changes: [LedgerChange] = []
    var known: Set<EffectID> = []
    switch event {
    case .completed(let effect, _, _, let cost), .failed(let effect, _, _, _, let cost):
      known.insert(effect)
      changes.append(.settle(effect: effect, picodollars: max(0, cost - (lost[effect] ?? 0))))
    case .started, .fired, .cancelled, .external, .tick: break
    }
    var withdrawn = effects.compactMap { if case .cancel(let id) = $0 { id } else { nil } }
    if hasEnded { withdrawn += open.keys.sorted() }
    for id in withdrawn where known.insert(id).inserted {
      guard let entry = open[id] else { continue }
      changes.append(
        entry.isHuman
          ? .release(effect: id) : .settle(effect: id, picodollars: entry.picodollars)
      )
    }
    return changes
  }

  /// Follows a step; `hasEnded`: the run ends with it.
  @discardableResult
  public mutating func follow(_ step: JournalRecord.Step, hasEnded: Bool) -> [Charge] {
    let changes = settlements(of: step.event.kind, step.intents, hasEnded: hasEnded)
    var own: EffectID?
    switch step.event.kind {
    case .completed(let effect, _, _, _), .failed(let effect, _, _, _, _): own = effect
    case .started, .fired, .cancelled, .external, .tick: break
    }
    var charges: [Charge] = []
    for change in changes {
      switch change {
      case .settle(let effect, let amount):
        charges += settle(effect, amount, effect == own ? .settled : .withdrawn)
      case .release(let effect): charges += settle(effect, 0, .withdrawn)
      case .reserve: continue
      }
    }
    for case .call(let intent) in step.intents {
      guard let dispatch = step.dispatches.first(where: { $0.effect == intent.id }),
        dispatch.refusal == nil
      else { continue }
      let performer = budgets.table.performers[Int(intent.performer)]
      places[intent.id] = intent.place
      open[intent.id] = Open(
        picodollars: dispatch.reservedPicodollars,
        scopes: scopes(at: intent.place, performer, step.event.atMilliseconds),
        isHuman: performer.kind == .human
      )
      performers[intent.id] = intent.performer
    }
    return charges
  }

  /// Follows calls that were made again by another driver.
  @discardableResult
  public mutating func follow(
    _ repetitions: [Repetition],
    atMilliseconds now: Int64
  ) -> [Charge] {
    var charges: [Charge] = []
    for repetition in repetitions {
      let id = repetition.effect
      guard var entry = open[id], let place = places[id], let performer = performers[id] else {
        continue
      }
      charges += settle(id, repetition.chargedPicodollars, .lost)
      lost[id] = LedgerAccount.sum(lost[id] ?? 0, repetition.chargedPicodollars)
      guard repetition.refusal == nil else { continue }
      entry.scopes = scopes(at: place, budgets.table.performers[Int(performer)], now)
      open[id] = entry
      places[id] = place
      performers[id] = performer
    }
    return charges
  }

  /// Follows a record of any kind.
  public mutating func follow(_ body: JournalRecord.Body, hasEnded: Bool) -> [Charge] {
    switch body {
    case .step(let step): follow(step, hasEnded: hasEnded)
    case .resumed(let now, _, let repetitions): follow(repetitions, atMilliseconds: now)
    case .turn, .proposal: []
    }
  }

  private func scopes(
    at place: NodeIndex,
    _ performer: Performer,
    _ now: Int64
  ) -> [String] {
    budgets.limits(at: place, of: performer, atMilliseconds: now).map(\.scope)
  }

  private mutating func settle(
    _ effect: EffectID,
    _ amount: Int64,
    _ cause: Charge.Cause
  ) -> [Charge] {
    guard let entry = open.removeValue(forKey: effect), let place = places[effect] else {
      return []
    }
    for scope in entry.scopes { spent[scope] = LedgerAccount.sum(spent[scope] ?? 0, amount) }
    guard amount != 0 else { return [] }
    return [Charge(effect: effect, place: place, picodollars: amount, cause: cause)]
  }
}
