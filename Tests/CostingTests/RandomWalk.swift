import Signalbox

/// One run of a table with chance for guards and answers: the run's rules taken literally, with no
/// regard to how bounds are computed.
struct RandomWalk {
  var picodollars: Int64 = 0
  var tokens: Int64 = 0
  var work: Int64 = 0
  var elapsed: Int64 = 0
  var places = 0
  /// Where it ended; nil: the run failed.
  var final: NodeIndex?
  /// Whether it was stopped by this walk itself, because the table has no bound.
  var isCut = false
  var isOverdue = false

  private let table: TransitionTable
  private let prices: PriceBook
  private var visits: [Int32]

  init(
    _ table: TransitionTable,
    _ prices: PriceBook,
    _ numbers: inout SeededNumbers
  ) {
    self.table = table
    self.prices = prices
    visits = [Int32](repeating: 0, count: table.nodes.count)
    // Some walks spend all they can and never fail by chance, others anything.
    let isGreedy = numbers.chance(50)
    var place: NodeIndex? = table.start
    while let current = place, final == nil {
      guard places < table.runLimits.maxSteps else { return }
      if places > 5_000 {
        isCut = true
        return
      }
      place = enter(current, isGreedy, &numbers)
    }
  }

  private mutating func enter(
    _ place: NodeIndex,
    _ isGreedy: Bool,
    _ numbers: inout SeededNumbers
  ) -> NodeIndex? {
    places += 1
    let node = table.nodes[Int(place)]
    if node.maxVisits > 0, visits[Int(place)] >= node.maxVisits {
      return take(place, .failure, .maxVisits, &numbers)
    }
    visits[Int(place)] += 1
    if node.kind == .final {
      final = place
      return nil
    }
    if node.when != noIndex, numbers.chance(30) { return take(place, .success, nil, &numbers) }
    if node.kind == .wait { spend(node.waitMilliseconds, people: false) }
    if node.effect != noIndex, let failure = call(place, isGreedy, &numbers) {
      if let target = overdue(&numbers) { return target }
      return take(place, .failure, failure, &numbers)
    }
    if let target = overdue(&numbers) { return target }
    if numbers.chance(3), let target = take(place, .cancel, nil, &numbers) { return target }
    return take(place, .success, nil, &numbers)
  }

  /// The flow's timeout, which may come whenever it likes, once.
  private mutating func overdue(_ numbers: inout SeededNumbers) -> NodeIndex? {
    guard table.runLimits.timeoutTarget >= 0, !isOverdue, numbers.chance(10) else { return nil }
    isOverdue = true
    return table.runLimits.timeoutTarget
  }

  /// Makes the attempts of a call; the kind of failure when all failed.
  private mutating func call(
    _ place: NodeIndex,
    _ isGreedy: Bool,
    _ numbers: inout SeededNumbers
  ) -> ErrorKind? {
    let node = table.nodes[Int(place)]
    let performer = table.performers[Int(table.effects[Int(node.effect)].performer)]
    let people = performer.kind == .human
    var attempt: Int32 = 1
    while true {
      attemptCall(performer, isGreedy, &numbers)
      spend(
        isGreedy
          ? node.deadlineMilliseconds
          : Int64.random(in: 0...node.deadlineMilliseconds, using: &numbers),
        people: people
      )
      let fails = numbers.chance(isGreedy ? 60 : 30)
      guard fails else { return nil }
      let kinds: [ErrorKind] = [.timeout, .unavailable, .invalidOutput, .failed]
      let kind = kinds[Int.random(in: 0..<kinds.count, using: &numbers)]
      guard node.retry != noIndex, attempt < table.retries[Int(node.retry)].maxAttempts else {
        return kind
      }
      attempt += 1
      spend(
        table.retries[Int(node.retry)].pauseMilliseconds(before: attempt),
        people: people
      )
    }
  }

  private mutating func attemptCall(
    _ performer: Performer,
    _ isGreedy: Bool,
    _ numbers: inout SeededNumbers
  ) {
    if performer.costPerCallPicodollars >= 0 { picodollars += performer.costPerCallPicodollars }
    guard performer.kind == .model, let price = prices.price(ofModel: performer.model, provider: "")
    else { return }
    for _ in 0..<performer.turns {
      let prompt =
        isGreedy
        ? performer.promptTokens : Int64.random(in: 0...performer.promptTokens, using: &numbers)
      let answer =
        isGreedy
        ? performer.outputTokens : Int64.random(in: 0...performer.outputTokens, using: &numbers)
      tokens += prompt + answer
      picodollars += prompt * price.inputPicodollars + answer * price.outputPicodollars
    }
  }

  private mutating func spend(_ milliseconds: Int64, people: Bool) {
    elapsed += milliseconds
    if !people { work += milliseconds }
  }

  /// The target of the first row whose guard is true by chance; nil: the run fails.
  private func take(
    _ place: NodeIndex,
    _ event: EventClass,
    _ kind: ErrorKind?,
    _ numbers: inout SeededNumbers
  ) -> NodeIndex? {
    for index in table.nodes[Int(place)].rows {
      let row = table.rows[Int(index)]
      guard row.event == event else { continue }
      if let kind, !row.kinds.contains(kind) { continue }
      if row.guardProgram != noIndex {
        // A guard that can't be evaluated fails the place, once.
        if numbers.chance(4), kind != .guardError {
          return event == .cancel ? nil : take(place, .failure, .guardError, &numbers)
        }
        guard numbers.chance(50) else { continue }
      }
      return row.target
    }
    return event == .success ? take(place, .failure, .guardError, &numbers) : nil
  }
}
