import FoundationEssentials
import Signalbox
import Synchronization
import TestSupport
import Testing

@testable import SignalboxCommand

/// Many runs in three processes at a time share one hard budget, while some of them are killed.
///
/// The witness is the model's own bill: what the server has answered may never be above what the
/// ledger says, and that never above the limit.
@Suite struct BudgetRaceTests {
  private static let isSoak = ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1"
  private static let runs = isSoak ? 200 : 15
  private static let lanes = 3
  /// Pico-dollars of a token: $1 and $2 a million.
  private static let (inputPrice, outputPrice): (Int64, Int64) = (1_000_000, 2_000_000)
  /// A call may take 900 and 60 tokens: 1,020 microdollars at worst; a run makes three.
  private static let worstCall: Int64 = 900 * inputPrice + 60 * outputPrice

  private static var program: String {
    FlowFiles.folder(of: CommandLine.arguments[0]) + "/signalbox"
  }

  private static func flow(_ address: String, hard: Int64) -> String {
    let micros = hard / 1_000_000
    let zeros = String(repeating: "0", count: max(0, 6 - "\(micros)".utf8.count))
    return """
      signalbox: 1
      name: race
      budget: {hard: $0.\(zeros)\(micros), per: month}
      timeout: 10m
      input: {}
      agents:
        writer:
          type: llm
          model: {provider: llamacpp, model: small, temperature: 0, endpoint: "\(address)/v1"}
          limits: {prompt_tokens: 900, output_tokens: 60}
          prompt: "{{ input.part }}"
          input: {part: {type: string, maxLength: 20}}
          output: {text: {type: string, maxLength: 60}}
      tasks:
        - {id: both, type: parallel, tasks: [
            {id: a, agent: writer, with: {part: "a"}, timeout: 60s},
            {id: b, agent: writer, with: {part: "b"}, timeout: 60s}]}
        - {id: c, agent: writer, with: {part: "c"}, timeout: 60s}
      """
  }

  private static let prices = """
    book: {name: race, version: "1", date: "2026-01-01", source: a test}
    models:
      small: {provider: llamacpp, input: "1", output: "2"}
    """

  private static func call(
    _ arguments: [String],
    killedAfterMilliseconds: Int? = nil,
    in place: TemporaryFolder
  ) async -> ProcessEnding {
    var words = [program] + arguments + ["--store", "\(place.path)/runs.db"]
    if let delay = killedAfterMilliseconds {
      let (seconds, rest) = (delay / 1_000, delay % 1_000)
      let zeros = String(repeating: "0", count: 3 - "\(rest)".utf8.count)
      words = ["timeout", "-s", "KILL", "\(seconds).\(zeros)\(rest)"] + words
    }
    return await ProcessRunner().run(
      ProcessCommand(arguments: words),
      deadlineMilliseconds: 120_000
    )
  }

