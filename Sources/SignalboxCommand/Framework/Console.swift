import Source

/// Where a command's words go: data to one stream, talk to another.
package struct Console: Sendable {
  /// Data: what another program may read.
  package let output: any TextStream
  /// Talk: progress, findings about the use, errors.
  package let talk: any TextStream
  /// The variables of the environment that the console heeds, and commands may read.
  package let environment: @Sendable (String) -> String?
  /// What `--color` says.
  package var colorPolicy: ColorPolicy

  /// A console.
  package init(
    output: any TextStream,
    talk: any TextStream,
    colorPolicy: ColorPolicy = .auto,
    environment: @escaping @Sendable (String) -> String?
  ) {
    self.output = output
    self.talk = talk
    self.colorPolicy = colorPolicy
    self.environment = environment
  }

  /// Whether to colour what goes to `stream`.
  ///
  /// Under `auto`: a terminal that is not `dumb`, and no `NO_COLOR` (<https://no-color.org>).
  package func usesColor(on stream: any TextStream) -> Bool {
    switch colorPolicy {
    case .always: return true
    case .never: return false
    case .auto:
      guard stream.isTerminal, environment("NO_COLOR")?.isEmpty ?? true else { return false }
      let terminal = environment("TERM") ?? ""
      return !terminal.isEmpty && terminal != "dumb"
    }
  }

  /// Writes data.
  package func print(_ text: String) { output.write(text) }

  /// Writes one line of data.
  package func print(line: String) { output.write(line + "\n") }

  /// Writes one line of talk.
  package func say(_ line: String) { talk.write(line + "\n") }

  /// Writes `error: message` and what to do instead; control characters are made visible.
  package func report(_ message: String, hint: String? = nil) {
    let bold = usesColor(on: talk)
    let kind = bold ? "\u{1B}[1;31merror\u{1B}[0m" : "error"
    var text = kind + ": " + message.visibleInTerminal + "\n"
    if let hint { text += "   = " + hint.visibleInTerminal + "\n" }
    talk.write(text)
  }
}

/// A stream of text to the world outside.
package protocol TextStream: Sendable {
  /// Whether a person watches it.
  var isTerminal: Bool { get }
  /// Writes all of `text`; what cannot be written is remembered, not thrown.
  func write(_ text: String)
  /// The number of the system error that stopped it; nil when all was written.
  var failure: Int32? { get }
}

/// When to colour.
package enum ColorPolicy: String, Sendable, CaseIterable {
  /// On a terminal that can, unless `NO_COLOR` is set.
  case auto
  /// Always.
  case always
  /// Never.
  case never
}

/// The form of a command's data.
package enum OutputFormat: String, Sendable, CaseIterable {
  /// For people.
  case text
  /// One JSON value.
  case json
  /// One JSON value a line.
  case jsonLines = "jsonl"
  /// A SARIF 2.1.0 log.
  case sarif
}
