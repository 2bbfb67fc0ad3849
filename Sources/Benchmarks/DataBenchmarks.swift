import JSONPath
import Signalbox

/// Queries and schemas.
enum DataBenchmarks {
  static let all = [
    Benchmark(names: ["jsonpath.compile_100"], measure: compile),
    Benchmark(
      names: ["jsonpath.guard_1kb", "jsonpath.plain_guard_1kb"],
      measure: guards
    ),
    Benchmark(names: ["jsonpath.filter_1mb", "jsonpath.descend_1mb"], measure: large),
    Benchmark(names: ["jsonpath.hostile_worst", "jsonpath.hostile_growth"], measure: hostile),
    Benchmark(names: ["schema.validate_2kb", "schema.compile_2kb"], measure: schema),
  ]

  // MARK: Queries

  /// A hundred queries as flows have them; none of them could do without the engine.
  private static var queries: [String] {
    (0..<100).map { number in
      switch number % 5 {
      case 0: "$.items[?@.price < \(number)].name"
      case 1: "$.orders[*].lines[?@.kind == 'k\(number)' && @.count >= \(number)]"
      case 2: "$..field\(number)"
      case 3: "$.customers[?match(@.mail, '[a-z]+@host\(number)')].mail"
      default: "$.values[\(number):][?count(@.parts[*]) > \(number) || !@.closed]"
      }
    }
  }

  private static func bundle(_ texts: [String]) throws -> QueryBundle {
    let queries = try texts.map { text in
      let (query, findings) = QueryParser.parse(SourceText(name: "query", text: text))
      guard let query else {
        throw BenchmarkFailure(description: "\(text): \(findings.map(\.message))")
      }
      return query
    }
    let (bundle, findings) = QueryBundle.compile(queries)
    guard let bundle else { throw BenchmarkFailure(description: "\(findings.map(\.message))") }
    return bundle
  }

  /// From texts to the first answer: parsing, translation, the engine's own compiler.
  private static func compile() throws -> [Figure] {
    let texts = queries
    let document = Value.map([:])
    let sink = Sink()
    let time = try Measurement.median(samples: 15) {
      let bundle = try bundle(texts)
      sink.take(try bundle.exists(99, in: document) ? 1 : 0)
    }
    return [Figure(name: "jsonpath.compile_100", value: time * 1e3, unit: "ms")]
  }

  /// Items of an order: 16 make about 1 KB.
  private static func document(items: Int) -> Value {
    .map([
      "limit": .int(10),
      "items": .list(
        (0..<items).map { number in
          .map([
            "id": .int(Int64(number)), "name": .string("article \(number)"),
            "price": .double(Double(number % 100) + 0.5),
            "tags": .list([.string("red"), .string("new")]),
          ])
        }
      ),
    ])
  }

  /// Guards of a flow as `Execution` evaluates them, values in the memory of the run.
  private static func guards() throws -> [Figure] {
    let document = document(items: 16)
    let size = JSONWriter.bytes(document).count
    guard (900...1_200).contains(size) else {
      throw BenchmarkFailure(description: "the document has \(size) bytes")
    }
    var environment = Environment(
      variables: [Environment.Variable(name: "order", type: .dyn, slot: 0)]
    )
    environment.queryLanguage = FlowQueries(limits: Limits())
    environment.queryVariables = ["order"]
    var memory = Memory(slotCount: 1)
    memory.set(0, document)
    return try [
      ("jsonpath.guard_1kb", "$.order.items[?@.price > 12 && @.id < $.order.limit]"),
      ("jsonpath.plain_guard_1kb", "$.order.items[3].name"),
    ].map { name, text in
      let source = SourceText(name: "guard", text: text)
      guard let program = Program.compile(source, in: environment).program else {
        throw BenchmarkFailure(description: "\(text) does not compile")
      }
      let sink = Sink()
      let time = Measurement.median(samples: 31, rounds: 100) {
        switch program.test(memory) {
        case .isTrue: sink.take(1)
        case .isFalse: sink.take(2)
        case .failure: sink.take(0)
        }
      }
      guard sink.sum > 0 else { throw BenchmarkFailure(description: "\(text) fails") }
      return Figure(name: name, value: time * 1e6, unit: "us")
    }
  }

  /// A filter and a descent over 1 MB, the document made ready before.
  private static func large() throws -> [Figure] {
    let value = document(items: 17_000)
    let bundle = try bundle(["$.items[?@.price < 10].name", "$..price"])
    let document = try bundle.document(value)
    let sink = Sink()
    return try [("jsonpath.filter_1mb", 0, 1_700), ("jsonpath.descend_1mb", 1, 17_000)].map {
      name,
      query,
      count in
      let time = try Measurement.median(samples: 9) {
        let nodes = try bundle.nodes(of: query, in: document)
        guard nodes.count == count else {
          throw BenchmarkFailure(description: "\(nodes.count) nodes instead of \(count)")
        }
        sink.take(nodes.count)
      }
      return Figure(name: name, value: time * 1e3, unit: "ms")
    }
  }

  /// The longest that a hostile query on 1 MB takes, refused or run, and the most memory.
  private static func hostile() throws -> [Figure] {
    let value = document(items: 17_000)
    var worst = 0.0
    var growth = 0
    for text in HostileQueries.texts {
      let watch = Stopwatch()
      let start = watch.seconds
      let peak = PeakMemory.growth {
        do {
          let bundle = try bundle([text])
          _ = try bundle.nodes(of: 0, in: value).count
        } catch {
          // A refusal is what the time is measured of.
        }
      }
      let time = watch.seconds - start
      growth = max(growth, peak)
      if CommandProcess.environment("SIGNALBOX_VERBOSE") != nil { print(text.prefix(40), time) }
      worst = max(worst, time)
    }
    return [
      Figure(name: "jsonpath.hostile_worst", value: worst * 1e3, unit: "ms"),
      Figure(name: "jsonpath.hostile_growth", value: Double(growth) / 1_048_576, unit: "MiB"),
    ]
  }

  // MARK: Schemas

  /// What a planner proposes: 2 KB with nested steps, and the schema of it.
  private static func schema() throws -> [Figure] {
    let plan = Value.map([
      "goal": .string("answer the customer"),
      "steps": .list(
        (0..<15).map { number in
          .map([
            "id": .string("step-\(number)"), "tool": .string(number % 2 == 0 ? "search" : "write"),
            "arguments": .map([
              "query": .string("what is known about case \(number)"), "limit": .int(10),
            ]),
            "depends_on": .list(number == 0 ? [] : [.string("step-\(number - 1)")]),
            "budget": .double(0.25),
          ])
        }
      ),
    ])
    let schema = try JSONParser.parse(Array(PlanSchema.text.utf8))
    let (compiled, findings) = Schema.compile(schema)
    guard let compiled else { throw BenchmarkFailure(description: "\(findings.map(\.message))") }
    let sink = Sink()
    let size = JSONWriter.bytes(plan).count
    guard (1_900...2_300).contains(size), compiled.validate(plan).isEmpty else {
      throw BenchmarkFailure(description: "the plan has \(size) bytes, or does not fit")
    }
    let validate = Measurement.median(samples: 31, rounds: 200) {
      sink.take(compiled.validate(plan).count)
    }
    let compile = Measurement.median(samples: 31, rounds: 20) {
      sink.take(Schema.compile(schema).diagnostics.count)
    }
    return [
      Figure(name: "schema.validate_2kb", value: validate * 1e6, unit: "us"),
      Figure(name: "schema.compile_2kb", value: compile * 1e6, unit: "us"),
    ]
  }
}
