import Execution
import Expression
import Source
import Table
import Values

/// Compares what came of a scenario with what it expects.
struct ScenarioJudgement {
  let scenario: Scenario
  let table: LinkedTable
  let limits: Limits
  let state: RunState
  /// What the run and what it started were charged, as the ledger says.
  let spentPicodollars: Int64
  let trace: [TraceEntry]
  let calls: [CallReport]
  private var failures: [ScenarioReport.Failure] = []

  init(
    scenario: Scenario,
    table: LinkedTable,
    limits: Limits,
    state: RunState,
    spentPicodollars: Int64,
    trace: [TraceEntry],
    calls: [CallReport]
  ) {
    self.scenario = scenario
    self.table = table
    self.limits = limits
    self.state = state
    self.spentPicodollars = spentPicodollars
    self.trace = trace
    self.calls = calls
  }

  mutating func fail(_ message: String, _ span: SourceSpan?) {
    failures.append(ScenarioReport.Failure(message: message, span: span))
  }

  mutating func judge(_ pause: RunPause, missingAnswers: [String]) {
    for step in missingAnswers { fail("script: \(Messages.noAnswer(step))", scenario.span) }
    switch pause {
    case .ended: break
    case .waiting(let tasks):
      fail("the run still waits for \(tasks.map { "`\($0.step)`" }.joined(separator: ", "))", nil)
    case .undecided: fail("the run waits for a decision", nil)
    case .stalled: fail("the run waits for an answer that never comes, without a deadline", nil)
    }
    judgePath()
    judgeEnd()
    judgeCost()
    for selector in scenario.expectation.never {
      if let call = firstCall(matching: selector) {
        fail("never: `\(call.step)` called `\(call.performer.id)`", selector.span)
      } else if case .step(let step) = selector.subject, selector.with == nil,
        selector.when == nil, selector.status == nil,
        hasBegun(step)
      {
        fail("never: `\(step)` was entered", selector.span)
      }
    }
    judgeCalls()
    judgeAssertions()
  }

  /// Looks for a call of its own for each that must have been made, in whatever order.
  private mutating func judgeCalls() {
    let wanted = scenario.expectation.calls
    var fitting: [[Int]] = []
    for selector in wanted {
      fitting.append(calls.indices.filter { matches(calls[$0], selector) })
    }
    var taken = [Int?](repeating: nil, count: calls.count)
    /// Gives a selector a call, be it that of another which has a further one.
    func place(_ number: Int, _ tried: inout Set<Int>) -> Bool {
      for call in fitting[number] where tried.insert(call).inserted {
        if let other = taken[call], !place(other, &tried) { continue }
        taken[call] = number
        return true
      }
      return false
    }
    for number in wanted.indices {
      var tried: Set<Int> = []
      guard !place(number, &tried) else { continue }
      let further = fitting[number].isEmpty ? "" : "further "
      fail("calls: no \(further)call is that one", wanted[number].span)
    }
  }

  /// Names of the places entered, in order.
  ///
  /// A final state that runs something is one step for people, though the table has two places.
  private var path: [String] {
    var names: [String] = []
    for entry in trace {
      guard case .entered(let place, _, _) = entry else { continue }
      let node = table.table.nodes[Int(place)]
      // Nobody named what holds tasks together, and what a map runs for each item; names that
      // start with a slash are parts of trees.
      if node.name.isEmpty || node.name.utf8.first == UInt8(ascii: "/") { continue }
      if node.kind == .final, let last = names.last, last.sameScalars(as: node.name) { continue }
      names.append(node.name)
    }
    return names
  }

  private mutating func judgePath() {
    guard let wanted = scenario.expectation.path else { return }
    let taken = path
    let expected = wanted.map(\.text)
    let span = scenario.expectation.pathSpan
    if !scenario.expectation.isPathOrdered {
      let same = expected.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
      let got = taken.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
      if same != got { fail("path: expected \(words(expected)), got \(words(taken))", span) }
      return
    }
    for index in 0..<max(expected.count, taken.count) {
      if index < expected.count, index < taken.count,
        expected[index].sameScalars(as: taken[index])
      {
        continue
      }
      let want = index < expected.count ? "`\(expected[index])`" : "the end"
      let got = index < taken.count ? "`\(taken[index])`" : "the end"
      fail(
        "path: expected \(want), got \(got)\(failure(before: index))",
        index < wanted.count ? wanted[index].span : span
      )
      return
    }
  }

  /// Why the step before the `index`th of the path failed, if it did.
  private func failure(before index: Int) -> String {
    var entered = 0
    var cause = ""
    for entry in trace {
      switch entry {
      case .entered(let place, _, _):
        if table.table.nodes[Int(place)].name.isEmpty { continue }
        if entered == index { return cause }
        entered += 1
        cause = ""
      case .finished(_, _, _, let error?): cause = " (\(error.kind.name): \(error.message))"
      default: continue
      }
    }
    return cause
  }

