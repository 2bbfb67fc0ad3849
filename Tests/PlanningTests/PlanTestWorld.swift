import Signalbox
import Synchronization
import Testing

/// A flow with a planner, the same for most tests: it may look, ask a person, and repair.
let repairFlow = """
  signalbox: 1
  name: repair
  budget: {hard: $0.50}
  timeout: 2h
  max_steps: 60
  input:
    alert: {type: string, maxLength: 8000, trust: untrusted}
    service: {type: string, maxLength: 60}
  models:
    brain: {provider: openai, model: gpt-4o, temperature: 0}
  agents:
    analyst:
      type: llm
      model: brain
      limits: {prompt_tokens: 3000, output_tokens: 300}
      timeout: 60s
      prompt: "Explain: {{ input.logs }}"
      output: {cause: {type: string, maxLength: 1000}, risk: {type: number}}
    oncall:
      type: human_task
      roles: [sre]
      timeout: 10m
      output: {decision: {enum: [restart, leave]}}
    auditor: {type: human_task, roles: [audit], output: {ok: {type: boolean}}}
  tools:
    get_logs:
      type: http
      effect: read
      timeout: 30s
      input: {service: {type: string, maxLength: 60}}
      output: {logs: {type: string, maxLength: 2000}, hosts: {type: array, items: {type: string}}}
    restart: {type: process, effect: write, timeout: 60s, output: {done: {type: boolean}}}
    scale:
      type: process
      effect: write
      timeout: 60s
      cost_per_call: $0.05
      input: {strategy: {type: string}, replicas: {type: integer, optional: true}}
      output: {done: {type: boolean}}
    page: {type: http, effect: write, idempotent: true, timeout: 20s}
    wipe_disk: {type: process, effect: write, timeout: 60s}
  planner:
    type: llm
    model: brain
    limits: {prompt_tokens: 9000, output_tokens: 1000}
    goal: "Repair {{ input.service }}."
    may_use: {agents: [analyst, oncall], tools: [get_logs, restart, scale, page]}
    max_steps: 16
    repair_rounds: 1
    plan_budget: {hard: $0.20}
    constraints: {strategy: [rolling, canary]}
    fallback:
      initial_state: wake
      states:
        wake: {tool: page, with: {s: "{{ input.service }}"}, on_success: paged, on_error: lost}
      final_states: {paged: {}, lost: {outcome: failure}}
  invariants:
    - {never: {tool: restart}, without: {agent: oncall, when: "output.decision == 'restart'"}}
    - {at_most: 1, of: {tool: restart}}
    - {never_together: [{tool: restart}, {tool: scale}]}
  """

/// The table of a flow that must be sound.
func table(of text: String, name: String = "flow.yaml") throws -> LinkedTable {
  let prepared = FlowPreparation.prepare(SourceFile(name: name, text: text))
  let findings = prepared.diagnostics.filter { $0.severity == .error }
  #expect(findings.map(\.message) == [])
  return try #require(prepared.table)
}

/// Answers everything that plans of `repairFlow` may call, and counts what is called.
let repairAnswers: [String: Value] = [
  "get_logs": .map(["logs": .string("oom"), "hosts": .list([.string("a"), .string("b")])]),
  "analyst": .map(["cause": .string("memory"), "risk": .double(0.5)]),
  "oncall": .map(["decision": .string("restart")]), "restart": .map(["done": .bool(true)]),
  "scale": .map(["done": .bool(true)]), "page": .map([:]),
]

/// Answers calls from tables, and remembers them.
final class PlanPerformer: Performing {
  private struct Memory {
    var proposals: [String]
    var calls: [(step: String, id: String, input: Value)] = []
    var questions: [String] = []
  }

  private let memory: Mutex<Memory>
  private let answers: [String: Value]
  private let failing: [String: ErrorKind]

  init(
    _ proposals: [String],
    answers: [String: Value] = repairAnswers,
    failing: [String: ErrorKind] = [:]
  ) {
    memory = Mutex(Memory(proposals: proposals))
    self.answers = answers
    self.failing = failing
  }

