import Definition
import Document
import Source
import Table
import Values

// What each leaf does, and the rows that leave it.
extension Compilation {
  mutating func compileSteps(of machine: Machine) {
    let handlers = Set(flow.onError.map { MapKey.string($0.target.value) })
    for index in table.nodes.indices.dropFirst() where table.nodes[index].kind != .final {
      let name = table.nodes[index].name
      let step = step(named: name) ?? Step(span: table.debug.nodes[index] ?? flow.span)
      compileWork(of: index, step)
      let first = RowIndex(table.rows.count)
      compileRows(of: index, step, isHandler: handlers.contains(.string(name)))
      table.nodes[index].rows = first..<RowIndex(table.rows.count)
      if table.rows.count > limits.rows {
        report(Messages.tooManyRows(limits.rows, at: machine.span))
        return
      }
    }
  }

  private mutating func compileWork(of index: Int, _ step: Step) {
    var node = table.nodes[index]
    let key = node.name
    if let when = step.when {
      node.when = addProgram(.expression, when)
      table.debug.keys["\(key).when"] = when.span
    }
    if let require = step.require { node.require = addProgram(.expression, require) }
    switch step.work {
    case .check(let expression): node.condition = addProgram(.expression, expression)
    case .wait(let milliseconds): node.waitMilliseconds = milliseconds.value
    case .none, .agent, .tool: break
    }
    if let performer = works[.string(node.name)]?.performer {
      node.effect = addEffect(performer, input: step.input ?? [])
      node.mergedKeys = mergedKeys(of: performer)
      if let timeout = step.timeoutMilliseconds ?? performerTimeout(performer) {
        node.deadlineMilliseconds = timeout.value
        table.debug.keys["\(key).timeout"] = timeout.span
      }
    }
    node.saveAs = step.saveAs?.value ?? ""
    if let result = step.result { node.result = addFields(result) }
    node.assignments = addAssignments(step.assignments)
    if let visits = step.maxVisits {
      node.maxVisits = Int32(clamping: visits.value)
      table.debug.keys["\(key).max_visits"] = visits.span
    }
    if let retry = step.retry { node.retry = addRetry(retry, of: key) }
    table.nodes[index] = node
  }

  private func performerTimeout(_ performer: PoolIndex) -> Located<Int64>? {
    let entry = table.performers[Int(performer)]
    return entry.role == .agent
      ? flow.agents.first { $0.name.sameScalars(as: entry.id) }?.content.timeoutMilliseconds
      : flow.tools.first { $0.name.sameScalars(as: entry.id) }?.content.timeoutMilliseconds
  }

  private mutating func addEffect(_ performer: PoolIndex, input: [Field]) -> PoolIndex {
    var keys = callerKeys[performer] ?? []
    for field in input where !keys.contains(where: { $0.sameScalars(as: field.name) }) {
      keys.append(field.name)
    }
    callerKeys[performer] = keys
    table.effects.append(EffectDescriptor(performer: performer, input: addFields(input)))
    return PoolIndex(table.effects.count - 1)
  }

  /// Named templates, one entry each, in the fields pool.
  mutating func addFields(_ fields: [Field]) -> Range<PoolIndex> {
    let entries = fields.map { field in
      let program: PoolIndex
      if let text = field.value.text, field.value.string != nil {
        program = addProgram(.template, text)
      } else {
        let json = JSONWriter.string(field.value.value)
        table.programs.append(ProgramSource(kind: .structure, text: json))
        table.debug.programs.append(nil)
        program = PoolIndex(table.programs.count - 1)
      }
      return FieldEntry(name: field.name, program: program)
    }
    let first = PoolIndex(table.fields.count)
    table.fields += entries
    return first..<PoolIndex(table.fields.count)
  }

  private mutating func addAssignments(_ assignments: [Assignment]) -> Range<PoolIndex> {
    var entries: [AssignmentEntry] = []
    for assignment in assignments {
      let fields = Self.declaredNames(flow.state)
      if isHouse, !fields.contains(where: { $0.sameScalars(as: assignment.field.value) }) {
        report(Messages.unknownStateField(assignment.field, among: fields))
      }
      entries.append(
        AssignmentEntry(
          field: assignment.field.value,
          program: addProgram(.expression, assignment.expression)
        )
      )
    }
    let first = PoolIndex(table.assignments.count)
    table.assignments += entries
    return first..<PoolIndex(table.assignments.count)
  }