  private func words(_ names: [String]) -> String { names.joined(separator: " > ") }

  private mutating func judgeEnd() {
    let expectation = scenario.expectation
    var final = "no final state"
    var outcome = "no outcome"
    var error: RunError?
    var result: Value = .null
    switch state.outcome {
    case .success(let name, let value):
      final = name
      outcome = "success"
      result = value
    case .failure(let name, let cause, let value):
      final = name ?? final
      outcome = "failure"
      error = cause
      result = value
    case .cancelled: outcome = "cancelled"
    case nil: break
    }
    let cause = error.map { " (\($0.kind.name): \($0.message))" } ?? ""
    if let wanted = expectation.final, !wanted.text.sameScalars(as: final) {
      fail("final: expected \(wanted.text), got \(final)\(cause)", wanted.span)
    }
    if let wanted = expectation.outcome, !wanted.text.sameScalars(as: outcome) {
      fail("outcome: expected \(wanted.text), got \(outcome)\(cause)", wanted.span)
    }
    if let wanted = expectation.error, error.map({ wanted.text != $0.kind.name }) ?? true {
      fail("error: expected \(wanted.text), got \(error?.kind.name ?? "none")\(cause)", wanted.span)
    }
    if let wanted = expectation.result, let path = mismatch(wanted.value, result, "result") {
      fail(path, wanted.span)
    }
    let saysEnd =
      expectation.final != nil || expectation.outcome != nil || expectation.error != nil
      || expectation.path != nil
    if !saysEnd, let error {
      if case .failure(nil, _, _) = state.outcome {
        fail("the run failed: \(error.kind.name): \(error.message)", scenario.span)
      }
    }
  }

  private mutating func judgeCost() {
    let cost = spentPicodollars
    if let wanted = scenario.expectation.costAtLeast, cost < wanted.picodollars {
      fail(
        "cost: expected at least \(Messages.dollars(wanted.picodollars)), got "
          + Messages.dollars(cost),
        wanted.span
      )
    }
    if let wanted = scenario.expectation.costAtMost, cost > wanted.picodollars {
      fail(
        "cost: expected at most \(Messages.dollars(wanted.picodollars)), got "
          + Messages.dollars(cost),
        wanted.span
      )
    }
  }

  private mutating func judgeAssertions() {
    guard !scenario.expectation.assertions.isEmpty else { return }
    let memory = Executor.exposedMemory(table, state)
    for assertion in scenario.expectation.assertions {
      let compiled = Program.compile(assertion, in: table.environment, limits: limits)
      guard let program = compiled.program else {
        let message = compiled.diagnostics.first?.message ?? "it does not compile"
        fail("assert: \(message)", compiled.diagnostics.first?.span ?? assertion.span)
        continue
      }
      switch program.test(memory) {
      case .isTrue: continue
      case .isFalse:
        fail("assert: `\(assertion.text)` is false\(values(of: program, memory))", assertion.span)
      case .failure(let error):
        fail("assert: \(error.message)", assertion.span(error.range))
      }
    }
  }

  /// The values that an assertion read: `: steps.write.visits is 1`.
  private func values(of program: Program, _ memory: borrowing Memory) -> String {
    var parts: [String] = []
    for path in program.reads.prefix(4) {
      var value = memory.value(path.slot)
      for field in path.fields { value = value?[field] }
      let name = ([path.variable] + path.fields).joined(separator: ".")
      parts.append("\(name) is \(value.map { JSONWriter.string($0) } ?? "absent")")
    }
    return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
  }

  /// Whether a step was entered and not skipped by its `when`.
  private func hasBegun(_ step: String) -> Bool {
    var open = 0
    for entry in trace {
      switch entry {
      case .entered(let place, _, _) where table.table.nodes[Int(place)].name.sameScalars(as: step):
        open += 1
      case .finished(let place, _, .skipped, _)
      where table.table.nodes[Int(place)].name.sameScalars(as: step):
        open -= 1
      default: continue
      }
    }
    return open > 0
  }

  private mutating func firstCall(matching selector: Scenario.Selector) -> CallReport? {
    for call in calls where matches(call, selector) { return call }
    return nil
  }

