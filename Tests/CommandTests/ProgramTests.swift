import SignalboxCommand
import Testing

@Suite struct ProgramTests {
  @Test func `data goes to the output and nothing to the talk`() async {
    for words in [["version"], ["--version"]] {
      let output = CapturedText()
      let talk = CapturedText()
      let console = Console(output: output, talk: talk, environment: { _ in nil })
      #expect(await Program.run(words, console) == .success)
      #expect(output.text == "signalbox \(Program.version)\n" && talk.text.isEmpty)
    }
    let json = await Outcome("version", "-o", "json")
    #expect(json.output == "{\"name\":\"signalbox\",\"version\":\"\(Program.version)\"}\n")
  }

  @Test func `wrong use is talk, exit 2 and a way out`() async {
    let outcome = await Outcome("explan")
    #expect(outcome.code == .badUse && outcome.output.isEmpty)
    #expect(
      outcome.talk == """
        error: there is no command `explan`
           = did you mean `explain`?
        help:  signalbox --help

        """
    )
    let option = await Outcome("version", "--ouput=json")
    #expect(option.code == .badUse)
    #expect(
      option.talk.hasSuffix("usage: signalbox version [OPTIONS]\nhelp:  signalbox version --help\n")
    )
    #expect(await Outcome().code == .badUse)
    #expect(await Outcome("--color", "never").code == .badUse)
    #expect(await Outcome("help", "nothing").code == .badUse)
    #expect(await Outcome("explain", "SBX-NONE-001").code == .badUse)
    let hostile = await Outcome("\u{1B}[2J")
    #expect(!hostile.talk.unicodeScalars.contains("\u{1B}"))
  }

  @Test func `every command has help, by option and by command`() async {
    for declaration in Program.declarations {
      let byOption = await Outcome(declaration.name, "nonsense", "--help")
      let byCommand = await Outcome("help", declaration.name)
      #expect(byOption.code == .success && byOption.output == byCommand.output)
      #expect(byCommand.output.hasPrefix("usage: signalbox \(declaration.name) [OPTIONS]"))
    }
    #expect(await Outcome("explain", "--", "--help").code == .badUse)
  }

  @Test func `an output that cannot be written is exit 74`() async {
    let talk = CapturedText()
    let console = Console(
      output: CapturedText(failure: 28),
      talk: talk,
      environment: { _ in nil }
    )
    #expect(await Program.run(["version"], console) == .inputOutput)
    #expect(talk.text.hasPrefix("error: cannot write the output"))
  }

  @Test(arguments: [
    (ColorPolicy.auto, true, ["TERM": "xterm"], true), (.auto, false, ["TERM": "xterm"], false),
    (.auto, true, ["TERM": "dumb"], false), (.auto, true, [:], false),
    (.auto, true, ["TERM": "xterm", "NO_COLOR": "1"], false),
    (.auto, true, ["TERM": "xterm", "NO_COLOR": ""], true),
    (.always, false, ["NO_COLOR": "1"], true), (.never, true, ["TERM": "xterm"], false),
  ])
  func `colour follows the policy, the terminal and the environment`(
    policy: ColorPolicy,
    isTerminal: Bool,
    environment: [String: String],
    isColored: Bool
  ) {
    let stream = CapturedText(isTerminal: isTerminal)
    let console = Console(
      output: stream,
      talk: stream,
      colorPolicy: policy,
      environment: { environment[$0] }
    )
    #expect(console.usesColor(on: stream) == isColored)
  }
}

@Suite struct DeclarationTests {
  private let all = Program.declarations

  @Test func `names and letters are unique and lines are short`() {
    #expect(Set(all.map(\.name)).count == all.count)
    for declaration in all {
      let options = declaration.allOptions
      let letters = options.compactMap(\.short)
      #expect(Set(options.map(\.name)).count == options.count, "\(declaration.name)")
      #expect(Set(letters).count == letters.count, "\(declaration.name)")
      #expect(!declaration.examples.isEmpty, "\(declaration.name) has no example")
      let isOpenEarly = declaration.operands.dropLast().contains { $0.isRepeated }
      #expect(!isOpenEarly, "\(declaration.name)")
      let lines = HelpText().command(declaration).split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= 100 }, "\(declaration.name)")
    }
  }

  @Test func `completions know every command and option`() {
    for script in [BashCompletion.script(all), ZshCompletion.script(all)] {
      for declaration in all {
        #expect(script.contains("  \(declaration.name))\n"), "\(declaration.name)")
        for option in declaration.allOptions { #expect(script.contains(option.longForm)) }
      }
    }
  }
}