  /// Who was called, planners left out.
  var called: [String] { memory.withLock { $0.calls.map(\.id) } }
  /// The calls, planners left out.
  var calls: [(step: String, id: String, input: Value)] { memory.withLock { $0.calls } }
  /// What the planner's model was asked.
  var questions: [String] { memory.withLock { $0.questions } }

  func perform(_ call: DispatchedCall) async -> CallResult {
    let usage = Usage(promptTokens: 100, outputTokens: 10)
    if call.performer.typeName == "planner" {
      let text = memory.withLock { memory -> String? in
        memory.questions.append((call.instructions ?? "") + "\n" + (call.prompt ?? ""))
        return memory.proposals.isEmpty ? nil : memory.proposals.removeFirst()
      }
      guard let text else { return .failed(.unavailable, message: "no more proposals") }
      return .completed(output: .map(["text": .string(text)]), usage: usage)
    }
    memory.withLock { $0.calls.append((call.step, call.performer.id, call.input)) }
    for key in [call.step, call.performer.id] {
      if let kind = failing[key] {
        return .failed(kind, message: "as told", usage: usage, wasSent: true)
      }
    }
    let isModel = call.performer.kind == .model
    return .completed(
      output: answers[call.step] ?? answers[call.performer.id] ?? .map([:]),
      usage: isModel ? usage : nil
    )
  }
}

/// What came of a run with a planner.
struct PlanRun {
  var outcome: RunOutcome?
  var store: any RunStore
  var performer: PlanPerformer
  var table: LinkedTable
  var runID: String

  /// Every proposal that was journaled.
  var proposals: [ProposalRecord] {
    get throws {
      try store.records(runID: runID, from: 1).compactMap { stored in
        guard case .proposal(_, let record) = try JournalRecord(decoding: stored.bytes).body else {
          return nil
        }
        return record
      }
    }
  }

  var verdicts: [String] { get throws { try proposals.map(\.word) } }

  /// The name of the final state, or the kind of error.
  var ending: String {
    switch outcome {
    case .success(let final, _): final
    case .failure(let final, let error, _):
      final.flatMap { $0.isEmpty ? nil : $0 } ?? "failed: \(error?.kind.name ?? "")"
    case .cancelled: "cancelled"
    case nil: "under way"
    }
  }

  /// Runs of accepted plans.
  var childCount: Int { get throws { try store.runs(limit: 100).count - 1 } }
}

let usualInput: Value = .map(["alert": .string("5xx"), "service": .string("cart")])

func worldOf(_ store: any RunStore, _ performer: PlanPerformer) -> RunSurroundings {
  RunSurroundings(
    store: store,
    performing: performer,
    clock: VirtualClock(startMilliseconds: 1_000_000),
    pricer: CallPricer(prices: .standard)
  )
}

/// Runs a table to its end.
func play(
  _ table: LinkedTable,
  _ performer: PlanPerformer,
  input: Value = usualInput,
  store: any RunStore = MemoryRunStore(),
  runID: String = "r-1"
) async throws -> PlanRun {
  let header = RunHeader(
    runID: runID,
    flowName: table.table.name,
    tableDigest: table.table.digest,
    createdMilliseconds: 1_000_000
  )
  let driver = try await RunDriver.start(
    table,
    header: header,
    input: input,
    in: worldOf(store, performer)
  )
  let pause = try await driver.drive()
  var run = PlanRun(
    outcome: nil,
    store: store,
    performer: performer,
    table: table,
    runID: runID
  )
  if case .ended(let outcome) = pause { run.outcome = outcome }
  return run
}

/// A plan as JSON.
func plan(_ tasks: [Value]) -> String {
  JSONWriter.string(.map(["tasks": .list(tasks)]))
}

/// A task from JSON.
func task(_ json: String) throws -> Value { try JSONParser.parse(json) }

/// Counts from 0.
final class Counter: Sendable {
  private let count = Mutex<Int>(0)

  func next() -> Int {
    count.withLock { count in
      defer { count += 1 }
      return count
    }
  }
}

/// Texts stand for themselves where tests write values.
extension Value: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self = .string(text) }
}

extension String {
  /// The text with a part replaced that must be there.
  func edited(_ part: String, with other: String) -> String {
    #expect(contains(part), "there is no `\(part)` to edit")
    return replacing(part, with: other)
  }
}
