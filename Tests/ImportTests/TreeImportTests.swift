import Signalbox
import Testing

/// Trees of BehaviorTree.CPP, and what cannot be imported, with its place.
@Suite struct TreeImportTests {
  private func imported(
    _ body: String,
    more: String = "",
    files: [String: String] = [:]
  ) -> (text: String, findings: [String]) {
    let xml = """
      <root BTCPP_format="4" main_tree_to_execute="main">
      <BehaviorTree ID="main">\(body)</BehaviorTree>
      \(more)
      </root>
      """
    let file = SourceFile(name: "tree.xml", text: xml)
    let result = TreeImporter.flow(file, includes: MemoryIncludes(files))
    let findings = result.diagnostics.map { finding in
      let place = finding.span.map { span in
        let position = span.file.position(at: span.start)
        return "\(position.line):\(position.column)"
      }
      return "\(place ?? "") \(finding.code.id) \(finding.message)"
    }
    return (result.flow?.text ?? "", findings)
  }

  private func script(_ code: String) -> String {
    let text = imported("<Script code=\"\(code)\"/>").text
    return text.split(separator: "\n").last.map { String($0) } ?? ""
  }

  private func condition(_ code: String) -> String {
    let escaped = code.split(separator: "<", omittingEmptySubsequences: false)
      .joined(separator: "&lt;").split(separator: "&&", omittingEmptySubsequences: false)
      .joined(separator: "&amp;&amp;")
    let text = imported("<ScriptCondition code=\"\(escaped)\"/>").text
    let line = text.split(separator: "\n").first { $0.contains("check") }.map { String($0) } ?? ""
    guard let start = line.firstIndex(of: "\"") else { return line }
    return String(line[line.index(after: start)...].prefix { $0 != "\"" })
  }

