import Signalbox

/// `signalbox replay RUN`.
package struct ReplayCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json])

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "replay",
    "recompute a run from its journal and compare, without any call",
    discussion: "Ends with 1 when something differs, and says what differs first.",
    operands: [.run],
    options: [.store, output],
    examples: ["signalbox replay r-01J9Z7M3K2A9C --store runs.db"]
  )

  private let runID: String
  private let place: RunPlace
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    runID = try arguments.operand()
    place = RunPlace(arguments)
    format = arguments.choice(Self.output) ?? .text
  }

  /// Replays and compares.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    let session = try RunSession(place, console)
    let runID = try session.runID(runID)
    let summary = try session.asking { () throws(StoreError) in
      try session.store.summary(runID: runID)
    }
    let table = try session.table(of: summary)
    _ = try session.prices(of: summary)
    if let digest = summary.header.sourcesDigest {
      let bytes = try session.asking { () throws(StoreError) in
        try session.store.artifact(.sources, digest: digest)
      }
      guard Digest.sha256(bytes) == digest else {
        throw CommandFailure("the run's sources were changed in the store", exit: .inputOutput)
      }
    }
    let report = try session.asking { () throws(StoreError) in
      try RunReplay.verify(session.store, runID: runID, table: table)
    }
    switch report.verdict {
    case .identical(let summary):
      let digest = summary.traceDigest.hex
      let children =
        report.childCount == 0
        ? "" : ", and \(Plural.count(report.childCount, "run")) that it started"
      show(
        "replay identical: \(Plural.count(summary.steps, "step")), trace digest "
          + "\(summary.traceDigest.short)\(children), no call made",
        [
          "identical": .bool(true), "steps": .int(Int64(summary.steps)),
          "trace_digest": .string(digest), "children": .int(Int64(report.childCount)),
        ],
        console
      )
      return .success
    case .different(let difference):
      let place = report.childID.map { "run \($0): " } ?? ""
      show(
        "replay differs: \(place)\(difference.message)",
        [
          "identical": .bool(false), "run": .string(report.childID ?? runID),
          "record": .int(difference.record), "message": .string(difference.message),
        ],
        console
      )
      return .runFailed
    }
  }

  private func show(_ text: String, _ value: ValueMap, _ console: Console) {
    var versioned: ValueMap = ["version": .int(1)]
    for entry in value.entries { versioned[entry.key] = entry.value }
    console.print(line: format == .json ? JSONWriter.string(.map(versioned)) : text)
  }
}
