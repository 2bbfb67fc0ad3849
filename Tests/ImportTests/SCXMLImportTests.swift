import Signalbox
import Testing

@Suite struct SCXMLImportTests {
  @Test func writesHouseForm() throws {
    let (text, table, diagnostics) = machine(
      """
      <scxml xmlns="http://www.w3.org/2005/07/scxml" name="door" initial="closed">
        <datamodel><data id="count" expr="0"/></datamodel>
        <state id="closed">
          <onexit><assign location="count" expr="count + 1"/></onexit>
          <transition event="open" cond="count &lt; 3 &amp;&amp; count !== 7" target="opened"/>
          <transition event="open" target="stuck"/>
          <transition event="open.slowly" target="opened"><raise event="creak"/></transition>
        </state>
        <state id="opened">
          <onentry><send event="close" delay="500ms" id="timer"/></onentry>
          <transition event="close" target="closed"/>
        </state>
        <final id="stuck"/>
      </scxml>
      """
    )
    #expect(!diagnostics.hasErrors, "\(diagnostics.map(\.message))")
    #expect(table != nil)
    #expect(
      text == """
        signalbox: 1
        name: "door"
        max_steps: 1000000
        state:
          count: {default: 0}
        initial_state: closed
        states:
          closed:
            on_exit: [{assign: {count: "state.count + 1"}}]
            on_event:
              open: [{when: "state.count < 3 && state.count != 7", target: opened}, stuck]
              open.slowly: {target: opened, actions: [{raise: creak}]}
          opened:
            on_entry: [{send: {event: close, id: timer, delay: 500ms}}]
            on_event: {close: closed}
        final_states:
          stuck: {}

        """
    )
  }

  @Test func theTextLoadsAsTheSameFlow() throws {
    let source = machine(
      inside: """
        <onentry><log expr="'it\\'s \\\\ &quot;here&quot;: #1'"/></onentry>
        <transition event="*" cond="In('b')" target="b"/>
        """,
      data: "<data id=\"x\">{\"a: b\": [1, null, true, \"yes\", \"1e3\", \"\"]}</data>"
    )
    let imported = SCXMLImporter.flow(SourceFile(name: "machine.scxml", text: source))
    let flow = try #require(imported.flow)
    let parsed = DocumentParser.yaml(
      SourceText(name: "flow.yaml", text: flow.text),
      limits: Limits()
    )
    let root = try #require(parsed.root)
    #expect(root.value == flow.tree.value, "\(flow.text)")
  }

  @Test(
    arguments: [
      ("count === 1", "state.count == 1"), ("count !== 'a'", "state.count != 'a'"),
      ("typeof count === 'undefined'", "!has(state.count)"),
      ("typeof _event.sendid !== 'undefined'", "has(event.sendid)"),
      ("count", "has(state.count) && !(state.count in [null, false, 0, ''])"),
      ("!count", "!(has(state.count) && !(state.count in [null, false, 0, '']))"),
      ("'foo'", "true"), ("0", "false"), ("In('b')", "in_state('b')"), ("In('zzz')", "false"),
      ("count + 1 > 2 * 3", "state.count + 1 > 2 * 3"),
      ("(count + 1) * 2 == 4", "(state.count + 1) * 2 == 4"),
      ("count - (1 - 2) == 0", "state.count - (1 - 2) == 0"),
      ("_event.data.x == _sessionid", "event.data.x == run.id"),
      ("'n' + count == 'n1'", "'n' + string(state.count) == 'n1'"),
      ("[].concat(count, [4]) == null", "state.count + [4] == null"),
      (
        "count ? true : false",
        "has(state.count) && !(state.count in [null, false, 0, '']) "
          + "? true : false"
      ),
    ]
  )
  func translatesConditions(_ script: String, _ cel: String) throws {
    let condition = script.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing("\"", with: "&quot;")
    let (text, table, diagnostics) = machine(
      machine(
        inside: "<transition event=\"e\" cond=\"\(condition)\" target=\"b\"/>",
        data: "<data id=\"count\" expr=\"1\"/>"
      )
    )
    #expect(table != nil, "\(diagnostics.map(\.message)) \(text ?? "")")
    #expect(text?.contains("when: \"\(cel)\"") == true, "\(text ?? "")")
  }

  @Test(
    arguments: [
      "<onentry><script>x = 1</script></onentry>",
      "<transition cond=\"foo()\" target=\"b\"/>",
      "<transition cond=\"new Date() == 1\" target=\"b\"/>",
      "<transition cond=\"count++ == 1\" target=\"b\"/>",
      "<transition cond=\"count = 1\" target=\"b\"/>",
      "<transition cond=\"Math.sin(count) == 1\" target=\"b\"/>",
      "<transition cond=\"(function() { return 1 })()\" target=\"b\"/>",
      "<onentry><assign location=\"count.x\" expr=\"1\"/></onentry>",
      "<onentry><assign location=\"count\"><a/></assign></onentry>",
      "<onentry><send event=\"e\" type=\"http://www.w3.org/TR/scxml/#BasicHTTPEventProcessor\"/>"
        + "</onentry>",
      "<onentry><send event=\"e\" target=\"http://example.org\"/></onentry>",
      "<onentry><explode/></onentry>",
    ]
  )
  func saysWhatCannotBeImported(_ content: String) throws {
    let source = machine(inside: content, data: "<data id=\"count\" expr=\"1\"/>")
    let (_, table, diagnostics) = machine(source)
    #expect(table == nil)
    let finding = try #require(diagnostics.first { $0.severity == .error })
    #expect(finding.code == .importOutOfScope, "\(finding.message)")
    #expect(finding.span?.startPosition.line == 3)
  }

  @Test(
    arguments: [
      "<transition target=\"nowhere\"/>", "<onentry><raise/></onentry>",
      "<onentry><send delay=\"soon\" event=\"e\"/></onentry>", "<state id=\"b\"/>",
      "<onentry><if><raise event=\"e\"/></if></onentry>",
      "<state id=\"c\"><history id=\"h\"/></state>",
    ]
  )
  func saysWhatIsInvalid(_ content: String) throws {
    let (_, table, diagnostics) = machine(machine(inside: content))
    #expect(table == nil)
    let finding = try #require(diagnostics.first { $0.severity == .error })
    #expect(finding.code == .importInvalid, "\(finding.message)")
  }

  @Test func brokenExpressionsFailWhenReached() throws {
    let source = machine(
      inside: "<onentry><assign location=\"count\" expr=\"return\"/></onentry>"
        + "<transition event=\"error.execution\" target=\"pass\"/>",
      data: "<data id=\"count\" expr=\"1\"/>"
    )
    let (_, table, diagnostics) = machine(source)
    #expect(diagnostics.map(\.severity) == [.warning])
    var state = Executor.start(try #require(table))
    var output = StepOutput()
    let start = RunEvent.Kind.started(
      runID: "r",
      input: .map([:]),
      environment: ValueMap([])
    )
    let linked = try #require(table)
    Executor.step(linked, &state, RunEvent(atMilliseconds: 0, kind: start), &output)
    guard case .success("pass", _)? = state.outcome else {
      Issue.record("\(String(describing: state.outcome))")
      return
    }
  }

  @Test func refusesOtherDocuments() {
    let (_, table, diagnostics) = machine("<machine/>")
    #expect(table == nil && diagnostics.first?.code == .importInvalid)
    let broken = machine("<scxml")
    #expect(broken.table == nil && broken.diagnostics.first?.code == .xmlSyntax)
    let foreign = machine("<scxml datamodel=\"xpath\"><state id=\"a\"/></scxml>")
    #expect(foreign.table == nil && foreign.diagnostics.first?.code == .importOutOfScope)
  }

  @Test func deepDocumentsEnd() {
    let text = String(repeating: "(", count: 100_000)
    let (_, table, diagnostics) = machine(
      machine(inside: "<transition event=\"e\" cond=\"\(text)\" target=\"b\"/>")
    )
    #expect(table == nil)
    #expect(diagnostics.contains { $0.code == .importOutOfScope })
  }
}
