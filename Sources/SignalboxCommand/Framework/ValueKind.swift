import Source

/// What the value of an option or operand must look like.
package enum ValueKind: Sendable {
  /// Any text.
  case text(placeholder: String)
  /// The name of a file, or `-` for the standard input.
  case file(placeholder: String)
  /// A whole number in a range.
  case integer(ClosedRange<Int>, placeholder: String)
  /// A decimal number without sign or exponent, such as an amount of money.
  case decimal(placeholder: String)
  /// `NAME=VALUE`.
  case binding
  /// One of a closed set of words.
  case choice([String], placeholder: String)

  /// What stands for the value in the help.
  package var placeholder: String {
    switch self {
    case .text(let placeholder), .file(let placeholder), .integer(_, let placeholder),
      .decimal(let placeholder), .choice(_, let placeholder):
      placeholder
    case .binding: "NAME=VALUE"
    }
  }

  /// The words of a choice, else none.
  package var choices: [String] {
    if case .choice(let words, _) = self { words } else { [] }
  }

  /// Whether it names a file, for completions.
  package var isFile: Bool {
    if case .file = self { true } else { false }
  }

  /// Throws when `value` is not of this kind; `name` is the option or operand, as written.
  func validate(_ value: String, of name: String) throws(UsageError) {
    switch self {
    case .text: return
    case .file:
      if value.isEmpty || value.utf8.contains(0) {
        throw UsageError("`\(name)` needs the name of a file")
      }
    case .integer(let range, _):
      guard let number = Int(value), range.contains(number) else {
        throw UsageError("`\(name)` needs a whole number \(ValueKind.words(range)), not `\(value)`")
      }
    case .decimal:
      guard ValueKind.isDecimal(value) else {
        throw UsageError("`\(name)` needs a number such as 0.25, not `\(value)`")
      }
    case .binding:
      guard let equals = value.utf8.firstIndex(of: 0x3D), equals > value.startIndex else {
        throw UsageError("`\(name)` needs NAME=VALUE, not `\(value)`")
      }
    case .choice(let words, _):
      guard words.contains(value) else {
        throw UsageError(
          "`\(name)` is one of \(words.joined(separator: ", ")), not `\(value)`",
          suggestion: Suggestion.nearest(to: value, in: words)
        )
      }
    }
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func isDecimal(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
    return parts.count <= 2
      && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
  }
}
