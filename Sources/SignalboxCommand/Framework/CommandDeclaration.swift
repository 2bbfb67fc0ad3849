/// What one command accepts, as data: the parser, the help and the completions read it.
package struct CommandDeclaration: Sendable {
  /// The verb.
  package let name: String
  /// One line for the list of commands, without a full stop.
  package let summary: String
  /// Further lines for the command's own help.
  package let discussion: String
  /// What follows without a dash, in order.
  package let operands: [OperandDeclaration]
  /// The command's own options; `--color` and `--help` are added to every command.
  package let options: [OptionDeclaration]
  /// Whole command lines that show typical use.
  package let examples: [String]

  /// A declaration.
  package init(
    _ name: String,
    _ summary: String,
    discussion: String = "",
    operands: [OperandDeclaration] = [],
    options: [OptionDeclaration] = [],
    examples: [String]
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.operands = operands
    self.options = options
    self.examples = examples
  }

  /// The own options and those of every command.
  package var allOptions: [OptionDeclaration] { options + [.color, .help] }

  /// `signalbox check [OPTIONS] FLOW...`.
  package var usage: String {
    let operands = operands.map { operand in
      let name = operand.isRepeated ? operand.name + "..." : operand.name
      return operand.isRequired ? name : "[\(name)]"
    }
    return (["signalbox", name, "[OPTIONS]"] + operands).joined(separator: " ")
  }
}

/// An argument without a dash.
package struct OperandDeclaration: Sendable {
  /// Upper-case, as the usage line shows it.
  package let name: String
  /// One line for the help.
  package let summary: String
  /// What it must look like.
  package let kind: ValueKind
  /// Whether it must be given, at least once when repeated.
  package let isRequired: Bool
  /// Whether it takes all that follows; only the last operand may.
  package let isRepeated: Bool

  /// An operand, required and single unless said otherwise.
  package init(
    _ name: String,
    _ summary: String,
    kind: ValueKind,
    isRequired: Bool = true,
    isRepeated: Bool = false
  ) {
    self.name = name
    self.summary = summary
    self.kind = kind
    self.isRequired = isRequired
    self.isRepeated = isRepeated
  }
}

/// An argument with a dash: a flag when it has no kind of value.
package struct OptionDeclaration: Sendable {
  /// The long name without dashes.
  package let name: String
  /// The letter behind a single dash.
  package let short: Character?
  /// What its value must look like; nil for a flag.
  package let kind: ValueKind?
  /// Whether it may be given more than once.
  package let isRepeated: Bool
  /// One line for the help.
  package let summary: String
  /// What holds when it is left out, as the help prints it.
  package let defaultText: String?

  /// An option.
  package init(
    _ name: String,
    short: Character? = nil,
    _ summary: String,
    kind: ValueKind? = nil,
    isRepeated: Bool = false,
    default defaultText: String? = nil
  ) {
    self.name = name
    self.short = short
    self.kind = kind
    self.isRepeated = isRepeated
    self.summary = summary
    self.defaultText = defaultText
  }

  /// `--name`.
  package var longForm: String { "--" + name }

  /// `-o, --output FORMAT`, aligned as if each option had a letter.
  package var helpForm: String {
    let letter = short.map { "-\($0), " } ?? "    "
    return letter + longForm + (kind.map { " " + $0.placeholder } ?? "")
  }

  /// Every command has it.
  package static let help = OptionDeclaration("help", short: "h", "print this help")
  /// Every command has it.
  package static let color = OptionDeclaration(
    "color",
    "colour the text",
    kind: .choice(ColorPolicy.allCases.map(\.rawValue), placeholder: "WHEN"),
    default: "auto"
  )
}
