/// Options that several commands share.
extension OptionDeclaration {
  /// The form of the data; the first format is the default.
  static func output(_ formats: [OutputFormat]) -> OptionDeclaration {
    OptionDeclaration(
      "output",
      short: "o",
      "form of the output",
      kind: .choice(formats.map(\.rawValue), placeholder: "FORMAT"),
      default: formats.first?.rawValue
    )
  }

  /// Files merged on top of a flow.
  static let overlay = OptionDeclaration(
    "with",
    "a file merged on top of the flow: mappings merge, lists and scalars replace",
    kind: .file(placeholder: "FILE"),
    isRepeated: true
  )

  /// Keys that a live run may start without their being enforced.
  static let acceptUnenforced = OptionDeclaration(
    "accept-unenforced",
    "run although KEY of a seed (rate_limit, rbac, tool_security, …) is not enforced yet",
    kind: .text(placeholder: "KEY"),
    isRepeated: true
  )

  /// The input of a flow.
  static let input = OptionDeclaration(
    "input",
    short: "i",
    "input of the flow, JSON or YAML; - reads the standard input",
    kind: .file(placeholder: "FILE")
  )

  /// Where runs are kept.
  static let store = OptionDeclaration(
    "store",
    "where runs are kept",
    kind: .file(placeholder: "FILE"),
    default: "$SIGNALBOX_STORE, else signalbox/runs.db under $XDG_STATE_HOME"
  )

  /// A hard budget in place of the flow's own.
  static let budget = OptionDeclaration(
    "budget",
    "hard budget in place of the flow's own",
    kind: .decimal(placeholder: "DOLLARS")
  )

  /// Prices of models.
  static let prices = OptionDeclaration(
    "prices",
    "price book of models",
    kind: .file(placeholder: "FILE"),
    default: "the flow's own, else $SIGNALBOX_PRICES, else the built-in book"
  )

  /// A scenario that answers calls.
  static let scenario = OptionDeclaration(
    "scenario",
    "answer calls from this scenario instead of making them",
    kind: .text(placeholder: "NAME")
  )

  /// Where scenarios are.
  static let scenarios = OptionDeclaration(
    "scenarios",
    "the file of scenarios",
    kind: .file(placeholder: "FILE"),
    default: "tests/<flow>.yaml beside the flow"
  )

  /// Warnings end as errors do.
  static let denyWarnings = OptionDeclaration(
    "deny-warnings",
    "end with 2 where there are warnings, too"
  )

  /// Never asks.
  static let noInput = OptionDeclaration("no-input", "never ask a person on this terminal")
}

extension OperandDeclaration {
  /// One flow file.
  static let flow = OperandDeclaration("FLOW", "a flow file", kind: .file(placeholder: "FLOW"))

  /// Several flow files, or folders of them.
  static let flows = OperandDeclaration(
    "FLOW",
    "flow files, or folders with flows, scenarios, price books and overlays",
    kind: .file(placeholder: "FLOW"),
    isRepeated: true
  )

  /// One run.
  static let run = OperandDeclaration(
    "RUN",
    "id of a run, as `signalbox runs` lists it, or the beginning of one",
    kind: .text(placeholder: "RUN")
  )
}
