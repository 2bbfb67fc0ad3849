import Signalbox

/// Evaluating and compiling guards: called across modules, metered, with values that change between
/// calls.
///
/// What metering costs is measured by scripts/bench-metering, which compiles this file again.
enum ExpressionBenchmarks {
  static let all = [
    guardBenchmark("expr.scalar", "risk_score < 0.7"),
    guardBenchmark(
      "expr.two_clause",
      "classifier.confidence > 0.8 && category in ['technical', 'billing']"
    ),
    guardBenchmark("expr.policy", policy),
    guardBenchmark("expr.exists_100", "items.exists(i, i.sku.startsWith('Z'))"),
    Benchmark(names: ["expr.filter_map_100"], measure: filterMap),
    guardBenchmark(
      "expr.regex",
      "user.email.matches('^[a-z0-9._]+@[a-z0-9.]+\\\\.(com|org)$')"
    ),
    Benchmark(names: ["expr.compile_small", "expr.compile_policy"], measure: compile),
  ]

  /// About 25 operators, two macros and a presence test.
  static let policy = """
    user.active && has(user.manager) && user.age >= 18 && user.age < 120
    && (user.level > 3 || user.department == 'finance')
    && user.roles.exists(r, r == 'admin' || r == 'editor')
    && resource.tags.all(t, t != 'secret' && t != 'closed')
    && (resource.size <= 1000000 || user.quota - resource.size > 0)
    && !(resource.owner == 'nobody')
    && (risk_score * 0.5 + classifier.confidence * 0.5 > 0.2
      ? category != 'blocked' : user.level > 8)
    """

  static let environment = Environment(
    variables: [
      .init(name: "risk_score", type: .double, slot: 0),
      .init(name: "classifier", type: .record("classifier"), slot: 1),
      .init(name: "category", type: .string, slot: 2),
      .init(name: "items", type: .list(.record("item")), slot: 3),
      .init(name: "user", type: .record("user"), slot: 4),
      .init(name: "resource", type: .record("resource"), slot: 5),
    ],
    records: records,
    dialect: .cel
  )

  private static let records: RecordRegistry = {
    var records = RecordRegistry()
    records.declare("classifier", fields: [RecordField("confidence", .double)])
    records.declare(
      "item",
      fields: [
        RecordField("sku", .string), RecordField("price", .int), RecordField("qty", .int),
      ]
    )
    records.declare(
      "user",
      fields: [
        RecordField("active", .bool), RecordField("manager", .string, isOptional: true),
        RecordField("age", .int), RecordField("level", .int), RecordField("department", .string),
        RecordField("roles", .list(.string)), RecordField("quota", .int),
        RecordField("email", .string),
      ]
    )
    records.declare(
      "resource",
      fields: [
        RecordField("tags", .list(.string)), RecordField("size", .int),
        RecordField("owner", .string),
      ]
    )
    return records
  }()

  /// Two memories whose every value differs; no value decides a guard at its first clause.
  private static let memories: [Memory] = [memory(0), memory(1)]

  private static func memory(_ variant: Int64) -> Memory {
    var memory = Memory(slotCount: 6)
    let shift = Double(variant) * 0.05
    memory.set(0, .double(0.65 + shift))
    memory.set(1, .map(["confidence": .double(0.9 - shift)]))
    memory.set(2, .string(variant == 0 ? "billing" : "technical"))
    memory.set(
      3,
      .list(
        (0..<100).map { index in
          .map([
            "sku": .string("A\(index + variant)"), "price": .int(index % 20 + variant),
            "qty": .int(index),
          ])
        }
      )
    )
    memory.set(
      4,
      .map([
        "active": .bool(true), "manager": .string("m\(variant)"), "age": .int(40 + variant),
        "level": .int(2 + variant), "department": .string("finance"),
        "roles": .list([.string("reader"), .string("author"), .string("editor")]),
        "quota": .int(5_000_000), "email": .string("ada.lovelace\(variant)@example.com"),
      ])
    )
    memory.set(
      5,
      .map([
        "tags": .list([.string("open"), .string("new"), .string("eu")]),
        "size": .int(2_000_000 + variant), "owner": .string("ada"),
      ])
    )
    return memory
  }

  private static func program(_ text: String) throws -> Program {
    let source = SourceText(name: "benchmark", text: text)
    let compiled = Program.compile(source, in: environment)
    guard let program = compiled.program else {
      throw BenchmarkFailure(description: "\(text): \(compiled.diagnostics.map(\.message))")
    }
    return program
  }

  private static func guardBenchmark(_ name: String, _ text: String) -> Benchmark {
    Benchmark(names: [name]) {
      let time = try seconds(program(text))
      return [Figure(name: name, value: time * 1e9, unit: "ns")]
    }
  }

  /// Samples of each figure, and about how long one takes: short enough that a busy machine
  /// interrupts few of them.
  private static let samples = 301
  private static let sampleSeconds = 100e-6

  /// How often `body` runs in one sample, an even number.
  private static func rounds(_ body: () throws -> Void) rethrows -> Int {
    let one = try Measurement.median(samples: 21, body)
    return max(2, min(4_096, Int(sampleSeconds / max(one, 1e-9))) & ~1)
  }

  /// The median time of one test of a guard, in seconds.
  private static func seconds(_ program: Program) throws -> Double {
    let memories = memories
    var truths = 0
    func test(_ round: Int) {
      if case .isTrue = program.test(memories[round & 1]) { truths &+= 1 }
    }
    let rounds = rounds { test(truths) }
    let time = Measurement.median(samples: samples) {
      for round in 0..<rounds { test(round) }
    }
    for memory in memories {
      if case .failure(let error) = program.test(memory) {
        throw BenchmarkFailure(description: "\(program.text): \(error.message)")
      }
    }
    Sink().take(truths)
    return time / Double(rounds)
  }

  /// A list comes back: the time includes its conversion to a value.
  private static func filterMap() throws -> [Figure] {
    let program = try program("items.filter(i, i.price > 10).map(i, i.price * i.qty)")
    let memories = memories
    let sink = Sink()
    let rounds = 16
    let time = try Measurement.median(samples: samples) {
      for round in 0..<rounds {
        guard case .value(.list(let list)) = program.evaluate(memories[round & 1]) else {
          throw BenchmarkFailure(description: "the list did not come")
        }
        sink.take(list.count)
      }
    }
    return [Figure(name: "expr.filter_map_100", value: time / Double(rounds) * 1e9, unit: "ns")]
  }

  /// Parsed, resolved, checked and built.
  private static func compile() throws -> [Figure] {
    let sink = Sink()
    var figures: [Figure] = []
    for (name, text) in [
      ("expr.compile_small", "risk_score < 0.7"), ("expr.compile_policy", policy),
    ] {
      let source = SourceText(name: "benchmark", text: text)
      let environment = environment
      let rounds = name == "expr.compile_small" ? 32 : 2
      let time = Measurement.median(samples: samples, rounds: rounds) {
        sink.take(Program.compile(source, in: environment).diagnostics.count)
      }
      figures.append(Figure(name: name, value: time * 1e6, unit: "us"))
    }
    return figures
  }
}
