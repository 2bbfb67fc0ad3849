import Execution
import Table
import Values

/// What the gate decided about a call before it was made.
public struct Dispatch: Sendable, Hashable {
  /// The call.
  public var effect: EffectID
  /// The key that makes a repetition harmless where the other side honours it.
  public var idempotencyKey: String
  /// The worst cost, held back until the call is settled.
  public var reservedPicodollars: Int64
  /// Why the call is not made; nil: it is.
  public var refusal: RunError?

  /// A decision.
  public init(
    effect: EffectID,
    idempotencyKey: String,
    reservedPicodollars: Int64,
    refusal: RunError? = nil
  ) {
    self.effect = effect
    self.idempotencyKey = idempotencyKey
    self.reservedPicodollars = reservedPicodollars
    self.refusal = refusal
  }
}

/// A call that was under way when its driver ended, and is made again.
public struct Repetition: Sendable, Hashable {
  /// The call.
  public var effect: EffectID
  /// What the lost attempt is charged with until its bill is known.
  public var chargedPicodollars: Int64
  /// The deadline of the new attempt; -1: none.
  public var deadlineMilliseconds: Int64
  /// Why the call is not made again after all; nil: it is.
  public var refusal: RunError?

  /// A repetition.
  public init(
    effect: EffectID,
    chargedPicodollars: Int64,
    deadlineMilliseconds: Int64,
    refusal: RunError? = nil
  ) {
    self.refusal = refusal
    self.effect = effect
    self.chargedPicodollars = chargedPicodollars
    self.deadlineMilliseconds = deadlineMilliseconds
  }
}

/// One link of a run's journal.
public struct JournalRecord: Sendable {
  /// What is recorded.
  public enum Body: Sendable {
    /// An event was applied.
    case step(Step)
    /// Another driver took the run over and makes these calls again.
    case resumed(atMilliseconds: Int64, epoch: Int64, repetitions: [Repetition])
    /// An agent calls a tool within its own call, or learns what came of it.
    case turn(atMilliseconds: Int64, AgentTurn)
    /// A model proposed a plan, which was judged.
    case proposal(atMilliseconds: Int64, ProposalRecord)
  }

  /// An event with everything that the pure step made of it.
  public struct Step: Sendable {
    /// What happened outside.
    public var event: RunEvent
    /// What the run did in answer, in order.
    public var trace: [TraceEntry]
    /// SHA-256 of the run's state afterwards.
    public var stateDigest: Digest
    /// What is to be done now: calls, timers, withdrawals.
    public var intents: [Effect]
    /// What the gate decided about each call among them.
    public var dispatches: [Dispatch]
    /// Who caused the event, in words, when a person did; else empty.
    public var origin: String

    /// A step.
    public init(
      event: RunEvent,
      trace: [TraceEntry],
      stateDigest: Digest,
      intents: [Effect],
      dispatches: [Dispatch],
      origin: String = ""
    ) {
      self.event = event
      self.trace = trace
      self.stateDigest = stateDigest
      self.intents = intents
      self.dispatches = dispatches
      self.origin = origin
    }
  }

  /// From 1, without gaps.
  public var sequence: Int64
  /// Hash of the record before; of the first, the header's anchor.
  public var previousHash: Digest
  /// What is recorded.
  public var body: Body

  /// A record.
  public init(sequence: Int64, previousHash: Digest, body: Body) {
    self.sequence = sequence
    self.previousHash = previousHash
    self.body = body
  }

  private static let version: UInt8 = 1

