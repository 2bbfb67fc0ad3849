import Expression
import Signalbox

/// A session of expressions: the variables, and what each line leads to.
///
/// Reads no input of its own.
package struct ReplSession {
  /// What a line led to.
  package struct Answer: Sendable {
    /// Data for the output.
    package var output = ""
    /// Findings and errors for the talk.
    package var talk = ""
    /// Whether the line was in error.
    package var hasFailed = false
    /// Whether the session is over.
    package var isEnd = false
  }

  /// Reads a file of data, or says why not.
  package typealias Reader = (String) -> Result<Value, ReplFailure>

  /// The variables, in order of their definition.
  package private(set) var variables: [(name: String, value: Value)] = []
  private let read: Reader
  private let usesColor: Bool

  /// A session without variables; `read` reads the files that `:load` names.
  package init(usesColor: Bool = false, read: @escaping Reader) {
    self.usesColor = usesColor
    self.read = read
  }

  /// Sets a variable, in place of one of the same name.
  package mutating func set(_ name: String, _ value: Value) {
    if let position = variables.firstIndex(where: { $0.name.sameScalars(as: name) }) {
      variables[position].value = value
    } else {
      variables.append((name, value))
    }
  }

  /// Does what a line asks for.
  package mutating func handle(_ line: String) -> Answer {
    let line = Self.trimmed(line)
    if line.isEmpty || line.utf8.starts(with: "//".utf8) { return Answer() }
    guard line.utf8.first == 0x3A else { return evaluated(line) }
    let end = line.utf8.firstIndex(of: 0x20) ?? line.endIndex
    let word = String(line[..<end])
    let rest = Self.trimmed(String(line[end...]))
    switch word {
    case ":help", ":h", ":?": return Answer(output: Self.help)
    case ":quit", ":q", ":exit": return Answer(isEnd: true)
    case ":names": return Answer(output: variables.map { described($0) }.joined())
    case ":let": return assigned(rest)
    case ":load": return loaded(rest)
    case ":type", ":explain", ":cost":
      guard !rest.isEmpty else { return failed("`\(word)` needs an expression") }
      return inspected(word, rest)
    default:
      let near = Suggestion.nearest(to: word, in: ReplCompletion.commands)
      return failed(
        "there is no command `\(word)`",
        near.map { "did you mean `\($0)`?" } ?? "list them with `:help`"
      )
    }
  }

  static let help = """
    EXPRESSION             its value; it is also the variable `it`
    :let NAME = EXPRESSION a variable
    :load FILE [NAME]      a JSON or YAML file as a variable, `input` unless named
    :names                 the variables
    :type EXPRESSION       its type
    :explain EXPRESSION    the value of every part, drawn under it
    :cost EXPRESSION       what it costs to evaluate, in CEL's units
    :quit                  the end, as Ctrl-D

    """

  private static func trimmed(_ text: String) -> String {
    var scalars = text.unicodeScalars[...]
    while let first = scalars.first, first.value <= 0x20 { scalars.removeFirst() }
    while let last = scalars.last, last.value <= 0x20 { scalars.removeLast() }
    return String(scalars)
  }

  private func described(_ variable: (name: String, value: Value)) -> String {
    let value = ValueText.text(variable.value, limit: 60).visibleInTerminal
    return "\(variable.name) = \(value)\n"
  }

  // MARK: Evaluating

  private var environment: Environment {
    Environment(
      variables: variables.enumerated().map { slot, variable in
        Environment.Variable(
          name: variable.name,
          type: Self.type(of: variable.value),
          slot: slot
        )
      }
    )
  }

  /// Scalars have their types; what collections hold is anything.
  private static func type(of value: Value) -> ExpressionType {
    switch value {
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    case .timestamp: .timestamp
    case .duration: .duration
    case .list: .list(.dyn)
    case .map: .map(.dyn, .dyn)
    default: .dyn
    }
  }

  private var memory: Memory {
    var memory = Memory(slotCount: variables.count)
    for (slot, variable) in variables.enumerated() { memory.set(slot, variable.value) }
    return memory
  }

  private func compiled(_ text: String, _ answer: inout Answer) -> Expression.Program? {
    let source = SourceText(name: "<line>", text: text)
    let result = Expression.Program.compile(source, in: environment)
    if !result.diagnostics.isEmpty {
      answer.talk += TerminalRenderer(color: usesColor).render(result.diagnostics)
    }
    if result.program == nil { answer.hasFailed = true }
    return result.program
  }

  private mutating func evaluated(_ text: String) -> Answer {
    var answer = Answer()
    guard let value = value(text, &answer) else { return answer }
    answer.output = ValueText.text(value).visibleInTerminal + "\n"
    set("it", value)
    return answer
  }

  private func value(_ text: String, _ answer: inout Answer) -> Value? {
    guard let program = compiled(text, &answer) else { return nil }
    switch program.evaluate(memory) {
    case .value(let value): return value
    case .failure(let error):
      let column = SourceText(name: "<line>", text: text).span(error.range).startPosition.column
      answer.talk += failed("\(error.message) (column \(column))").talk
      answer.hasFailed = true
      return nil
    }
  }

  private func inspected(_ command: String, _ text: String) -> Answer {
    var answer = Answer()
    guard let program = compiled(text, &answer) else { return answer }
    switch command {
    case ":type": answer.output = program.type.name + "\n"
    case ":explain": answer.output = EvaluationDiagram(program, memory).text
    default:
      let (evaluation, cost) = program.measure(memory)
      answer.output = "\(cost) of at most \(Limits().evaluationCost)\n"
      if let error = evaluation.error {
        answer.talk += failed(error.message).talk
        answer.hasFailed = true
      }
    }
    return answer
  }

  // MARK: Variables

  private mutating func assigned(_ rest: String) -> Answer {
    guard let equals = rest.utf8.firstIndex(of: 0x3D) else {
      return failed("`:let` needs a name and an expression", "write `:let x = 1 + 2`")
    }
    let name = Self.trimmed(String(rest[..<equals]))
    guard Self.isName(name) else {
      return failed("`\(name)` cannot name a variable", "write `:let x = 1 + 2`")
    }
    var answer = Answer()
    let text = String(rest[rest.utf8.index(after: equals)...])
    guard let value = value(text, &answer) else { return answer }
    set(name, value)
    answer.output = described((name, value))
    return answer
  }

  private mutating func loaded(_ rest: String) -> Answer {
    let words = rest.split(separator: " ").map { String($0) }
    guard let path = words.first, words.count <= 2 else {
      return failed("`:load` needs a file", "write `:load order.json` or `:load order.json order`")
    }
    let name = words.count == 2 ? words[1] : "input"
    guard Self.isName(name) else { return failed("`\(name)` cannot name a variable") }
    switch read(path) {
    case .success(let value):
      set(name, value)
      return Answer(output: described((name, value)))
    case .failure(let failure): return failed(failure.message)
    }
  }

  private static func isName(_ text: String) -> Bool {
    let parsed = ParsedExpression.parse(SourceText(name: "<name>", text: text)).expression
    return parsed?.canonicalText.sameScalars(as: text) == true
      && text.utf8.allSatisfy { byte in
        (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
          || byte == 0x5F
      }
      && !["true", "false", "null"].contains(text) && text.utf8.first.map { $0 > 0x39 } == true
  }

  private func failed(_ message: String, _ hint: String? = nil) -> Answer {
    var text = (usesColor ? "\u{1B}[1;31merror\u{1B}[0m" : "error") + ": "
    text += message.visibleInTerminal + "\n"
    if let hint { text += "   = \(hint.visibleInTerminal)\n" }
    return Answer(talk: text, hasFailed: true)
  }
}

/// Why a file could not be loaded, in words.
package struct ReplFailure: Error, Sendable {
  /// Lower-case, user input in backticks.
  package var message: String

  /// A failure.
  package init(_ message: String) { self.message = message }
}
