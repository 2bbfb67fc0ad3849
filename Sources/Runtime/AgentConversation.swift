import Execution
import Journal
import Models
import Table
import Tools
import Values

/// One call of an agent: questions to its model, tools between them, in at most `turns` turns.
///
/// In each turn the model answers, or asks for one tool; the last turn only answers. A tool call is
/// journaled before it is made and after. Failures of a tool are told to the model; only a write
/// whose outcome is unknown ends the call.
struct AgentConversation {
  let call: DispatchedCall
  let gateway: ModelGateway
  let candidates: [LivePerformer.Candidate]
  let grants: Grants
  let cancellation: Cancellation
  /// How long the whole call may still take.
  let remaining: @Sendable () -> Int
  /// Carries out a tool.
  let perform: @Sendable (DispatchedCall) async -> CallResult

  private var messages: [ChatMessage] = []
  private var usage = TokenUsage.none
  private var modelPicodollars: Int64 = 0
  private var toolPicodollars: Int64 = 0
  private var wasSent = false

  init(
    _ call: DispatchedCall,
    gateway: ModelGateway,
    candidates: [LivePerformer.Candidate],
    grants: Grants,
    cancellation: Cancellation,
    remaining: @escaping @Sendable () -> Int,
    perform: @escaping @Sendable (DispatchedCall) async -> CallResult
  ) {
    self.call = call
    self.gateway = gateway
    self.candidates = candidates
    self.grants = grants
    self.cancellation = cancellation
    self.remaining = remaining
    self.perform = perform
  }

  /// A tool as the model sees it.
  static func chatTool(_ offer: ToolOffer) -> ChatTool {
    ChatTool(
      name: offer.performer.id,
      parameters: offer.inputSchema ?? .map(["type": .string("object")])
    )
  }

  /// What a model is told of a refused answer.
  static func repair(_ refused: String) -> String {
    let words = String(decoding: refused.utf8.prefix(1_000), as: UTF8.self)
    return "\n\nYour last answer was refused: \(words)\nAnswer again, so that it fits."
  }

  /// Carries the call out.
  mutating func answer() async -> CallResult {
    let performer = call.performer
    if let instructions = call.instructions { messages.append(ChatMessage(.system, instructions)) }
    let prompt = call.prompt ?? JSONWriter.string(call.input)
    messages.append(ChatMessage(.user, prompt + (call.refusedAnswer.map(Self.repair) ?? "")))
    var number: Int32 = 1
    for turn in call.turns {
      number = turn.number + 1
      if case .called = turn.stage {
        // It was under way when the driver changed; it may be made again.
        if let ending = await carryOut(turn) { return ending }
      } else {
        append(turn)
      }
    }
    let turns = max(1, performer.turns)
    while number <= turns {
      let question = question(isLast: number == turns)
      if let refusal = overlong(question) { return refusal }
      let result = await gateway.answer(
        question,
        candidates: candidates.map(\.model),
        grants: grants,
        deadlineMilliseconds: remaining(),
        mayUseCache: call.attempt == 1 && call.refusedAnswer == nil,
        cancellation: cancellation
      )
      switch result {
      case .failure(let failure): return failed(failure)
      case .success(let answer):
        take(answer)
        guard let wanted = answer.answer.toolCalls.first else {
          let text: Value = .map(["text": .string(answer.answer.text)])
          let output = call.wantsText ? text : answer.answer.json ?? text
          return .completed(output: output, usage: used, costPicodollars: cost)
        }
        guard !call.offers.isEmpty else {
          return ended(.invalidOutput, "the model asks for a tool where none was offered")
        }
        guard number < turns else {
          return ended(.invalidOutput, "the model asks for tools beyond its \(turns) turns")
        }
        let turn = AgentTurn(
          effect: call.effect,
          number: number,
          tool: offer(named: wanted.name)?.performer.id ?? wanted.name,
          callID: wanted.id,
          text: answer.answer.text,
          input: wanted.arguments,
          usage: used
        )
        if let ending = await carryOut(turn) { return ending }
      }
      number += 1
    }
    return ended(.invalidOutput, "the model gave no answer within its \(turns) turns")
  }

  // MARK: The model

  private func question(isLast: Bool) -> ChatRequest {
    let performer = call.performer
    var request = ChatRequest(
      model: performer.model,
      messages: messages,
      temperature: performer.temperatureThousandths < 0
        ? nil : Double(performer.temperatureThousandths) / 1_000,
      maxOutputTokens: performer.outputTokens > 0 ? Int(performer.outputTokens) : 1_024,
      schema: call.outputSchema.map { ChatSchema(name: call.step, schema: $0, isStrict: false) }
    )
    request.tools = call.offers.map(Self.chatTool)
    request.mayCallTools = !isLast
    request.takesAnyText = call.wantsText
    return request
  }

