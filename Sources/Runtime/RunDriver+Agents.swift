import Costing
import Execution
import Journal
import Models
import Table
import Values

/// Which answer a repair belongs to: one visit of one place.
struct AnswerPlace: Hashable {
  var place: NodeIndex
  var frame: Int32
  var visit: Int64

  init(_ intent: CallIntent) {
    place = intent.place
    frame = intent.frame
    visit = intent.visit
  }
}

/// A bill above what was reserved for it.
struct Breach {
  /// Who billed it.
  var performer: String
  var billedPicodollars: Int64
  var reservedPicodollars: Int64
}

// What language models need besides their input: repairs, tools in turns, and a gate that closes
// when one of them bills more than it could.
extension RunDriver {
  // MARK: Bounds

  /// The most that a call may cost, the tools that an agent may call meanwhile included.
  func worstPicodollars(of performer: Performer) -> Int64 {
    Picodollars.sum(
      surroundings.pricer.worstPicodollars(performer),
      performer.worstToolPicodollars(among: table.table.performers)
    )
  }

  /// A bound that the tokens of a prompt cannot pass: bytes of all texts, of the answer's schema
  /// and of the tools, which providers put into the prompt, and their framing.
  func promptTokensUpperBound(
    _ texts: RenderedTexts,
    _ performer: Performer,
    schema given: Value? = nil
  ) -> Int64 {
    let isPlanner = performer.typeName == "planner"
    let schema = isPlanner ? given : table.schema(performer.outputSchema)
    let tools = offers(to: performer)
    var sum = ChatRequest.formTokensUpperBound(schema: schema)
    for text in [texts.prompt, texts.instructions].compactMap({ $0 }) {
      sum += TokenEstimate.upperBound(text) + TokenEstimate.messageOverhead
    }
    for tool in tools { sum += AgentConversation.chatTool(tool).promptTokensUpperBound }
    if schema != nil || !tools.isEmpty {
      sum += ModelEndpoint.dialect(provider: performer.provider).hiddenToolTokens
    }
    return Int64(sum)
  }

  // MARK: Calls

  /// Gives a model's call what only the driver knows.
  func equip(_ dispatched: inout DispatchedCall, for call: OpenCall, _ texts: RenderedTexts) {
    let id = call.intent.id
    dispatched.pricer = surroundings.pricer
    dispatched.offers = offers(to: dispatched.performer)
    if let planner = planner(asking: call.intent) {
      dispatched.outputSchema = schema(of: planner)
      dispatched.wantsText = true
      return
    }
    dispatched.turns = call.turns
    dispatched.record = { turn in await self.record(turn, of: id) }
    guard call.intent.attempt > 1, let refused = refusedAnswers[AnswerPlace(call.intent)] else {
      return
    }
    // The repair must not make a prompt overlong that was not: then the question is asked again.
    var repaired = texts
    repaired.prompt = (texts.prompt ?? "") + AgentConversation.repair(refused)
    let limit = dispatched.performer.promptTokens
    if limit <= 0 || promptTokensUpperBound(repaired, dispatched.performer) <= limit {
      dispatched.refusedAnswer = refused
    }
  }

  /// The tools that `performer` may call by itself.
  func offers(to performer: Performer) -> [ToolOffer] {
    let table = table
    return performer.offeredTools(among: table.table.performers).map { tool in
      let problem: @Sendable (Value, PoolIndex) -> String? = { value, schema in
        table.violations(of: value, schema: schema).first?.description
      }
      return ToolOffer(
        performer: tool,
        inputSchema: table.schema(tool.inputSchema),
        inputProblem: { problem($0, tool.inputSchema) },
        outputProblem: { problem($0, tool.outputSchema) }
      )
    }
  }

