import Signalbox

/// What became of a proposal, for people.
enum PlanVerdictText {
  /// One line: round, size, price and verdict.
  static func line(_ proposal: ProposalRecord) -> String {
    var text = "planner  round \(proposal.round)  plan of \(Plural.count(Int(proposal.steps), "step"))"
    text += "  " + Picodollars.text(proposal.costPicodollars)
    switch proposal.source {
    case .model: break
    case .cache: text += "  from the cache"
    case .repetition: text += "  once more"
    }
    return text + "  " + verdict(proposal)
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
