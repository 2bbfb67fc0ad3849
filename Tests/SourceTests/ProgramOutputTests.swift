import FoundationEssentials
import Source
import Testing

private let file = SourceFile(name: "flows/my flow.yaml", text: "a: \u{4F60}\nb: \"x\ny\"\n")

private func findings() -> [Diagnostic] {
  let code = DiagnosticCode("SBX-TEST-001", "a test", "Why it is refused.")
  let other = DiagnosticCode("SBX-TEST-002", "another", "")
  let first = SourceSpan(file: file, start: 3, end: 6)
  return [
    Diagnostic(
      code,
      "`\u{4F60}` is \"wrong\"\u{1}",
      at: first,
      label: "here",
      notes: [
        .init("a remark"), .init("seen here", span: SourceSpan(file: file, start: 0, end: 1)),
      ],
      hint: "b",
      fix: .init(span: first, replacement: "b\n")
    ),
    Diagnostic(other, .warning, "over lines", at: SourceSpan(file: file, start: 10, end: 15)),
    Diagnostic(code, .note, "nowhere", at: nil),
  ]
}

private func decode<Shape: Decodable>(_ text: some StringProtocol, as: Shape.Type) throws -> Shape {
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  return try decoder.decode(Shape.self, from: Data(text.utf8))
}

private struct Finding: Decodable {
  struct Remark: Decodable {
    var message: String
    var line: Int?
  }
  struct Replacement: Decodable {
    var line: Int
    var endColumn: Int
    var replacement: String
  }
  var severity: String
  var code: String
  var title: String
  var message: String
  var file: String?
  var line: Int?
  var column: Int?
  var endLine: Int?
  var endColumn: Int?
  var offset: Int?
  var endOffset: Int?
  var label: String?
  var notes: [Remark]?
  var hint: String?
  var fix: Replacement?
}

@Suite struct JSONRendererTests {
  @Test func `lines hold every part of a finding`() throws {
    let lines = JSONRenderer().lines(findings()).split(separator: "\n")
    #expect(lines.count == 3)
    let first = try decode(lines[0], as: Finding.self)
    #expect(first.severity == "error" && first.code == "SBX-TEST-001" && first.title == "a test")
    #expect(first.message == "`\u{4F60}` is \"wrong\"\u{1}")
    #expect(first.file == "flows/my flow.yaml")
    #expect(first.line == 1 && first.column == 4 && first.endLine == 1 && first.endColumn == 5)
    #expect(first.offset == 3 && first.endOffset == 6)
    #expect(first.label == "here" && first.hint == "b")
    #expect(first.notes?.map(\.message) == ["a remark", "seen here"])
    #expect(first.notes?.map(\.line) == [nil, 1])
    #expect(first.fix?.replacement == "b\n" && first.fix?.endColumn == 5)
    let second = try decode(lines[1], as: Finding.self)
    #expect(second.line == 2 && second.endLine == 3 && second.endColumn == 3)
    #expect(second.notes == nil && second.hint == nil && second.fix == nil && second.label == nil)
    let third = try decode(lines[2], as: Finding.self)
    #expect(third.file == nil && third.line == nil && third.offset == nil)
  }

  @Test func `an array holds the same, and none is an empty one`() throws {
    let all = try decode(JSONRenderer().array(findings()), as: [Finding].self)
    #expect(all.map(\.severity) == ["error", "warning", "note"])
    #expect(JSONRenderer().array([]) == "[]\n")
    #expect(JSONRenderer().lines([]).isEmpty)
  }

  @Test func `every scalar survives a round trip`() throws {
    var text = ""
    for value in UInt32(0)..<0x3000 {
      if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
    }
    let message = try decode(
      JSONRenderer().lines([Diagnostic(.fileUnreadable, text, at: nil)]),
      as: Finding.self
    ).message
    #expect(message.unicodeScalars.elementsEqual(text.unicodeScalars))
  }
}

