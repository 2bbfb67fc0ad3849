import JSONPath
import Signalbox
import TestSupport
import Testing

/// Integers that no 64-bit float holds, all the way: YAML, JSON, a model's answer, queries, guards,
/// templates, the journal, the replay.
@Suite struct ExactIntegerTests {
  private static func flow(port: Int) -> String {
    """
    signalbox: 1
    name: exact
    input: {id: {type: integer}}
    state:
      fixed: {type: integer, default: 9007199254740993}
      seen: {type: integer, default: -9007199254740995}
    agents:
      ask:
        type: llm
        model: {provider: openai, model: small}
        endpoint: "http://127.0.0.1:\(port)/v1"
        prompt: "which ids follow {{ input.id }} and {{ input.chosen }}?"
        limits: {prompt_tokens: 1000, output_tokens: 100}
        timeout: 600s
        input: {id: {type: integer}, chosen: {type: integer, optional: true}}
        select: {chosen: "$.state.seen"}
        output: {id: {type: integer}, ids: {type: array, items: {type: integer}}}
    result:
      id: "{{ ask.id }}"
      last: "{{ jsonpath_one('$.ask.ids[-1]') }}"
      all: "{{ jsonpath(ask, '$.ids[?@ > 9007199254740992]') }}"
      seen: "{{ state.seen }}"
      text: "id {{ state.seen }}"
    initial_state: ask
    states:
      ask:
        agent: ask
        with: {id: "{{ input.id }}"}
        assign: {seen: "ask.id"}
        on_success:
          - {when: "ask.id == 9007199254740992 || state.fixed == 9007199254740992", target: wrong}
          - {when: "$.ask.ids[?@ == 9007199254740994]", target: wrong}
          - {when: "$[?@.fixed == 9007199254740993]", target: compare}
          - {target: wrong}
        on_error: wrong
      compare:
        check: >-
          jsonpath_exists('$.ask.ids[?@ == $.state.fixed]')
          && input.id - 1 == 9223372036854775806
        on_success: right
        on_error: wrong
    final_states: {right: {}, wrong: {outcome: failure}}
    """
  }

  private static let answer = #"""
    {"choices": [{"message": {"content":
      "{\"id\": 9007199254740993, \"ids\": [1, 9007199254740992, 9007199254740993, \#
    9223372036854775807]}"},
      "finish_reason": "stop"}],
     "usage": {"prompt_tokens": 12, "completion_tokens": 30}}
    """#

  @Test func `integers beyond 2^53 pass unchanged from end to end`() async throws {
    let server = try #require(LoopbackServer([.json(Self.answer)]))
    let file = SourceFile(name: "exact.yaml", text: Self.flow(port: server.port))
    let prepared = FlowPreparation.prepare(file)
    let table = try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
    let store = MemoryRunStore()
    let secrets = GivenSecrets(secrets: [("OPENAI_API_KEY", "key-of-model")])
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: try JSONParser.parse(Array(#"{"id": 9223372036854775807}"#.utf8)),
      in: RunSurroundings(
        store: store,
        performing: LivePerformer(surroundings: ToolSurroundings(secrets: secrets)),
        clock: SystemClock(),
        pricer: pricer
      )
    )
    _ = try await driver.drive()
    let outcome = await driver.state.outcome
    guard case .success(let final, let result)? = outcome else {
      Issue.record("\(String(describing: outcome)) \(await driver.trace)")
      return
    }
    #expect(final == "right")
    #expect(
      JSONWriter.string(result) == #"{"id":9007199254740993,"last":9223372036854775807,"#
        + #""all":[9007199254740993,9223372036854775807],"seen":9007199254740993,"#
        + #""text":"id 9007199254740993"}"#
    )
    let request = try #require(server.requests.first)
    let asked = String(decoding: request.body, as: UTF8.self)
    #expect(asked.contains("follow 9223372036854775807 and -9007199254740995?"), "\(asked)")
    // The table as stored runs the same queries.
    let digest = try PinnedTable.put(table, in: store)
    let again = try PinnedTable.load(digest, from: store)
    for candidate in [table, again] {
      guard case .identical = try Replay.verify(store, runID: "r-1", table: candidate) else {
        Issue.record("the replay must be identical")
        return
      }
    }
  }
}