  /// The stored bytes; their SHA-256 is the record's hash.
  public func encoded() -> [UInt8] {
    var writer = BinaryWriter()
    writer.write(byte: Self.version)
    writer.write(signed: sequence)
    writer.write(block: previousHash.bytes)
    switch body {
    case .step(let step):
      writer.write(byte: 0)
      writer.write(event: step.event)
      writer.write(list: step.trace) { $0.write(trace: $1) }
      writer.write(block: step.stateDigest.bytes)
      writer.write(list: step.intents) { $0.write(effect: $1) }
      writer.write(list: step.dispatches) { writer, dispatch in
        writer.write(signed: dispatch.effect)
        writer.write(text: dispatch.idempotencyKey)
        writer.write(signed: dispatch.reservedPicodollars)
        writer.write(bool: dispatch.refusal != nil)
        if let refusal = dispatch.refusal { writer.write(error: refusal) }
      }
      writer.write(text: step.origin)
    case .resumed(let at, let epoch, let repetitions):
      writer.write(byte: 1)
      writer.write(signed: at)
      writer.write(signed: epoch)
      writer.write(list: repetitions) { writer, repetition in
        writer.write(signed: repetition.effect)
        writer.write(signed: repetition.chargedPicodollars)
        writer.write(signed: repetition.deadlineMilliseconds)
        writer.write(bool: repetition.refusal != nil)
        if let refusal = repetition.refusal { writer.write(error: refusal) }
      }
    case .turn(let at, let turn):
      writer.write(byte: 2)
      writer.write(signed: at)
      writer.write(turn: turn)
    case .proposal(let at, let proposal):
      writer.write(byte: 3)
      writer.write(signed: at)
      writer.write(proposal: proposal)
    }
    return writer.bytes
  }

  /// Reads stored bytes.
  public init(decoding bytes: [UInt8]) throws(BinaryError) {
    var reader = BinaryReader(bytes)
    guard try reader.readByte() == Self.version else {
      throw reader.failure("a record of an unknown version")
    }
    sequence = try reader.readSigned()
    guard let previous = try reader.readDigest() else {
      throw reader.failure("no hash of the record before")
    }
    previousHash = previous
    switch try reader.readByte() {
    case 0: body = .step(try Self.readStep(&reader))
    case 1:
      let at = try reader.readSigned()
      let epoch = try reader.readSigned()
      body = .resumed(
        atMilliseconds: at,
        epoch: epoch,
        repetitions: try reader.readList { (reader) throws(BinaryError) in
          let effect = try reader.readSigned()
          let charged = try reader.readSigned()
          let deadline = try reader.readSigned()
          return Repetition(
            effect: effect,
            chargedPicodollars: charged,
            deadlineMilliseconds: deadline,
            refusal: try reader.readBool() ? try reader.readError() : nil
          )
        }
      )
    case 2: body = .turn(atMilliseconds: try reader.readSigned(), try reader.readTurn())
    case 3:
      body = .proposal(atMilliseconds: try reader.readSigned(), try reader.readProposal())
    default: throw reader.failure("unknown kind of record")
    }
    guard reader.isAtEnd else { throw reader.failure("bytes after the record") }
  }

  private static func readStep(_ reader: inout BinaryReader) throws(BinaryError) -> Step {
    let event = try reader.readEvent()
    let trace = try reader.readList { (reader) throws(BinaryError) in
      try reader.readTraceEntry()
    }
    guard let digest = try reader.readDigest() else { throw reader.failure("no state digest") }
    let intents = try reader.readList { (reader) throws(BinaryError) in try reader.readEffect() }
    let dispatches = try reader.readList { (reader) throws(BinaryError) in
      let effect = try reader.readSigned()
      let key = try reader.readText()
      let reserved = try reader.readSigned()
      return Dispatch(
        effect: effect,
        idempotencyKey: key,
        reservedPicodollars: reserved,
        refusal: try reader.readBool() ? try reader.readError() : nil
      )
    }
    return Step(
      event: event,
      trace: trace,
      stateDigest: digest,
      intents: intents,
      dispatches: dispatches,
      origin: try reader.readText()
    )
  }
}

/// A record as it stands in a store.
public struct StoredRecord: Sendable, Hashable {
  /// From 1, without gaps.
  public var sequence: Int64
  /// The record's bytes.
  public var bytes: [UInt8]
  /// SHA-256 of `bytes` when they were written.
  public var hash: Digest

  /// A stored record; the hash is that of the bytes unless given.
  public init(sequence: Int64, bytes: [UInt8], hash: Digest? = nil) {
    self.sequence = sequence
    self.bytes = bytes
    self.hash = hash ?? Digest.sha256(bytes)
  }

  /// Encodes a record.
  public init(_ record: JournalRecord) {
    self.init(sequence: record.sequence, bytes: record.encoded())
  }
}
