import Execution
import Journal
import Runtime
import Table
import TestSupport
import Testing
import Tools
import Values

/// Runs against a server on this machine, with the system's clock.
@Suite struct LiveRunTests {
  private func world(_ store: any RunStore, _ secrets: GivenSecrets) -> RunSurroundings {
    RunSurroundings(
      store: store,
      performing: LivePerformer(surroundings: ToolSurroundings(secrets: secrets)),
      clock: SystemClock(),
      pricer: pricer
    )
  }

  private func steps(port: Int) -> [HandMadeTable.Step] {
    var model = HandMadeTable.model("classifier", outputSchema: 0)
    model.endpoint = "http://127.0.0.1:\(port)/v1"
    model.keyVariable = "MODEL_KEY"
    model.grantedModels = ["small"]
    model.promptTokens = 1_000
    var tool = HandMadeTable.tool("tickets", isWrite: true, isIdempotent: true)
    tool.endpoint = "http://127.0.0.1:\(port)/tickets"
    tool.headers = [FieldText(name: "X-Key", text: "{{ secrets.TICKET_KEY }}")]
    var steps = [
      HandMadeTable.Step(name: "classify", performer: model),
      HandMadeTable.Step(name: "ticket", performer: tool, attempts: 2),
    ]
    // Real time passes here, and other tests may keep the machine busy meanwhile.
    for index in steps.indices { steps[index].deadlineMilliseconds = 600_000 }
    return steps
  }

  private static let schema = #"{"type":"object","required":["category"]}"#
  private static let answer = #"""
    {"choices": [{"message": {"content": "{\"category\": \"other\"}"}, "finish_reason": "stop"}],
     "usage": {"prompt_tokens": 12, "completion_tokens": 3}}
    """#

  @Test func callsTheModelAndTheServiceWithTheirKeys() async throws {
    let server = try #require(
      LoopbackServer { request, number in
        switch number {
        case 0: .json(Self.answer)
        case 1: .json("{}", status: 503)
        default: .json(#"{"id": "t-1", "echo": "key-of-tickets"}"#)
        }
      }
    )
    let table = try #require(
      HandMadeTable.line(steps(port: server.port), schemas: [Self.schema])
    )
    let store = MemoryRunStore()
    let secrets = GivenSecrets(
      secrets: [("MODEL_KEY", "key-of-model"), ("TICKET_KEY", "key-of-tickets")])
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: world(store, secrets)
    )
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "done")
    #expect(await driver.state.spentPicodollars == 150)
    let requests = server.requests
    let trace = await driver.trace
    try #require(requests.count == 3, "\(trace)")
    #expect(requests[0].header("authorization") == "Bearer key-of-model")
    #expect(requests[1].header("x-key") == "key-of-tickets")
    // The second attempt of one visit carries the key of the first.
    #expect(requests[1].header("idempotency-key") == requests[2].header("idempotency-key"))
    #expect(requests[1].header("idempotency-key") != nil)
    // What came back of a secret is not journaled.
    for record in try store.records(runID: "r-1", from: 1) {
      #expect(!String(decoding: record.bytes, as: UTF8.self).contains("key-of-tickets"))
    }
    guard case .identical = try Replay.verify(store, runID: "r-1", table: table) else {
      Issue.record("the replay must be identical")
      return
    }
    #expect(server.requests.count == 3)
  }

  @Test func aHostThatIsNotGrantedIsDeniedAtDispatch() async throws {
    let server = try #require(LoopbackServer([.json("{}")]))
    var steps = steps(port: server.port)
    steps.removeFirst()
    steps[0].performer.endpoint = "http://127.0.0.1:{{ env.PORT }}/tickets"
    let table = try #require(HandMadeTable.line(steps))
    let secrets = GivenSecrets(
      secrets: [("TICKET_KEY", "abcdefgh")],
      environment: [("PORT", "\(server.port)")]
    )
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: world(MemoryRunStore(), secrets)
    )
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "lost")
    #expect(await driver.state.lastError?.kind == .denied)
    #expect(server.requests.isEmpty)
  }

  @Test func anOverlongPromptIsNotSent() async throws {
    let server = try #require(LoopbackServer([.json(Self.answer)]))
    var steps = steps(port: server.port)
    // The schema alone may take more than ten tokens.
    steps[0].performer.promptTokens = 10
    let table = try #require(HandMadeTable.line(steps, schemas: [Self.schema]))
    let secrets = GivenSecrets(secrets: [("MODEL_KEY", "key-of-model")])
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: world(MemoryRunStore(), secrets)
    )
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "lost")
    #expect(await driver.state.spentPicodollars == 0)
    #expect(server.requests.isEmpty)
  }

  @Test func anAbandonedRunIsResumedAsAfterACrash() async throws {
    let table = try #require(
      HandMadeTable.line([
        HandMadeTable.Step(name: "search", performer: HandMadeTable.tool("docs", isWrite: false))
      ])
    )
    let store = MemoryRunStore()
    let never = CountingPerformer { _ in .never }
    var first = surroundings(store, never)
    first.clock = SystemClock()
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: first
    )
    let driving = Task { try await driver.drive() }
    await driver.abandon()
    await #expect(throws: RunFault.self) { _ = try await driving.value }
    #expect(try store.summary(runID: "r-1").records == 1)
    let second = try await RunDriver.resume(
      runID: "r-1",
      table,
      in: surroundings(store, CountingPerformer())
    )
    _ = try await second.drive()
    #expect(final(await second.state.outcome) == "done")
  }
}
