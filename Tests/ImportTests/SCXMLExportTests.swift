import Signalbox
import Testing

@Suite struct SCXMLExportTests {
  private func exported(_ states: String) -> (text: String?, diagnostics: [Diagnostic]) {
    let text = "signalbox: 1\nname: m\nstate: {n: {default: 1}}\ninitial_state: a\n" + states
    let loaded = FlowLoader.load(SourceFile(name: "m.yaml", text: text))
    guard let flow = loaded.flow else { return (nil, loaded.diagnostics) }
    return SCXMLExporter.scxml(flow)
  }

  @Test func writesStates() throws {
    let (text, diagnostics) = exported(
      """
      states:
        a:
          on_entry: [{assign: {n: "state.n + 1"}}]
          after: {5s: b}
          on_event: {go: {when: "state.n < 3 && event.data == 'x'", target: b}}
        b: {always: {actions: [{log: "state.n", label: here}], when: "state.n > 9"}}
      final_states: {done: {}}
      """
    )
    #expect(diagnostics.isEmpty, "\(diagnostics.map(\.message))")
    #expect(
      text == """
        <?xml version="1.0" encoding="UTF-8"?>
        <scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="cel" name="m" \
        initial="a">
          <datamodel>
            <data id="n">1</data>
          </datamodel>
          <state id="a">
            <onentry>
              <send event="after.a.1" id="after.a.1" delay="5000ms"/>
            </onentry>
            <onentry>
              <assign location="n" expr="state.n + 1"/>
            </onentry>
            <onexit>
              <cancel sendid="after.a.1"/>
            </onexit>
            <transition event="go" cond="state.n &lt; 3 &amp;&amp; event.data == 'x'" target="b"/>
            <transition event="after.a.1" target="b"/>
          </state>
          <state id="b">
            <transition cond="state.n &gt; 9">
              <log label="here" expr="state.n"/>
            </transition>
          </state>
          <final id="done">
          </final>
        </scxml>

        """
    )
  }

  @Test(
    arguments: [
      "states: {a: {wait: 5s, on_success: done}}\nfinal_states: {done: {}}\n",
      "states: {a: {on_event: {x: done}}}\nfinal_states: {done: {outcome: failure}}\n",
      "states: {a: {on_event: {x: done}}}\nfinal_states: {done: {}}\non_error: done\n",
    ]
  )
  func refusesWhatScxmlCannotSay(_ states: String) throws {
    let (text, diagnostics) = exported(states)
    #expect(text == nil)
    #expect(diagnostics.first?.code == .exportOutOfScope, "\(diagnostics.map(\.message))")
  }
}
