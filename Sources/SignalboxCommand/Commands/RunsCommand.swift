import Signalbox

/// `signalbox runs`.
package struct RunsCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json, .jsonLines])
  private static let status = OptionDeclaration(
    "status",
    "only runs that stand so",
    kind: .choice(RunStatus.allCases.map(\.name), placeholder: "STATUS")
  )
  private static let limit = OptionDeclaration(
    "limit",
    "how many runs at most",
    kind: .integer(1...10_000, placeholder: "COUNT"),
    default: "50"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "runs",
    "list the runs of a store, newest first",
    options: [.store, status, limit, output],
    examples: ["signalbox runs", "signalbox runs --status waiting -o jsonl"]
  )

  private let place: RunPlace
  private let wanted: String?
  private let count: Int
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) {
    place = RunPlace(arguments)
    wanted = arguments.text(Self.status)
    count = arguments.integer(Self.limit) ?? 50
    format = arguments.choice(Self.output) ?? .text
  }

  /// Prints the list.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    let session = try RunSession(place, console)
    let all = try session.asking { () throws(StoreError) in
      try session.store.runs(limit: wanted == nil ? count : 10_000)
    }
    let chosen = all.filter { wanted == nil || $0.status.name == wanted }.prefix(count)
    switch format {
    case .json: console.print(JSONWriter.string(.list(chosen.map(Self.value)), pretty: true) + "\n")
    case .jsonLines: for run in chosen { console.print(line: JSONWriter.string(Self.value(run))) }
    default:
      for run in chosen {
        let id = run.header.runID
        let name = run.damage == nil ? run.status.name : "damaged"
        let status = name + String(repeating: " ", count: 10 - name.count)
        let time = DateText.utc(run.updatedMilliseconds)
        console.print(line: "\(id)  \(status)  \(time)  \(run.header.flowName)")
      }
    }
    return .success
  }

  private static func value(_ run: RunSummary) -> Value {
    var fields: ValueMap = [
      "run": .string(run.header.runID), "flow": .string(run.header.flowName),
      "status": .string(run.status.name), "table": .string(run.header.tableDigest.hex),
      "records": .int(run.records), "created_ms": .int(run.header.createdMilliseconds),
      "updated_ms": .int(run.updatedMilliseconds),
    ]
    if let damage = run.damage { fields["damage"] = .string(damage) }
    return .map(fields)
  }
}