  /// Does `body` for each number, three at a time.
  private static func inLanes(_ count: Int, _ body: @escaping @Sendable (Int) async -> Void) async {
    let next = Tally()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<lanes {
        group.addTask {
          while true {
            let number = next.add(1) - 1
            guard number < Int64(count) else { return }
            await body(Int(number))
          }
        }
      }
    }
  }

  private static func unfinished(_ store: SQLiteRunStore) throws -> [String] {
    try store.runs(limit: 10_000).filter { !$0.status.isEnd && $0.records > 0 }.map(\.header.runID)
  }

  @Test("runs of three processes under SIGKILL never spend more than their budget")
  func race() async throws {
    let place = try TemporaryFolder()
    defer { place.remove("flow.yaml", "prices.yaml", "runs.db", "runs.db-wal", "runs.db-shm") }
    // What each answer uses differs, and stays within the limits.
    let billed = Tally()
    let server = try #require(
      ScriptedModel.server { _, number in
        var reply = ModelReply(#"{"text": "ok"}"#)
        reply.promptTokens = 100 + number * 37 % 800
        reply.outputTokens = 1 + number * 13 % 60
        let cost =
          Int64(reply.promptTokens) * Self.inputPrice + Int64(reply.outputTokens)
          * Self.outputPrice
        _ = billed.add(cost)
        return reply
      }
    )
    // Room for about half of the runs.
    let hard = Int64(Self.runs) * 3 * Self.worstCall / 4 / 1_000_000 * 1_000_000
    try place.write("flow.yaml", Self.flow(server.address, hard: hard))
    try place.write("prices.yaml", Self.prices)
    let flow = "\(place.path)/flow.yaml"
    let pricesOption = ["--prices", "\(place.path)/prices.yaml"]
    let store = try SQLiteRunStore(path: "\(place.path)/runs.db", waitMilliseconds: 60_000)
    var numbers = SeededNumbers(20_261_121)
    let delays = (0..<Self.runs).map { _ in Int.random(in: 20..<250, using: &numbers) }
    await Self.inLanes(Self.runs) { number in
      // Two of three are killed somewhere between their start and their end.
      let delay = number % 3 == 0 ? nil : delays[number]
      _ = await Self.call(
        ["run", flow] + pricesOption,
        killedAfterMilliseconds: delay,
        in: place
      )
    }
    // Whoever takes a run over may be killed as well.
    let first = try Self.unfinished(store)
    await Self.inLanes(first.count) { number in
      _ = await Self.call(
        ["resume", first[number]],
        killedAfterMilliseconds: number % 2 == 0 ? nil : delays[number % delays.count],
        in: place
      )
    }
    let second = try Self.unfinished(store)
    await Self.inLanes(second.count) { number in
      let ending = await Self.call(["resume", second[number]], in: place)
      guard ![0, 1, 3].contains(where: { ending.cause == .exited(status: $0) }) else { return }
      print("resume: \(ending.cause) \(String(decoding: ending.error, as: UTF8.self))")
    }
    #expect(try Self.unfinished(store).isEmpty)
    try judge(
      store,
      hard: hard,
      billed: billed.add(0),
      interrupted: "\(first.count) interrupted, \(second.count) twice"
    )
  }

  private func judge(
    _ store: SQLiteRunStore,
    hard: Int64,
    billed: Int64,
    interrupted: String
  ) throws {
    let month = CalendarDate(atMilliseconds: SystemClock().nowMilliseconds).month
    let account = try store.account(scope: "flow:race:\(month)")
    var spent: Int64 = 0
    var refused = 0
    for run in try store.runs(limit: 10_000) {
      let own = try store.account(scope: "run:\(run.header.runID)")
      spent += own.spentPicodollars
      #expect(own.reservedPicodollars == 0, "\(run.header.runID)")
      #expect(try store.reservations(runID: run.header.runID).isEmpty)
      guard run.records > 0 else { continue }
      if run.status == .failed { refused += 1 }
      let table = try PinnedTable.load(run.header.tableDigest, from: store)
      guard case .identical = try Replay.verify(store, runID: run.header.runID, table: table)
      else {
        Issue.record("\(run.header.runID): the replay differs")
        continue
      }
    }
    #expect(account.spentPicodollars <= hard)
    #expect(account.reservedPicodollars == 0)
    #expect(spent == account.spentPicodollars)
    #expect(billed <= account.spentPicodollars)
    let overspend = max(0, account.spentPicodollars - hard)
    print(
      "budget race: \(Self.runs) runs in \(Self.lanes) lanes, seed 20261121, \(interrupted), "
        + "\(refused) without room; limit \(hard), billed \(billed), "
        + "spent \(account.spentPicodollars), overspend \(overspend) pico-dollars"
    )
    // The limit was really in the way.
    if Self.isSoak { #expect(refused > 0) }
  }
}

/// A number that several tasks add to.
private final class Tally: Sendable {
  private let sum = Mutex<Int64>(0)

  /// Adds and returns the sum.
  func add(_ amount: Int64) -> Int64 {
    sum.withLock { sum in
      sum += amount
      return sum
    }
  }
}
