import Foundation
import Signalbox
import Testing

@Suite struct CorpusTests {
  @Test(arguments: Corpus.files("valid") + Corpus.files("seed"))
  func validFlowsGiveTheirTable(_ path: String) throws {
    let compiled = try Corpus.compile(path)
    let listing = Disassembler.text(try compiled.required().table)
    let golden = Corpus.golden(path.replacingOccurrences(of: ".yaml", with: ".table.txt"), listing)
    #expect(listing == golden)
    #expect(!compiled.diagnostics.contains { $0.severity > .note }, "\(compiled.findings)")
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

  /// Mistakes inside expressions: the first line of each file says in which line it is found.
  @Test(.enabled(if: Corpus.hasExpressions), arguments: Corpus.files("expressions"))
  func mistakesInExpressionsAreFoundWhereTheyStand(_ path: String) throws {
    let compiled = try Corpus.compile(path)
    let isRefused = compiled.table == nil
    #expect(isRefused, "it compiled")
    let text = try #require(Corpus.text(Corpus.root.appending(path: path)))
    let first = text.prefix { $0 != "\n" }
    let expected = first.split(separator: " ").compactMap { Int($0) }
    #expect(!expected.isEmpty)
    let found = compiled.diagnostics.filter { $0.severity == .error }
      .compactMap { $0.span?.startPosition.line }
    #expect(Set(found) == Set(expected), "\(compiled.findings)")
  }

  @Test(.enabled(if: Corpus.hasExpressions))
  func aPromptThatCannotBeFilledIsRefused() throws {
    let compiled = Corpus.compile(
      text: """
        agents: {reader: {type: llm, model: m, prompt: "Service {{ .service_name }} reads"}}
        states: {read: {agent: reader, on_success: done}}
        initial_state: read
        final_states: [done]
        """
    )
    #expect(compiled.table == nil)
    let errors = compiled.diagnostics.filter { $0.severity == .error }
    #expect(errors.count == 1)
    #expect(errors.first?.message == "nothing is named `service_name` here")
  }

  @Test(.enabled(if: Corpus.hasExpressions))
  func anAbsentOptionalMakesItsKeyOptional() throws {
    let url = Corpus.package.appending(path: "examples/customer-support.yaml")
    let compiled = Corpus.compile(text: try #require(Corpus.text(url)))
    let fields = try compiled.required().table.fields
    #expect(fields.filter(\.isOptional).map(\.name) == ["remark"])
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
