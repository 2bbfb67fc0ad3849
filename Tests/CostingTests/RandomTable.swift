import Signalbox

/// A generator of random numbers that gives the same sequence for the same seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

/// Random tables: calls with limits, prices, retries and deadlines, waits, decisions, loops.
enum RandomTable {
  /// Prices of the models that random tables name.
  static let prices = PriceBook(
    name: "test",
    prices: [
      ModelPrice(model: "small", inputPicodollars: 150_000, outputPicodollars: 600_000),
      ModelPrice(model: "large", inputPicodollars: 2_500_000, outputPicodollars: 10_000_000),
    ]
  )

  static func make(_ numbers: inout SeededNumbers) -> TransitionTable {
    var table = TransitionTable(name: "random")
    let steps = Int.random(in: 1...9, using: &numbers)
    let finals = Int.random(in: 1...3, using: &numbers)
    let count = 1 + steps + finals
    // What a guard's text says does not matter here: the walk decides by chance.
    table.programs = (0..<3).map { ProgramSource(kind: .expression, text: "guard_\($0)") }
    table.performers = performers(&numbers)
    table.effects = table.performers.indices.map {
      EffectDescriptor(performer: PoolIndex($0), input: 0..<0)
    }
    table.retries = (0..<3).map { _ in
      RetryPolicy(
        maxAttempts: Int32.random(in: 1...4, using: &numbers),
        backoffMilliseconds: Int64.random(in: 0...500, using: &numbers),
        factorThousandths: Int64.random(in: 1_000...3_000, using: &numbers)
      )
    }
    table.nodes.append(PlaceNode(name: "root", kind: .compound, parent: noIndex))
    table.start = 1
    for place in 1..<count {
      var node = PlaceNode(
        name: "p\(place)",
        kind: place > steps ? .final : .action,
        parent: 0
      )
      if place > steps {
        node.isFailure = numbers.chance(30)
      } else {
        work(&node, table, &numbers)
        let first = RowIndex(table.rows.count)
        addRows(place, node, count, &table, &numbers)
        node.rows = first..<RowIndex(table.rows.count)
      }
      table.nodes.append(node)
    }
    if numbers.chance(20) {
      table.runLimits.timeoutMilliseconds = Int64.random(in: 1...100_000, using: &numbers)
      table.runLimits.timeoutTarget = NodeIndex(Int.random(in: 1..<count, using: &numbers))
      table.runLimits.graceMilliseconds = 60_000
    }
    if numbers.chance(20) { table.runLimits.maxSteps = Int64.random(in: 1...30, using: &numbers) }
    return table
  }

  private static func performers(_ numbers: inout SeededNumbers) -> [Performer] {
    (0..<4).map { index in
      var performer = Performer(role: .agent, id: "a\(index)", kind: .model, typeName: "llm")
      switch Int.random(in: 0..<4, using: &numbers) {
      case 0:
        performer.kind = .human
      case 1:
        performer.kind = .http
        performer.costPerCallPicodollars = Int64.random(in: 0...9_000_000_000, using: &numbers)
      default:
        performer.model = numbers.chance(50) ? "small" : "large"
        performer.promptTokens = Int64.random(in: 1...5_000, using: &numbers)
        performer.outputTokens = Int64.random(in: 1...900, using: &numbers)
        performer.turns = Int32.random(in: 1...2, using: &numbers)
      }
      return performer
    }
  }

  private static func work(
    _ node: inout PlaceNode,
    _ table: TransitionTable,
    _ numbers: inout SeededNumbers
  ) {
    // Most loops get a limit, so that most tables have a bound.
    if numbers.chance(70) { node.maxVisits = Int32.random(in: 1...3, using: &numbers) }
    if numbers.chance(10) { node.when = 0 }
    switch Int.random(in: 0..<10, using: &numbers) {
    case 0:
      node.kind = .decision
      node.condition = 0
    case 1:
      node.kind = .wait
      node.waitMilliseconds = Int64.random(in: 0...5_000, using: &numbers)
    case 2: node.kind = .pass
    default:
      node.effect = PoolIndex(Int.random(in: 0..<table.effects.count, using: &numbers))
      node.deadlineMilliseconds = Int64.random(in: 1...20_000, using: &numbers)
      if numbers.chance(50) {
        node.retry = PoolIndex(Int.random(in: 0..<table.retries.count, using: &numbers))
      }
    }
  }

  private static func addRows(
    _ place: Int,
    _ node: PlaceNode,
    _ count: Int,
    _ table: inout TransitionTable,
    _ numbers: inout SeededNumbers
  ) {
    func target() -> NodeIndex {
      // Mostly forward.
      numbers.chance(75) && place + 1 < count
        ? NodeIndex(Int.random(in: place + 1..<count, using: &numbers))
        : NodeIndex(Int.random(in: 1..<count, using: &numbers))
    }
    for position in 0..<Int.random(in: 1...3, using: &numbers) {
      var row = Row(place: NodeIndex(place), event: .success, target: target())
      if position == 0 || numbers.chance(50) { row.guardProgram = PoolIndex(position) }
      table.rows.append(row)
    }
    for position in 0..<Int.random(in: 0...2, using: &numbers) {
      var row = Row(place: NodeIndex(place), event: .failure, target: target())
      if numbers.chance(40) { row.kinds = ErrorKindSet([.timeout, .maxVisits]) }
      if numbers.chance(40) { row.guardProgram = PoolIndex(position) }
      table.rows.append(row)
    }
    if numbers.chance(10) {
      table.rows.append(Row(place: NodeIndex(place), event: .cancel, target: target()))
    }
  }
}
