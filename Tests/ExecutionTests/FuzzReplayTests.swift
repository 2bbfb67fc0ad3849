import FoundationEssentials
import Signalbox
import SignalboxTesting
import Testing

/// Inputs that once broke something, and the seeds of fuzzing, stay harmless.
@Suite struct FuzzReplayTests {
  /// Stored forms are bytes: SIGNALBOX_GOLDEN=1 writes their seeds anew.
  init() throws {
    guard ProcessInfo.processInfo.environment["SIGNALBOX_GOLDEN"] == "1" else { return }
    let text = FlowGenerator.flow(states: 4, seed: 11)
    var drive = try Drive(text)
    var records = [Self.record(1, drive, .started(runID: "r", input: .null, environment: [:]))]
    let failure = RunEvent.Kind.failed(
      effect: drive.state.tokens.first?.effect ?? 0,
      error: .timeout,
      message: "late",
      usage: Usage(promptTokens: 1, outputTokens: 2),
      costPicodollars: 3
    )
    drive.send(failure)
    records.append(Self.record(2, drive, failure))
    let seeds = Self.root.appending(path: "seeds")
    try Data(drive.table.table.encoded()).write(to: seeds.appending(path: "table/one.bin"))
    for (number, record) in records.enumerated() {
      try Data(record).write(to: seeds.appending(path: "record/\(number).bin"))
    }
  }

  private static func record(_ number: Int64, _ drive: Drive, _ kind: RunEvent.Kind) -> [UInt8] {
    let step = JournalRecord.Step(
      event: RunEvent(atMilliseconds: 5, kind: kind),
      trace: Array(drive.output.trace),
      stateDigest: Digest.sha256(drive.state.encoded()),
      intents: drive.output.effects,
      dispatches: [Dispatch(effect: 1, idempotencyKey: "k", reservedPicodollars: 9)],
      origin: "somebody"
    )
    let hash = Digest.sha256([])
    return JournalRecord(sequence: number, previousHash: hash, body: .step(step)).encoded()
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "fuzz")

  @Test(arguments: FuzzTarget.allCases)
  func `seeds and findings are read without harm`(_ target: FuzzTarget) throws {
    let root = Self.root
    var seeds = 0
    for folder in ["seeds", "found"] {
      let path = root.appending(path: folder).appending(path: target.rawValue)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path.path)) ?? []
      for name in names.sorted() {
        let bytes = Array(try Data(contentsOf: path.appending(path: name)))
        target.feed(bytes)
        for end in Set([bytes.count / 3, bytes.count / 2, bytes.count - 1]) where end > 0 {
          target.feed(Array(bytes[..<end]))
        }
        if folder == "seeds" { seeds += 1 }
      }
    }
    #expect(seeds > 0, "\(target.rawValue) has no seeds")
  }
}
