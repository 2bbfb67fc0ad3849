import FoundationEssentials
import Signalbox
import SignalboxTesting

/// Environments for properties, and how often they are checked.
enum Sample {
  static let isSoak = ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1"

  /// `few` runs in `make test`, a hundred times as many in a soak.
  static func runs(_ few: Int) -> Int { isSoak ? few * 100 : few }

  /// The seed of a property; SIGNALBOX_SEED gives others, so that soaks can go on.
  static func seed(_ seed: UInt64) -> UInt64 {
    let shift = ProcessInfo.processInfo.environment["SIGNALBOX_SEED"].flatMap { UInt64($0) } ?? 0
    return seed &+ shift &* 1_000
  }

  private static let records: RecordRegistry = {
    var records = RecordRegistry()
    records.declare(
      "answer",
      fields: [
        RecordField("confidence", .double),
        RecordField("category", .string, allowedTexts: ["technical", "billing"]),
        RecordField("note", .string, isOptional: true),
        RecordField("tags", .list(.string)),
        RecordField("odd-name", .int, isOptional: true),
      ]
    )
    return records
  }()

  private static let types: [(String, ExpressionType)] = [
    ("flag", .bool), ("n", .int), ("m", .int), ("u", .uint), ("x", .double), ("s", .string),
    ("raw", .bytes), ("at", .timestamp), ("span", .duration), ("numbers", .list(.int)),
    ("words", .list(.string)), ("table", .map(.string, .int)),
    ("deep", .map(.string, .list(.double))),
    ("answer", .record("answer")), ("answers", .list(.record("answer"))),
    ("steps.first", .map(.string, .string)),
  ]

  static func environment(_ dialect: Dialect) -> Environment {
    Environment(
      variables: types.enumerated().map { .init(name: $1.0, type: $1.1, slot: $0) },
      records: records,
      dialect: dialect
    )
  }

  /// The same language without folding and fused forms.
  static func plain(_ environment: Environment) -> Environment {
    var plain = environment
    plain.options.isOptimized = false
    return plain
  }

  static func compile(
    _ text: String,
    in environment: Environment
  ) -> (program: Program?, diagnostics: [Diagnostic]) {
    Program.compile(SourceText(name: "generated", text: text), in: environment)
  }

  /// A value as a text that tells NaN from NaN by nothing but its name.
  static func shown(_ evaluation: Evaluation) -> String {
    switch evaluation {
    case .value(let value): String(describing: value)
    case .failure(let error): "failure \(error.kind)"
    }
  }
}

extension Dialect {
  static let both: [Dialect] = [.cel, .flow]
}
