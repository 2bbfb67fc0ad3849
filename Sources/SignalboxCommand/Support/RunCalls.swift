import Signalbox

/// One call of a run as its journal tells it.
struct RunCall {
  let number: Int
  let step: String
  let performer: Performer
  let intent: CallIntent
  let dispatch: Dispatch
  let startedMilliseconds: Int64
  /// Prompt and instructions, rendered again; what a planner was asked stands with its proposal.
  var prompt: String?
  var instructions: String?
  var turns: [AgentTurn] = []
  /// Nil while it is open.
  var endedMilliseconds: Int64?
  var output: Value?
  var error: (kind: ErrorKind, message: String)?
  var usage: Usage?
  var costPicodollars: Int64 = 0
  /// Who answered, when a person did.
  var answeredBy = ""
  /// Whether it was withdrawn before it was answered.
  var isWithdrawn = false

  /// Whether an answer may still come.
  var isOpen: Bool { endedMilliseconds == nil && !isWithdrawn && dispatch.refusal == nil }
}

/// All calls of a run, in order, read from its journal.
struct RunCalls {
  private(set) var calls: [RunCall] = []
  private var positions: [EffectID: Int] = [:]

  init(table: LinkedTable, records: [StoredRecord]) {
    var environment = ValueMap()
    for stored in records {
      guard let record = try? JournalRecord(decoding: stored.bytes) else { continue }
      switch record.body {
      case .step(let step):
        if case .started(_, _, let values) = step.event.kind { environment = values }
        end(step)
        for effect in step.intents {
          switch effect {
          case .call(let intent): begin(intent, step, table, environment)
          case .cancel(let id):
            if let position = positions[id] { calls[position].isWithdrawn = true }
          case .startTimer, .startChild: break
          }
        }
      case .turn(_, let turn):
        guard let position = positions[turn.effect] else { continue }
        if calls[position].turns.last?.number == turn.number { calls[position].turns.removeLast() }
        calls[position].turns.append(turn)
      case .resumed, .proposal: continue
      }
    }
  }

  private mutating func begin(
    _ intent: CallIntent,
    _ step: JournalRecord.Step,
    _ table: LinkedTable,
    _ environment: ValueMap
  ) {
    guard let dispatch = step.dispatches.first(where: { $0.effect == intent.id }) else { return }
    let performer = table.table.performers[Int(intent.performer)]
    var call = RunCall(
      number: calls.count + 1,
      step: table.table.nodes[Int(intent.place)].name,
      performer: performer,
      intent: intent,
      dispatch: dispatch,
      startedMilliseconds: step.event.atMilliseconds
    )
    let memory = LinkedTable.performerMemory(
      input: intent.input,
      environment: .map(environment)
    )
    if performer.kind == .model || performer.kind == .human {
      for (program, isPrompt) in [(performer.prompt, true), (performer.instructions, false)]
      where program != noIndex {
        guard case .value(let value) = table.evaluate(program, memory) else { continue }
        let text = value.text ?? JSONWriter.string(value)
        if isPrompt { call.prompt = text } else { call.instructions = text }
      }
    }
    positions[intent.id] = calls.count
    calls.append(call)
  }

  private mutating func end(_ step: JournalRecord.Step) {
    switch step.event.kind {
    case .completed(let effect, let output, let usage, let cost):
      guard let position = positions[effect] else { return }
      calls[position].output = output
      settle(position, step, usage, cost)
    case .failed(let effect, let kind, let message, let usage, let cost):
      guard let position = positions[effect] else { return }
      calls[position].error = (kind, message)
      settle(position, step, usage, cost)
    case .started, .fired, .cancelled, .external, .tick: return
    }
  }

  private mutating func settle(
    _ position: Int,
    _ step: JournalRecord.Step,
    _ usage: Usage?,
    _ cost: Int64
  ) {
    calls[position].endedMilliseconds = step.event.atMilliseconds
    calls[position].usage = usage
    calls[position].costPicodollars = cost
    calls[position].answeredBy = step.origin
  }

  /// The calls that `--step` names: the Nth, or all of a step.
  func chosen(_ text: String, of runID: String) throws(CommandFailure) -> [RunCall] {
    if let number = Int(text) {
      guard calls.indices.contains(number - 1) else {
        throw CommandFailure(
          "run `\(runID)` made \(Plural.count(calls.count, "call"))",
          exit: .badUse
        )
      }
      return [calls[number - 1]]
    }
    let found = calls.filter { $0.step.sameScalars(as: text) }
    guard found.isEmpty else { return found }
    var names: [String] = []
    for call in calls where !names.contains(call.step) { names.append(call.step) }
    let near = Suggestion.nearest(to: text, in: names)
    throw CommandFailure(
      "run `\(runID)` has made no call at a step `\(text)`",
      hint: near.map { "did you mean `\($0)`?" }
        ?? (names.isEmpty
          ? nil : "it called at " + names.map { "`\($0)`" }.joined(separator: ", ")),
      exit: .badUse
    )
  }
}

