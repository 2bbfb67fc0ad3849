import Signalbox
import Source
import Values

/// Conformance scenarios of the Serverless Workflow DSL.
package enum ServerlessWorkflowSuite {
  /// Runs every case below `directory`; what the importer refuses is skipped with its reason.
  package static func run(directory: String) throws(SuiteUnavailable) -> SuiteResult {
    var result = SuiteResult(suite: "serverless-workflow")
    for item in try SuiteFile.json("\(directory)/ctk.json")["cases"]?.elements ?? [] {
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
    var run = ChartRun(table, steps: flow.steps, input: input)
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
}
