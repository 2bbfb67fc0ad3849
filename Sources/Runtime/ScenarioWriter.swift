import Table
import Values

/// Writes scenarios as a file that `ScenarioFile` reads.
struct ScenarioWriter {
  /// The answers to one key of a script.
  enum Answers {
    case every(PathReply)
    case list([PathReply])
    case byItem([PathReply])
  }

  /// One scenario before it was played.
  struct Draft {
    var name: String
    var input: Value
    var script: [(key: String, answers: Answers)]
    var occurrences: [(afterMilliseconds: Int64, content: ScenarioOccurrence.Content)]
    /// Lines above it for people.
    var remarks: [String] = []
    /// Calls that it expects, as selectors.
    var calls: [String] = []
  }

  /// A file with one scenario; what it must come to is left out without `report`.
  static func file(_ draft: Draft, _ report: ScenarioReport? = nil) -> String {
    "scenarios:\n" + scenario(draft, report)
  }

  /// One entry of `scenarios`.
  static func scenario(_ draft: Draft, _ report: ScenarioReport?) -> String {
    var text = draft.remarks.map { "  # \(ScenarioResults.line($0))\n" }.joined()
    text += "  - name: \(quoted(draft.name))\n"
    text += "    input: \(JSONWriter.string(draft.input))\n"
    if !draft.script.isEmpty {
      text += "    script:\n"
      for entry in draft.script { text += "      \(key(entry.key)): \(words(entry.answers))\n" }
    }
    if !draft.occurrences.isEmpty {
      text += "    events:\n"
      for occurrence in draft.occurrences {
        text += "      - {at: \(occurrence.afterMilliseconds)ms, "
        switch occurrence.content {
        case .event(let name, .null): text += "name: \(quoted(name))}\n"
        case .event(let name, let data):
          text += "name: \(quoted(name)), data: \(JSONWriter.string(data))}\n"
        case .cancel(let reason): text += "cancel: \(quoted(reason))}\n"
        }
      }
    }
    return text + expectation(draft, report)
  }

  private static func expectation(_ draft: Draft, _ report: ScenarioReport?) -> String {
    guard let report, let ending = report.ending else { return "" }
    var text = "    expect:\n"
    text += "      path: [\(report.path.map { quoted($0) }.joined(separator: ", "))]\n"
    if let final = ending.final { text += "      final: \(quoted(final))\n" }
    text += "      outcome: \(ending.outcome)\n"
    if let error = ending.error { text += "      error: \(error.name)\n" }
    if !draft.calls.isEmpty { text += "      calls: [\(draft.calls.joined(separator: ", "))]\n" }
    return text
  }

  private static func words(_ answers: Answers) -> String {
    func list(_ answers: [PathReply]) -> String {
      "[" + answers.map { words($0) }.joined(separator: ", ") + "]"
    }
    switch answers {
    case .every(let answer): return words(answer)
    case .list(let answers): return list(answers)
    case .byItem(let answers): return "{by_item: \(list(answers))}"
    }
  }

  private static func words(_ reply: PathReply) -> String {
    let after = reply.afterMilliseconds > 0 ? "after: \(reply.afterMilliseconds)ms, " : ""
    return switch reply.answer {
    case .output(let value): "{\(after)output: \(JSONWriter.string(value))}"
    case .failure(let kind): "{\(after)error: \(kind.name)}"
    case .never: "{never: true}"
    }
  }

  private static func key(_ text: String) -> String {
    let isPlain =
      text.utf8.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x5F
      } && !["true", "false", "null", ""].contains(text.lowercased())
    return isPlain ? text : quoted(text)
  }

  /// A text in double quotes, as JSON and YAML read it.
  static func quoted(_ text: String) -> String { JSONWriter.string(.string(text)) }
}