/// Calls for people and for programs.
enum RunCallText {
  /// Longest text that is shown of a value without `--full`, in scalars.
  private static let shortLength = 400

  /// Everything about one call.
  static func text(_ call: RunCall, isFull: Bool) -> String {
    let performer = call.performer
    let role = performer.role == .agent ? "agent" : "tool"
    var text = "call \(call.number)  \(call.step)  \(role) \(performer.id)"
    if !performer.action.isEmpty { text += ".\(performer.action)" }
    if !performer.model.isEmpty { text += "  \(performer.provider) \(performer.model)" }
    text += "\n  visit \(call.intent.visit), attempt \(call.intent.attempt)"
    text += ", at \(DateText.utc(call.startedMilliseconds))  \(outcome(call))\n"
    text += block("instructions", call.instructions, isFull)
    text += block("prompt", call.prompt, isFull)
    text += block("input", shown(call.intent.input, isFull), isFull)
    for turn in call.turns {
      text += block("turn \(turn.number)", "\(turn.tool) \(shown(turn.input, isFull))", isFull)
    }
    if let output = call.output { text += block("output", shown(output, isFull), isFull) }
    if let error = call.error { text += block(error.kind.name, error.message, isFull) }
    if let refusal = call.dispatch.refusal {
      text += block("refused", "\(refusal.kind.name): \(refusal.message)", isFull)
    }
    if !call.answeredBy.isEmpty { text += block("answered", "by \(call.answeredBy)", isFull) }
    if let usage = call.usage {
      text += block("usage", "\(usage.promptTokens) in, \(usage.outputTokens) out", isFull)
    }
    return text + block("cost", Picodollars.text(call.costPicodollars), isFull)
  }

  private static func outcome(_ call: RunCall) -> String {
    if call.dispatch.refusal != nil { return "not made" }
    if call.isWithdrawn { return "withdrawn" }
    guard let end = call.endedMilliseconds else { return "open" }
    return RunTimeline.seconds(end - call.startedMilliseconds)
  }

  private static func shown(_ value: Value, _ isFull: Bool) -> String {
    JSONWriter.string(value, pretty: isFull)
  }

  private static func block(_ title: String, _ text: String?, _ isFull: Bool) -> String {
    guard var text else { return "" }
    let scalars = text.unicodeScalars
    if !isFull, scalars.count > shortLength {
      text = String(scalars.prefix(shortLength)) + "… (--full shows the rest)"
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let padding = String(repeating: " ", count: max(1, 14 - title.unicodeScalars.count))
    var result = "  \(title)\(padding)\((lines.first.map(String.init) ?? "").visibleInTerminal)\n"
    for line in lines.dropFirst() {
      result += String(repeating: " ", count: 16) + String(line).visibleInTerminal + "\n"
    }
    return result
  }

  /// The same as a value.
  static func value(_ call: RunCall) -> Value {
    var fields: ValueMap = [
      "version": .int(1), "number": .int(Int64(call.number)), "step": .string(call.step),
      "performer": .string(call.performer.id), "visit": .int(call.intent.visit),
      "attempt": .int(Int64(call.intent.attempt)), "input": call.intent.input,
      "started_ms": .int(call.startedMilliseconds),
      "cost_picodollars": .int(call.costPicodollars), "outcome": .string(word(call)),
    ]
    if !call.performer.model.isEmpty {
      fields["provider"] = .string(call.performer.provider)
      fields["model"] = .string(call.performer.model)
    }
    if let text = call.prompt { fields["prompt"] = .string(text) }
    if let text = call.instructions { fields["instructions"] = .string(text) }
    if let end = call.endedMilliseconds { fields["ended_ms"] = .int(end) }
    if let output = call.output { fields["output"] = output }
    if let error = call.error {
      fields["error"] = .map([
        "kind": .string(error.kind.name), "message": .string(error.message),
      ])
    }
    if !call.answeredBy.isEmpty { fields["answered_by"] = .string(call.answeredBy) }
    if let usage = call.usage {
      fields["prompt_tokens"] = .int(usage.promptTokens)
      fields["output_tokens"] = .int(usage.outputTokens)
    }
    if !call.turns.isEmpty {
      fields["turns"] = .list(
        call.turns.map { .map(["tool": .string($0.tool), "input": $0.input]) }
      )
    }
    return .map(fields)
  }

  private static func word(_ call: RunCall) -> String {
    if call.dispatch.refusal != nil { return "refused" }
    if call.isWithdrawn { return "withdrawn" }
    if call.error != nil { return "failed" }
    return call.endedMilliseconds == nil ? "open" : "completed"
  }
}
