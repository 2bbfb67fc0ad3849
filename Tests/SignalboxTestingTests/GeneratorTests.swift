import FoundationEssentials
import Signalbox
import SignalboxTesting
import TestSupport
import Testing

/// The generators themselves.
@Suite struct GeneratorTests {
  @Test func `the embedded grammar is the file`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = try Data(contentsOf: root.appending(path: "grammar/cel.ebnf"))
    let file = String(decoding: data, as: UTF8.self)
    #expect(file.sameScalars(as: Grammar.cel.source), "run scripts/embed-grammar")
  }

  @Test func `every rule of the grammar gives texts`() {
    #expect(Grammar.cel.names.count > 40)
    for name in Grammar.cel.names {
      for seed in UInt64(0)..<20 {
        var random = RandomSource(seed: seed)
        let text = Grammar.cel.text(of: name, size: Int(seed), using: &random)
        #expect(text.text.utf8.count < 100_000, "\(name) with seed \(seed)")
      }
    }
  }

  @Test(arguments: [
    "a = ;", "a = \"x\"", "a = b ;", "a = \"x\" ; a = \"y\" ;", "a = a ;", "a = \"x ;", "= \"x\" ;",
    "(* a = \"x\" ;", "a = ? U+D800 ? ;", "a = ? ? ;", "a = ? U+0041-U+0030 ? ;",
    "a = b - c ; b = \"x\" ;",
    "a = 2 \"x\" ;", "a = \"x\" , , \"y\" ;",
  ])
  func `a broken grammar is refused`(_ text: String) {
    #expect(throws: Grammar.Mistake.self) { try Grammar(ebnf: text) }
  }

  @Test func `a seed gives the same on every machine`() {
    let environment = Sample.environment(.cel)
    let generator = Generator<GeneratedExpression>.expressions(in: environment, of: .bool)
    let first = (0..<20).map { generator.value(seed: $0).text }
    let again = (0..<20).map { generator.value(seed: $0).text }
    #expect(first == again)
    #expect(Set(first).count > 10)
  }

  @Test func `a failure names its seed and is made small`() throws {
    let environment = Sample.environment(.cel)
    let failure = #expect(throws: PropertyFailure.self) {
      try checkProperty(
        "no expression reads n",
        over: .expressions(in: environment, of: .int),
        seed: 77,
        runs: 500
      ) { !$0.text.contains("n") }
    }
    #expect(failure?.seed == 77)
    #expect(failure?.description.contains("seed 77") == true)
    #expect(failure.map { $0.smallest.utf8.count <= 20 } == true, "\(String(describing: failure))")
  }

  @Test func `a property that throws is broken, and says why`() {
    let failure = #expect(throws: PropertyFailure.self) {
      try checkProperty("throws", over: Generator<Int> { _, size in size }, seed: 1) { size in
        if size > 3 { throw Unexpected("too large") }
        return true
      }
    }
    #expect(failure?.reason == "too large")
    #expect(failure?.run ?? 0 > 0)
  }

  @Test func `every function of the language is called some time`() {
    for dialect in Dialect.both {
      let writer = ExpressionGenerator(Sample.environment(dialect))
      var random = RandomSource(seed: 8)
      var texts = ""
      for _ in 0..<1_500 { texts += writer.expression(size: 60, using: &random).text + "\n" }
      let missing = dialect.functions.filter { function in
        let isOperator = ["_", "-", "!"].contains { function.name.hasPrefix($0) }
        let isDynamic = (function.parameters + [function.result]).contains { type in
          type == .dyn || type == .list(.dyn) && function.name != "format"
        }
        return !isOperator && !isDynamic && !ExpressionGenerator.unwritten.contains(function.name)
          && !texts.contains(function.name + "(")
      }
      #expect(missing.map(\.name) == [], "of \(dialect)")
    }
  }
}