  private mutating func addRetry(_ retry: Retry, of key: String) -> PoolIndex {
    table.debug.keys["\(key).retry"] = retry.maxAttempts.span
    var policy = RetryPolicy(
      maxAttempts: Int32(clamping: retry.maxAttempts.value),
      backoffMilliseconds: retry.backoffMilliseconds,
      factorThousandths: Int64((retry.factor * 1_000).rounded())
    )
    if let kinds = retry.kinds {
      policy.kinds = ErrorKindSet(kinds.compactMap { resolve(kind: $0) })
    }
    table.retries.append(policy)
    return PoolIndex(table.retries.count - 1)
  }

  private mutating func resolve(kind: Located<String>) -> ErrorKind? {
    if let known = ErrorKind(name: kind.value) { return known }
    report(Messages.unknownKind(kind))
    return nil
  }

  // MARK: Rows

  private mutating func compileRows(of index: Int, _ step: Step, isHandler: Bool) {
    let name = table.nodes[index].name
    if let end = nodeIndex[.string(name + endingSuffix)], step.onSuccess.isEmpty {
      addRow(index, .success, to: end, at: table.debug.nodes[index])
    } else if let decision = step.decision {
      compileDecision(of: index, decision)
    } else {
      compileSuccess(of: index, step)
    }
    compileFailures(of: index, step, isHandler: isHandler)
  }

  private mutating func compileDecision(of index: Int, _ decision: Decision) {
    let program = addProgram(.expression, decision.condition)
    table.nodes[index].condition = program
    if let target = resolve(decision.onTrue) {
      addRow(index, .success, to: target, at: decision.onTrue.span) { $0.guardProgram = program }
    }
    if let target = resolve(decision.onFalse) {
      addRow(index, .success, to: target, at: decision.onFalse.span) { row in
        row.guardProgram = program
        row.isNegated = true
      }
    }
  }

  private mutating func compileSuccess(of index: Int, _ step: Step) {
    for edge in step.onSuccess { addEdge(edge, from: index, .success, kinds: .all) }
    let name = table.nodes[index].name
    guard let last = step.onSuccess.last else {
      report(Messages.noWayOn(name, at: table.debug.nodes[index]))
      return
    }
    if case .always = last.condition { return }
    guard !isProvenComplete(step.onSuccess, at: index) else { return }
    report(Messages.incompleteGuards(name, at: last.span, isError: isHouse))
  }

  private mutating func compileFailures(of index: Int, _ step: Step, isHandler: Bool) {
    for edge in step.onTimeout {
      addEdge(edge, from: index, .failure, kinds: ErrorKindSet([.timeout]))
    }
    for edge in flow.onBudget {
      addEdge(edge, from: index, .failure, kinds: ErrorKindSet([.budget]))
    }
    for edge in step.onError { addEdge(edge, from: index, .failure, kinds: .all) }
    let inherited = isHandler ? [] : flow.onError
    for edge in inherited { addEdge(edge, from: index, .failure, kinds: .all) }
    var cancel = step.onCancel.isEmpty ? flow.onCancel : step.onCancel
    if cancel.isEmpty, let performer = works[.string(table.nodes[index].name)]?.performer,
      table.performers[Int(performer)].isWrite
    {
      cancel = step.onError + inherited
    }
    for edge in cancel { addEdge(edge, from: index, .cancel, kinds: .all) }
  }

  private mutating func addEdge(
    _ edge: Edge,
    from index: Int,
    _ event: EventClass,
    kinds: ErrorKindSet
  ) {
    guard let target = resolve(edge.target) else { return }
    var kinds = kinds
    var program = noIndex
    switch edge.condition {
    case .always: break
    case .kind(let kind):
      guard let resolved = resolve(kind: kind) else { return }
      kinds = ErrorKindSet([resolved])
    case .expression(let source): program = addProgram(.expression, source)
    }
    let assignments = addAssignments(edge.assignments)
    addRow(index, event, to: target, at: edge.span) { row in
      row.kinds = kinds
      row.guardProgram = program
      row.assignments = assignments
    }
  }

  private mutating func addRow(
    _ index: Int,
    _ event: EventClass,
    to target: NodeIndex,
    at span: SourceSpan?,
    _ fill: (inout Row) -> Void = { _ in }
  ) {
    var row = Row(place: NodeIndex(index), event: event, target: target)
    row.domain = NodeIndex(1)..<NodeIndex(table.nodes.count)
    fill(&row)
    table.rows.append(row)
    table.debug.rows.append(span)
  }
}
