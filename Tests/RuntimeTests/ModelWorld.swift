import Compiler
import Costing
import Definition
import Execution
import Journal
import Models
import Runtime
import Source
import Synchronization
import Table
import TestSupport
import Testing
import Tools
import Values

/// Flows whose agents ask scripted models on this machine, with everything they leave behind.
final class ModelWorld: Sendable {
  /// The key of every scripted model, with characters that each encoding treats differently.
  static let key = "sk-live/Zq7+9=x&y~%20!(Q)"
  static let prices = PriceBook(
    name: "test",
    prices: [
      ModelPrice(model: "small", inputPicodollars: 10_000, outputPicodollars: 40_000),
      ModelPrice(model: "smaller", inputPicodollars: 5_000, outputPicodollars: 20_000),
      ModelPrice(model: "large", inputPicodollars: 90_000, outputPicodollars: 400_000),
    ]
  )

  let store = MemoryRunStore()
  let table: LinkedTable
  private let said = Mutex<[String]>([])
  private let redactor: Redactor

  init(_ flow: String) throws {
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: flow))
    let problems = loaded.diagnostics.filter { $0.severity == .error }.map(\.message)
    let compiled = FlowCompiler.compile(try #require(loaded.flow, "\(problems)"))
    let findings = compiled.diagnostics.filter { $0.severity == .error }.map(\.message)
    table = try #require(compiled.table, "\(findings)")
    redactor = Redactor()
  }

  /// What was told while runs went on.
  var progress: String { said.withLock { $0.joined(separator: "\n") } }

  func surroundings(_ store: (any RunStore)? = nil) -> RunSurroundings {
    var policy = ModelPolicy()
    policy.backoffMilliseconds = 1
    policy.breaker.failures = 1_000
    let tools = ToolSurroundings(
      secrets: GivenSecrets(secrets: [("MODEL_KEY", Self.key)]),
      redactor: redactor,
      answerBytes: 1 << 20
    )
    var world = RunSurroundings(
      store: store ?? self.store,
      performing: LivePerformer(surroundings: tools, models: policy),
      clock: SystemClock(),
      pricer: CallPricer(prices: Self.prices)
    )
    world.redact = { self.redactor.redacted($0) }
    world.progress = { progress in self.said.withLock { $0.append("\(progress)") } }
    return world
  }

  func start(_ store: (any RunStore)? = nil, message: String = "?") async throws -> RunDriver {
    try await RunDriver.start(
      table,
      header: RunHeader(
        runID: "r-1",
        flowName: table.table.name,
        tableDigest: table.table.digest,
        createdMilliseconds: 1_000_000
      ),
      input: .map(["message": .string(message)]),
      in: surroundings(store)
    )
  }

  func records(_ store: (any RunStore)? = nil) throws -> [JournalRecord] {
    try (store ?? self.store).records(runID: "r-1", from: 1).map { stored in
      try JournalRecord(decoding: stored.bytes)
    }
  }

  /// What each call was reserved and charged, in the order of their ends.
  func bills() throws -> [(reserved: Int64, charged: Int64)] {
    var reserved: [EffectID: Int64] = [:]
    var bills: [(Int64, Int64)] = []
    for record in try records() {
      guard case .step(let step) = record.body else { continue }
      switch step.event.kind {
      case .completed(let effect, _, _, let cost), .failed(let effect, _, _, _, let cost):
        bills.append((reserved[effect] ?? 0, cost))
      case .started, .fired, .cancelled, .external, .tick: break
      }
      for dispatch in step.dispatches { reserved[dispatch.effect] = dispatch.reservedPicodollars }
    }
    return bills
  }

  /// Everything that left the program or was kept, except what went to the model itself.
  func everything(_ driver: RunDriver) async throws -> [UInt8] {
    var bytes = Array(progress.utf8)
    for record in try store.records(runID: "r-1", from: 1) { bytes += record.bytes }
    bytes += Array("\(await driver.state)\n\(await driver.trace)".utf8)
    bytes += Array("\(try store.summary(runID: "r-1"))".utf8)
    return bytes
  }

  /// Spellings in which a key could be given away.
  static var keyForms: [[UInt8]] {
    let bytes = Array(key.utf8)
    let hex = bytes.map { byte in
      (String(byte >> 4, radix: 16) + String(byte & 15, radix: 16))
    }
    var forms = [bytes, Array(hex.joined().utf8), Array(hex.joined().uppercased().utf8)]
    forms.append(Array(hex.map { "%\($0)" }.joined().utf8))
    forms.append(Array(hex.map { "%\($0.uppercased())" }.joined().utf8))
    for kept in ["", "-._~", "-._~!'()*"] {
      forms.append(
        zip(bytes, hex).flatMap { byte, digits -> [UInt8] in
          let isPlain =
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf)
            || kept.utf8.contains(byte)
          return isPlain ? [byte] : Array("%\(digits.uppercased())".utf8)
        }
      )
    }
    for shift in 0..<3 {
      // The digits that depend on the key alone.
      let digits = ScriptedModel.base64([UInt8](repeating: 0, count: shift) + bytes)
      let own = Array(digits.utf8)[((shift * 8 + 5) / 6)..<((shift + bytes.count) * 8 / 6)]
      forms.append(Array(own))
    }
    return forms
  }

  /// Which of the spellings stand in `bytes`.
  static func keys(in bytes: [UInt8]) -> [String] {
    keyForms.filter { form in
      guard let first = form.first else { return false }
      return bytes.indices.contains { index in
        bytes[index] == first && bytes[index...].starts(with: form)
      }
    }
    .map { String(decoding: $0, as: UTF8.self) }
  }
}
