/// The help of the program and of each command, made from the declarations.
package struct HelpText: Sendable {
  /// Whether headings are in bold.
  package var color: Bool

  /// A writer of help.
  package init(color: Bool = false) { self.color = color }

  /// `signalbox --help`.
  package func program(_ commands: [CommandDeclaration]) -> String {
    var lines = [
      "Signalbox proves, prices and runs agent workflows that are written as data.",
      "",
      heading("usage: ") + "signalbox COMMAND [OPTIONS] [OPERANDS]",
      "",
      heading("commands:"),
    ]
    lines += table(commands.map { ($0.name, $0.summary) })
    lines += ["", heading("options:")]
    lines += table([
      (OptionDeclaration.help.helpForm, "print help, of a command when one is named"),
      ("    --version", "print the version"),
    ])
    lines += ["", heading("exit codes:")]
    lines += table(ExitCode.allCases.map { (String($0.rawValue), $0.meaning) })
    lines += ["", "More on one command: signalbox help COMMAND"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// `signalbox COMMAND --help`.
  package func command(_ declaration: CommandDeclaration) -> String {
    var lines = [
      heading("usage: ") + declaration.usage, "", HelpText.sentence(declaration.summary),
    ]
    if !declaration.discussion.isEmpty { lines += ["", declaration.discussion] }
    if !declaration.operands.isEmpty {
      lines += ["", heading("operands:")]
      lines += table(declaration.operands.map { ($0.name, summary($0.summary, $0.kind, nil)) })
    }
    lines += ["", heading("options:")]
    lines += table(
      declaration.allOptions.map { ($0.helpForm, summary($0.summary, $0.kind, $0.defaultText)) }
    )
    lines += ["", heading("examples:")]
    lines += declaration.examples.map { "  $ " + $0 }
    return lines.joined(separator: "\n") + "\n"
  }

  private func summary(_ text: String, _ kind: ValueKind?, _ defaultText: String?) -> String {
    let choices = kind?.choices ?? []
    return text + (choices.isEmpty ? "" : ": " + choices.joined(separator: ", "))
      + (defaultText.map { " [default: \($0)]" } ?? "")
  }

  /// Two columns; a name too long for the first stands on a line of its own.
  private func table(_ rows: [(name: String, text: String)]) -> [String] {
    let width = min(26, rows.map(\.name.count).max() ?? 0)
    return rows.flatMap { row in
      let padding = width - row.name.count
      guard padding >= 0 else {
        return ["  " + row.name, String(repeating: " ", count: width + 4) + row.text]
      }
      return ["  " + row.name + String(repeating: " ", count: padding + 2) + row.text]
    }
  }

  private func heading(_ text: String) -> String {
    color ? "\u{1B}[1m" + text + "\u{1B}[0m" : text
  }

  private static func sentence(_ summary: String) -> String {
    summary.prefix(1).uppercased() + summary.dropFirst() + "."
  }
}
