import Signalbox
import Testing

@testable import Conformance

/// Trees of the suite as XML of BehaviorTree.CPP, read back and run.
@Suite struct TreeInterchangeTests {
  private static let files = [
    "btcpp-unit", "btcpp-random-core", "btcpp-random-full", "btcpp-random-guarded",
    "btcpp-random-halting", "btcpp-random-guarded-halting", "btcpp-timing",
  ]

  private func scenarios(_ file: String) throws -> [Value] {
    let directory = "\(ConformanceDirectory.root)/behavior-trees"
    let contents = try SuiteFile.json("\(directory)/\(file).json")
    return (contents["scenarios"]?.elements ?? []).filter { $0["mode"] == nil }
  }

  /// The scenario with the blackboard written by its first input: a document has none.
  private func written(_ scenario: Value) -> Value {
    guard case .map(var fields) = scenario, case .map(var writes)? = fields["blackboard"],
      var inputs = fields["inputs"]?.elements, !inputs.isEmpty, case .map(var first) = inputs[0]
    else { return scenario }
    if case .map(let own)? = first["set"] {
      for entry in own.entries { writes[entry.key] = entry.value }
    }
    first["set"] = .map(writes)
    inputs[0] = .map(first)
    fields["inputs"] = .list(inputs)
    return .map(fields)
  }

  /// What goes wrong when an imported document goes through a scenario; nil: nothing.
  private func failure(_ xml: String, _ scenario: Value) -> String? {
    let imported = TreeImporter.flow(SourceFile(name: "tree.xml", text: xml), isTicked: true)
    guard let text = imported.flow?.text else {
      return "it is not imported: \(imported.diagnostics.map(\.message))"
    }
    let loaded = FlowLoader.load(SourceFile(name: "tree.yaml", text: text))
    guard var flow = loaded.flow, case .tree(var tree) = flow.body else {
      return "it does not load: \(loaded.diagnostics.map(\.message))\n\(text)"
    }
    tree.isTicked = true
    flow.body = .tree(tree)
    var reader = BehaviorTreeReader(isPolling: false)
    _ = reader.flow(scenario["tree"] ?? .null, nil)
    return BehaviorTreeSuite.failure(written(scenario), flow: flow, scripts: reader.scripts)
      .map { "\($0)\n\(text)" }
  }

  /// Whether the original does what a flow has no counterpart for: what a question remembers.
  private func remembers(_ tree: Value) -> Bool {
    let children = tree["children"]?.elements ?? []
    let kind = tree["kind"]?.text ?? ""
    if kind == "precondition" { return true }
    if kind == "if_then_else" || kind == "while_do_else" {
      let keys = ["failure_if", "success_if", "skip_if", "while"]
      if keys.contains(where: { children.first?[$0] != nil }) { return true }
      if kind == "if_then_else", children.count == 2, children[0]["kind"]?.text == "action" {
        return true
      }
    }
    return children.contains { remembers($0) }
  }

  @Test(
    .enabled(
      if: ConformanceDirectory.has("behavior-trees"),
      ConformanceDirectory.absence("behavior-trees")
    ),
    arguments: files
  )
  func `a recorded tree as XML does what was recorded once it is imported`(
    _ file: String
  ) throws {
    var (passed, left) = (0, 0)
    for scenario in try scenarios(file) {
      let tree = scenario["tree"] ?? .null
      let problem = failure(TreeDocument.xml(tree), scenario)
      if problem != nil, remembers(tree) {
        left += 1
        continue
      }
      #expect(problem == nil, "\(file)/\(scenario["name"]?.text ?? ""): \(problem ?? "")")
      passed += 1
    }
    #expect(passed > 3 && left * 8 <= passed + 16, "\(passed) passed, \(left) left out")
  }

  @Test(
    .enabled(
      if: ConformanceDirectory.has("behavior-trees"),
      ConformanceDirectory.absence("behavior-trees")
    ),
    arguments: files
  )
  func `an exported tree does the same once it is imported`(_ file: String) throws {
    var passed = 0
    for scenario in try scenarios(file) {
      let tree = scenario["tree"] ?? .null
      var reader = BehaviorTreeReader(isPolling: false)
      var flow = reader.flow(tree, scenario["blackboard"])
      for index in flow.state.fields.indices { flow.state.fields[index].defaultValue = nil }
      let exported = TreeExporter.xml(flow)
      guard let xml = exported.text else {
        #expect(remembers(tree), "\(exported.diagnostics.map(\.message))")
        continue
      }
      let problem = failure(xml, scenario)
      if problem != nil, remembers(tree) { continue }
      #expect(problem == nil, "\(file)/\(scenario["name"]?.text ?? ""): \(problem ?? "")\n\(xml)")
      passed += 1
    }
    #expect(passed > 3)
  }
}
