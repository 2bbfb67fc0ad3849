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

  private static let flow = OptionDeclaration(
    "flow",
    "only runs of the flow of this name",
    kind: .text(placeholder: "NAME")
  )
  private static let since = OptionDeclaration(
    "since",
    "only runs that changed so lately, such as 2h or 7d",
    kind: .text(placeholder: "DURATION")
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "runs",
    "list the runs of a store, newest first",
    discussion: "A line a run: id, status, age, what it has spent, flow.",
    options: [.store, status, flow, since, limit, output],
    examples: [
      "signalbox runs", "signalbox runs --status waiting -o jsonl",
      "signalbox runs --flow support --since 7d",
    ]
  )

  private let place: RunPlace
  private let wanted: String?
  private let flowName: String?
  private let sinceMilliseconds: Int64?
  private let count: Int
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    place = RunPlace(arguments)
    wanted = arguments.text(Self.status)
    flowName = arguments.text(Self.flow)
    if let text = arguments.text(Self.since) {
      do throws(DurationSpelling.Fault) {
        sinceMilliseconds = try DurationSpelling.milliseconds(text)
      } catch {
        throw UsageError("`--since` needs a duration such as 2h, not `\(text)`")
      }
    } else {
      sinceMilliseconds = nil
    }
    count = arguments.integer(Self.limit) ?? 50
    format = arguments.choice(Self.output) ?? .text
  }

  /// Prints the list.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    let session = try RunSession(place, console)
    let all = try session.asking { () throws(StoreError) in
      try session.store.runs(limit: isFiltered ? Self.searched : count)
    }
    let now = SystemClock().nowMilliseconds
    var chosen: [(run: RunSummary, spent: Int64)] = []
    for run in all where chosen.count < count && isWanted(run, now) {
      let account = try session.asking { () throws(StoreError) in
        try session.store.account(scope: SQLiteRunStore.scope(ofRun: run.header.runID))
      }
      chosen.append((run, account.spentPicodollars))
    }
    show(chosen, now, console)
    return .success
  }

  private func show(
    _ chosen: [(run: RunSummary, spent: Int64)],
    _ now: Int64,
    _ console: Console
  ) {
    switch format {
    case .json:
      let runs = Value.list(chosen.map { Self.value($0.run, $0.spent) })
      let value = Value.map(["version": .int(1), "runs": runs])
      console.print(JSONWriter.string(value, pretty: true) + "\n")
    case .jsonLines:
      for (run, spent) in chosen { console.print(line: JSONWriter.string(Self.value(run, spent))) }
    default:
      for (run, spent) in chosen {
        let id = run.header.runID
        let name = run.damage == nil ? run.status.name : "damaged"
        let status = name + String(repeating: " ", count: 10 - name.count)
        let age = Self.padded(Self.age(now - run.updatedMilliseconds), 5)
        let money = Self.padded(Picodollars.text(spent), 10)
        console.print(
          line: "\(id)  \(status)  \(age)  \(money)  \(run.header.flowName.visibleInTerminal)"
        )
      }
    }
  }

  /// Runs that are looked at when only some of them are wanted.
  private static let searched = 100_000

  private var isFiltered: Bool { wanted != nil || flowName != nil || sinceMilliseconds != nil }

  private func isWanted(_ run: RunSummary, _ now: Int64) -> Bool {
    (wanted.map { $0 == run.status.name } ?? true)
      && (flowName.map { $0.sameScalars(as: run.header.flowName) } ?? true)
      && (sinceMilliseconds.map { now - run.updatedMilliseconds <= $0 } ?? true)
  }

  /// `42s`, `7m`, `3h`, `12d`: how long ago, in its largest unit.
  private static func age(_ milliseconds: Int64) -> String {
    let units: [(Int64, String)] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m")]
    for (length, name) in units where milliseconds >= length {
      return "\(milliseconds / length)\(name)"
    }
    return "\(max(0, milliseconds) / 1_000)s"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.unicodeScalars.count)) + text
  }

  private static func value(_ run: RunSummary, _ spent: Int64) -> Value {
    var fields: ValueMap = [
      "version": .int(1), "spent_picodollars": .int(spent),
      "run": .string(run.header.runID), "flow": .string(run.header.flowName),
      "status": .string(run.status.name), "table": .string(run.header.tableDigest.hex),
      "records": .int(run.records), "created_ms": .int(run.header.createdMilliseconds),
      "updated_ms": .int(run.updatedMilliseconds),
    ]
    if let damage = run.damage { fields["damage"] = .string(damage) }
    return .map(fields)
  }
}
