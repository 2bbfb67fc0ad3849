import Execution
import Journal
import Runtime
import Table
import TestSupport
import Testing
import Values

/// Planners over the wire: the production gateway, tools over HTTP, a scripted model.
@Suite struct PlannerLiveTests {
  private func flow(model: LoopbackServer, tools: LoopbackServer, provider: String) -> String {
    let path = provider == "ollama" ? "" : "/v1"
    return """
      signalbox: 1
      name: answer
      budget: {hard: $0.05}
      timeout: 1h
      input: {message: {type: string}}
      tools:
        find:
          type: http
          endpoint: "\(tools.address)/find"
          effect: read
          timeout: 10s
          cost_per_call: $0.0001
          input: {q: {type: string}}
          output: {hits: {type: array}}
        remove: {type: http, endpoint: "\(tools.address)/remove", effect: write, timeout: 10s}
      planner:
        type: llm
        model: {provider: \(provider), model: small, temperature: 0,
          endpoint: "\(model.address)\(path)", key: MODEL_KEY}
        limits: {prompt_tokens: 9000, output_tokens: 300}
        goal: "{{ input.message }}"
        may_use: {tools: [find]}
        plan_budget: {hard: $0.01}
        repair_rounds: 2
        timeout: 10m
        fallback: {tasks: [{id: plain, tool: find, with: {q: none}}]}
      """
  }

  @Test(
    "prose is refused, a forbidden tool too, then the mended plan runs",
    arguments: ["openai", "anthropic", "ollama", "custom"]
  )
  func repaired(_ provider: String) async throws {
    let plan = #"{"tasks": [{"id": "look", "tool": "find", "with": {"q": "{{ input.message }}"}}]}"#
    let answers = [
      "I would look first.", #"{"tasks": [{"id": "rm", "tool": "remove"}]}"#, plan,
    ]
    let model = try #require(
      ScriptedModel.server { _, number in ModelReply(answers[min(number, 2)]) }
    )
    let tools = try #require(LoopbackServer([.json(#"{"hits": ["a"]}"#)]))
    let world = try ModelWorld(flow(model: model, tools: tools, provider: provider))
    let driver = try await world.start(message: "why")
    _ = try await driver.drive()
    guard case .success(_, let result)? = await driver.state.outcome else {
      Issue.record("\(provider): \(String(describing: await driver.state.outcome))")
      return
    }
    #expect(result["hits"] == .list([.string("a")]))
    let verdicts = try world.records().compactMap { record -> String? in
      if case .proposal(_, let proposal) = record.body { proposal.word } else { nil }
    }
    #expect(verdicts == ["SBX-PLAN-001", "SBX-PLAN-003", "accepted"])
    #expect(tools.requests.map(\.target) == ["/find"])
    #expect(tools.requests.first?.text.contains("why") == true)
    // The form of a plan goes along, as the service takes it; the findings with the next question.
    #expect(model.requests.first?.text.contains("maxItems") == true)
    #expect(model.requests.last?.text.contains("SBX-PLAN-003") == true)
    #expect(try ModelWorld.keys(in: await world.everything(driver)) == [])
  }

  @Test("a model that is away leads to the fallback within its rounds") func away() async throws {
    let model = try #require(ScriptedModel.server { _, _ in ModelReply("", fault: .unavailable) })
    let tools = try #require(LoopbackServer([.json(#"{"hits": []}"#)]))
    let world = try ModelWorld(flow(model: model, tools: tools, provider: "openai"))
    let driver = try await world.start()
    _ = try await driver.drive()
    guard case .success? = await driver.state.outcome else {
      Issue.record("the fallback must end the run well")
      return
    }
    #expect(tools.requests.first?.text.contains("none") == true)
  }
}
