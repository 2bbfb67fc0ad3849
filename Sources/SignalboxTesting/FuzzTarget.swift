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
  /// CEL expressions.
  case expression
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
    case .expression:
      let compiled = Program.compile(SourceText(file), in: Self.environment)
      guard let program = compiled.program else { return }
      _ = program.evaluate(Self.memory)
      _ = program.test(Self.memory)
    case .template:
      let compiled = Template.compile(SourceText(file), in: Self.environment)
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

  private static let environment: Environment = {
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
      records: records
    )
    environment.queryLanguage = FlowQueries(limits: Limits())
    environment.queryVariables = ["x", "t", "gone"]
    return environment
  }()

  private static let memory: Memory = {
    var memory = Memory(slotCount: 5)
    memory.set(0, .list([.int(1), .double(2.5), .string("é"), .map(["k": .null])]))
    memory.set(1, .int(42))
    memory.set(2, .string("text"))
    memory.set(3, .map(["name": .string("n"), "parts": .list([.bool(true)])]))
    return memory
  }()
}
