import Source
import Testing
import XML

@Suite struct XMLParserTests {
  private func parse(_ text: String, limits: Limits = Limits()) -> (XMLElement?, [Diagnostic]) {
    XMLParser.parse(SourceFile(name: "test.xml", text: text), limits: limits)
  }

  @Test func readsElementsAttributesAndTexts() throws {
    let text = """
      <?xml version="1.0"?>
      <!-- a machine -->
      <scxml xmlns="http://www.w3.org/2005/07/scxml" xmlns:my="urn:my" initial="a">
        <state id='a' my:note="1 &lt; 2 &amp;&#x20AC; x"/>
        <log>x <![CDATA[<y>]]> &gt; z</log>
      </scxml>
      """
    let (root, diagnostics) = parse(text)
    #expect(diagnostics.isEmpty)
    let scxml = try #require(root)
    #expect(scxml.name == "scxml")
    #expect(scxml.namespace == "http://www.w3.org/2005/07/scxml")
    #expect(scxml.value("initial") == "a")
    #expect(scxml.span.startPosition == SourcePosition(line: 3, column: 1))
    #expect(scxml.span.endPosition == SourcePosition(line: 6, column: 9))
    let state = try #require(scxml.elements.first)
    #expect(state.tagSpan.startPosition == SourcePosition(line: 4, column: 3))
    let id = try #require(state.attribute("id"))
    #expect(id.span.startPosition == SourcePosition(line: 4, column: 14))
    let note = try #require(state.attributes.last)
    #expect(note.name == "note" && note.namespace == "urn:my")
    #expect(note.value == "1 < 2 &\u{20AC} x")
    let offset = Array(note.value.utf8).count - 1
    let place = note.text.fileOffset(of: offset)
    #expect(Array(text.utf8)[place] == UInt8(ascii: "x"))
    let log = try #require(scxml.elements.last?.text)
    #expect(log.text == "x <y> > z")
    #expect(Array(text.utf8)[log.fileOffset(of: 3)] == UInt8(ascii: "y"))
    #expect(Array(text.utf8)[log.fileOffset(of: 8)] == UInt8(ascii: "z"))
  }

  @Test func whiteSpaceIsNoText() throws {
    let (root, _) = parse("<a>\n  <b/>\n</a>")
    #expect(try #require(root).text == nil)
  }

  @Test(
    arguments: [
      ("", "SBX-XML-001", 1, 1), ("<a>", "SBX-XML-001", 1, 4), ("<a></b>", "SBX-XML-001", 1, 6),
      ("<a/><b/>", "SBX-XML-001", 1, 5), ("<a x=1/>", "SBX-XML-001", 1, 6),
      ("<a x='1' x='2'/>", "SBX-XML-001", 1, 10), ("<p:a/>", "SBX-XML-001", 1, 1),
      ("<a>\n&nbsp;</a>", "SBX-XML-002", 2, 1), ("<!DOCTYPE a><a/>", "SBX-XML-002", 1, 1),
      ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "SBX-XML-002", 1, 1),
      (
        "<!DOCTYPE a [<!ENTITY x 'y'><!ENTITY z '&x;&x;&x;&x;'>]><a>&z;</a>", "SBX-XML-002", 1,
        1
      ),
    ]
  )
  func refuses(_ text: String, _ code: String, _ line: Int, _ column: Int) throws {
    let (root, diagnostics) = parse(text)
    #expect(root == nil)
    let finding = try #require(diagnostics.first)
    #expect(finding.code.id == code)
    #expect(finding.span?.startPosition.line == line)
    if code == "SBX-XML-001" { #expect(finding.span?.startPosition.column == column) }
  }

  @Test func refusesOtherEncodings() throws {
    let latin = [UInt8]("<?xml version='1.0' encoding='ISO-8859-1'?><a>".utf8) + [0xE9]
    let (root, diagnostics) = XMLParser.parse(SourceFile(name: "l.xml", bytes: latin))
    #expect(root == nil)
    #expect(diagnostics.first?.code == .xmlBadText)
    #expect(diagnostics.first?.span?.start == latin.count - 1)
  }

  @Test func limitsDepthAndSize() {
    var limits = Limits()
    limits.documentDepth = 10
    limits.documentNodes = 50
    limits.documentBytes = 2_000
    let deep = String(repeating: "<a>", count: 11) + String(repeating: "</a>", count: 11)
    #expect(parse(deep, limits: limits).1.first?.code == .xmlLimit)
    let wide = "<a>" + String(repeating: "<b/>", count: 50) + "</a>"
    #expect(parse(wide, limits: limits).1.first?.code == .xmlLimit)
    let many = "<a " + (0..<50).map { "x\($0)='1' " }.joined() + "/>"
    #expect(parse(many, limits: limits).1.first?.code == .xmlLimit)
    let long = "<a>" + String(repeating: "x", count: 2_000) + "</a>"
    #expect(parse(long, limits: limits).1.first?.code == .xmlLimit)
    let fine = String(repeating: "<a>", count: 10) + String(repeating: "</a>", count: 10)
    #expect(parse(fine, limits: limits).1.isEmpty)
  }
}
