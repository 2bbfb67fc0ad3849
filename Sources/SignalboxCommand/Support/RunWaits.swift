import Signalbox

/// What a run that has not ended waits for: people, with what they are shown; events; times.
struct RunWaits {
  private let calls: [RunCall]
  private let events: [String]
  private let timers: [(step: String, dueMilliseconds: Int64)]

  init(table: LinkedTable, records: [StoredRecord], state: RunState) {
    guard state.outcome == nil else {
      (calls, events, timers) = ([], [], [])
      return
    }
    calls = RunCalls(table: table, records: records).calls.filter {
      $0.isOpen && $0.performer.kind == .human
    }
    events = table.table.awaitedEvents(state)
    var open: [EffectID: TimerIntent] = [:]
    for stored in records {
      guard case .step(let step)? = (try? JournalRecord(decoding: stored.bytes))?.body else {
        continue
      }
      if case .fired(let timer) = step.event.kind { open[timer] = nil }
      for effect in step.intents {
        switch effect {
        case .startTimer(let timer): open[timer.id] = timer
        case .cancel(let id): open[id] = nil
        case .call, .startChild: break
        }
      }
    }
    timers = open.values.sorted { ($0.dueMilliseconds, $0.id) < ($1.dueMilliseconds, $1.id) }.map {
      let step = $0.place == noIndex ? "the flow" : table.table.nodes[Int($0.place)].name
      return (step, $0.dueMilliseconds)
    }
  }

  /// A line each.
  func text(runID: String) -> String {
    var text = ""
    for call in calls {
      let roles =
        call.performer.roles.isEmpty ? "somebody" : call.performer.roles.joined(separator: ", ")
      let until =
        call.intent.deadlineMilliseconds < 0
        ? "" : ", until \(DateText.utc(call.intent.deadlineMilliseconds))"
      text += "waits for \(roles) at \(call.step)\(until)\n"
      text += "  shown   \(JSONWriter.string(call.intent.input).visibleInTerminal)\n"
      text += "  answer  signalbox answer \(runID) --step \(call.step)\n"
    }
    if !events.isEmpty {
      text += "takes events \(events.joined(separator: ", ")): signalbox signal \(runID) NAME\n"
    }
    for timer in timers {
      text += "waits until \(DateText.utc(timer.dueMilliseconds)) at \(timer.step)\n"
    }
    return text
  }

  /// The same as a value; nil when it waits for nothing.
  var value: Value? {
    guard !calls.isEmpty || !events.isEmpty || !timers.isEmpty else { return nil }
    return .map([
      "people": .list(
        calls.map { call in
          let due = call.intent.deadlineMilliseconds
          return .map([
            "step": .string(call.step), "shown": call.intent.input,
            "roles": .list(call.performer.roles.map { .string($0) }),
            "until_ms": due < 0 ? .null : .int(due),
          ])
        }
      ),
      "events": .list(events.map { .string($0) }),
      "times": .list(
        timers.map { .map(["step": .string($0.step), "due_ms": .int($0.dueMilliseconds)]) }
      ),
    ])
  }
}
