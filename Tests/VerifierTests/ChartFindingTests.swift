import Relation
import Signalbox
import Testing

/// What is found in charts, whose states may rest for ever and stand for what is remembered.
@Suite("findings in charts")
struct ChartFindingTests {
  private func check(_ body: String) throws -> (found: [Diagnostic], table: LinkedTable) {
    let text = """
      <scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript">
      \(body)
      </scxml>
      """
    let imported = SCXMLImporter.flow(SourceFile(name: "chart.scxml", text: text))
    let flow = try #require(imported.flow, "\(imported.diagnostics.map(\.message))")
    let prepared = FlowPreparation.prepare(SourceFile(name: "chart.yaml", text: flow.text))
    return (prepared.diagnostics, try #require(prepared.table, "\(flow.text)"))
  }

  @Test(
    "a chart without final states may rest for ever",
    arguments: [
      #"<state id="a"><transition event="t" target="b"/></state><state id="b"/>"#,
      #"<state id="a"><transition event="t" target="b"/></state>"#
        + #"<state id="b"><transition event="t" target="a"/></state>"#,
      #"<parallel id="p"><state id="a"/><state id="b"/></parallel>"#,
    ]
  )
  func rests(_ body: String) throws {
    let found = try check(body).found
    #expect(found.isEmpty, "\(found.map(\.message))")
  }

  @Test(
    "a chart with one is warned of states from which it cannot be reached",
    arguments: [
      #"<state id="a"><transition event="t" target="b"/><transition event="u" target="f"/></state>"#
        + #"<state id="b"/><final id="f"/>"#,
      #"<state id="a"><transition event="t" target="b"/><transition event="u" target="f"/></state>"#
        + #"<state id="b"><transition event="t" target="b"/></state><final id="f"/>"#,
      #"<state id="b"/><final id="f"/>"#,
    ]
  )
  func strays(_ body: String) throws {
    let found = try check(body).found
    #expect(found.map(\.code.id) == ["SBX-PATH-002"], "\(found.map(\.message))")
    #expect(found.first?.severity == .warning)
    #expect(found.first?.message.contains("`b`") == true)
  }

  @Test(
    "a chart that goes round by itself for ever is refused",
    arguments: [
      #"<state id="a"><transition target="b"/></state>"#
        + #"<state id="b"><transition target="a"/></state>"#,
      #"<state id="a"><transition cond="1 == 1" target="a"/></state>"#,
    ]
  )
  func spins(_ body: String) throws {
    let found = try check(body).found
    #expect(found.contains { $0.code == .instantCycle && $0.severity == .error })
  }

  @Test(
    "one that counts on its way, at an edge or where it leaves or enters, is not",
    arguments: [
      #"<state id="a"><transition cond="n &lt; 9" target="a"><assign location="n" expr="n + 1"/>"#
        + #"</transition></state>"#,
      #"<state id="a"><onexit><assign location="n" expr="n + 1"/></onexit>"#
        + #"<transition cond="n &lt; 9" target="a"/></state>"#,
      #"<state id="a"><onentry><assign location="n" expr="n + 1"/></onentry>"#
        + #"<transition cond="n &lt; 9" target="a"/></state>"#,
    ]
  )
  func counts(_ body: String) throws {
    let data = #"<datamodel><data id="n" expr="0"/></datamodel>"#
    let found = try check(data + body).found
    #expect(found.allSatisfy { $0.severity < .error }, "\(found.map(\.message))")
  }

  @Test("what a parallel state remembers is none of its parts", arguments: ["shallow", "deep"])
  func memory(_ type: String) throws {
    let (found, table) = try check(
      """
      <state id="a"><transition event="t" target="h"/></state>
      <parallel id="p">
        <history id="h" type="\(type)"><transition target="b"/></history>
        <state id="b" initial="b1">
          <state id="b1"><transition event="t" target="b2"/></state>
          <state id="b2"/>
        </state>
        <state id="c"/>
        <transition event="u" target="a"/>
      </parallel>
      """
    )
    #expect(found.isEmpty, "\(found.map(\.message))")
    let relation = FlowRelation(table.table)
    for (node, entry) in table.table.nodes.enumerated() where entry.kind != .history {
      #expect(node == 0 || relation.isReached(node), "\(entry.name)")
    }
    #expect(relation.threads.count { $0.kind == .region } == 2)
  }
}
