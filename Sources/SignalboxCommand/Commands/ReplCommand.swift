import Expression
import Signalbox

/// `signalbox repl`.
package struct ReplCommand: Command {
  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "repl",
    "evaluate expressions line by line",
    discussion: "On a terminal Tab completes names, the arrow keys recall lines. Commands: :let,\n"
      + ":load, :names, :type, :explain, :cost, :help, :quit. Ends with 1 when lines come from a\n"
      + "file or pipe and one of them fails.",
    options: [.input],
    examples: ["signalbox repl -i input.json", "echo '1 + 2' | signalbox repl"]
  )

  private let inputPath: String?

  /// The command as asked for.
  package init(_ arguments: Arguments) {
    inputPath = arguments.text(.input)
  }

  /// Reads lines until the input ends.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    var session = ReplSession(usesColor: console.usesColor(on: console.talk)) { path in
      do throws(CommandFailure) {
        return .success(try FlowFiles.value(at: path, console))
      } catch {
        return .failure(ReplFailure(error.message))
      }
    }
    if let inputPath { session.set("input", try FlowFiles.value(at: inputPath, console)) }
    if inputPath != "-", console.talk.isTerminal, let terminal = Terminal() {
      converse(&session, terminal, console)
      return .success
    }
    return batch(&session, console)
  }

  /// Lines of a file or pipe, without prompt or editing.
  private func batch(_ session: inout ReplSession, _ console: Console) -> ExitCode {
    var exit = ExitCode.success
    while let line = readLine() {
      let answer = session.handle(line)
      show(answer, console)
      if answer.hasFailed { exit = .runFailed }
      if answer.isEnd { break }
    }
    return exit
  }

  private func show(_ answer: ReplSession.Answer, _ console: Console) {
    if !answer.talk.isEmpty { console.talk.write(answer.talk) }
    if !answer.output.isEmpty { console.print(answer.output) }
  }

  // MARK: A terminal

  private static let prompt = "> "

  private func converse(
    _ session: inout ReplSession,
    _ terminal: Terminal,
    _ console: Console
  ) {
    console.say("CEL, as flows have it; :help lists the commands, Ctrl-D ends")
    var editor = LineEditor()
    repaint(editor, terminal, console)
    terminal.makeRaw()
    defer { terminal.restore() }
    while let byte = terminal.byte() {
      let completion = ReplCompletion(variables: session.variables)
      switch editor.type(byte, complete: { completion.candidates($0) }) {
      case .editing: break
      case .cancelled: console.talk.write("^C\r\n")
      case .choices(let words): console.talk.write("\r\n" + Self.columns(words))
      case .end:
        console.talk.write("\r\n")
        return
      case .line(let line):
        console.talk.write("\r\n")
        terminal.restore()
        let answer = session.handle(line)
        show(answer, console)
        if answer.isEnd { return }
        terminal.makeRaw()
      }
      repaint(editor, terminal, console)
    }
  }

  private func repaint(_ editor: LineEditor, _ terminal: Terminal, _ console: Console) {
    let width = max(10, terminal.columns - Self.prompt.utf8.count)
    let (text, column) = editor.shown(width: width)
    let place = column + Self.prompt.utf8.count
    console.talk.write("\r\u{1B}[K" + Self.prompt + text + "\r\u{1B}[\(place)C")
  }

  /// Words in columns of one width, at most 60 of them.
  private static func columns(_ words: [String]) -> String {
    let width = (words.map { $0.terminalColumns }.max() ?? 0) + 2
    let perLine = max(1, 80 / width)
    var text = ""
    for (position, word) in words.prefix(60).enumerated() {
      text += word + String(repeating: " ", count: max(0, width - word.terminalColumns))
      if position % perLine == perLine - 1 { text += "\r\n" }
    }
    if words.count > 60 { text += "and \(words.count - 60) more" }
    return text.hasSuffix("\r\n") ? text : text + "\r\n"
  }
}