  /// Journals a tool call of an agent; false when the run does not want it any more.
  private func record(_ turn: AgentTurn, of effect: EffectID) -> Bool {
    guard state.outcome == nil, calls[effect] != nil, !Task.isCancelled else { return false }
    var clean = turn
    clean.input = surroundings.redact(turn.input)
    clean.text = surroundings.redact(.string(turn.text)).text ?? ""
    switch turn.stage {
    case .called: break
    case .answered(let output): clean.stage = .answered(surroundings.redact(output))
    case .failed(let kind, let message):
      clean.stage = .failed(kind, message: surroundings.redact(.string(message)).text ?? "")
    }
    let now = max(surroundings.clock.nowMilliseconds, state.nowMilliseconds)
    let stored = StoredRecord(
      JournalRecord(
        sequence: sequence + 1,
        previousHash: head,
        body: .turn(atMilliseconds: now, clean)
      )
    )
    do throws(StoreError) {
      try surroundings.store.append(
        JournalAppend(
          runID: header.runID,
          epoch: epoch,
          record: stored,
          ledger: [],
          status: .running,
          atMilliseconds: now
        )
      )
    } catch {
      // The store's fault comes up again when the call's result is journaled.
      return false
    }
    sequence += 1
    head = stored.hash
    if calls[effect]?.turns.last?.number == turn.number { calls[effect]?.turns.removeLast() }
    calls[effect]?.turns.append(clean)
    return true
  }

  /// The outcome of an agent's call that ends while a write of one of its tools is under way: to
  /// call it anything but unknown would let a retry write again.
  func doubt(about call: OpenCall, _ words: String) -> CallResult? {
    let performer = table.table.performers[Int(call.intent.performer)]
    guard let turn = call.turns.last, isDoubtful(turn, performer) else { return nil }
    return .failed(.unknown, message: "`\(turn.tool)`: \(words)")
  }

  /// Whether a tool call is a write of which nobody knows whether it happened: it is under way, or
  /// has ended so a moment ago, before the call around it.
  func isDoubtful(_ turn: AgentTurn, _ agent: Performer) -> Bool {
    switch turn.stage {
    case .called, .failed(.unknown, _): isWrite(turn, agent)
    case .answered, .failed: false
    }
  }

  /// Whether a tool call that may have happened must not be made again by itself.
  func isWrite(_ turn: AgentTurn, _ agent: Performer) -> Bool {
    let tool = agent.offeredTools(among: table.table.performers).first { tool in
      tool.id.sameScalars(as: turn.tool)
    }
    return tool.map { $0.isWrite && !$0.isIdempotent } ?? false
  }

  // MARK: Refused answers

  /// Keeps why an answer was refused, for the attempt that follows.
  func noteRefusedAnswer(_ kind: ErrorKind, _ message: String, of intent: CallIntent) {
    refusedAnswers[AnswerPlace(intent)] = kind == .invalidOutput ? message : nil
  }

  /// Learns from an event of the journal what its driver knew.
  func remember(_ event: RunEvent.Kind, _ open: [EffectID: OpenCall]) {
    switch event {
    case .failed(let effect, let kind, let message, _, let cost):
      guard let call = open[effect] else { return }
      noteRefusedAnswer(kind, message, of: call.intent)
      noteBreach(cost - call.lostPicodollars, of: call)
    case .completed(let effect, _, _, let cost):
      guard let call = open[effect] else { return }
      noteBreach(cost - call.lostPicodollars, of: call)
    case .started, .fired, .cancelled, .external, .tick: break
    }
  }

  // MARK: Breaches

  /// Notices a bill above its reservation: the provider did not keep to the limits it was sent.
  func noteBreach(_ bill: Int64, of call: OpenCall) {
    let performer = table.table.performers[Int(call.intent.performer)]
    let reserved = call.dispatch.reservedPicodollars
    guard breach == nil, performer.kind == .model, bill > reserved, call.dispatch.refusal == nil,
      worstPicodollars(of: performer) != .max
    else { return }
    breach = Breach(
      performer: performer.id,
      billedPicodollars: bill,
      reservedPicodollars: reserved
    )
  }

  /// After a breach nothing can be promised, so nothing that costs money is called.
  func refusalAfterBreach(of performer: Performer, _ step: String) -> RunError? {
    guard let breach, worstPicodollars(of: performer) > 0 else { return nil }
    return RunError(kind: .budget, message: Messages.breached(breach), step: step)
  }
}
