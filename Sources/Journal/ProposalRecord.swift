import Execution
import Table
import Values

/// A plan that was proposed at a planner's place, and its verdict: journaled before the event that
/// follows from it.
///
/// It holds everything that judging the text again needs, so that a replay can check the verdict
/// without asking a model.
public struct ProposalRecord: Sendable {
  /// Where a proposal comes from.
  public enum Source: UInt8, Sendable, CaseIterable {
    /// The model.
    case model
    /// An earlier run in which it succeeded.
    case cache
    /// The plan before it, which did not succeed.
    case repetition
  }

  /// Why a proposal was refused, one finding.
  public struct Refusal: Sendable, Hashable {
    /// The finding's code.
    public var code: String
    /// What is wrong.
    public var message: String
    /// What to write instead; empty: nothing is known.
    public var hint: String
    /// Where in the proposal: `proposal 1:2:7`; empty: nowhere.
    public var place: String

    /// A finding.
    public init(code: String, message: String, hint: String, place: String) {
      self.code = code
      self.message = message
      self.hint = hint
      self.place = place
    }
  }

  /// What became of it.
  public enum Verdict: Sendable {
    /// It may run; figures that are not known are -1.
    case accepted(table: Digest, worstPicodollars: Int64, longestMilliseconds: Int64)
    /// It may not, for these reasons.
    case refused([Refusal])
  }

  /// A step of an earlier plan that is done.
  public struct Kept: Sendable {
    /// Its id.
    public var id: String
    /// The task as JSON.
    public var text: String
    /// Its result.
    public var result: Value

    /// A step that is done.
    public init(id: String, text: String, result: Value) {
      self.id = id
      self.text = text
      self.result = result
    }
  }

  /// The call that it answers.
  public var effect: EffectID
  /// Its number in the run, from 1.
  public var number: Int32
  /// The planner's asking place.
  public var place: NodeIndex
  /// The frame of the place.
  public var frame: Int32
  /// The visit of the place, from 1.
  public var visit: Int64
  /// The attempt of the visit, from 1.
  public var round: Int32
  /// Where it comes from.
  public var source: Source
  /// The text as it was judged.
  public var text: String
  /// Steps that it has.
  public var steps: Int32
  /// What the model used; nil: not known.
  public var usage: Usage?
  /// What asking cost, in pico-dollars.
  public var costPicodollars: Int64
  /// Steps that were done before.
  public var kept: [Kept]
  /// Runs of plans that ended before at this planner, oldest first: their calls count.
  public var forerunners: [String]
  /// What was left of the run's budget, in pico-dollars; -1: it has none.
  public var remainingPicodollars: Int64
  /// What became of it.
  public var verdict: Verdict

  /// A judged proposal.
  public init(
    effect: EffectID,
    number: Int32,
    place: NodeIndex,
    frame: Int32,
    visit: Int64,
    round: Int32,
    text: String,
    verdict: Verdict
  ) {
    self.effect = effect
    self.number = number
    self.place = place
    self.frame = frame
    self.visit = visit
    self.round = round
    self.text = text
    self.verdict = verdict
    source = .model
    steps = 0
    usage = nil
    costPicodollars = 0
    kept = []
    forerunners = []
    remainingPicodollars = -1
  }

  /// `accepted`, or the code of the first reason.
  public var word: String {
    switch verdict {
    case .accepted: "accepted"
    case .refused(let refusals): refusals.first?.code ?? "refused"
    }
  }

  /// The verdict's bytes, by which two verdicts are compared.
  public var encodedVerdict: [UInt8] {
    var only = ProposalRecord(
      effect: 0,
      number: 0,
      place: 0,
      frame: 0,
      visit: 0,
      round: 0,
      text: "",
      verdict: verdict
    )
    only.steps = 0
    var writer = BinaryWriter()
    writer.write(proposal: only)
    return writer.bytes
  }

  /// The table of an accepted plan.
  public var table: Digest? {
    if case .accepted(let table, _, _) = verdict { table } else { nil }
  }

  /// What the run of an accepted plan is called.
  public func runID(parent: String) -> String { "\(parent).plan-\(number)" }
}

extension BinaryWriter {
  /// Writes a proposal exactly.
  mutating func write(proposal: ProposalRecord) {
    write(signed: proposal.effect)
    write(index: proposal.number)
    write(index: proposal.place)
    write(index: proposal.frame)
    write(signed: proposal.visit)
    write(index: proposal.round)
    write(byte: proposal.source.rawValue)
    write(text: proposal.text)
    write(index: proposal.steps)
    write(bool: proposal.usage != nil)
    if let usage = proposal.usage {
      write(signed: usage.promptTokens)
      write(signed: usage.outputTokens)
    }
    write(signed: proposal.costPicodollars)
    write(list: proposal.kept) { writer, step in
      writer.write(text: step.id)
      writer.write(text: step.text)
      writer.write(value: step.result)
    }
    write(list: proposal.forerunners) { $0.write(text: $1) }
    write(signed: proposal.remainingPicodollars)
    switch proposal.verdict {
    case .accepted(let table, let worst, let longest):
      write(byte: 0)
      write(block: table.bytes)
      write(signed: worst)
      write(signed: longest)
    case .refused(let refusals):
      write(byte: 1)
      write(list: refusals) { writer, refusal in
        for text in [refusal.code, refusal.message, refusal.hint, refusal.place] {
          writer.write(text: text)
        }
      }
    }
  }
}

extension BinaryReader {
  /// Reads a proposal.
  mutating func readProposal() throws(BinaryError) -> ProposalRecord {
    var proposal = ProposalRecord(
      effect: try readSigned(),
      number: try readIndex(),
      place: try readIndex(),
      frame: try readIndex(),
      visit: try readSigned(),
      round: try readIndex(),
      text: "",
      verdict: .refused([])
    )
    proposal.source = try readCase(ProposalRecord.Source.self)
    proposal.text = try readText()
    proposal.steps = try readIndex()
    if try readBool() {
      let prompt = try readSigned()
      proposal.usage = Usage(promptTokens: prompt, outputTokens: try readSigned())
    }
    proposal.costPicodollars = try readSigned()
    proposal.kept = try readList { (reader) throws(BinaryError) in
      ProposalRecord.Kept(
        id: try reader.readText(),
        text: try reader.readText(),
        result: try reader.readValue()
      )
    }
    proposal.forerunners = try readList { (reader) throws(BinaryError) in try reader.readText() }
    proposal.remainingPicodollars = try readSigned()
    switch try readByte() {
    case 0:
      guard let table = try readDigest() else { throw failure("a plan without a table") }
      let worst = try readSigned()
      proposal.verdict = .accepted(
        table: table,
        worstPicodollars: worst,
        longestMilliseconds: try readSigned()
      )
    case 1:
      proposal.verdict = .refused(
        try readList { (reader) throws(BinaryError) in
          ProposalRecord.Refusal(
            code: try reader.readText(),
            message: try reader.readText(),
            hint: try reader.readText(),
            place: try reader.readText()
          )
        }
      )
    default: throw failure("an unknown verdict")
    }
    return proposal
  }
}
