import Signalbox

/// What became of a proposal, for people.
enum PlanVerdictText {
  /// One line: round, size, price and verdict.
  static func line(_ proposal: ProposalRecord) -> String {
    var text =
      "planner  round \(proposal.round)  plan of \(Plural.count(Int(proposal.steps), "step"))"
    text += "  " + Picodollars.text(proposal.costPicodollars)
    switch proposal.source {
    case .model: break
    case .cache: text += "  from the cache"
    case .repetition: text += "  once more"
    }
    return text + "  " + verdict(proposal)
  }

  /// The proposal of a number, or a failure that says which there are.
  static func proposal(
    _ number: Int,
    in records: [StoredRecord],
    of runID: String
  ) throws(CommandFailure) -> ProposalRecord {
    var count = 0
    for stored in records {
      guard case .proposal(_, let proposal)? = (try? JournalRecord(decoding: stored.bytes))?.body
      else { continue }
      count += 1
      if Int(proposal.number) == number { return proposal }
    }
    throw CommandFailure(
      "run `\(runID)` has \(count == 0 ? "no proposals" : "proposals 1 to \(count)")",
      exit: .badUse
    )
  }

  /// Everything about one proposal: what was asked, what was said, what became of it and why.
  static func whole(_ proposal: ProposalRecord, of runID: String) -> String {
    var text = "proposal \(proposal.number) of run \(runID): \(line(proposal))\n"
    if let usage = proposal.usage {
      text += "  asked   \(usage.promptTokens) tokens in, \(usage.outputTokens) out\n"
    }
    if proposal.remainingPicodollars >= 0 {
      text += "  left    \(Picodollars.text(proposal.remainingPicodollars)) of the run's budget\n"
    }
    if !proposal.kept.isEmpty {
      let ids = proposal.kept.map(\.id).joined(separator: ", ")
      text += "  done    \(ids), by \(proposal.forerunners.joined(separator: ", "))\n"
    }
    switch proposal.verdict {
    case .accepted:
      text += "  run     \(proposal.runID(parent: runID)): signalbox show "
      text += "\(proposal.runID(parent: runID))\n"
    case .refused(let refusals):
      for refusal in refusals { text += "  reason  \(refusal.line.visibleInTerminal)\n" }
    }
    let body = proposal.text.split(separator: "\n", omittingEmptySubsequences: false)
    return text + body.map { "  | \(String($0).visibleInTerminal)\n" }.joined()
  }

  /// The same as a value.
  static func value(_ proposal: ProposalRecord) -> Value {
    var fields: ValueMap = [
      "version": .int(1), "number": .int(Int64(proposal.number)),
      "round": .int(Int64(proposal.round)),
      "source": .string("\(proposal.source)"), "steps": .int(Int64(proposal.steps)),
      "cost_picodollars": .int(proposal.costPicodollars), "text": .string(proposal.text),
      "verdict": .string(proposal.word),
    ]
    switch proposal.verdict {
    case .accepted(let table, let worst, let longest):
      fields["table"] = .string(table.hex)
      fields["worst_picodollars"] = worst < 0 ? .null : .int(worst)
      fields["longest_ms"] = longest < 0 ? .null : .int(longest)
    case .refused(let refusals):
      fields["reasons"] = .list(
        refusals.map { refusal in
          .map([
            "code": .string(refusal.code), "message": .string(refusal.message),
            "hint": .string(refusal.hint), "at": .string(refusal.place),
          ])
        }
      )
    }
    return .map(fields)
  }

  /// `accepted: worst …`, or `REFUSED CODE: …`.
  static func verdict(_ proposal: ProposalRecord) -> String {
    switch proposal.verdict {
    case .accepted(let table, let worst, let longest):
      var parts: [String] = []
      if worst >= 0 { parts.append("worst \(Picodollars.text(worst))") }
      if longest >= 0 { parts.append("at most \(DurationText.text(longest))") }
      parts.append("digest \(table.short)")
      return "accepted: " + parts.joined(separator: ", ")
    case .refused(let refusals):
      guard let first = refusals.first else { return "REFUSED" }
      let more = refusals.count > 1 ? " (and \(refusals.count - 1) more)" : ""
      return "REFUSED \(first.code): \(first.message.visibleInTerminal)\(more)"
    }
  }
}

extension CallReport {
  /// Whether it ended with a proposal that was judged.
  var isJudged: Bool { error == nil || error?.kind == .invalidOutput }
}