  /// A conversation that has outgrown its limit is not sent any further.
  private func overlong(_ question: ChatRequest) -> CallResult? {
    let limit = call.performer.promptTokens
    guard limit > 0, !call.turns.isEmpty || wasSent else { return nil }
    var bound = question.promptTokensUpperBound
    if question.schema != nil || !question.tools.isEmpty {
      bound += ModelEndpoint.dialect(provider: call.performer.provider).hiddenToolTokens
    }
    guard bound > limit else { return nil }
    return ended(
      .failed,
      Messages.overlongPrompt(call.performer.id, Int64(bound), limit: limit)
    )
  }

  private mutating func take(_ answer: GatewayAnswer) {
    guard !answer.isCached else { return }
    wasSent = true
    add(answer.answer.usage, of: answer.candidate)
  }

  private mutating func add(_ part: TokenUsage, of candidate: Int) {
    usage = usage + part
    let bill = call.pricer.costPicodollars(candidates[candidate].performer, Self.usage(part))
    // A declared price is that of the whole call, however many turns it takes.
    modelPicodollars =
      call.performer.costPerCallPicodollars >= 0
      ? call.performer.costPerCallPicodollars : Self.sum(modelPicodollars, bill)
  }

  private mutating func failed(_ failure: GatewayFailure) -> CallResult {
    if let part = failure.failure.usage, !part.isNone, let candidate = failure.candidate {
      wasSent = true
      add(part, of: candidate)
    }
    let cause = failure.failure.failure
    let ending = ended(ErrorKind(name: cause.kind.rawValue) ?? .failed, cause.message)
    guard let pause = cause.retryAfterMilliseconds, pause > 0 else { return ending }
    return .pausing(milliseconds: Int64(pause), ending)
  }

  private func ended(_ kind: ErrorKind, _ message: String) -> CallResult {
    .failed(
      kind,
      message: message,
      usage: wasSent ? used : nil,
      wasSent: wasSent,
      costPicodollars: cost
    )
  }

  private var used: Usage { Self.usage(usage) }
  private var cost: Int64 { Self.sum(modelPicodollars, toolPicodollars) }

  private static func usage(_ usage: TokenUsage) -> Usage {
    Usage(promptTokens: Int64(usage.prompt), outputTokens: Int64(usage.output))
  }

  private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    LedgerAccount.sum(left, right)
  }

  // MARK: Tools

  private func offer(named name: String) -> ToolOffer? {
    call.offers.first { offer in
      ChatTool.wireName(offer.performer.id).sameScalars(as: name)
        || offer.performer.id.sameScalars(as: name)
    }
  }

  /// Makes one tool call; returns how the whole call ends when it cannot go on.
  private mutating func carryOut(_ turn: AgentTurn) async -> CallResult? {
    var turn = turn
    if let offer = offer(named: turn.tool) {
      if let problem = offer.inputProblem(turn.input) {
        turn.stage = .failed(.inputRejected, message: problem)
      } else {
        guard await call.record(turn) else { return withdrawn }
        turn.stage = await outcome(of: turn, offer)
        toolPicodollars = Self.sum(
          toolPicodollars,
          max(0, offer.performer.costPerCallPicodollars)
        )
      }
    } else {
      turn.stage = .failed(.denied, message: "there is no tool `\(turn.tool)`")
    }
    guard await call.record(turn) else { return withdrawn }
    if case .failed(let kind, let message) = turn.stage, kind == .unknown || kind == .cancelled {
      return ended(kind, "`\(turn.tool)`: \(message)")
    }
    append(turn)
    return nil
  }

  private var withdrawn: CallResult {
    ended(.cancelled, "the run does not want the answer any more")
  }

  private func outcome(of turn: AgentTurn, _ offer: ToolOffer) async -> AgentTurn.Stage {
    var tool = call
    tool.performer = offer.performer
    tool.input = turn.input
    tool.prompt = nil
    tool.instructions = nil
    tool.outputSchema = nil
    tool.offers = []
    tool.turns = []
    tool.refusedAnswer = nil
    // The agent's attempts may differ in what they ask; a repetition after a crash does not.
    tool.idempotencyKey = "\(call.idempotencyKey)-\(call.attempt)-t\(turn.number)"
    switch await perform(tool) {
    case .completed(let output, _, _):
      if let problem = offer.outputProblem(output) {
        return .failed(.invalidOutput, message: problem)
      }
      return .answered(output)
    case .failed(let kind, let message, _, _, _),
      .pausing(_, .failed(let kind, let message, _, _, _)):
      return .failed(kind, message: message)
    case .later, .never, .awaitsPerson, .pausing:
      return .failed(.failed, message: "`\(turn.tool)` does not answer at once")
    }
  }

  /// Tells the model what came of its tool call.
  private mutating func append(_ turn: AgentTurn) {
    let asked = ChatToolCall(
      id: turn.callID,
      name: ChatTool.wireName(turn.tool),
      arguments: turn.input
    )
    let result: Value
    switch turn.stage {
    case .called: return
    case .answered(let output): result = output
    case .failed(let kind, let message):
      result = .map([
        "error": .map(["kind": .string(kind.name), "message": .string(message)])
      ])
    }
    messages.append(ChatMessage(asking: [asked], text: turn.text))
    messages.append(ChatMessage(resultOf: asked, text: JSONWriter.string(result)))
  }
}