/// The parts of a SARIF 2.1.0 log that the schema requires of what we write.
private struct Log: Decodable {
  struct Message: Decodable { var text: String }
  struct Rule: Decodable {
    var id: String
    var shortDescription: Message
    var fullDescription: Message
    var help: Message
  }
  struct Driver: Decodable {
    var name: String
    var version: String
    var rules: [Rule]
  }
  struct Tool: Decodable { var driver: Driver }
  struct Artifact: Decodable { var uri: String }
  struct Region: Decodable, Equatable {
    var startLine: Int
    var startColumn: Int
    var endLine: Int
    var endColumn: Int
  }
  struct Physical: Decodable {
    var artifactLocation: Artifact
    var region: Region
  }
  struct Location: Decodable {
    var id: Int?
    var physicalLocation: Physical
    var message: Message?
  }
  struct Replacement: Decodable {
    var deletedRegion: Region
    var insertedContent: Message
  }
  struct Change: Decodable {
    var artifactLocation: Artifact
    var replacements: [Replacement]
  }
  struct Fix: Decodable {
    var description: Message
    var artifactChanges: [Change]
  }
  struct Result: Decodable {
    var ruleId: String
    var ruleIndex: Int
    var level: String
    var message: Message
    var locations: [Location]?
    var relatedLocations: [Location]?
    var fixes: [Fix]?
  }
  struct Run: Decodable {
    var tool: Tool
    var columnKind: String
    var results: [Result]
  }
  var version: String
  var runs: [Run]
}

@Suite struct SARIFRendererTests {
  private func log(_ diagnostics: [Diagnostic], base: String? = nil) throws -> Log {
    let text = SARIFRenderer(toolVersion: "1.2.3", baseDirectory: base).render(diagnostics)
    return try decode(text, as: Log.self)
  }

  @Test func `a log holds rules, regions, related places and fixes`() throws {
    let log = try log(findings())
    #expect(log.version == "2.1.0" && log.runs.count == 1)
    let run = try #require(log.runs.first)
    #expect(run.columnKind == "unicodeCodePoints")
    #expect(run.tool.driver.name == "signalbox" && run.tool.driver.version == "1.2.3")
    #expect(run.tool.driver.rules.map(\.id) == ["SBX-TEST-001", "SBX-TEST-002"])
    #expect(
      run.tool.driver.rules.map(\.help.text) == [
        "Why it is refused.\n\nsignalbox explain SBX-TEST-001",
        "another\n\nsignalbox explain SBX-TEST-002",
      ]
    )
    #expect(run.results.map(\.ruleId) == ["SBX-TEST-001", "SBX-TEST-002", "SBX-TEST-001"])
    #expect(run.results.map(\.ruleIndex) == [0, 1, 0])
    #expect(run.results.map(\.level) == ["error", "warning", "note"])
    let first = run.results[0]
    #expect(first.message.text == "`\u{4F60}` is \"wrong\"\u{1}\na remark\nhint: b")
    let place = try #require(first.locations?.first?.physicalLocation)
    #expect(place.artifactLocation.uri == "flows/my%20flow.yaml")
    #expect(place.region == .init(startLine: 1, startColumn: 4, endLine: 1, endColumn: 5))
    #expect(first.relatedLocations?.map(\.message?.text) == ["seen here"])
    let change = try #require(first.fixes?.first?.artifactChanges.first)
    #expect(change.replacements.first?.insertedContent.text == "b\n")
    #expect(change.replacements.first?.deletedRegion == place.region)
    #expect(run.results[1].fixes == nil && run.results[1].relatedLocations == nil)
    #expect(run.results[2].locations == nil)
  }

  @Test func `a log without findings is valid`() throws {
    let run = try #require(try log([]).runs.first)
    #expect(run.results.isEmpty && run.tool.driver.rules.isEmpty)
  }

  @Test(arguments: [
    ("a.yaml", nil, "a.yaml"), ("./a.yaml", nil, "a.yaml"), ("../a.yaml", nil, "../a.yaml"),
    ("/home/me/a.yaml", "/home/me", "a.yaml"), ("/home/me/a.yaml", "/home/me/", "a.yaml"),
    ("/home/mean/a.yaml", "/home/me", "file:///home/mean/a.yaml"),
    ("<stdin>", nil, "%3Cstdin%3E"), ("\u{E9}#?.yaml", nil, "%C3%A9%23%3F.yaml"),
  ])
  func `names become relative references`(name: String, base: String?, uri: String) throws {
    let span = SourceSpan(file: SourceFile(name: name, text: "a"), start: 0, end: 1)
    let log = try log([Diagnostic(.fileTooLarge, "large", at: span)], base: base)
    #expect(log.runs[0].results[0].locations?[0].physicalLocation.artifactLocation.uri == uri)
  }
}
