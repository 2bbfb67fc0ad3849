import Values

/// Turns what a search decided into a script.
enum PathScript {
  /// The scenario of a way, without a name.
  static func draft(of way: PathExplorer.Way) -> ScenarioWriter.Draft {
    var draft = ScenarioWriter.Draft(name: "", input: way.input, script: [], occurrences: [])
    var calls: [(key: String, calls: [PathCall])] = []
    for run in way.runs {
      if let occurrence = run.occurrence {
        draft.occurrences.append((run.occurredMilliseconds, occurrence))
      }
      for call in run.calls {
        if let index = calls.firstIndex(where: { $0.key.sameScalars(as: call.key) }) {
          calls[index].calls.append(call)
        } else {
          calls.append((call.key, [call]))
        }
      }
    }
    // A script answers in order of the calls, which is not always that of the answers.
    draft.script = calls.map { entry in
      (entry.key, answers(entry.calls.sorted { $0.effect < $1.effect }))
    }
    return draft
  }

  /// The plainest form that gives each call its answer.
  private static func answers(_ calls: [PathCall]) -> ScenarioWriter.Answers {
    let answers = calls.map(\.reply)
    if let first = answers.first, answers.allSatisfy({ $0.text.sameScalars(as: first.text) }) {
      return .every(first)
    }
    return byItem(calls).map { .byItem($0) } ?? .list(answers)
  }

  /// One answer an item, where each item has one.
  private static func byItem(_ calls: [PathCall]) -> [PathReply]? {
    var byItem: [Int32: PathReply] = [:]
    for call in calls {
      guard let item = call.item else { return nil }
      if let known = byItem[item], !known.text.sameScalars(as: call.reply.text) { return nil }
      byItem[item] = call.reply
    }
    var answers: [PathReply] = []
    for item in 0..<Int32(byItem.count) {
      guard let answer = byItem[item] else { return nil }
      answers.append(answer)
    }
    return answers
  }
}
