import FoundationEssentials
import Signalbox
import Testing

/// Price books: exact amounts, refusals, the built-in book.
@Suite("price books")
struct PriceBookTests {
  private func read(_ text: String) -> (book: PriceBook?, diagnostics: [Diagnostic]) {
    PriceBook.read(SourceFile(name: "prices.yaml", text: text))
  }

  @Test("dollars per million tokens become pico-dollars a token")
  func amounts() throws {
    let text = "models: {a: {input: \"2.50\", output: 10}, acme/a: {input: 0.000001, output: 0}}"
    let book = try #require(read(text).book)
    #expect(book.price(ofModel: "a", provider: "")?.inputPicodollars == 2_500_000)
    #expect(book.price(ofModel: "a", provider: "openai")?.outputPicodollars == 10_000_000)
    #expect(book.price(ofModel: "a", provider: "acme")?.inputPicodollars == 1)
    #expect(book.price(ofModel: "b", provider: "") == nil)
  }

  @Test("another provider's price is not taken")
  func provider() {
    #expect(PriceBook.standard.price(ofModel: "gpt-4o", provider: "openai") != nil)
    #expect(PriceBook.standard.price(ofModel: "gpt-4o", provider: "azure") == nil)
    #expect(PriceBook.standard.price(ofModel: "gpt-4o", provider: "") != nil)
  }

  @Test(
    "mistakes are refused",
    arguments: [
      ("models: {a: {input: \"0.1234567\", output: \"1\"}}", "SBX-COST-011"),
      ("models: {a: {input: \"-1\", output: \"1\"}}", "SBX-COST-011"),
      ("models: {a: {input: cheap, output: \"1\"}}", "SBX-COST-011"),
      ("models: {a: {input: \"99999999\", output: \"1\"}}", "SBX-COST-011"),
      ("models: {a: {input: \"1\"}}", "SBX-COST-010"),
      ("models: {a: {input: \"1\", output: \"1\", in: 3}}", "SBX-COST-010"),
      ("models: {a: 3}", "SBX-COST-010"),
      ("models: [a]", "SBX-COST-010"),
      ("model: {}", "SBX-COST-010"),
      ("- 1", "SBX-COST-010"),
      ("book: {name: [x]}", "SBX-COST-010"),
    ]
  )
  func mistakes(text: String, code: String) {
    let (book, diagnostics) = read(text)
    #expect(book == nil)
    #expect(diagnostics.first?.code.id == code)
    #expect(diagnostics.first?.span != nil)
  }

  @Test("the digest covers prices, not layout")
  func digest() throws {
    let one = try #require(
      read("models: {a: {input: 1, output: 2}, b: {input: 1, output: 2}}").book
    )
    let other = try #require(
      read("models:\n  b: {output: 2, input: '1.0'}\n  a: {input: 1, output: 2}\n").book
    )
    let dearer = try #require(
      read("models: {a: {input: 1, output: 3}, b: {input: 1, output: 2}}").book
    )
    #expect(one.digest == other.digest)
    #expect(one.digest != dearer.digest)
  }

  @Test("the built-in book is examples/prices.yaml")
  func builtIn() throws {
    var path = Array(#filePath.utf8)
    for _ in 0..<3 {
      while let last = path.popLast(), last != UInt8(ascii: "/") {}
    }
    let file = String(decoding: path, as: UTF8.self) + "/examples/prices.yaml"
    #expect(try String(contentsOfFile: file, encoding: .utf8) == PriceBook.defaultText)
    #expect(
      PriceBook.standard.price(ofModel: "gpt-4o-mini", provider: "openai")?
        .outputPicodollars == 600_000
    )
    #expect(PriceBook.standard.prices.count == 9)
  }

  @Test("amounts are written so that nothing looks cheaper than it is")
  func text() {
    #expect(Picodollars.text(17_594_000_000) == "$0.017594")
    #expect(Picodollars.text(17_594_000_001) == "$0.017595")
    #expect(Picodollars.text(1) == "$0.000000000001")
    #expect(Picodollars.text(0) == "$0.000000")
    #expect(Picodollars.text(.max) == "unbounded")
    #expect(Picodollars.sum(.max, 1) == .max)
    #expect(Picodollars.product(.max, 2) == .max)
  }
}
