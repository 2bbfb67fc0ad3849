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
    if !declaration.discussion.isEmpty {
      lines.append("")
      for line in declaration.discussion.split(separator: "\n", omittingEmptySubsequences: false) {
        // Indented lines are examples and keep their form.
        let isProse = line.count > Self.columns && !line.hasPrefix(" ")
        lines += isProse ? Self.wrapped(String(line), columns: Self.columns) : [String(line)]
      }
    }
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
      let margin = String(repeating: " ", count: width + 4)
      let lines = Self.wrapped(row.text, columns: Self.columns - width - 4)
      guard padding >= 0 else { return ["  " + row.name] + lines.map { margin + $0 } }
      let first = "  " + row.name + String(repeating: " ", count: padding + 2) + (lines.first ?? "")
      return [first] + lines.dropFirst().map { margin + $0 }
    }
  }

  /// Columns of the help's lines.
  private static let columns = 100

  /// The words of a text in lines of at most `columns`; a longer word stands alone.
  private static func wrapped(_ text: String, columns: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= columns {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  private func heading(_ text: String) -> String {
    color ? "\u{1B}[1m" + text + "\u{1B}[0m" : text
  }

  private static func sentence(_ summary: String) -> String {
    summary.prefix(1).uppercased() + summary.dropFirst() + "."
  }
}
