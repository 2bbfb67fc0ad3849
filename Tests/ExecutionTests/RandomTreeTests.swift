import Foundation
import Signalbox
import SignalboxTesting
import Testing

/// A random tree under way, answered by chance.
private struct TreeRun {
  let table: LinkedTable
  var state: RunState
  var calls = 0
  var trace: [TraceEntry] = []

  init(_ table: LinkedTable) {
    self.table = table
    state = Executor.start(table)
    send(.started(runID: "r", input: .map([:]), environment: [:]))
  }

  @discardableResult
  mutating func send(_ kind: RunEvent.Kind) -> StepOutput {
    var output = StepOutput()
    Executor.step(table, &state, RunEvent(atMilliseconds: 1_000, kind: kind), &output)
    calls += output.effects.count { if case .call = $0 { true } else { false } }
    trace += output.trace
    return output
  }

  /// An answer to one of the open calls; nil when none is open.
  func answer(_ random: inout RandomSource) -> RunEvent.Kind? {
    let open = state.tokens.filter { $0.phase == .calling }
    guard !open.isEmpty else { return nil }
    let effect = random.one(of: open).effect
    if random.chance(35) {
      return .failed(
        effect: effect,
        error: .failed,
        message: "broken",
        usage: nil,
        costPicodollars: 0
      )
    }
    return .completed(effect: effect, output: .map([:]), usage: nil, costPicodollars: 0)
  }

  var digest: [UInt8] {
    var writer = BinaryWriter()
    for entry in trace { writer.write(trace: entry) }
    return writer.bytes
  }
}

@Suite struct RandomTreeTests {
  private static let isSoak = ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1"
  private static let treeCount = isSoak ? 20_000 : 1_000

  private func tables(
    _ seed: UInt64,
    _ body: (LinkedTable, inout RandomSource) throws -> Void
  )
    throws
  {
    var random = RandomSource(seed: seed)
    for number in 0..<Self.treeCount {
      var generator = TreeGenerator(random: random.fork())
      let flow = generator.flow(depth: 1 + number % 4)
      let compiled = FlowCompiler.compile(flow)
      let table = try #require(
        compiled.table,
        "seed \(seed), tree \(number): \(compiled.diagnostics.first?.message ?? "")"
      )
      try body(table, &random)
    }
  }

  @Test func `every tree ends, and never makes more calls than its bound says`() throws {
    var attained = 0
    try tables(1) { table, random in
      let report = CostAnalysis.analyse(table.table, prices: .standard)
      let bound = report.worst.picodollars.value ?? .max
      var most: Int64 = 0
      for _ in 0..<4 {
        var run = TreeRun(table)
        var steps = 0
        while run.state.outcome == nil, let answer = run.answer(&random) {
          run.send(answer)
          steps += 1
          #expect(steps < 5_000)
          if steps >= 5_000 { break }
        }
        #expect(run.state.outcome != nil, "a tree waits for nothing")
        most = max(most, Int64(run.calls) * 1_000_000_000)
      }
      #expect(most <= bound, "\(most) is above \(bound)")
      if most == bound { attained += 1 }
    }
    #expect(attained > Self.treeCount / 4)
  }

  @Test func `an event that is not wanted changes nothing`() throws {
    try tables(2) { table, random in
      var run = TreeRun(table)
      while run.state.outcome == nil, let answer = run.answer(&random) {
        let before = run.state.encoded()
        let output = run.send(.external(name: "nobody", payload: .null))
        #expect(output.trace.isEmpty && output.effects.isEmpty)
        #expect(run.state.encoded() == before)
        run.send(answer)
      }
    }
  }

  /// Fields are written as they are, then by chance: only what is read and differs has an effect.
  @Test func `a step in which nothing relevant changed has no effect`() throws {
    var (quiet, moved) = (0, 0)
    try tables(5) { table, random in
      var run = TreeRun(table)
      let slot = Int(table.stateSlot ?? 0)
      while run.state.outcome == nil, let answer = run.answer(&random) {
        guard case .map(var fields)? = run.state.memory.value(slot) else { break }
        run.state.memory.set(slot, .map(fields))
        let before = run.state.encoded()
        let output = run.send(.external(name: "nobody", payload: .null))
        #expect(output.trace.isEmpty && output.effects.isEmpty)
        #expect(run.state.encoded() == before)
        // Written twice there and back, nothing has changed either.
        let field = MapKey.string(random.one(of: ["x", "y", "z"]))
        let value = fields[field]
        fields[field] = .int(Int64(random.below(3)))
        run.state.memory.set(slot, .map(fields))
        fields[field] = value
        run.state.memory.set(slot, .map(fields))
        #expect(run.send(.external(name: "nobody", payload: .null)).trace.isEmpty)
        fields[field] = .int(Int64(random.below(3)))
        run.state.memory.set(slot, .map(fields))
        let isQuiet = run.send(.external(name: "nobody", payload: .null)).trace.isEmpty
        if isQuiet { quiet += 1 } else { moved += 1 }
        guard run.state.outcome == nil else { break }
        run.send(isQuiet ? answer : run.answer(&random) ?? answer)
      }
    }
    #expect(quiet > Self.treeCount / 4, "\(quiet) quiet, \(moved) not")
    #expect(moved > Self.treeCount / 100, "\(quiet) quiet, \(moved) not")
  }

  @Test func `a run restored after every event goes the same way`() throws {
    try tables(3) { table, random in
      var run = TreeRun(table)
      var restored = TreeRun(table)
      while run.state.outcome == nil, let answer = run.answer(&random) {
        run.send(answer)
        restored.state = try RunState(
          decoding: restored.state.encoded(),
          for: table
        )
        // Killed within the step, it is done again from the snapshot: the same rows are taken.
        var killed = restored
        killed.send(answer)
        restored.send(answer)
        #expect(killed.digest == restored.digest)
      }
      #expect(run.digest == restored.digest)
    }
  }

  @Test func `a tree has at most four rows a node`() throws {
    var (rows, nodes) = (0, 0)
    try tables(4) { table, _ in
      rows += table.table.rows.count
      nodes += table.table.nodes.count { $0.kind != .final && $0.kind != .compound }
    }
    #expect(rows <= 4 * nodes)
  }
}
