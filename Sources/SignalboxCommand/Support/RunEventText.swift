import Signalbox

/// What happens in a run as lines of JSON, for `-o jsonl`.
enum RunEventText {
  /// One event; nil for what says nothing by itself.
  static func value(_ progress: RunProgress) -> Value? {
    switch progress {
    case .took, .ended: return nil
    case .started(let runID, let flow, let isResumed):
      let name = isResumed ? "resumed" : "started"
      return event(name, ["run": .string(runID), "flow": .string(flow)])
    case .called(let report): return called(report)
    case .retrying(let step, let attempt, let error):
      return event(
        "retrying",
        ["step": .string(step), "attempt": .int(Int64(attempt)), "error": value(error)]
      )
    case .waiting(let task):
      let due = task.untilMilliseconds
      return event(
        "waiting",
        [
          "run": .string(task.runID), "step": .string(task.step),
          "roles": .list(task.performer.roles.map { .string($0) }), "shown": task.input,
          "until_ms": due < 0 ? .null : .int(due),
        ]
      )
    case .refused(let step, let error):
      return event("refused", ["step": .string(step), "error": value(error)])
    case .undecided(let call):
      return event(
        "undecided",
        [
          "run": .string(call.runID), "step": .string(call.step), "input": call.input,
          "idempotency_key": .string(call.idempotencyKey),
        ]
      )
    case .proposed(let proposal):
      return event(
        "proposed",
        [
          "number": .int(Int64(proposal.number)), "steps": .int(Int64(proposal.steps)),
          "verdict": .string(proposal.word),
        ]
      )
    }
  }

  private static func called(_ report: CallReport) -> Value {
    var fields: ValueMap = [
      "step": .string(report.step), "performer": .string(report.performer.id),
      "offset_ms": .int(report.offsetMilliseconds), "took_ms": .int(report.durationMilliseconds),
      "cost_picodollars": .int(report.costPicodollars), "input": report.input,
    ]
    if !report.performer.model.isEmpty { fields["model"] = .string(report.performer.model) }
    if let usage = report.usage {
      fields["prompt_tokens"] = .int(usage.promptTokens)
      fields["output_tokens"] = .int(usage.outputTokens)
    }
    if !report.answeredBy.isEmpty { fields["answered_by"] = .string(report.answeredBy) }
    if let output = report.output { fields["output"] = output }
    if let error = report.error { fields["error"] = value(error) }
    return event("called", fields)
  }

  private static func value(_ error: RunError) -> Value {
    .map(["kind": .string(error.kind.name), "message": .string(error.message)])
  }

  private static func event(_ name: String, _ fields: ValueMap) -> Value {
    var all: ValueMap = ["version": .int(1), "event": .string(name)]
    for entry in fields.entries { all[entry.key] = entry.value }
    return .map(all)
  }
}
