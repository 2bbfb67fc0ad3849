extension Program {
  /// Whether the absence of the value in a slot can never make the program fail, whatever else it
  /// reads holds.
  ///
  /// So are `has(a.v) && a.v > 1` and `has(a.v) ? a.v : 0` for the slot of `a`; `x || a.v > 1` is
  /// not. Fields that a value lacks are no concern here. `status` is the slot of a record whose
  /// field `status` is `success` only if `slot` has a value (of a step's result, `steps.<id>`);
  /// with it, `steps.a.status == 'success' && a.v > 1` is one, too. Where in doubt, false.
  ///
  /// Sound: if true, no evaluation in a memory without that value gives the error of reading it.
  package func isSecured(_ slot: Int, status: Int?) -> Bool {
    !outcomes(without: slot, status: status).mayFail
  }

  /// What the program may come to while a slot holds nothing.
  func outcomes(without slot: Int, status: Int?) -> Outcomes {
    guard reads.contains(where: { $0.slot == slot || $0.slot == status }) else { return .anything }
    var analysis = AbsenceAnalysis(body.checker, slot: slot, status: status, limits: body.limits)
    return analysis.run()
  }
}

extension Template {
  /// Whether the absence of the value in a slot can never make the template fail: see `Program`.
  ///
  /// The condition of a block secures what stands in it: `{{ if has(a.v) }}{{ a.v }}{{ end }}`.
  package func isSecured(_ slot: Int, status: Int?) -> Bool {
    guard reads.contains(where: { $0.slot == slot }) else { return true }
    return Self.areSecured(parts, slot, status)
  }

  /// Recursion follows the nesting of blocks, which is limited when they are compiled.
  private static func areSecured(_ parts: [TemplatePart], _ slot: Int, _ status: Int?) -> Bool {
    parts.allSatisfy { part in
      switch part {
      case .text: true
      case .program(let program, _): program.isSecured(slot, status: status)
      case .range(let block):
        block.list.isSecured(slot, status: status) && areSecured(block.body, slot, status)
          && areSecured(block.otherwise, slot, status)
      case .condition(let branches, let otherwise):
        isSecured(branches, otherwise, slot, status)
      }
    }
  }

  private static func isSecured(
    _ branches: [ConditionBranch],
    _ otherwise: [TemplatePart],
    _ slot: Int,
    _ status: Int?
  ) -> Bool {
    for branch in branches {
      let condition = branch.condition.outcomes(without: slot, status: status)
      if condition.mayFail { return false }
      if condition.contains(.isTrue), !areSecured(branch.body, slot, status) { return false }
      guard condition.contains(.isFalse) else { return true }
    }
    return areSecured(otherwise, slot, status)
  }
}
