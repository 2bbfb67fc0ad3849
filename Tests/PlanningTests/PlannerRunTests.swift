import Signalbox
import Synchronization
import TestSupport
import Testing

/// Crashes, replays, caches and budgets of runs with a planner.
@Suite struct PlannerRunTests {
  private let bad = #"{"tasks": [{"id": "x", "tool": "restart"}]}"#
  private let good = #"""
    {"tasks": [
      {"id": "logs", "tool": "get_logs", "with": {"service": "{{ input.service }}"}},
      {"id": "look", "agent": "analyst", "with": {"logs": "{{ logs.logs }}"}},
      {"id": "tell", "tool": "page", "with": {"cause": "{{ look.cause }}"}}
    ]}
    """#

  @Test("a crash between any two transactions changes neither the verdicts nor the way")
  func crashes() async throws {
    let table = try table(of: repairFlow)
    let whole = try await play(table, PlanPerformer([bad, good]))
    let wanted = try whole.verdicts
    #expect(wanted == ["SBX-INV-001", "accepted"])
    let records = try whole.store.runs(limit: 10).reduce(0) { $0 + $1.records }
    for survivors in 1..<Int(records) {
      let store = BreakingStore(after: survivors)
      let texts = [bad, good]
      let before = PlanPerformer(texts)
      _ = try? await play(table, before, store: store)
      store.mend()
      // The model answers as it would have: what was journaled is not asked for again.
      let known = try PlanRun(
        outcome: nil,
        store: store,
        performer: before,
        table: table,
        runID: "r-1"
      ).verdicts.count
      let after = PlanPerformer(Array(texts[min(known, texts.count)...]))
      let driver = try await RunDriver.resume(runID: "r-1", table, in: worldOf(store, after))
      guard case .ended(.success) = try await driver.drive() else {
        Issue.record("after \(survivors) records the run must end well")
        continue
      }
      let run = PlanRun(
        outcome: nil,
        store: store,
        performer: after,
        table: table,
        runID: "r-1"
      )
      #expect(try run.verdicts == wanted, "after \(survivors) records")
      let report = try RunReplay.verify(store, runID: "r-1", table: table)
      guard case .identical = report.verdict else {
        Issue.record("after \(survivors) records: \(report.verdict)")
        continue
      }
      #expect(try store.reservations(runID: "r-1").isEmpty)
      #expect(try store.reservations(runID: "r-1.plan-2").isEmpty)
    }
  }

  @Test("a replay judges proposals again and finds a verdict that was changed")
  func changedVerdict() async throws {
    let table = try table(of: repairFlow)
    let run = try await play(table, PlanPerformer([bad, bad]))
    let summary = try run.store.summary(runID: "r-1")
    var records = try run.store.records(runID: "r-1", from: 1)
    let position = try #require(
      records.firstIndex { stored in
        if case .proposal? = (try? JournalRecord(decoding: stored.bytes))?.body {
          true
        } else {
          false
        }
      }
    )
    var record = try JournalRecord(decoding: records[position].bytes)
    guard case .proposal(let time, var proposal) = record.body else { return }
    proposal.text = good
    record.body = .proposal(atMilliseconds: time, proposal)
    records[position] = StoredRecord(record)
    let difference = try RunReplay.difference(
      ofProposalsIn: records,
      summary,
      table,
      in: run.store
    )
    #expect(difference?.kind == .verdict)
  }

  @Test("a journaled proposal reads back as it was written") func codec() throws {
    var proposal = ProposalRecord(
      effect: 7,
      number: 3,
      place: 2,
      frame: 1,
      visit: 4,
      round: 2,
      text: "{\"tasks\": []}",
      verdict: .refused([
        ProposalRecord.Refusal(code: "SBX-PLAN-001", message: "m", hint: "h", place: "p 1:1")
      ])
    )
    proposal.usage = Usage(promptTokens: 9, outputTokens: 8)
    proposal.kept = [ProposalRecord.Kept(id: "a", text: "{}", result: .map(["b": .int(1)]))]
    proposal.forerunners = ["r-1.plan-1"]
    proposal.remainingPicodollars = 17
    for verdict in [
      proposal.verdict,
      .accepted(
        table: Digest.sha256([1]),
        worstPicodollars: -1,
        longestMilliseconds: 60_000
      ),
    ] {
      proposal.verdict = verdict
      let record = JournalRecord(
        sequence: 5,
        previousHash: Digest.sha256([]),
        body: .proposal(atMilliseconds: 12, proposal)
      )
      let bytes = record.encoded()
      let again = try JournalRecord(decoding: bytes)
      #expect(again.encoded() == bytes)
      for cut in bytes.indices {
        #expect(throws: BinaryError.self) { try JournalRecord(decoding: Array(bytes[..<cut])) }
      }
    }
  }

  @Test("a plan that has served is tried again before the model is asked, and proven again")
  func cache() async throws {
    let flow = repairFlow.edited("  plan_budget:", with: "  cache: true\n  plan_budget:")
    let table = try table(of: flow)
    let store = MemoryRunStore()
    let first = try await play(table, PlanPerformer([good]), store: store)
    #expect(try first.verdicts == ["accepted"])
    let silent = PlanPerformer([])
    let other: Value = .map(["alert": .string("slow"), "service": .string("search")])
    let second = try await play(table, silent, input: other, store: store, runID: "r-2")
    #expect(try second.verdicts == ["accepted"])
    #expect(try second.proposals.map(\.source) == [.cache])
    #expect(silent.questions.isEmpty)
    #expect(silent.calls.first?.input["service"] == .string("search"))
    // Another policy has another table, and so another cache.
    let strict = try PlanningTests.table(of: flow.edited("max_steps: 16", with: "max_steps: 2"))
    let asked = PlanPerformer([#"{"tasks": [{"id": "x", "tool": "page"}]}"#])
    let third = try await play(strict, asked, store: store, runID: "r-3")
    #expect(try third.proposals.map(\.source) == [.model])
  }

  @Test("a plan made for one input does not serve another") func specialCache() async throws {
    let flow = repairFlow.edited("  plan_budget:", with: "  cache: true\n  plan_budget:")
    let table = try table(of: flow)
    let store = MemoryRunStore()
    let special =
      #"{"tasks": [{"id": "logs", "tool": "get_logs", "with": {"service": "cart"}}]}"#
    _ = try await play(table, PlanPerformer([special]), store: store)
    let same = try await play(table, PlanPerformer([]), store: store, runID: "r-2")
    #expect(try same.proposals.map(\.source) == [.cache])
    let other: Value = .map(["alert": .string("slow"), "service": .string("search")])
    let asked = PlanPerformer([good])
    let third = try await play(table, asked, input: other, store: store, runID: "r-3")
    #expect(try third.proposals.map(\.source) == [.model])
    // A plan that failed is not kept.
    let flawed = try PlanningTests.table(
      of: flow.edited("name: repair", with: "name: repair_two")
    )
    let empty = MemoryRunStore()
    _ = try await play(flawed, PlanPerformer([good], failing: ["look": .failed]), store: empty)
    let next = try await play(flawed, PlanPerformer([good]), store: empty, runID: "r-2")
    #expect(try next.proposals.map(\.source) == [.model])
  }

  @Test("a model's bill above its bound closes the gate for the plan as well") func breach()
    async throws
  {
    let table = try table(of: repairFlow)
    let performer = BillingPerformer(good)
    let header = RunHeader(
      runID: "r-1",
      flowName: "repair",
      tableDigest: table.table.digest,
      createdMilliseconds: 1_000_000
    )
    let world = RunSurroundings(
      store: MemoryRunStore(),
      performing: performer,
      clock: VirtualClock(startMilliseconds: 1_000_000),
      pricer: CallPricer(prices: .standard)
    )
    let driver = try await RunDriver.start(
      table,
      header: header,
      input: usualInput,
      in: world
    )
    _ = try await driver.drive()
    // More was spent than there was: nothing is called any more, not even the fallback.
    #expect(performer.called.withLock { $0 } == [])
  }

  @Test("two planners in one flow, one of them inside a map") func nested() async throws {
    let flow = """
      signalbox: 1
      name: many
      budget: {hard: $1.00}
      timeout: 1h
      input: {services: {type: array, items: {type: string, maxLength: 20}, maxItems: 3}}
      tools:
        look:
          {type: http, effect: read, timeout: 9s, input: {s: {type: string}}, output: {n: {}}}
      tasks:
        - id: each
          for_each: input.services
          max_items: 3
          with: {service: "{{ item }}"}
          planner:
            type: llm
            model: {provider: openai, model: gpt-4o-mini}
            limits: {prompt_tokens: 4000, output_tokens: 500}
            goal: "Look at {{ item }}."
            may_use: {tools: [look]}
            plan_budget: {hard: $0.01}
        - id: last
          planner:
            type: llm
            model: {provider: openai, model: gpt-4o-mini}
            limits: {prompt_tokens: 4000, output_tokens: 500}
            goal: "Once more."
            may_use: {tools: [look]}
            plan_budget: {hard: $0.01}
            fallback: {tasks: [{id: plain, tool: look, with: {s: none}}]}
      """
    let table = try table(of: flow)
    let item = #"{"tasks": [{"id": "a", "tool": "look", "with": {"s": "{{ input.service }}"}}]}"#
    let performer = PlanPerformer(
      [item, item, "no", "no"],
      answers: ["look": .map(["n": .int(1)])]
    )
    let input: Value = .map(["services": .list([.string("x"), .string("y")])])
    let run = try await play(table, performer, input: input)
    #expect(run.ending == "")
    let seen = performer.calls.map { $0.input["s"] }.compactMap { $0?.text }.sorted()
    #expect(seen == ["none", "x", "y"])
    #expect(try run.verdicts.filter { $0 == "accepted" }.count == 2)
  }
}

/// A store that fails from its n-th append on, until it is mended.
private final class BreakingStore: RunStore {
  private let base = MemoryRunStore()
  private let remaining: Mutex<Int>

  init(after appends: Int) { remaining = Mutex(appends) }

  func mend() { remaining.withLock { $0 = .max } }

  func append(_ append: JournalAppend) throws(StoreError) {
    let isAllowed = remaining.withLock { remaining in
      guard remaining > 0 else { return false }
      remaining -= 1
      return true
    }
    guard isAllowed else { throw .diskFull }
    try base.append(append)
  }
  func putArtifact(_ kind: ArtifactKind, digest: Digest, bytes: [UInt8]) throws(StoreError) {
    try base.putArtifact(kind, digest: digest, bytes: bytes)
  }
  func artifact(_ kind: ArtifactKind, digest: Digest) throws(StoreError) -> [UInt8] {
    try base.artifact(kind, digest: digest)
  }
  func createRun(_ header: RunHeader) throws(StoreError) { try base.createRun(header) }
  func claim(runID: String, owner: String, atMilliseconds: Int64) throws(StoreError) -> Int64 {
    try base.claim(runID: runID, owner: owner, atMilliseconds: atMilliseconds)
  }
  func setStatus(
    _ status: RunStatus,
    runID: String,
    epoch: Int64,
    atMilliseconds: Int64
  ) throws(StoreError) {
    try base.setStatus(status, runID: runID, epoch: epoch, atMilliseconds: atMilliseconds)
  }
  func records(runID: String, from sequence: Int64) throws(StoreError) -> [StoredRecord] {
    try base.records(runID: runID, from: sequence)
  }
  func summary(runID: String) throws(StoreError) -> RunSummary { try base.summary(runID: runID) }
  func runs(limit: Int) throws(StoreError) -> [RunSummary] { try base.runs(limit: limit) }
  func account(scope: String) throws(StoreError) -> LedgerAccount {
    try base.account(scope: scope)
  }
  func reservations(runID: String) throws(StoreError) -> [EffectID: Int64] {
    try base.reservations(runID: runID)
  }
}

/// Proposes one plan for an absurd bill.
private final class BillingPerformer: Performing {
  let called = Mutex<[String]>([])
  private let text: String

  init(_ text: String) { self.text = text }

  func perform(_ call: DispatchedCall) async -> CallResult {
    if call.performer.typeName == "planner" {
      return .completed(
        output: .map(["text": .string(text)]),
        usage: Usage(promptTokens: 900_000_000, outputTokens: 900_000_000)
      )
    }
    called.withLock { $0.append(call.performer.id) }
    return .completed(output: .map([:]), usage: nil)
  }
}
