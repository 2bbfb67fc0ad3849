import Foundation
import Signalbox
import Testing

@Suite struct CorpusTests {
  @Test(arguments: Corpus.files("valid") + Corpus.files("seed"))
  func validFlowsGiveTheirTable(_ path: String) throws {
    let compiled = try Corpus.compile(path)
    let table = try compiled.required()
    let listing = compiled.findings + Disassembler.text(table.table)
    let golden = Corpus.golden(path.replacingOccurrences(of: ".yaml", with: ".table.txt"), listing)
    #expect(listing == golden)
  }

  @Test(arguments: Corpus.files("invalid"))
  func invalidFlowsAreRefusedWithTheirFindings(_ path: String) throws {
    let compiled = try Corpus.compile(path)
    let isRefused = compiled.table == nil
    #expect(isRefused, "it compiled")
    #expect(compiled.diagnostics.contains { $0.severity == .error })
    #expect(compiled.diagnostics.allSatisfy { $0.span != nil })
    let golden = Corpus.golden(
      path.replacingOccurrences(of: ".yaml", with: ".findings.txt"),
      compiled.findings
    )
    #expect(compiled.findings == golden)
  }

  @Test func thereAreAtLeastAsManyInvalidFlowsAsValidOnes() {
    let valid = Corpus.files("valid").count + Corpus.files("seed").count
    #expect(valid >= 8)
    #expect(Corpus.files("invalid").count >= valid)
  }

  @Test(arguments: ["customer-support", "content-pipeline", "fraud-detection"])
  func examplesCompileWithoutWarnings(_ name: String) throws {
    let url = Corpus.package.appending(path: "examples/\(name).yaml")
    let text = try #require(Corpus.text(url))
    let compiled = Corpus.compile(text: text)
    let isCompiled = compiled.table != nil
    #expect(isCompiled)
    #expect(compiled.findings == "")
    if name == "customer-support" { #expect(compiled.table?.table.nodes.count == 10) }
  }
}
