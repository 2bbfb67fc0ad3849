import FoundationEssentials
import Signalbox
import TestSupport
import Testing

/// How a run of a chart stands after an event, whoever ran it.
struct ChartAccount: Equatable, CustomStringConvertible {
  var active: [Int]
  var variables: [Int64]
  var log: [String]
  var end: String?

  init(_ run: LiteralRun) {
    end = run.end
    active = run.end == nil ? run.active : []
    variables = run.variables
    log = run.log
  }

  init(_ drive: Drive, variables count: Int) {
    let nodes = drive.table.table.nodes
    active = drive.state.tokens.compactMap { Int(nodes[Int($0.place)].name.dropFirst()) }.sorted()
    let fields = drive.value("state")
    variables = (0..<count).map { number in
      guard case .int(let value)? = fields?[LiteralChart.variable(number)] else { return .min }
      return value
    }
    log = drive.output.trace.compactMap { entry in
      guard case .logged(let label, let value) = entry else { return nil }
      guard case .int(let number) = value else { return "\(label)=\(value)" }
      return "\(label)=\(number)"
    }
    end = drive.state.outcome == nil ? nil : drive.end
    if case .failure(nil, let error, _)? = drive.state.outcome, error?.kind == .maxSteps {
      end = "too long"
    }
  }

  var description: String {
    "\(active.map(LiteralChart.name)) \(variables) \(log) \(end ?? "under way")"
  }
}

/// One chart with its events, run in several ways.
struct ChartComparison {
  let seed: UInt64
  let chart: LiteralChart
  let events: [String]

  init(seed: UInt64) {
    self.seed = seed
    chart = RandomChart.chart(seed: seed)
    events = RandomChart.events(seed: seed)
  }

  /// The table of the chart's flow.
  func table() throws -> LinkedTable {
    let compiled = FlowCompiler.compile(ChartFlow.flow(chart))
    guard let table = compiled.table else {
      let findings = compiled.diagnostics.map(\.message).joined(separator: "\n")
      throw BadFlow(description: "seed \(seed): \(findings)\n\(chart.description)")
    }
    return table
  }

  /// What happens before an event, and how the run stands then.
  private enum Moment {
    case start
    case timer
    case event(Int)
  }

  /// Where the executor departs from the literal run, if it does; and whether the run ended.
  func disagreement() throws -> (text: String?, end: String?) {
    var literal = LiteralRun(chart)
    var drive = try TimedDrive(table())
    func compare(_ moment: Moment) -> String? {
      let expected = ChartAccount(literal)
      let found = ChartAccount(drive.drive, variables: chart.variables.count)
      let isSame = found == expected && literal.pending.map(\.due) == drive.dues
      return isSame
        ? nil
        : """
        seed \(seed), \(moment) of \(events) at \(literal.now)
        literal:  \(expected) \(literal.pending)
        executor: \(found) \(drive.timers)
        \(chart.description)
        """
    }
    if let text = compare(.start) { return (text, literal.end) }
    for number in events.indices {
      let time = Int64(15 * (number + 1))
      while literal.end == nil, let due = literal.nextDue, due <= time {
        literal.fire()
        drive.fire()
        if let text = compare(.timer) { return (text, literal.end) }
      }
      guard literal.end == nil else { break }
      literal.receive(events[number], at: time)
      drive.send(events[number], at: time)
      if let text = compare(.event(number)) { return (text, literal.end) }
    }
    return (nil, literal.end)
  }

  /// Where a run that is restored after every event departs from one that is not.
  func restoredDisagreement() throws -> String? {
    var drive = try TimedDrive(table())
    var restored = drive
    func isSame() -> Bool {
      drive.drive.state.encoded() == restored.drive.state.encoded()
        && digest(drive.drive) == digest(restored.drive)
    }
    for number in events.indices {
      let time = Int64(15 * (number + 1))
      while let due = drive.dues.min(), due <= time, drive.drive.state.outcome == nil {
        try restored.restore()
        drive.fire()
        restored.fire()
        guard isSame() else { return "seed \(seed), a timer\n\(chart.description)" }
      }
      try restored.restore()
      drive.send(events[number], at: time)
      restored.send(events[number], at: time)
      guard isSame() else { return "seed \(seed), after \(events[number])\n\(chart.description)" }
    }
    return nil
  }

  private func digest(_ drive: Drive) -> [UInt8] {
    var writer = BinaryWriter()
    for entry in drive.trace { writer.write(trace: entry) }
    return writer.bytes
  }
}

/// A run fed by hand whose timers are kept; its time starts at 0.
struct TimedDrive {
  private(set) var drive: Drive
  /// Timers under way, in order of their starts.
  private(set) var timers: [TimerIntent] = []

  init(_ table: LinkedTable) {
    drive = Drive(table, at: 0)
    note()
  }

  /// When the timers are due, in order of their starts.
  var dues: [Int64] { timers.map(\.dueMilliseconds) }

  mutating func send(_ event: String, at time: Int64) {
    drive.send(.external(name: event, payload: .null), at: time)
    note()
  }

  /// Fires the timer that is due next.
  mutating func fire() {
    guard let due = dues.min(), let position = dues.firstIndex(of: due) else { return }
    let timer = timers.remove(at: position)
    drive.send(.fired(timer: timer.id), at: due)
    note()
  }

  /// Goes on with what a snapshot holds.
  mutating func restore() throws {
    drive.state = try RunState(decoding: drive.state.encoded(), for: drive.table)
  }

  private mutating func note() {
    for effect in drive.output.effects {
      switch effect {
      case .startTimer(let timer): timers.append(timer)
      case .cancel(let id): timers.removeAll { $0.id == id }
      case .call, .startChild: break
      }
    }
  }
}

@Suite struct RandomChartTests {
  private var cases: UInt64 { isSoak ? 50_000 : 1_500 }
  private var isSoak: Bool { ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1" }

  @Test func `the executor does with charts what the W3C algorithm says`() throws {
    guard evaluatesExpressions else { return }
    var ended: UInt64 = 0
    var tooLong: UInt64 = 0
    for seed in 0..<cases {
      let (text, end) = try ChartComparison(seed: seed).disagreement()
      if let text {
        Issue.record("\(text)")
        return
      }
      if end == "too long" { tooLong += 1 } else if end != nil { ended += 1 }
    }
    // Most runs go on: a property of charts that end at once would say little.
    #expect(ended > cases / 100 && ended < cases / 2, "\(ended) of \(cases) runs ended")
    #expect(tooLong > 0 && tooLong < cases / 20, "\(tooLong) of \(cases) runs went on for too long")
  }

  @Test func `a chart restored after every event goes the same way`() throws {
    guard evaluatesExpressions else { return }
    for seed in 0..<cases / 3 {
      if let text = try ChartComparison(seed: seed).restoredDisagreement() {
        Issue.record("\(text)")
        return
      }
    }
  }
}