  /// Whether a selector's condition is true of a call's answer; one that can't be tested fails.
  private mutating func holds(_ when: SourceText, of call: CallReport) -> Bool {
    guard let output = call.output else { return false }
    let compiled = Program.compile(when, in: table.environment, limits: limits)
    guard let program = compiled.program else {
      let message = compiled.diagnostics.first?.message ?? "it does not compile"
      fail("never: \(message)", compiled.diagnostics.first?.span ?? when.span)
      return false
    }
    var memory = Executor.exposedMemory(table, state)
    if let slot = table.outputSlot { memory.set(Int(slot), output) }
    let own = table.table.nodes.first { $0.name.sameScalars(as: call.step) }
    if let own, own.resultSlot != noIndex { memory.set(Int(own.resultSlot), output) }
    switch program.test(memory) {
    case .isTrue: return true
    case .isFalse: return false
    case .failure(let error):
      fail("never: \(error.message)", when.span(error.range))
      return false
    }
  }

  private mutating func matches(_ call: CallReport, _ selector: Scenario.Selector) -> Bool {
    switch selector.subject {
    case .step(let id): guard call.step.sameScalars(as: id) else { return false }
    case .agent(let id):
      guard call.performer.role == .agent, call.performer.id.sameScalars(as: id) else {
        return false
      }
    case .tool(let id):
      guard call.performer.role == .tool, call.performer.id.sameScalars(as: id) else {
        return false
      }
    }
    if let with = selector.with, mismatch(with, call.input, "with") != nil { return false }
    if let when = selector.when, !holds(when, of: call) { return false }
    guard let status = selector.status else { return true }
    let got: StepStatus =
      call.error == nil ? .success : call.error?.kind == .unknown ? .unknown : .failure
    // A selector on success also binds a write that may have happened (FLOW-FORMAT, rule 5).
    return status == got.name || (status == "success" && got == .unknown)
  }

  /// Where `actual` lacks what `wanted` has, in words; nil when it has everything.
  private func mismatch(_ wanted: Value, _ actual: Value, _ path: String) -> String? {
    switch (wanted, actual) {
    case (.map(let fields), .map(let found)):
      for entry in fields.entries {
        guard case .string(let key) = entry.key else { continue }
        guard let value = found[entry.key] else { return "\(path).\(key): expected, but absent" }
        if let message = mismatch(entry.value, value, "\(path).\(key)") { return message }
      }
      return nil
    case (.list(let elements), .list(let found)) where elements.count == found.count:
      for index in elements.indices {
        if let message = mismatch(elements[index], found[index], "\(path)[\(index)]") {
          return message
        }
      }
      return nil
    case (.int(let int), .double(let double)) where Double(int) == double: return nil
    case (.double(let double), .int(let int)) where Double(int) == double: return nil
    default:
      if wanted == actual { return nil }
      return "\(path): expected \(JSONWriter.string(wanted)), got \(JSONWriter.string(actual))"
    }
  }

  // MARK: Report

  func report(isEstimated: Bool) -> ScenarioReport {
    let last = trace.reversed().lazy.compactMap { entry -> RowIndex? in
      if case .took(let row, _) = entry { row } else { nil }
    }.first
    return ScenarioReport(
      name: scenario.name,
      failures: failures,
      costPicodollars: spentPicodollars,
      isCostEstimated: isEstimated,
      path: path,
      virtualMilliseconds: state.nowMilliseconds - state.startedMilliseconds,
      ending: ending,
      lastRow: last.map { table.table.words(ofRow: $0) } ?? "",
      lastRowSpan: last.flatMap { row in
        table.table.debug.rows.indices.contains(Int(row)) ? table.table.debug.rows[Int(row)] : nil
      },
      coverage: coverage
    )
  }

  private var ending: ScenarioReport.Ending? {
    switch state.outcome {
    case .success(let final, _): ScenarioReport.Ending(outcome: "success", final: final)
    case .failure(let final, let error, _):
      ScenarioReport.Ending(outcome: "failure", final: final, error: error?.kind)
    case .cancelled: ScenarioReport.Ending(outcome: "cancelled")
    case nil: nil
    }
  }

  /// Rows taken; a guarded row before the one taken was false, if it takes the same event.
  private var coverage: Coverage {
    var coverage = Coverage()
    var errors: [NodeIndex: ErrorKind] = [:]
    for entry in trace {
      switch entry {
      case .finished(let place, _, _, let error): errors[place] = error?.kind
      case .took(let index, _):
        coverage.taken.insert(index)
        let row = table.table.rows[Int(index)]
        if row.guardProgram != noIndex, !row.isNegated { coverage.guardsTrue.insert(index) }
        let kind = row.event == .failure ? errors[row.place] : nil
        for other in table.table.nodes[Int(row.place)].rows where other < index {
          let candidate = table.table.rows[Int(other)]
          guard candidate.event == row.event, candidate.guardProgram != noIndex else { continue }
          if let kind, !candidate.kinds.contains(kind) { continue }
          coverage.guardsFalse.insert(other)
        }
      case .entered, .forced, .retried, .guardFailed, .actionFailed, .logged, .answered, .ticked:
        break
      }
    }
    return coverage
  }
}
