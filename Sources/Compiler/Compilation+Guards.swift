import Expression
import Source
import Table

// Guards must come to true or false: there is no truthiness.
extension Compilation {
  /// Reports each guard, condition and check whose type is known to be another.
  mutating func checkGuards(_ linked: LinkedTable) {
    var programs: Set<PoolIndex> = []
    for row in linked.table.rows { programs.insert(row.guardProgram) }
    for node in linked.table.nodes {
      programs.formUnion([node.when, node.require, node.condition])
    }
    checkCosts(linked, programs.sorted().filter { $0 != noIndex })
    for program in programs.sorted() where program != noIndex {
      guard let compiled = linked.programs[Int(program)] else { continue }
      guard let hint = Self.remedy(compiled.type) else { continue }
      report(
        Messages.notBoolean(
          Self.spelled(compiled.type),
          hint: hint,
          at: linked.table.debug.programs[Int(program)]?.span
        )
      )
    }
  }

  /// What to write to make a truth of a value of a type; nil when it may be one already.
  private static func remedy(_ type: ExpressionType) -> String? {
    switch type {
    case .list, .map: "compare it, as in `size(…) > 0`"
    case .string, .bytes: "compare it, as in `… == 'text'`"
    case .int, .uint, .double: "compare it, as in `… > 0`"
    case .optional: "write `.orValue(false)` behind it, or `.hasValue()`"
    case .null, .timestamp, .duration, .record, .type, .enumeration: "compare it with something"
    case .wrapper(let wrapped): remedy(wrapped)
    case .dyn, .bool, .any, .error, .parameter, .abstract: nil
    }
  }
}
