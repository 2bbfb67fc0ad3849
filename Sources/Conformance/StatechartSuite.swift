import Glibc
import Signalbox
import Source
import Values

/// Machines of the SCXML test framework, imported from their SCXML and run under a virtual clock.
package enum StatechartSuite {
  /// Runs every case below `directory`; full sets of active states are compared.
  ///
  /// A case whose machine the importer refuses is skipped with its reason. A machine that passes is
  /// exported, imported again and run once more; it fails if it behaves otherwise then.
  package static func run(directory: String) throws(SuiteUnavailable) -> SuiteResult {
    var result = SuiteResult(suite: "statecharts")
    var trips = (passed: 0, refused: 0)
    var profiles: [(name: String, passed: Int, total: Int)] = []
    for file in try SuiteFile.names(directory) where file.hasSuffix(".json") {
      for item in try SuiteFile.json("\(directory)/\(file)")["cases"]?.elements ?? [] {
        let id = item["name"]?.text ?? "?"
        let profile = item["profile"]?.text ?? "?"
        let index = profiles.firstIndex { $0.name == profile } ?? profiles.count
        if index == profiles.count { profiles.append((profile, 0, 0)) }
        profiles[index].total += 1
        switch outcome(of: item) {
        case .passed(let trip):
          profiles[index].passed += 1
          if trip { trips.passed += 1 } else { trips.refused += 1 }
          result.record(id, failure: nil)
        case .failed(let reason): result.record(id, failure: "[\(profile)] \(reason)")
        case .skipped(let reason): result.skip(id, reason: "[\(profile)] \(reason)")
        }
      }
    }
    result.notes = profiles.map { "\($0.name): \($0.passed) of \($0.total) passed" }
    result.notes.append(
      "round trip: \(trips.passed) behave the same, \(trips.refused) cannot be exported"
    )
    return result
  }

  /// The flows of the cases below `directory` that are imported.
  package static func flows(directory: String) throws(SuiteUnavailable) -> [SuiteFlow] {
    var flows: [SuiteFlow] = []
    for file in try SuiteFile.names(directory) where file.hasSuffix(".json") {
      for item in try SuiteFile.json("\(directory)/\(file)")["cases"]?.elements ?? [] {
        guard let imported = imported(item).flow else { continue }
        let loaded = FlowLoader.load(SourceFile(name: "machine.yaml", text: imported.text))
        guard let flow = loaded.flow else {
          let text = loaded.diagnostics.first?.message ?? ""
          throw SuiteUnavailable(
            "what is imported of \(item["name"]?.text ?? "") does not load: \(text)"
          )
        }
        flows.append(
          SuiteFlow(id: item["name"]?.text ?? "?", flow: flow, diagnostics: loaded.diagnostics) {
            table in
            var run = ChartRun(table, steps: imported.steps)
            _ = difference(from: item["scenario"] ?? .null, &run)
            return run.passed
          }
        )
      }
    }
    return flows
  }

  private enum Outcome {
    /// Whether it passed again after an export and an import.
    case passed(again: Bool)
    case failed(String)
    case skipped(String)
  }

  private static func imported(
    _ item: Value
  ) -> (flow: ImportedFlow?, diagnostics: [Diagnostic]) {
    let id = item["name"]?.text ?? "machine"
    let file = SourceFile(name: "\(id).scxml", text: item["scxml"]?.text ?? "")
    var texts: [String: String] = [:]
    if case .map(let resources)? = item["resources"] {
      for entry in resources.entries {
        if case .string(let name) = entry.key { texts[name] = entry.value.text }
      }
    }
    return SCXMLImporter.flow(file, includes: MemoryIncludes(texts))
  }

  private static func outcome(of item: Value) -> Outcome {
    let id = item["name"]?.text ?? "machine"
    let imported = imported(item)
    guard let flow = imported.flow else {
      let errors = imported.diagnostics.filter { $0.severity == .error }
      let text = errors.first.map { "\($0.message) (\($0.span?.location ?? ""))" } ?? "no flow"
      let isScope = errors.allSatisfy { $0.code == .importOutOfScope }
      return isScope ? .skipped(text) : .failed("import: \(text)")
    }
    let loaded = FlowLoader.load(SourceFile(name: "machine.yaml", text: flow.text))
    guard let definition = loaded.flow else {
      return .failed("load: \(words(loaded.diagnostics))\n\(flow.text)")
    }
    if let failure = failure(of: item, definition, flow.steps) {
      return .failed("\(failure)\n\(flow.text)")
    }
    guard let text = SCXMLExporter.scxml(definition).text else { return .passed(again: false) }
    let again = SCXMLImporter.flow(SourceFile(name: "\(id).exported.scxml", text: text))
    guard let flow = again.flow,
      let definition = FlowLoader.load(SourceFile(name: "again.yaml", text: flow.text)).flow
    else { return .failed("round trip: \(words(again.diagnostics))\n\(text)") }
    // The exported ids are the flow's names, which the first import gave.
    let steps = imported.flow?.steps.mapValues { flow.steps[$0] ?? $0 } ?? [:]
    if let failure = failure(of: item, definition, steps) {
      return .failed("round trip: \(failure)\n\(text)\n\(flow.text)")
    }
    return .passed(again: true)
  }

  private static func failure(
    of item: Value,
    _ flow: Flow,
    _ steps: [String: String]
  ) -> String? {
    let compiled = FlowCompiler.compile(flow)
    guard let table = compiled.table else { return "compile: \(words(compiled.diagnostics))" }
    return failure(of: item, ChartRun(table, steps: steps))
  }

  private static func words(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.filter { $0.severity == .error }.prefix(3).map { "\($0.code.id) \($0.message)" }
      .joined(separator: "; ")
  }

  /// Plays a scenario; nil when all went as it demands.
  private static func failure(of item: Value, _ run: ChartRun) -> String? {
    guard let scenario = item["scenario"] else { return "no scenario" }
    var run = run
    return difference(from: scenario, &run)
  }

  /// Plays a scenario until the run goes otherwise; nil when it never does.
  private static func difference(from scenario: Value, _ run: inout ChartRun) -> String? {
    func difference(_ wanted: Value?, _ active: [String], _ step: String) -> String? {
      let wanted = Set((wanted?.elements ?? []).compactMap(\.text)).sorted()
      return wanted == active ? nil : "\(step): wanted \(wanted), active \(active)"
    }
    if scenario["mode"]?.text == "run-to-final" {
      run.advance(to: scenario["virtual_ms"]?.integer ?? 0)
      return difference(scenario["final"], run.active, "at the end")
    }
    run.advance(to: 0)
    if let difference = difference(scenario["initial"], run.active, "start") {
      return difference
    }
    for (position, step) in (scenario["steps"]?.elements ?? []).enumerated() {
      run.advance(by: step["after_ms"]?.integer ?? 0)
      if let event = step["event"] {
        run.send(event["name"]?.text ?? event.text ?? "", event["data"] ?? .null)
      }
      run.advance(by: 0)
      let name = "step \(position + 1)"
      if let difference = difference(step["expect"], run.active, name) { return difference }
    }
    return nil
  }
}

extension Value {
  /// A whole number, else nil.
  var integer: Int64? { if case .int(let int) = self { int } else { nil } }
}
