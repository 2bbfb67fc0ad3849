import Expression
import Source
import Table

// What guards cost, judged by the sizes that schemas declare.
extension Compilation {
  /// Reports each guard, condition and check that may use up the cost limit of an evaluation.
  ///
  /// A size that no schema bounds is taken as `Limits.assumedSize`: a guard over one list that may
  /// grow is no finding, a loop within a loop over two of them is. O(length of the guards).
  mutating func checkCosts(_ linked: LinkedTable, _ programs: [PoolIndex]) {
    let limit = limits.evaluationCost
    for program in programs {
      guard case .expression(let guardProgram)? = linked.programs[Int(program)] else { continue }
      let cost = guardProgram.cost(undeclaredSize: limits.assumedSize)
      guard cost.worst > limit else { continue }
      let part = guardProgram.costliestPart(undeclaredSize: limits.assumedSize)
      let source = linked.table.debug.programs[Int(program)]
      report(
        Messages.costlyGuard(
          cost,
          limit: limit,
          assumedSize: limits.assumedSize,
          at: source.map { $0.span(part.range) }
        )
      )
    }
  }
}
