import Expression
import Signalbox

/// `signalbox fmt-expr EXPRESSION`.
package struct FmtExprCommand: Command {
  private static let check = OptionDeclaration(
    "check",
    "print nothing; end with 1 when the expression is not in canonical form"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "fmt-expr",
    "print an expression in canonical form",
    discussion: "One line with the least parentheses; a comment ends a line.",
    operands: [
      OperandDeclaration(
        "EXPRESSION",
        "a CEL expression; - reads the standard input",
        kind: .text(placeholder: "EXPRESSION")
      )
    ],
    options: [check],
    examples: [
      "signalbox fmt-expr '(a&&b)||(c)'", "signalbox fmt-expr --check - < guard.cel",
    ]
  )

  private let expression: String
  private let isChecking: Bool

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    expression = try arguments.operand()
    isChecking = arguments.has(Self.check)
  }

  /// Prints the canonical form, or compares with it.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    let source: SourceText
    if expression == "-" {
      source = SourceText(try FlowFiles.read("-"))
    } else {
      source = SourceText(name: "<expression>", text: expression)
    }
    let parsed = ParsedExpression.parse(source)
    Findings(console).show(parsed.diagnostics)
    guard let canonical = parsed.expression?.canonicalText(keepingCommentsOf: source) else {
      return .badUse
    }
    guard isChecking else {
      console.print(line: canonical)
      return .success
    }
    // A file ends with a line feed, which is no part of the expression.
    var text = source.text
    if text.utf8.last == 0x0A { text.removeLast() }
    guard text.sameScalars(as: canonical) else {
      let isShort = !canonical.utf8.contains(0x0A)
      console.report(
        "the expression is not in canonical form",
        hint: isShort ? "write `\(canonical)`" : "`signalbox fmt-expr` prints it"
      )
      return .runFailed
    }
    return .success
  }
}
