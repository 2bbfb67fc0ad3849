import JSONPath
import Signalbox

/// What fuzzing feeds with bytes: each entry point that reads what strangers send.
///
/// Whatever the bytes, `feed` returns; a property that does not hold is a precondition failure.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// YAML documents.
  case yaml
  /// JSON texts.
  case json
  /// Flows: loading, compiling, starting.
  case flow
  /// Stored tables.
  case table
  /// Stored journal records.
  case record
  /// JSON Schemas: a schema, a zero byte, and a value to validate.
  case schema
  /// The lexer and parser of expressions.
  case syntax
  /// The checker of expressions, in both dialects.
  case checker
  /// The evaluator of expressions, optimised and plain.
  case evaluator
  /// Templates.
  case template
  /// JSONPath queries.
  case jsonpath

  /// Reads `bytes` as the target does.
  public func feed(_ bytes: [UInt8]) {
    let file = SourceFile(name: "fuzz.yaml", bytes: bytes)
    switch self {
    case .yaml: _ = DocumentParser.yaml(SourceText(file), limits: Limits())
    case .json: Self.feedJSON(bytes, file)
    case .flow: Self.feedFlow(file)
    case .table: Self.feedTable(bytes)
    case .record: Self.feedRecord(bytes)
    case .schema: Self.feedSchema(bytes)
    case .syntax: Self.feedSyntax(file)
    case .checker: Self.feedChecker(file)
    case .evaluator: Self.feedEvaluator(file)
    case .template:
      let compiled = Template.compile(SourceText(file), in: Self.environment(.flow))
      _ = compiled.template?.evaluate(Self.memory)
    case .jsonpath: _ = QueryParser.parse(SourceText(file))
    }
  }

  /// What is parsed and written again must be what was parsed.
  private static func feedJSON(_ bytes: [UInt8], _ file: SourceFile) {
    _ = DocumentParser.json(SourceText(file), limits: Limits())
    guard let value = try? JSONParser.parse(bytes) else { return }
    let written = JSONWriter.bytes(value)
    let again = try? JSONParser.parse(written)
    precondition(again == value, "JSON that is written must read as the same value")
  }

  private static func feedFlow(_ file: SourceFile) {
    guard let flow = FlowLoader.load(file).flow,
      let table = FlowCompiler.compile(flow).table
    else { return }
    let bytes = table.table.encoded()
    guard let decoded = try? TransitionTable(decoding: bytes) else {
      preconditionFailure("a compiled table must be readable")
    }
    precondition(decoded.encoded() == bytes, "a table must be written as it was read")
    run(table)
  }

  private static func feedTable(_ bytes: [UInt8]) {
    guard let table = try? TransitionTable(decoding: bytes) else { return }
    let again = try? TransitionTable(decoding: table.encoded())
    precondition(again?.encoded() == table.encoded(), "a table must be written as it was read")
    if let linked = LinkedTable.link(table).table { run(linked) }
  }

  private static func feedRecord(_ bytes: [UInt8]) {
    guard let record = try? JournalRecord(decoding: bytes) else { return }
    let again = try? JournalRecord(decoding: record.encoded())
    precondition(again?.encoded() == record.encoded(), "a record must be written as it was read")
  }

  /// A few events of every kind.
  private static func run(_ table: LinkedTable) {
    var state = Executor.start(table)
    var kinds: [RunEvent.Kind] = [
      .started(runID: "fuzz", input: .map([:]), environment: [:])
    ]
    for id in Int64(0)...6 {
      kinds += [
        .completed(effect: id, output: .map(["v": .int(id)]), usage: nil, costPicodollars: 1),
        .failed(effect: id, error: .timeout, message: "m", usage: nil, costPicodollars: 1),
        .fired(timer: id),
      ]
    }
    kinds += [.external(name: "e", payload: .null), .cancelled(reason: "r")]
    for (time, kind) in kinds.enumerated() {
      var output = StepOutput()
      let event = RunEvent(atMilliseconds: Int64(time), kind: kind)
      Executor.step(table, &state, event, &output)
    }
    let bytes = state.encoded()
    let decoded = try? RunState(decoding: bytes, for: table)
    precondition(decoded?.encoded() == bytes, "a state must be written as it was read")
  }

  private static func feedSchema(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let schema = try? JSONParser.parse(Array(first)),
      let compiled = Schema.compile(schema).schema
    else { return }
    var values: [Value] = [
      .null, .int(1), .string("a"), .list([.int(1)]), .map(["a": .int(1)]), schema,
    ]
    if parts.count > 1, let value = try? JSONParser.parse(Array(parts[1])) { values.append(value) }
    for value in values {
      let isAccepted = compiled.accepts(value)
      precondition(
        isAccepted == compiled.validate(value).isEmpty,
        "a value is accepted when nothing is said against it"
      )
    }
  }

  /// Tokens lie within the text in order, findings have places, and what is parsed is printed as
  /// something that is the same.
  private static func feedSyntax(_ file: SourceFile) {
    let source = SourceText(file)
    let bytes = Array(source.text.utf8)
    var end = 0
    for token in ExpressionText.tokens(bytes) {
      precondition(
        token.lowerBound >= end && token.upperBound <= max(bytes.count, token.lowerBound + 1),
        "tokens must be in order"
      )
      end = token.upperBound
    }
    if let expression = ParsedExpression.parse(source).expression {
      let printed = SourceText(name: "printed", text: expression.canonicalText)
      // Escapes may be longer than what they stand for.
      var limits = Limits()
      limits.expressionBytes *= 10
      let again = ParsedExpression.parse(printed, limits: limits).expression
      precondition(
        again.map { $0.isSame(as: expression) } == true,
        "an expression must be printed as itself"
      )
    }
    for isTemplate in [false, true] {
      for found in ExpressionText.diagnostics(source, pipes: isTemplate) {
        precondition(found.span != nil, "a finding must have a place")
      }
    }
  }

  private static func feedChecker(_ file: SourceFile) {
    for dialect in [Dialect.cel, .flow] {
      let result = Program.compile(SourceText(file), in: environment(dialect))
      precondition(
        (result.program == nil) == result.diagnostics.hasErrors,
        "an expression is refused with an error, and only then"
      )
    }
  }

  /// Folding and fused forms change no result, unless the cost limit ends one of them.
  private static func feedEvaluator(_ file: SourceFile) {
    for dialect in [Dialect.cel, .flow] {
      var environment = environment(dialect)
      guard let program = Program.compile(SourceText(file), in: environment).program else {
        continue
      }
      environment.options.isOptimized = false
      let plain = Program.compile(SourceText(file), in: environment).program
      let (one, other) = (program.evaluate(memory), plain?.evaluate(memory))
      _ = program.test(memory)
      let isLimited = [one.error?.kind, other?.error?.kind].contains { kind in
        kind == .costExceeded || kind == .valueTooLarge
      }
      if isLimited { continue }
      precondition(
        other.map { String(describing: $0.value) } == String(describing: one.value),
        "folding and fused forms must change no result"
      )
    }
  }

  private static func environment(_ dialect: Dialect) -> Environment {
    var records = RecordRegistry()
    records.declare(
      "thing",
      fields: [
        RecordField("name", .string), RecordField("count", .int, isOptional: true),
        RecordField("parts", .list(.dyn)),
      ]
    )
    var environment = Environment(
      variables: [
        Environment.Variable(name: "x", type: .dyn, slot: 0),
        Environment.Variable(name: "n", type: .int, slot: 1),
        Environment.Variable(name: "s", type: .string, slot: 2),
        Environment.Variable(name: "t", type: .record("thing"), slot: 3),
        Environment.Variable(name: "gone", type: .dyn, slot: 4),
      ],
      records: records,
      dialect: dialect
    )
    environment.queryLanguage = FlowQueries(limits: Limits())
    environment.queryVariables = ["x", "t", "gone"]
    return environment
  }

  private static let memory: Memory = {
    var memory = Memory(slotCount: 5)
    memory.set(0, .list([.int(1), .double(2.5), .string("é"), .map(["k": .null])]))
    memory.set(1, .int(42))
    memory.set(2, .string("text"))
    memory.set(3, .map(["name": .string("n"), "parts": .list([.bool(true)])]))
    return memory
  }()
}
