import SignalboxCommand
import Testing

private let format = OptionDeclaration(
  "output",
  short: "o",
  "form",
  kind: .choice(["text", "json"], placeholder: "FORMAT")
)
private let loud = OptionDeclaration("loud", short: "l", "a flag")
private let quick = OptionDeclaration("quick", short: "q", "a flag")
private let count = OptionDeclaration(
  "count",
  short: "n",
  "a number",
  kind: .integer(1...9, placeholder: "N")
)
private let money = OptionDeclaration("budget", "money", kind: .decimal(placeholder: "DOLLARS"))
private let binding = OptionDeclaration(
  "with",
  short: "w",
  "a pair",
  kind: .binding,
  isRepeated: true
)

private let declaration = CommandDeclaration(
  "try",
  "a command",
  operands: [OperandDeclaration("FILE", "files", kind: .file(placeholder: "F"), isRepeated: true)],
  options: [format, loud, quick, count, money, binding],
  examples: []
)

private func refusal(_ words: String) throws -> UsageError {
  let words = words.split(separator: " ").map { String($0) }
  return try #require(throws: UsageError.self) { try ArgumentParser.parse(words, declaration) }
}

@Suite struct ArgumentParserTests {
  @Test(arguments: [
    "-o json a b", "-ojson a b", "--output=json a b", "a --output json b", "a b -o json",
    "-o json -- a b",
  ])
  func `an option may stand anywhere in any form`(words: String) throws {
    let words = words.split(separator: " ").map { String($0) }
    let arguments = try ArgumentParser.parse(words, declaration)
    #expect(arguments.text(format) == "json")
    #expect(arguments.operands == ["a", "b"])
    #expect(arguments.choice(format, as: OutputFormat.self) == .json)
  }

  @Test func `letters join, pairs repeat, a dash is an operand`() throws {
    let words = ["-lqn3", "-w", "a=1", "--with", "b=x=y", "-wc=", "-", "--", "-l"]
    let arguments = try ArgumentParser.parse(words, declaration)
    #expect(arguments.has(loud) && arguments.has(quick) && arguments.integer(count) == 3)
    #expect(arguments.bindings(binding).map(\.name) == ["a", "b", "c"])
    #expect(arguments.bindings(binding).map(\.value) == ["1", "x=y", ""])
    #expect(arguments.operands == ["-", "-l"])
    #expect(arguments.text(money) == nil && !arguments.has(money))
  }

  @Test(arguments: [
    ("a --ouput json", "`signalbox try` has no option `--ouput`", "--output"),
    ("a -o jsn", "`--output` is one of text, json, not `jsn`", "json"),
    ("a -loud", "`-loud` has one dash too few", "--loud"),
    ("a -o", "`--output` needs a value: --output FORMAT", nil),
    ("a -o --loud", "`--output` needs a value: --output FORMAT", nil),
    ("a --loud=1", "`--loud` takes no value", nil),
    ("a -l -l", "`--loud` is given twice", nil),
    ("a -n 10", "`--count` needs a whole number from 1 to 9, not `10`", nil),
    ("a -n x", "`--count` needs a whole number from 1 to 9, not `x`", nil),
    ("a --budget 1e3", "`--budget` needs a number such as 0.25, not `1e3`", nil),
    ("a --budget .5", "`--budget` needs a number such as 0.25, not `.5`", nil),
    ("a --budget -1", "`--budget` needs a number such as 0.25, not `-1`", nil),
    ("a -w =1", "`--with` needs NAME=VALUE, not `=1`", nil),
    ("a -w a", "`--with` needs NAME=VALUE, not `a`", nil),
    ("-l", "`FILE` is missing: files", nil),
    ("a -lx", "`signalbox try` has no option `-x`", nil),
    ("a -5", "`signalbox try` has no option `-5`", "-- -5"),
  ])
  func `what does not fit is refused by name`(
    words: String,
    message: String,
    suggestion: String?
  ) throws {
    #expect(try refusal(words) == UsageError(message, suggestion: suggestion))
  }
}
