import Source

/// `signalbox explain CODE`.
package struct ExplainCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json])

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "explain",
    "say what a diagnostic code means, with a wrong and a right example",
    operands: [
      OperandDeclaration(
        "CODE",
        "a code, or an area such as SBX-FILE to list; all codes when left out",
        kind: .text(placeholder: "CODE"),
        isRequired: false
      )
    ],
    options: [output],
    examples: [
      "signalbox explain SBX-FILE-001", "signalbox explain file", "signalbox explain -o json",
    ]
  )

  private let wanted: String?
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) {
    wanted = arguments.operands.first
    format = arguments.choice(Self.output) ?? .text
  }

  /// Prints the explanation, or the list of codes.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    if let wanted, let code = CodeRegistry.code(wanted) {
      console.print(
        format == .json ? json(code).text + "\n" : CodeRegistry.explanation(of: code)
      )
      return .success
    }
    let codes = wanted.map { CodeRegistry.codes(inArea: $0) } ?? CodeRegistry.all
    guard !codes.isEmpty else { throw unknown(wanted ?? "") }
    let list = JSONOutput.array(codes.map { json($0) })
    console.print(format == .json ? list.text + "\n" : CodeRegistry.list(codes))
    return .success
  }

  private func json(_ code: DiagnosticCode) -> JSONOutput {
    [
      "code": .string(code.id), "title": .string(code.title),
      "explanation": .string(code.explanation),
    ]
  }

  private func unknown(_ wanted: String) -> CommandFailure {
    let nearest = CodeRegistry.suggestion(for: wanted)
    return CommandFailure(
      "there is no diagnostic code `\(wanted)`",
      hint: nearest.map { "did you mean \($0.id)?" } ?? "list them: signalbox explain",
      exit: .badUse
    )
  }
}
