import Signalbox

/// How a run stands when its driver rests: what is printed, and how the program ends.
struct RunEnding {
  let console: Console
  let format: OutputFormat
  /// What a run was expected to cost when it started, when that is known.
  var expectedPicodollars: Int64?
  /// Events that the run takes where it rests.
  var events: [String] = []

  /// Prints the ending as data and returns the program's.
  func show(
    _ pause: RunPause,
    runID: String,
    spentPicodollars: Int64,
    limits: RunLimits
  ) -> ExitCode {
    switch format {
    case .json, .jsonLines:
      console.print(
        line: JSONWriter.string(
          value(pause, runID: runID, spentPicodollars),
          pretty: format == .json
        )
      )
    default: console.print(text(pause, runID: runID, spentPicodollars, limits: limits))
    }
    if case .stalled = pause, !events.isEmpty { return .success }
    return Self.exit(for: pause)
  }

  /// How a program ends that left a run so.
  static func exit(for pause: RunPause) -> ExitCode {
    switch pause {
    case .waiting: return .success
    case .undecided, .stalled: return .runFailed
    case .ended(.success): return .success
    case .ended(.cancelled): return .stopped
    case .ended(.failure(_, let error, _)):
      switch error?.kind {
      case .inputRejected: return .badUse
      case .denied, .budget: return .refused
      case .timeout where error?.step.isEmpty ?? false: return .stopped
      default: return .runFailed
      }
    }
  }

  private func text(
    _ pause: RunPause,
    runID: String,
    _ spentPicodollars: Int64,
    limits: RunLimits
  ) -> String {
    let spent = Picodollars.text(spentPicodollars)
    let of = limits.hardPicodollars < 0 ? "" : " of \(Picodollars.text(limits.hardPicodollars))"
    switch pause {
    case .waiting(let tasks):
      var lines = ["waiting. answer with:"]
      for task in tasks {
        lines.append(
          "  signalbox answer \(task.runID)\(Self.answerOptions(task, alone: tasks.count == 1))"
        )
      }
      return lines.joined(separator: "\n") + "\n"
    case .undecided(let calls):
      var lines = [
        "undecided: it is not known whether this happened, and it is never repeated by itself."
      ]
      for call in calls {
        lines.append("  \(call.step): `\(call.performer.id)` with key \(call.idempotencyKey)")
        lines.append("  signalbox resume \(call.runID) --assume \(call.step)=happened")
        lines.append("  signalbox resume \(call.runID) --assume \(call.step)=failed")
      }
      return lines.joined(separator: "\n") + "\n"
    case .stalled where !events.isEmpty:
      return "waiting for events \(events.joined(separator: ", ")). send one with:\n"
        + "  signalbox signal \(runID) NAME\n"
    case .stalled: return "stalled: no answer will come and there is no deadline\n"
    case .ended(.success(let final, let result)):
      let name = Self.shownName(final)
      return "\(name.isEmpty ? "done" : name)   \(spent)\(of)\(estimate(spentPicodollars))\n"
        + Self.shown(result)
    case .ended(.failure(let final, let error, let result)):
      let name = Self.shownName(final ?? "")
      var text = "\(name.isEmpty ? "failed" : name)   \(spent)\(of)\n"
      if let error {
        let step = error.step.isEmpty ? "" : "`\(error.step)`: "
        text += "  \(step)\(error.kind.name): \(error.message.visibleInTerminal)\n"
      }
      return text + Self.shown(result)
    case .ended(.cancelled(let reason)): return "cancelled   \(spent)\(of)\n  \(reason)\n"
    }
  }

  /// `   estimate at start $0.003479 (-7.7 %)`.
  private func estimate(_ spentPicodollars: Int64) -> String {
    guard let expected = expectedPicodollars, expected > 0 else { return "" }
    let deviation = (Double(spentPicodollars) / Double(expected) - 1) * 1_000
    let tenths = Int(deviation.rounded())
    let sign = tenths < 0 ? "-" : "+"
    return "   estimate at start \(Picodollars.text(expected)) "
      + "(\(sign)\(tenths.magnitude / 10).\(tenths.magnitude % 10) %)"
  }

  /// The name of a final state; the ends of trees have names of the table's own.
  private static func shownName(_ final: String) -> String {
    final.utf8.first == UInt8(ascii: "/") ? "" : final
  }

  private static func shown(_ result: Value) -> String {
    if case .null = result { return "" }
    return "  " + JSONWriter.string(result).visibleInTerminal + "\n"
  }

  /// ` --decision send|rewrite`, or how else the answer can be given.
  private static func answerOptions(_ task: PersonTask, alone: Bool) -> String {
    var text = alone ? "" : " --step \(task.step)"
    guard case .map(let fields)? = task.outputSchema?["properties"] else {
      return text + " --json '{…}'"
    }
    var required: [Value] = []
    if case .list(let list)? = task.outputSchema?["required"] { required = list }
    for entry in fields.entries {
      guard case .string(let name) = entry.key, required.contains(.string(name)) else { continue }
      var choices = "…"
      if case .list(let values)? = entry.value["enum"] {
        choices = values.compactMap(\.text).joined(separator: "|")
      }
      text += name == "decision" ? " --decision \(choices)" : " --with \(name)=\(choices)"
    }
    return text
  }

  private func value(_ pause: RunPause, runID: String, _ spentPicodollars: Int64) -> Value {
    var fields: ValueMap = [
      "event": .string("rests"), "version": .int(1), "run": .string(runID),
      "spent_picodollars": .int(spentPicodollars),
    ]
    switch pause {
    case .waiting(let tasks):
      fields["status"] = .string("waiting")
      fields["waiting_for"] = .list(tasks.map { .string($0.step) })
    case .undecided(let calls):
      fields["status"] = .string("undecided")
      fields["undecided"] = .list(calls.map { .string($0.step) })
    case .stalled:
      fields["status"] = .string(events.isEmpty ? "stalled" : "waiting")
      if !events.isEmpty { fields["events"] = .list(events.map { .string($0) }) }
    case .ended(.success(let final, let result)):
      fields["status"] = .string("succeeded")
      fields["final"] = .string(Self.shownName(final))
      fields["result"] = result
    case .ended(.failure(let final, let error, let result)):
      fields["status"] = .string("failed")
      fields["final"] = final.map { .string(Self.shownName($0)) } ?? .null
      if let error {
        fields["error"] = .map([
          "kind": .string(error.kind.name), "message": .string(error.message),
          "step": .string(error.step),
        ])
      }
      fields["result"] = result
    case .ended(.cancelled(let reason)):
      fields["status"] = .string("cancelled")
      fields["reason"] = .string(reason)
    }
    return .map(fields)
  }
}
