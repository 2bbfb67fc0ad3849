import Source
import Testing

@Suite struct CodeRegistryTests {
  @Test(arguments: ["SBX-FILE-001", "sbx-file-001", "file-001", "FILE-001"])
  func `a code is found whatever its case`(id: String) {
    #expect(CodeRegistry.code(id) == .fileUnreadable)
  }

  @Test(arguments: ["", "SBX", "SBX-", "SBX-FILE", "SBX-FILE-1", "FILE001", "\u{0}", "-"])
  func `what is no code is not found`(id: String) {
    #expect(CodeRegistry.code(id) == nil)
  }

  @Test func `a mistyped code is recognised`() {
    #expect(CodeRegistry.suggestion(for: "SBX-FIEL-001") == .fileUnreadable)
    #expect(CodeRegistry.suggestion(for: "sbx_file_002") == .fileTooLarge)
    #expect(CodeRegistry.suggestion(for: "something else") == nil)
  }

  @Test func `an area lists its codes`() {
    #expect(CodeRegistry.codes(inArea: "file").contains(.fileTooLarge))
    #expect(CodeRegistry.codes(inArea: "SBX-FILE-").contains(.fileTooLarge))
    #expect(CodeRegistry.codes(inArea: "").isEmpty)
    #expect(CodeRegistry.codes(inArea: "fil").isEmpty)
  }

  @Test func `explanation and list name the code`() {
    let text = CodeRegistry.explanation(of: .fileUnreadable)
    #expect(text.hasPrefix("SBX-FILE-001: a file cannot be read\n\nA file that"))
    #expect(text.hasSuffix("include: [shared/prices.yaml]\n"))
    #expect(
      CodeRegistry.list([.fileUnreadable]) == "SBX-FILE-001  a file cannot be read\n"
    )
  }
}

@Suite struct DiagnosticSummaryTests {
  @Test func `findings are counted by weight`() {
    let error = Diagnostic(.fileUnreadable, "", at: nil)
    let warning = Diagnostic(.fileUnreadable, .warning, "", at: nil)
    #expect(DiagnosticSummary([]).text == "nothing found")
    #expect(DiagnosticSummary([error]).text == "1 error")
    #expect(DiagnosticSummary([error, warning, error]).text == "2 errors, 1 warning")
    #expect(DiagnosticSummary([error], omitted: 23).text == "1 error, 23 more not shown")
  }
}
