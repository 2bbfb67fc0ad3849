import Signalbox
import Source
import Values

/// Cases of the States Language: Choice rules, whole machines, valid and invalid definitions.
package enum StatesLanguageSuite {
  /// What a case asks, told by its fields.
  private enum Kind {
    case rule
    case definition
    case execution

    init?(_ item: Value) {
      if item["operator"] != nil {
        self = .rule
      } else if item["valid"] != nil {
        self = .definition
      } else if item["expect"] != nil {
        self = .execution
      } else {
        return nil
      }
    }
  }

  private static func cases(
    _ directory: String
  ) throws(SuiteUnavailable) -> [(file: String, kind: Kind, item: Value)] {
    var cases: [(file: String, kind: Kind, item: Value)] = []
    for (file, content) in try SuiteFile.documents(directory) {
      for item in content["cases"]?.elements ?? [] {
        if let kind = Kind(item) { cases.append((file, kind, item)) }
      }
    }
    guard !cases.isEmpty else { throw SuiteUnavailable("no file of \(directory) has `cases`") }
    return cases
  }

  /// Runs every case below `directory`.
  ///
  /// What the importer refuses is skipped with the importer's reason.
  package static func run(directory: String) throws(SuiteUnavailable) -> SuiteResult {
    var result = SuiteResult(suite: "states-language")
    let cases = try cases(directory)
    group("choice rules", cases.filter { $0.kind == .rule }.map(\.item), &result) { rule($0) }
    group("validation", cases.filter { $0.kind == .definition }.map(\.item), &result) {
      validation($0)
    }
    var files: [String] = []
    for one in cases where one.kind == .execution && files.last != one.file {
      files.append(one.file)
    }
    for file in files {
      let items = cases.filter { $0.kind == .execution && $0.file == file }.map(\.item)
      let name = file.hasPrefix("executions-") ? String(file.dropFirst(11)) : file
      group("\(name), plain JSONPath", items.filter { isPlain($0) }, &result) { execution($0) }
      group("\(name), JSONata or intrinsics", items.filter { !isPlain($0) }, &result) {
        execution($0)
      }
    }
    return result
  }

  /// The flows of the cases below `directory` that are imported.
  package static func flows(directory: String) throws(SuiteUnavailable) -> [SuiteFlow] {
    var flows: [SuiteFlow] = []
    for (file, kind, item) in try cases(directory) {
      let id = item["name"]?.text ?? "?"
      switch kind {
      case .rule:
        let given = question(item)
        try add(given.definition, input: given.input, as: id, to: &flows)
      case .execution:
        let input = unquoted(item["input"] ?? .null)
        try add(item["definition"] ?? .null, input: input, as: "\(file)/\(id)", to: &flows)
      case .definition:
        try add(item["definition"] ?? .null, input: .map([:]), as: "\(file)/\(id)", to: &flows)
      }
    }
    return flows
  }

  private static func add(
    _ definition: Value,
    input: Value,
    as id: String,
    to flows: inout [SuiteFlow]
  ) throws(SuiteUnavailable) {
    let file = SourceFile(name: "\(id).json", text: JSONWriter.string(definition))
    guard let imported = StatesImporter.flow(file).flow else { return }
    let loaded = FlowLoader.load(SourceFile(name: "machine.yaml", text: imported.text))
    guard let flow = loaded.flow else {
      throw SuiteUnavailable(
        "what is imported of \(id) does not load: \(words(loaded.diagnostics))"
      )
    }
    flows.append(
      SuiteFlow(id: id, flow: flow, diagnostics: loaded.diagnostics) { table in
        var run = ChartRun(table, steps: imported.steps, input: input)
        run.advance(to: 10_000_000_000_000)
        return run.passed
      }
    )
  }

  private static func isPlain(_ item: Value) -> Bool {
    guard item["query_language"]?.text == "JSONPath" else { return false }
    switch item["intrinsics"] {
    case .list(let functions)?: return functions.isEmpty
    case nil, .null?, .bool(false)?: return true
    default: return false
    }
  }

  private enum Outcome {
    case passed
    case failed(String)
    case skipped(String)
  }

  private static func group(
    _ name: String,
    _ cases: [Value],
    _ result: inout SuiteResult,
    _ run: (Value) -> Outcome
  ) {
    guard !cases.isEmpty else { return }
    let before = result.passed
    for item in cases {
      let id = item["name"]?.text ?? "?"
      switch run(item) {
      case .passed: result.record(id, failure: nil)
      case .failed(let reason): result.record(id, failure: reason)
      case .skipped(let reason): result.skip(id, reason: reason)
      }
    }
    result.notes.append("\(name): \(result.passed - before) of \(cases.count) passed")
  }

  // MARK: Choice rules

  /// A machine with the one rule, run on the one value.
  private static func question(_ item: Value) -> (definition: Value, input: Value) {
    let name = item["operator"]?.text ?? ""
    let value = item["value"] ?? .null
    let isPath = item["value_from"]?.text != "literal"
    let rule: Value = .map(
      ValueMap([
        ("Variable", .string("$.Variable")),
        (name, isPath && name.hasSuffix("Path") ? .string("$.Value") : value),
        ("Next", .string("Matched")),
      ])
    )
    let ending: Value = .map(["Type": .string("Succeed")])
    let choice: Value = .map([
      "Type": .string("Choice"), "Choices": .list([rule]), "Default": .string("Unmatched"),
    ])
    let definition: Value = .map([
      "StartAt": .string("Ask"),
      "States": .map(["Ask": choice, "Matched": ending, "Unmatched": ending]),
    ])
    var input: [(String, Value)] = []
    if let variable = item["variable"] { input.append(("Variable", variable)) }
    if isPath { input.append(("Value", value)) }
    return (definition, .map(ValueMap(input)))
  }

  private static func rule(_ item: Value) -> Outcome {
    let (definition, input) = question(item)
    switch table(definition, item["name"]?.text ?? "rule") {
    case .failure(let outcome): return outcome.outcome
    case .success(let machine):
      let run = ChartRun(machine.table, steps: machine.steps, input: input)
      let matched = run.entered.contains("Matched")
      guard matched || run.entered.contains("Unmatched") else {
        return .failed("neither way: \(run.active) \(machine.text)")
      }
      return .bool(matched) == item["result"] ?? .null
        ? .passed : .failed("matched: \(matched)\n\(machine.text)")
    }
  }

  // MARK: Whole machines

  private static func execution(_ item: Value) -> Outcome {
    let id = item["name"]?.text ?? "machine"
    if let reason = rewritten(item) { return .skipped(reason) }
    switch table(item["definition"] ?? .null, id) {
    case .failure(let outcome): return outcome.outcome
    case .success(let machine):
      var run = ChartRun(
        machine.table,
        steps: machine.steps,
        input: unquoted(item["input"] ?? .null)
      )
      run.advance(to: 10_000_000_000_000)
      guard let reason = difference(item, run) else { return .passed }
      return .failed("\(reason)\n\(machine.text)")
    }
  }

  /// A recording whose definition is not the one that was run: its name says another path.
  private static func rewritten(_ item: Value) -> String? {
    if let word = placeholder(item["definition"] ?? .null) {
      return "its definition holds the placeholder `\(word)`"
    }
    guard let name = item["name"]?.text, name.hasSuffix("]"), let open = name.firstIndex(of: "[")
    else { return nil }
    let word = String(name[name.index(after: open)...].dropLast())
    guard word.hasPrefix("$"), let definition = item["definition"],
      !JSONWriter.string(definition).contains(word)
    else { return nil }
    return "the recording was made with `\(word)`, which its definition does not hold"
  }

  /// A text such as `_tbd_` that the source replaced before its run.
  private static func placeholder(_ value: Value) -> String? {
    switch value {
    case .string(let text):
      let isMark = text.hasPrefix("_") && text.hasSuffix("_")
      return isMark && text.filter { $0 != "_" } == "tbd" ? text : nil
    case .list(let elements): return elements.lazy.compactMap { placeholder($0) }.first
    case .map(let fields): return fields.entries.lazy.compactMap { placeholder($0.value) }.first
    default: return nil
    }
  }

  private static func difference(_ item: Value, _ run: ChartRun) -> String? {
    let expect = item["expect"] ?? .null
    switch run.outcome {
    case .success(_, let result):
      guard expect["status"]?.text == "SUCCEEDED" else { return "succeeded with \(result)" }
      let wanted = unquoted(expect["output"] ?? .null)
      let output = result["output"] ?? .null
      guard unquoted(output).isSameJSON(as: wanted) else {
        return "output \(JSONWriter.string(output)), wanted \(JSONWriter.string(wanted))"
      }
    case .failure(_, let error, let result):
      guard expect["status"]?.text == "FAILED" else {
        return "failed: \(run.problem); \(error?.message ?? "") \(JSONWriter.string(result))"
      }
      let name = result["failure"]?["Error"] ?? .null
      let wanted = expect["error"] ?? .null
      guard name.isSameJSON(as: wanted) else {
        return "error \(JSONWriter.string(name)), wanted \(JSONWriter.string(wanted))"
      }
    case .cancelled, nil: return "did not end: \(run.active)"
    }
    guard let trace = item["trace"], trace != .null else { return nil }
    let wanted = trace.elements.compactMap(\.text)
    return wanted == run.entered ? nil : "went \(run.entered), wanted \(wanted)"
  }

  /// Recordings hold some JSON values as texts.
  private static func unquoted(_ value: Value) -> Value {
    guard let text = value.text,
      let parsed = try? JSONParser.parse(
        Array(text.utf8),
        depth: 100,
        duplicateKeys: .keepLast
      )
    else { return value }
    return parsed
  }

  // MARK: Definitions

  private static func validation(_ item: Value) -> Outcome {
    let text =
      item["definition_text"]?.text ?? JSONWriter.string(item["definition"] ?? .null)
    let file = SourceFile(name: "\(item["name"]?.text ?? "definition").json", text: text)
    let parsed = DocumentParser.parse(file, limits: Limits())
    let found = parsed.diagnostics + (parsed.root.map { StatesValidator.findings($0) } ?? [])
    let errors = found.filter { $0.severity == .error }
    if item["valid"] == .bool(true) {
      return errors.isEmpty
        ? .passed
        : .failed("flagged: \(errors[0].message) at \(errors[0].span?.location ?? "?")")
    }
    return errors.isEmpty ? .failed("not flagged") : .passed
  }

  // MARK: Compiling

  private struct Machine {
    var table: LinkedTable
    var steps: [String: String]
    var text: String
  }

  private struct Refusal: Error {
    var outcome: Outcome
  }

  private static func table(_ definition: Value, _ id: String) -> Result<Machine, Refusal> {
    let file = SourceFile(name: "\(id).json", text: JSONWriter.string(definition))
    let imported = StatesImporter.flow(file)
    guard let flow = imported.flow else {
      let errors = imported.diagnostics.filter { $0.severity == .error }
      let text = errors.first?.message ?? "no flow"
      let isScope = errors.allSatisfy { $0.code == .importOutOfScope }
      return .failure(Refusal(outcome: isScope ? .skipped(text) : .failed("import: \(text)")))
    }
    let loaded = FlowLoader.load(SourceFile(name: "machine.yaml", text: flow.text))
    guard let definition = loaded.flow else {
      let text = words(loaded.diagnostics)
      return .failure(Refusal(outcome: .failed("load: \(text)\n\(flow.text)")))
    }
    let compiled = FlowCompiler.compile(definition)
    guard let table = compiled.table else {
      let text = words(compiled.diagnostics)
      return .failure(Refusal(outcome: .failed("compile: \(text)\n\(flow.text)")))
    }
    return .success(Machine(table: table, steps: flow.steps, text: flow.text))
  }

  private static func words(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.filter { $0.severity == .error }.prefix(3).map { "\($0.code.id) \($0.message)" }
      .joined(separator: "; ")
  }
}
