import Table
import Verifier

extension PlanText {
  /// What each planner of a flow may cost, and what is known of its plans.
  static func planners(_ report: CostReport, _ verification: VerifierReport?) -> [String] {
    report.table.planners.flatMap { planner -> [String] in
      let table = report.table
      let asking = Int(planner.asking)
      guard let unit = report.steps.first(where: { $0.unit.place == planner.asking })?.unit else {
        return []
      }
      let rounds = unit.tries
      let visits = max(1, Int64(table.nodes[asking].maxVisits))
      let question = unit.isKnown ? Picodollars.text(unit.tryPicodollars) : "unknown"
      let plan =
        planner.hardPicodollars < 0 ? "unknown" : Picodollars.text(planner.hardPicodollars)
      let noun = rounds == 1 ? "round" : "rounds"
      var sum = "\(rounds) \(noun) x \(question) + "
      let fallback = fallback(of: asking, table)
      if let fallback {
        let cost = report.maxToGo.indices.contains(fallback) ? report.maxToGo[fallback] : 0
        sum += "max(plan \(plan), fallback \(Picodollars.text(cost)))"
      } else {
        sum += "plan \(plan)"
      }
      if visits > 1 { sum = "at most \(visits) x (\(sum))" }
      var lines = ["planning   \(sum)"]
      let how = fallback == nil ? "none: without a plan the planner fails" : "proven"
      lines.append(
        "           fallback: \(how); proposed plans: not known yet, each goes through check, "
          + "prove, price"
      )
      return lines
    }
  }

  /// Where a planner's asking place leads when nothing was accepted.
  private static func fallback(of asking: Int, _ table: TransitionTable) -> Int? {
    for index in table.nodes[asking].rows {
      let row = table.rows[Int(index)]
      if row.event == .failure, row.target != noIndex { return Int(row.target) }
    }
    return nil
  }
}
