import Glibc
import Signalbox

/// Asks the person at this terminal.
struct PersonPrompt {
  /// What came of asking.
  enum Reply {
    /// The answer, not checked yet.
    case answer(Value)
    /// The person ended the input.
    case endOfInput
    /// Something else is to be looked at first: a signal came, or the time to answer is over.
    case interrupted
  }

  let console: Console
  private let input = LineInput()
  /// Who answers, as the journal records it.
  let person: String

  /// A prompt, when a person sits at a terminal and may be asked.
  init?(_ console: Console, isForbidden: Bool) {
    guard !isForbidden, FileHandle.isTerminal(0), FileHandle.isTerminal(2) else { return nil }
    self.console = console
    person = console.environment("USER") ?? "terminal"
  }

  /// Asks for each field of the answer, until the person answers, a signal comes or it is too late.
  func ask(_ task: PersonTask, until deadline: Int64, _ clock: any RunClock) async -> Reply {
    let seen = Interrupt.wish
    let mayWait: () -> Bool = {
      Interrupt.wish == seen && (deadline < 0 || clock.nowMilliseconds < deadline)
    }
    guard let answer = await answer(task, mayWait) else {
      return mayWait() ? .endOfInput : .interrupted
    }
    return .answer(answer)
  }

  private func answer(_ task: PersonTask, _ mayWait: () -> Bool) async -> Value? {
    console.say("")
    console.say("\(task.step) asks \(task.performer.roles.joined(separator: ", "))")
    if case .map(let input) = task.input {
      for entry in input.entries {
        guard case .string(let name) = entry.key else { continue }
        console.say("  \(name): \(Self.shown(entry.value))")
      }
    }
    guard case .map(let fields)? = task.outputSchema?["properties"] else {
      console.talk.write("answer (JSON): ")
      return await input.line(while: mayWait).flatMap { try? JSONParser.parse(Array($0.utf8)) }
    }
    var answer = ValueMap()
    for entry in fields.entries {
      guard case .string(let name) = entry.key else { continue }
      let isRequired = Self.isRequired(name, task)
      guard let value = await ask(name, entry.value, isRequired: isRequired, mayWait) else {
        return nil
      }
      if let value = value { answer[name] = value }
    }
    return .map(answer)
  }

  private static func isRequired(_ name: String, _ task: PersonTask) -> Bool {
    guard case .list(let required)? = task.outputSchema?["required"] else { return false }
    return required.contains(.string(name))
  }

  /// Asks until the field fits; the outer nil is the end of the input, the inner one no value.
  private func ask(
    _ name: String,
    _ schema: Value,
    isRequired: Bool,
    _ mayWait: () -> Bool
  ) async -> Value?? {
    var choices: [String] = []
    if case .list(let values)? = schema["enum"] { choices = values.compactMap(\.text) }
    for _ in 0..<5 {
      let options = choices.isEmpty ? "" : " (\(choices.joined(separator: ", ")))"
      console.talk.write("  \(name)\(options)\(isRequired ? "" : ", may be empty"): ")
      guard let line = await input.line(while: mayWait) else { return nil }
      if line.isEmpty, !isRequired { return .some(nil) }
      if let value = AnswerText.value(line, schema: schema) { return value }
      console.say("  not one of \(choices.joined(separator: ", "))")
    }
    return nil
  }

  static func shown(_ value: Value) -> String {
    let text = value.text ?? JSONWriter.string(value)
    return text.visibleInTerminal
  }
}

/// One field of an answer as a person types it.
enum AnswerText {
  /// The value that a text stands for: text where the schema wants text, else JSON.
  static func value(_ text: String, schema: Value?) -> Value? {
    if case .list(let values)? = schema?["enum"] {
      return values.first { $0.text?.sameScalars(as: text) ?? false }
        ?? (try? JSONParser.parse(Array(text.utf8))).flatMap { values.contains($0) ? $0 : nil }
    }
    if schema?["type"]?.text == "string" { return .string(text) }
    return (try? JSONParser.parse(Array(text.utf8))) ?? .string(text)
  }
}
