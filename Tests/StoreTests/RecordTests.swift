import Execution
import Journal
import Table
import Testing
import Values

@Suite struct RecordTests {
  @Test func everyRecordReadsBackToTheSameBytes() throws {
    for seed in UInt64(1)...500 {
      var dice = Dice(seed: seed)
      let record = dice.record()
      let bytes = record.encoded()
      let again = try JournalRecord(decoding: bytes)
      #expect(again.encoded() == bytes, "seed \(seed)")
    }
  }

  @Test func everyValueSurvivesARecord() throws {
    for seed in UInt64(1)...500 {
      var dice = Dice(seed: seed)
      let value = dice.value()
      let record = JournalRecord(
        sequence: 1,
        previousHash: .sha256([]),
        body: .step(
          JournalRecord.Step(
            event: .init(
              atMilliseconds: 0,
              kind: .completed(effect: 1, output: value, usage: nil, costPicodollars: 0)
            ),
            trace: [],
            stateDigest: .sha256([]),
            intents: [],
            dispatches: []
          )
        )
      )
      let again = try JournalRecord(decoding: record.encoded())
      guard case .step(let step) = again.body,
        case .completed(_, let output, _, _) = step.event.kind
      else {
        Issue.record("seed \(seed): not a completed step")
        continue
      }
      #expect(output == value, "seed \(seed)")
    }
  }

  @Test func damagedBytesAreRefusedWithoutATrap() {
    for seed in UInt64(1)...200 {
      var dice = Dice(seed: seed)
      var bytes = dice.record().encoded()
      for _ in 0..<3 {
        let index = dice.below(bytes.count)
        bytes[index] = UInt8(dice.below(256))
        _ = try? JournalRecord(decoding: bytes)
      }
      for length in stride(from: 0, to: bytes.count, by: 7) {
        _ = try? JournalRecord(decoding: Array(bytes[..<length]))
      }
      #expect(throws: BinaryError.self) { try JournalRecord(decoding: []) }
      #expect(throws: BinaryError.self) {
        try JournalRecord(decoding: dice.record().encoded() + [0])
      }
    }
  }

  @Test func headersReadBack() throws {
    let header = RunHeader(
      runID: "r-1",
      flowName: "é",
      tableDigest: .sha256([1]),
      priceBookDigest: .sha256([2]),
      createdMilliseconds: -5,
      parent: "r-0"
    )
    #expect(try RunHeader(decoding: header.encoded()) == header)
    #expect(throws: BinaryError.self) { try RunHeader(decoding: header.encoded() + [1]) }
    #expect(throws: BinaryError.self) { try RunHeader(decoding: []) }
    var other = header
    other.flowName = "e\u{301}"
    #expect(other.anchor != header.anchor)
  }

  @Test func traceDigestLeavesOutTimesAndAttempts() {
    var first = TraceDigest()
    var second = TraceDigest()
    first.add([
      .entered(place: 1, frame: 0, visit: 1), .took(row: 3, frame: 0),
      .finished(place: 1, frame: 0, status: .success, error: nil),
    ])
    second.add([
      .entered(place: 1, frame: 0, visit: 7),
      .retried(
        place: 1,
        frame: 0,
        attempt: 2,
        error: .init(kind: .timeout, message: "", step: "")
      ),
      .took(row: 3, frame: 0),
    ])
    #expect(first.digest == second.digest)
    second.add([.took(row: 4, frame: 0)])
    #expect(first.digest != second.digest)
    #expect(first.steps == 1)
  }
}
