import Signalbox
import Source
import Values

/// Conformance scenarios of the Serverless Workflow DSL.
package enum ServerlessWorkflowSuite {
  /// Runs every case below `directory`; what the importer refuses is skipped with its reason.
  package static func run(directory: String) throws(SuiteUnavailable) -> SuiteResult {
    var result = SuiteResult(suite: "serverless-workflow")
    for item in try SuiteFile.items(directory, "cases", with: "definition_yaml") {
      let id = item["name"]?.text ?? "?"
      let file = SourceFile(name: "\(id).yaml", text: item["definition_yaml"]?.text ?? "")
      let imported = WorkflowImporter.flow(file)
      guard let flow = imported.flow else {
        let errors = imported.diagnostics.filter { $0.severity == .error }
        let text = errors.first?.message ?? "no flow"
        if errors.allSatisfy({ $0.code == .importOutOfScope }) {
          result.skip(id, reason: text)
        } else {
          result.record(id, failure: "import: \(text)")
        }
        continue
      }
      result.record(id, failure: failure(of: item, flow))
    }
    return result
  }

  /// The flows of the cases below `directory` that are imported.
  package static func flows(directory: String) throws(SuiteUnavailable) -> [SuiteFlow] {
    var flows: [SuiteFlow] = []
    for item in try SuiteFile.items(directory, "cases", with: "definition_yaml") {
      let id = item["name"]?.text ?? "?"
      let file = SourceFile(name: "\(id).yaml", text: item["definition_yaml"]?.text ?? "")
      guard let imported = WorkflowImporter.flow(file).flow else { continue }
      let loaded = FlowLoader.load(SourceFile(name: "workflow.yaml", text: imported.text))
      guard let flow = loaded.flow else {
        let text = loaded.diagnostics.first?.message ?? ""
        throw SuiteUnavailable("what is imported of \(id) does not load: \(text)")
      }
      let given = item["input"] ?? .null
      let stubs = HTTPStubs(item)
      flows.append(
        SuiteFlow(id: id, flow: flow, diagnostics: loaded.diagnostics) { table in
          let input = given == .null ? Value.map([:]) : given
          var run = ChartRun(table, steps: imported.steps, input: input) { stubs.answer($0) }
          run.advance(to: 10_000_000_000_000)
          return run.passed
        }
      )
    }
    return flows
  }

  private static func failure(of item: Value, _ flow: ImportedFlow) -> String? {
    let loaded = FlowLoader.load(SourceFile(name: "workflow.yaml", text: flow.text))
    guard let definition = loaded.flow else {
      return "load: \(loaded.diagnostics.map(\.message))\n\(flow.text)"
    }
    let compiled = FlowCompiler.compile(definition)
    guard let table = compiled.table else {
      return "compile: \(compiled.diagnostics.map(\.message))\n\(flow.text)"
    }
    // A workflow without input gets an empty object.
    let given = item["input"] ?? .null
    let input = given == .null ? Value.map([:]) : given
    let stubs = HTTPStubs(item)
    var run = ChartRun(table, steps: flow.steps, input: input) { stubs.answer($0) }
    run.advance(to: 10_000_000_000_000)
    guard let reason = difference(item, run) else { return nil }
    return "\(reason)\n\(flow.text)"
  }

  private static func difference(_ item: Value, _ run: ChartRun) -> String? {
    let expect = item["expect"] ?? .null
    switch run.outcome {
    case .success(_, let result):
      guard expect["status"]?.text == "completed" else { return "completed with \(result)" }
      if let wanted = expect["output"], result["output"]?.isSameJSON(as: wanted) != true {
        return "output \(JSONWriter.string(result["output"] ?? .null)), wanted "
          + JSONWriter.string(wanted)
      }
      let output = result["output"] ?? .null
      for path in expect["has_properties"]?.elements ?? []
      where property(path.text ?? "", of: output) == nil {
        return "no `\(path.text ?? "")` in \(JSONWriter.string(output))"
      }
      for entry in expect["property_values"]?.fields ?? []
      where property(entry.0, of: output)?.isSameJSON(as: entry.1) != true {
        return "`\(entry.0)` of \(JSONWriter.string(output)), wanted \(JSONWriter.string(entry.1))"
      }
    case .failure(_, let error, let result):
      guard expect["status"]?.text == "faulted" else {
        return "faulted: \(error?.message ?? "") \(JSONWriter.string(result))"
      }
    case .cancelled, nil: return "did not end"
    }
    for rule in item["task_order"]?.elements ?? [] {
      let task = rule["task"]?.text ?? ""
      let place = run.entered.firstIndex(of: task)
      let other = rule["other"]?.text.flatMap { run.entered.firstIndex(of: $0) }
      let isRight =
        switch rule["rule"]?.text {
        case "run-first": place == 0
        case "run-last": run.entered.last == task
        case "run-after": (place ?? -1) > (other ?? .max)
        case "run-before": (place ?? .max) < (other ?? -1)
        default: false
        }
      if !isRight { return "order: \(JSONWriter.string(rule)) of \(run.entered)" }
    }
    return nil
  }

  /// The value at a dotted path.
  private static func property(_ path: String, of value: Value) -> Value? {
    var value: Value? = value
    for name in path.split(separator: ".") { value = value?[String(name)] }
    return value
  }
}

extension Value {
  /// The fields of a map with their names.
  fileprivate var fields: [(String, Value)] {
    guard case .map(let map) = self else { return [] }
    return map.entries.map { ($0.key.value.text ?? "", $0.value) }
  }
}
