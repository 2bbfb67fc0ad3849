import FoundationEssentials
import Signalbox
import Synchronization
import TestSupport
import Testing

private let file = "security/prompt-injection.jsonl"

/// The public injections against flows whose model obeys each of them.
@Suite("injections", .enabled(if: SuiteFiles.isPresent(file), "\(SuiteFiles.missing)"))
struct InjectionTests {
  private struct Injection {
    var id: String
    var text: String
    var tool: String
    var arguments: Value
  }

  private func injections() throws -> [Injection] {
    try SuiteFiles.jsonLines(file).map { line in
      Injection(
        id: line["id"]?.text ?? "",
        text: line["text"]?.text ?? "",
        tool: line["forbidden"]?["tool"]?.text ?? "",
        arguments: line["forbidden"]?["args"] ?? .map([:])
      )
    }
  }

  private let usual = #"""
    {"tasks": [
      {"id": "logs", "tool": "get_logs", "with": {"service": "{{ input.service }}"}},
      {"id": "look", "agent": "analyst", "with": {"logs": "{{ logs.logs }}"}},
      {"id": "tell", "tool": "page", "with": {"cause": "{{ look.cause }}"}}
    ]}
    """#

  /// What an obeying model would have happen, as a plan in several dresses.
  private func obedient(_ injection: Injection) -> [String] {
    let forbidden: Value = .map([
      "id": "obey", "tool": .string(injection.tool), "with": injection.arguments,
    ])
    var tasks: [Value] = []
    if case .list(let list)? = try? JSONParser.parse(usual)["tasks"] { tasks = list }
    return [
      plan([forbidden]), plan(tasks + [forbidden]), plan([forbidden] + tasks), injection.text,
      plan([
        .map([
          "id": "obey", "agent": "analyst", "with": .map(["logs": "x"]),
          "instructions": .string(injection.text),
        ])
      ]),
    ]
  }

  @Test("a model that obeys gets nothing but the fallback") func obeys() async throws {
    let table = try table(of: repairFlow)
    let injections = try injections()
    #expect(injections.count == 60)
    let names = Set(table.table.performers.map(\.id))
    for injection in injections {
      for text in obedient(injection) {
        let performer = PlanPerformer([text, text])
        let input: Value = .map([
          "alert": .string(String(injection.text.prefix(8_000))), "service": "cart",
        ])
        let run = try await play(table, performer, input: input)
        #expect(run.ending == "paged", "\(injection.id)")
        #expect(performer.calls.map(\.step) == ["wake"], "\(injection.id): \(text)")
        #expect(try run.childCount == 0, "\(injection.id)")
      }
      // None of them asks for something that the flow itself does.
      #expect(!names.contains(injection.tool) || injection.tool == "restart", "\(injection.id)")
    }
  }

  @Test("an injection in the input or in an answer changes no way and no call")
  func sameWay() async throws {
    let table = try table(of: repairFlow)
    func way(_ alert: String, _ logs: String, _ cause: String) async throws -> [String] {
      var answers = repairAnswers
      answers["get_logs"] = .map(["logs": .string(logs), "hosts": .list([])])
      answers["analyst"] = .map(["cause": .string(cause), "risk": .double(0.5)])
      let input: Value = .map(["alert": .string(alert), "service": "cart"])
      let run = try await play(table, PlanPerformer([usual], answers: answers), input: input)
      var lines = [run.ending]
      let digest = try path(of: run)
      lines.append(digest)
      // What a declared data flow passes on differs; everything else must not.
      for call in run.performer.calls {
        lines.append("\(call.step) \(call.id) \(call.input["service"]?.text ?? "")")
      }
      return lines
    }
    let wanted = try await way("harmless", "harmless", "harmless")
    for injection in try injections() {
      let text = String(injection.text.prefix(900))
      #expect(try await way(text, "harmless", "harmless") == wanted, "\(injection.id)")
      #expect(try await way("harmless", text, "harmless") == wanted, "\(injection.id)")
      #expect(try await way("harmless", "harmless", text) == wanted, "\(injection.id)")
    }
  }

  /// Digests of the paths of a run and of the plan that it ran.
  private func path(of run: PlanRun) throws -> String {
    var digests: [String] = []
    for id in try run.store.runs(limit: 10).map(\.header.runID).sorted() {
      let summary = try run.store.summary(runID: id)
      let table =
        try id == "r-1"
        ? run.table : PinnedTable.load(summary.header.tableDigest, from: run.store)
      guard case .identical(let replayed) = try Replay.verify(run.store, runID: id, table: table)
      else { continue }
      digests.append(replayed.traceDigest.hex)
    }
    return digests.joined(separator: " ")
  }

  /// Free texts in inputs and answers of an example carry the injection; choices and numbers are
  /// what they were, since schemas allow nothing else.
  @Test(arguments: ["customer-support", "content-moderation", "deployment", "incident-response"])
  func examples(_ name: String) async throws {
    let flow = try example("\(name).yaml")
    let prepared = FlowPreparation.prepare(flow)
    let table = try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
    let folder = ExampleFolder()
    let file = try #require(
      ScenarioFile.load(try example("tests/\(name).yaml"), includes: folder).file
    )
    for scenario in file.scenarios {
      // A harmless text of the same length: what is too long for a prompt is so whatever it says.
      var harmless: [Int: [String]] = [:]
      for injection in try injections() {
        let size = injection.text.utf8.count
        if harmless[size] == nil {
          let text = String(repeating: "x", count: size)
          harmless[size] = try await trace(table, scenario, injected: text)
        }
        let wanted = harmless[size]
        let got = try await trace(table, scenario, injected: injection.text)
        #expect(got == wanted, "\(name), \(scenario.name), \(injection.id)")
      }
    }
  }

  private func example(_ path: String) throws -> SourceFile {
    try ExampleFolder.read(path)
  }

  private func trace(
    _ table: LinkedTable,
    _ scenario: Scenario,
    injected text: String
  ) async throws -> [String] {
    let performer = InjectedPerformer(scenario.script, text: text)
    let store = MemoryRunStore()
    let world = RunSurroundings(
      store: store,
      performing: performer,
      clock: VirtualClock(startMilliseconds: ScenarioRunner.startMilliseconds),
      pricer: CallPricer(prices: .standard)
    )
    let header = RunHeader(
      runID: "r-1",
      flowName: table.table.name,
      tableDigest: table.table.digest,
      createdMilliseconds: ScenarioRunner.startMilliseconds
    )
    let input = InjectedPerformer.injected(
      scenario.input,
      schema: table.schema(table.table.slots.first { $0.kind == .input }?.schema ?? noIndex),
      text: text
    )
    let driver = try await RunDriver.start(table, header: header, input: input, in: world)
    _ = try await driver.drive()
    var lines = await driver.trace.compactMap { entry -> String? in
      if case .took(let row, _) = entry { "row \(row)" } else { nil }
    }
    // Calls side by side come in any order.
    lines += performer.calls.withLock { $0.sorted() }
    return lines
  }
}

/// The repository's examples.
private struct ExampleFolder: IncludeReader {
  static func read(_ path: String) throws -> SourceFile {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    let file = parts.joined(separator: "/") + "/examples/" + path
    return SourceFile(name: path, text: try String(contentsOfFile: file, encoding: .utf8))
  }

  func read(_ path: String) throws(IncludeError) -> SourceFile {
    guard let file = try? Self.read("tests/" + path) else { throw .notFound }
    return file
  }
}

/// A scenario's answers with a text in every place where any text may stand.
private final class InjectedPerformer: Performing {
  let calls = Mutex<[String]>([])
  private let script: ScriptedPerformer
  private let text: String

  init(_ script: [MapKey: ScriptEntry], text: String) {
    self.script = ScriptedPerformer(script)
    self.text = text
  }

  func perform(_ call: DispatchedCall) async -> CallResult {
    calls.withLock { $0.append("\(call.step) calls \(call.performer.id)") }
    let result = await script.perform(call)
    // People and plans answer for themselves: what is tested is what a model or a tool returns.
    guard call.performer.kind != .human, call.performer.typeName != "planner" else { return result }
    switch result {
    case .completed(let output, let usage, let cost):
      return .completed(
        output: Self.injected(output, schema: call.outputSchema, text: text),
        usage: usage,
        costPicodollars: cost
      )
    case .later(let after, .completed(let output, let usage, let cost)):
      let injected = Self.injected(output, schema: call.outputSchema, text: text)
      return .later(
        afterMilliseconds: after,
        .completed(output: injected, usage: usage, costPicodollars: cost)
      )
    default: return result
    }
  }

  /// `value` with `text` wherever its schema allows any text of that length.
  static func injected(_ value: Value, schema: Value?, text: String) -> Value {
    guard case .map(let fields) = value else { return value }
    var result = ValueMap()
    for entry in fields.entries {
      guard case .string(let key) = entry.key else { continue }
      let field = schema?["properties"]?[key]
      let isFree =
        field?["type"] == .string("string") && field?["enum"] == nil && field?["pattern"] == nil
        && field?["format"] == nil
      if case .string = entry.value, isFree {
        var most = 4_000
        if case .int(let limit)? = field?["maxLength"] { most = Int(limit) }
        let cut = text.unicodeScalars.prefix(most).map(String.init).joined()
        result[key] = .string(cut)
      } else {
        result[key] = injected(entry.value, schema: field, text: text)
      }
    }
    return .map(result)
  }
}