  private func runs(_ body: String, _ answer: @escaping (String, Int) -> Answer) throws -> [String]
  {
    let (text, findings) = imported(body)
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: text))
    let definition = try #require(loaded.flow, "\(findings) \(loaded.diagnostics.map(\.message))")
    let compiled = FlowCompiler.compile(definition)
    let table = try #require(compiled.table, "\(compiled.diagnostics.map(\.message))\n\(text)")
    let run = ScriptedRun(table, answer: answer)
    let ending = if case .success? = run.outcome { "success" } else { "failure" }
    return run.calls.map(\.name) + [ending]
  }

  @Test func `a recovery does its first child anew as often as it says`() throws {
    let body = "<RecoveryNode number_of_retries=\"2\"><Go/><Help/></RecoveryNode>"
    #expect(try runs(body) { _, _ in .output(.null) } == ["Go", "success"])
    let second = try runs(body) { name, number in
      name == "Go" && number == 0 ? .failure(.failed, "") : .output(.null)
    }
    #expect(second == ["Go", "Help", "Go", "success"])
    let never = try runs(body) { name, _ in
      name == "Go" ? .failure(.failed, "") : .output(.null)
    }
    #expect(never == ["Go", "Help", "Go", "Help", "Go", "failure"])
    let helpless = try runs(body) { _, _ in .failure(.failed, "") }
    #expect(helpless == ["Go", "Help", "failure"])
  }

  @Test func `a timer of zero is none`() throws {
    #expect(
      try runs("<Timeout msec=\"0\"><Go/></Timeout>") { _, _ in .output(.null) } == [
        "Go", "success",
      ]
    )
    #expect(
      try runs("<Delay delay_msec=\"0\"><Go/></Delay>") { _, _ in .output(.null) } == [
        "Go", "success",
      ]
    )
  }

  @Test(
    arguments: [
      "<ReactiveSequence>\n<Condition ID=\"Ok\"/><Go/></ReactiveSequence>",
      "<ReactiveFallback>\n<Fallback><Ok/><Go/></Fallback><Go/></ReactiveFallback>",
      "<ReactiveSequence>\n<Inverter><Ok/></Inverter><Go/></ReactiveSequence>",
      "<WhileDoElse>\n<Condition ID=\"Ok\"/><Go/><Stay/></WhileDoElse>",
      "<PipelineSequence>\n<Ok/><Go/></PipelineSequence>",
      "<RecoveryNode number_of_retries=\"99\">\n<Go/><Help/></RecoveryNode>",
      String(repeating: "<RecoveryNode number_of_retries=\"10\">", count: 6) + "<Go/>"
        + String(repeating: "<Help/></RecoveryNode>", count: 6),
    ]
  )
  func `what would be called at every change is refused where it stands`(_ body: String) {
    let (text, findings) = imported(body)
    #expect(text.isEmpty)
    #expect(findings.contains { $0.contains("cannot be imported") }, "\(findings)")
  }

  @Test(
    arguments: [
      "<ReactiveSequence><ScriptCondition code=\"x == 1\"/><Go/></ReactiveSequence>",
      "<ReactiveSequence><Fallback><ScriptCondition code=\"x == 1\"/><Ok/></Fallback><Go/>"
        + "</ReactiveSequence>",
      "<ReactiveSequence><Ok _skipIf=\"x == 1\"/><Go/></ReactiveSequence>",
      "<WhileDoElse><Ok/><Go/><Stay/></WhileDoElse>",
    ]
  )
  func `questions about the blackboard stay reactive`(_ body: String) {
    let (text, findings) = imported(body)
    #expect(!text.isEmpty, "\(findings)")
  }

  @Test func `conditions become expressions`() {
    let cases = [
      "x == 3": "state.x == 3",
      "flag": "!(state.flag in [false, 0])",
      "!flag || x < 2": "!(!(state.flag in [false, 0])) || state.x < 2",
      "mode == 'a' && y >= 1.5": "state.mode == 'a' && state.y >= 1.5",
      "(a || b) && c == 1":
        "(!(state.a in [false, 0]) || !(state.b in [false, 0])) && state.c == 1",
      "x + 1 > y * 2": "(double(state.x) + 1.0) > (double(state.y) * 2.0)",
      "0 < x < 5": "0 < state.x && state.x < 5",
      "x > 0 ? a == 1 : b == 2": "state.x > 0 ? (state.a == 1) : (state.b == 2)",
    ]
    for (code, wanted) in cases { #expect(condition(code) == wanted, "\(code)") }
  }

  @Test func `assignments read what stands before them`() {
    #expect(script("x := 3; y := x + 1").contains("{x: \"3\", \"y\": \"3.0 + 1.0\"}"))
    #expect(script("x += 2").contains("{x: \"double(state.x) + 2.0\"}"))
    #expect(script("name := 'a' .. x").contains("'a' + string(state.x)"))
  }

  @Test func `what has no counterpart is refused where it stands`() {
    let cases = [
      ("<Script code=\"x := a | b\"/>", "2:46 SBX-TREE-008 the bitwise operator `|`"),
      ("<ScriptCondition code=\"x +\"/>", "2:51 SBX-TREE-008 an expression that is cut off"),
      ("<Script code=\"1 + 2\"/>", "2:39 SBX-TREE-008 a statement that assigns nothing"),
      ("<LoopDouble queue=\"1;2\" value=\"{v}\"/>", "2:25 SBX-TREE-008 `<LoopDouble>`"),
      ("<Mine><AlwaysSuccess/></Mine>", "2:25 SBX-TREE-008 `<Mine>`"),
      ("<Repeat num_cycles=\"{n}\"><AlwaysSuccess/></Repeat>", "2:45 SBX-TREE-008 a `num_cycles`"),
      ("<AlwaysSuccess _onStart=\"x := 1\"/>", "2:50 SBX-TREE-008 `_onStart`"),
      ("<SubTree ID=\"main\"/>", "2:38 SBX-TREE-008 a tree that holds itself"),
      ("<SubTree ID=\"nobody\"/>", "2:38 SBX-IMPORT-002 there is no tree"),
      ("<Sequence/>", "2:25 SBX-IMPORT-002 `<Sequence>` has no children"),
      ("<Inverter><AlwaysSuccess/><AlwaysSuccess/></Inverter>", "2:25 SBX-IMPORT-002"),
    ]
    for (body, wanted) in cases {
      let result = imported(body)
      #expect(
        result.text.isEmpty && result.findings.first?.hasPrefix(wanted) == true,
        "\(body) \(result.findings)"
      )
    }
  }

  @Test func `ports and subtrees keep their connections`() throws {
    let result = imported(
      """
      <Sequence>
        <Locate name="find it" target="{goal}" tries="3"/>
        <SubTree ID="Go" place="{goal}" speed="2.5" _failureIf="goal == ''"/>
      </Sequence>
      """,
      more: """
        <BehaviorTree ID="Go"><Sequence>
          <ScriptCondition code="place != '' &amp;&amp; speed > 1"/>
          <Move to="{place}" result="{=}"/>
        </Sequence></BehaviorTree>
        <TreeNodesModel>
          <Action ID="Locate">
            <inout_port name="target"/><input_port name="tries" type="int"/>
          </Action>
          <Action ID="Move"><input_port name="to"/><output_port name="result"/></Action>
        </TreeNodesModel>
        """
    )
    #expect(result.findings.isEmpty, "\(result.findings)")
    #expect(result.text.contains("with: {target: \"{{ state.?goal }}\", tries: 3}"))
    #expect(result.text.contains("assign: {goal: \"find_it.target\"}"))
    #expect(result.text.contains("ports: {place: goal}"))
    #expect(result.text.contains("with: {speed: 2.5}"))
    let loaded = FlowLoader.load(SourceFile(name: "tree.yaml", text: result.text))
    let flow = try #require(loaded.flow, "\(loaded.diagnostics.map(\.message)) \(result.text)")
    let compiled = FlowCompiler.compile(flow)
    #expect(compiled.table != nil, "\(compiled.diagnostics.map(\.message))\n\(result.text)")
  }

  @Test func `included files are read`() {
    let inner = """
      <root BTCPP_format="4"><BehaviorTree ID="Go"><AlwaysSuccess/></BehaviorTree></root>
      """
    let more = "<include path=\"./trees/go.xml\"/>"
    let good = imported("<SubTree ID=\"Go\"/>", more: more, files: ["trees/go.xml": inner])
    #expect(good.text.contains("flow: Go"), "\(good.findings)")
    #expect(imported("<SubTree ID=\"Go\"/>", more: more).text.isEmpty)
    let outside = "<include path=\"../go.xml\"/>"
    #expect(imported("<AlwaysSuccess/>", more: outside).findings.first?.contains("outside") == true)
  }

  @Test func `what has no limit gets one, and says so`() {
    let result = imported(
      """
      <KeepRunningUntilFailure><RetryUntilSuccessful num_attempts="-1"><Go/></RetryUntilSuccessful>
      </KeepRunningUntilFailure>
      """
    )
    #expect(result.text.contains("max: 1000") && result.text.contains("attempts: 1000"))
    #expect(result.findings.count == 2)
  }

  @Test func `what the format cannot say is not exported`() {
    let flows = [
      "{type: parallel, join: first, children: [{check: \"true\"}, {check: \"true\"}]}",
      "{id: a1, agent: a, with: {n: \"{{ state.n + 1 }}\"}}",
      "{id: a1, agent: a, retry: {max_attempts: 2}}",
      "{check: \"state.n in [1, 2]\"}",
      "{id: a1, for_each: \"[1]\", max_items: 1, agent: a}",
      "{id: s, initial_state: x, states: {x: {agent: a, on_success: d}}, final_states: {d: {}}}",
    ]
    for root in flows {
      let text = """
        signalbox: 1
        state: {n: {type: integer, default: 0}}
        agents: {a: {type: scripted, timeout: 5s}}
        root: \(root)
        """
      let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: text))
      guard let flow = loaded.flow else {
        Issue.record("\(loaded.diagnostics.map(\.message)) \(root)")
        continue
      }
      let exported = TreeExporter.xml(flow)
      #expect(exported.text == nil, "\(root)")
      #expect(exported.diagnostics.contains { $0.code.id == "SBX-EXPORT-001" })
    }
  }
}
