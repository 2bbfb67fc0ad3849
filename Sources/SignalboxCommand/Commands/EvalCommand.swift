import Expression
import Signalbox

/// `signalbox eval EXPRESSION`.
package struct EvalCommand: Command {
  private static let output = OptionDeclaration.output([.json, .text])
  private static let binding = OptionDeclaration(
    "with",
    "a variable and its value as JSON, or as text when it is no JSON",
    kind: .binding,
    isRepeated: true
  )
  private static let explain = OptionDeclaration(
    "explain",
    "draw the value of every part under the expression"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "eval",
    "evaluate an expression",
    operands: [
      OperandDeclaration("EXPRESSION", "a CEL expression", kind: .text(placeholder: "EXPRESSION"))
    ],
    options: [.input, binding, explain, output],
    examples: [
      "signalbox eval 'input.risk < 0.7' -i input.json",
      "signalbox eval 'size(words) > 2' --with 'words=[\"a\", \"b\"]'",
      "signalbox eval 'a && b > 1' --with a=true --with b=2 --explain",
    ]
  )

  private let expression: String
  private let inputPath: String?
  private let bindings: [(name: String, value: String)]
  private let explains: Bool
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    expression = try arguments.operand()
    inputPath = arguments.text(.input)
    bindings = arguments.bindings(Self.binding)
    explains = arguments.has(Self.explain)
    format = arguments.choice(Self.output) ?? .json
  }

  /// JSON, else the text as it is; what begins like JSON and is none is a mistake.
  private static func value(of name: String, _ text: String) throws(CommandFailure) -> Value {
    do throws(JSONError) {
      return try JSONParser.parse(Array(text.utf8), lostDigits: .refuse)
    } catch {
      let first = text.utf8.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
      let isMeant =
        first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        || first == UInt8(ascii: "\"") || error.flaw == .digitsLost
        || error.flaw == .numberOutOfRange
      guard isMeant else { return .string(text) }
      throw CommandFailure(
        "`\(name)` is no JSON: \(error.message), at byte \(error.offset)",
        hint: "for a text write it in double quotes: --with '\(name)=\"…\"'",
        exit: .badUse
      )
    }
  }

  /// Prints the value, or why there is none.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    var values: [(name: String, value: Value)] = []
    if let inputPath { values.append(("input", try FlowFiles.value(at: inputPath, console))) }
    for (name, text) in bindings {
      values.append((name, try Self.value(of: name, text)))
    }
    var environment = Environment(
      variables: values.enumerated().map { slot, entry in
        Environment.Variable(name: entry.name, type: .dyn, slot: slot)
      }
    )
    environment.queryLanguage = FlowQueries(limits: Limits())
    environment.queryVariables = values.map(\.name)
    let source = SourceText(name: "<expression>", text: expression)
    let compiled = Expression.Program.compile(source, in: environment)
    Findings(console).show(compiled.diagnostics)
    guard let program = compiled.program else { return .badUse }
    var memory = Memory(slotCount: values.count)
    for (slot, entry) in values.enumerated() { memory.set(slot, entry.value) }
    if explains {
      console.print(EvaluationDiagram(program, memory).text)
    }
    switch program.evaluate(memory) {
    case .value(let value):
      if let key = value.collidingKey {
        console.report("two keys of one map are both `\"\(key)\"` as JSON")
        return .runFailed
      }
      let text = format == .text ? value.text : nil
      console.print(line: text ?? JSONWriter.string(value))
      return .success
    case .failure(let error):
      let span = source.span(error.range)
      console.report("\(error.message) (column \(span.startPosition.column))")
      return .runFailed
    }
  }
}
