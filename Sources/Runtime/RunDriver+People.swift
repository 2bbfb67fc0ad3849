import Execution
import Journal
import Table
import Values

/// What a person says about a write of which nobody knows whether it happened.
public enum UnknownDecision: Sendable {
  /// It happened, with this answer.
  case happened(output: Value)
  /// It did not happen.
  case didNotHappen
}

// What people tell a run: answers to its questions, decisions about its unknown writes.
extension RunDriver {
  /// The questions that are open.
  public var openTasks: [PersonTask] { people.values.sorted { $0.effect < $1.effect } }

  /// Answers an open question; the run goes on with the next `drive`.
  ///
  /// `step` may be nil when only one question is open. Refused, with the reason in words, when no
  /// such question is open, the person lacks its role, or the answer does not fit its schema.
  public func answer(
    step: String?,
    output: Value,
    by person: String,
    roles: [String] = []
  ) async throws(RunFault) {
    let hasOwn = openTasks.contains { task in step.map { task.step.sameScalars(as: $0) } ?? true }
    if !hasOwn, let id = child(waitingFor: step), let driver = children[id]?.driver {
      try await driver.answer(step: step, output: output, by: person, roles: roles)
      goOn(id)
      return
    }
    let open = openTasks.filter { task in step.map { task.step.sameScalars(as: $0) } ?? true }
    guard let task = open.first else {
      throw .refused(Messages.noQuestion(step, open: openTasks.map(\.step)))
    }
    guard open.count == 1 || step != nil else {
      throw .refused(Messages.manyQuestions(open.map(\.step)))
    }
    let wanted = task.performer.roles
    let isAllowed =
      wanted.isEmpty
      || roles.contains { role in wanted.contains { $0.sameScalars(as: role) } }
    guard isAllowed else { throw .refused(Messages.missingRole(task.step, wanted: wanted)) }
    let answer = table.normalized(output, schema: task.performer.outputSchema)
    if let first = table.violations(of: answer, schema: task.performer.outputSchema).first {
      throw .refused(Messages.unfitAnswer(task.step, first.description))
    }
    finish(task.effect, .completed(output: answer, usage: nil), answeredBy: person)
    wake()
  }

  /// Decides about a write whose outcome is unknown; the run goes on with the next `drive`.
  ///
  /// `step` may be nil when only one decision is open.
  public func decide(
    step: String?,
    _ decision: UnknownDecision,
    by person: String
  ) async throws(RunFault) {
    let hasOwn = undecided.values.contains { call in
      step.map { call.step.sameScalars(as: $0) } ?? true
    }
    if !hasOwn, let id = child(undecidedAbout: step), let driver = children[id]?.driver {
      try await driver.decide(step: step, decision, by: person)
      goOn(id)
      return
    }
    let open = undecided.values.sorted { $0.effect < $1.effect }
      .filter { call in step.map { call.step.sameScalars(as: $0) } ?? true }
    guard let call = open.first, open.count == 1 || step != nil else {
      throw .refused(Messages.noDecision(step, open: undecided.values.map(\.step).sorted()))
    }
    undecided[call.effect] = nil
    switch decision {
    case .happened(let output):
      finish(call.effect, .completed(output: output, usage: nil), answeredBy: person)
    case .didNotHappen:
      finish(
        call.effect,
        .failed(.failed, message: "`\(person)` says that it did not happen", wasSent: false),
        answeredBy: person
      )
    }
    wake()
  }
}
