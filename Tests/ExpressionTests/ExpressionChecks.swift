import Expression
import Source
import Values

/// An environment as flows have it, and short forms of what the tests do with it.
enum Sample {
  static let records: RecordRegistry = {
    var records = RecordRegistry()
    records.declare(
      "classify.output",
      fields: [
        RecordField("confidence", .double),
        RecordField("category", .string, allowedTexts: ["technical", "billing"]),
        RecordField("note", .string, isOptional: true),
        RecordField("tags", .list(.string)),
      ]
    )
    return records
  }()

  static let variables: [Environment.Variable] = [
    .init(name: "input", type: .map(.string, .dyn), slot: 0),
    .init(name: "classify", type: .record("classify.output"), slot: 1),
    .init(name: "steps.classify", type: .map(.string, .dyn), slot: 2),
    .init(name: "run.elapsed", type: .duration, slot: 3),
    .init(name: "score", type: .double, slot: 4),
    .init(name: "items", type: .list(.map(.string, .dyn)), slot: 5),
    .init(name: "now", type: .timestamp, slot: 6),
  ]

  static let environment: Environment = {
    var environment = Environment(
      variables: variables,
      aliases: [.init(name: "confidence", variable: "classify", fields: ["confidence"])],
      refusals: [
        .init(name: "secrets", message: "secrets are closed to guards", hint: "use `env`")
      ],
      records: records
    )
    environment.options.doubtsUndeclaredNumbers = true
    environment.schemaChecks["order"] = { value in
      if case .map = value { nil } else { "expected an object" }
    }
    return environment
  }()

  static let memory: Memory = {
    var memory = Memory(slotCount: 7)
    memory.set(
      0,
      .map([
        "name": .string("Ada"), "count": .int(3), "nothing": .null, "rate": .double(0.5),
        "list": .list([.int(1), .int(2), .int(3)]), "text": .string("e\u{301}é"),
      ])
    )
    memory.set(
      1,
      .map([
        "confidence": .double(0.9), "category": .string("technical"),
        "tags": .list([.string("a"), .string("b")]),
      ])
    )
    memory.set(3, .duration(nanoseconds: 90_000_000_000))
    memory.set(4, .double(0.75))
    memory.set(
      5,
      .list([
        .map(["sku": .string("A1"), "price": .double(5), "qty": .double(2)]),
        .map(["sku": .string("Z9"), "price": .double(20), "qty": .double(3)]),
      ])
    )
    memory.set(6, .timestamp(Timestamp(seconds: 1_234_567_890, nanoseconds: 0)))
    return memory
  }()

  static func compile(
    _ text: String,
    dialect: Dialect = .flow,
    limits: Limits = Limits()
  ) -> (program: Program?, diagnostics: [Diagnostic]) {
    let environment =
      dialect == .flow
      ? environment : Environment(variables: variables, records: records, dialect: dialect)
    return Program.compile(SourceText(name: "test", text: text), in: environment, limits: limits)
  }

  /// `value: …`, `error: kind`, or `refused: code`.
  static func check(_ text: String, dialect: Dialect = .flow) -> String {
    let (program, diagnostics) = compile(text, dialect: dialect)
    guard let program else {
      return "refused: " + (diagnostics.first { $0.severity == .error }?.code.id ?? "?")
    }
    switch program.evaluate(memory) {
    case .value(let value): return "value: \(shown(value))"
    case .failure(let error): return "error: \(error.kind.rawValue)"
    }
  }

  static func render(_ text: String) -> String {
    let (template, diagnostics) = Template.compile(
      SourceText(name: "test", text: text),
      in: environment
    )
    guard let template else {
      return "refused: " + (diagnostics.first { $0.severity == .error }?.code.id ?? "?")
    }
    switch template.evaluate(memory) {
    case .value(let value): return "value: \(shown(value))"
    case .failure(let error): return "error: \(error.kind.rawValue)"
    }
  }

  static func shown(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool(let bool): String(bool)
    case .int(let int): String(int)
    case .uint(let uint): "\(uint)u"
    case .double(let double): String(double)
    case .string(let text): "'\(text)'"
    case .list(let list): "[" + list.map(shown).joined(separator: ", ") + "]"
    case .map(let map):
      "{" + map.entries.map { "\(shown($0.key.value)): \(shown($0.value))" }.joined(separator: ", ")
        + "}"
    case .optional(let inner): inner.map { "optional(\(shown($0)))" } ?? "none"
    case .duration(let nanoseconds): "\(nanoseconds)ns"
    default: value.kindName
    }
  }
}
