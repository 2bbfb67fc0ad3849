import Definition
import Document
import Source
import Table
import Values

// What each leaf does.
extension Compilation {
  mutating func compileSteps(of machine: Machine) {
    let handlers = NameIndex(flow.onError.map(\.target.value))
    for index in table.nodes.indices.dropFirst() where table.nodes[index].isStep {
      let name = table.nodes[index].name
      let step = step(of: index) ?? Step(span: table.debug.nodes[index] ?? flow.span)
      turn(to: index)
      compileWork(of: index, step)
      let first = RowIndex(table.rows.count)
      let isHandler =
        flowNumber == 0
        ? handlers.contains(name)
        : ownFlow.onError.contains { $0.target.value.sameScalars(as: name) }
      compileRows(of: index, step, isHandler: isHandler)
      table.nodes[index].rows = first..<RowIndex(table.rows.count)
      outputSchema = noIndex
      if table.rows.count > limits.rows {
        report(Messages.tooManyRows(limits.rows, at: machine.span))
        isTooLarge = true
        return
      }
    }
  }

  private mutating func compileWork(of index: Int, _ step: Step) {
    var node = table.nodes[index]
    outputSchema = noIndex
    if let when = step.when {
      node.when = addProgram(.expression, when)
      note(.when, of: index, at: when.span)
    }
    switch step.work {
    case .check(let expression): node.condition = addProgram(.expression, expression)
    case .wait(let milliseconds): node.waitMilliseconds = milliseconds.value
    case .none, .agent, .tool: break
    }
    if case .awaits(let keys)? = lowering.placements[.string(nodeKeys[index])]?.role {
      node.awaited = addList(keys.compactMap { nodeIndex[.string($0)] })
    }
    if node.kind == .planner || node.kind == .plan {
      compilePlanner(of: index, &node, step)
    } else if let performer = works[.string(nodeKeys[index])]?.performer {
      let written = step.input ?? defaultInput(of: performer, at: step.span)
      let selected = selection(of: performer, without: written)
      let input = written + selected
      node.effect = addEffect(performer, input: written, selected: selected)
      if step.input != nil || isHouse { checkInput(of: performer, input, at: step) }
      node.mergedKeys = step.saveAs == nil && merges(index) ? mergedKeys(of: performer) : []
      if let timeout = step.timeoutMilliseconds ?? performerTimeout(performer) {
        node.deadlineMilliseconds = timeout.value
        note(.timeout, of: index, at: timeout.span)
      }
      // `result` reads the answer; everything after it reads what `result` made of it.
      outputSchema = table.performers[Int(performer)].outputSchema
    }
    if node.isComposite || [.fork, .call, .tree].contains(node.kind) {
      compileParts(of: index, &node, step)
    }
    node.saveAs = step.saveAs?.value ?? ""
    if let result = step.result, node.kind != .compound || !isTemplate(index) {
      scope = innerScope(of: index)
      node.result = addFields(result)
      scope = outerScope(of: index)
      outputSchema = addSchema(Self.resultSchema(result))
    }
    if let require = step.require {
      node.require = addProgram(.expression, require)
      note(.require, of: index, at: require.span)
    }
    node.assignments = addAssignments(step.assignments)
    if let visits = step.maxVisits {
      node.maxVisits = Int32(clamping: visits.value)
      note(.maxVisits, of: index, at: visits.span)
    }
    if let retry = step.retry ?? performerRetry(index) {
      if node.isComposite, node.isChart { report(Messages.retriedChart(node.name, at: retry.span)) }
      node.retry = addRetry(retry, of: index)
    }
    table.nodes[index] = node
  }

  /// Where a key of a node is written.
  mutating func note(_ key: StepKey, of index: Int, at span: SourceSpan) {
    table.debug.keys[NodeKey(NodeIndex(index), key)] = span
  }

  func performerTimeout(_ performer: PoolIndex) -> Located<Int64>? {
    let entry = table.performers[Int(performer)]
    if entry.role == .agent {
      guard let agent = agents[entry.id].map({ flow.agents[$0].content }) else { return nil }
      return agent.timeoutMilliseconds ?? model(of: agent)?.timeoutMilliseconds
    }
    return tools[entry.id].flatMap { flow.tools[$0].content.timeoutMilliseconds }
  }

  /// The `retry` of the agent that a node calls.
  private func performerRetry(_ index: Int) -> Retry? {
    guard let performer = works[.string(nodeKeys[index])]?.performer else { return nil }
    let entry = table.performers[Int(performer)]
    guard entry.role == .agent else { return nil }
    guard let agent = agents[entry.id].map({ flow.agents[$0].content }) else { return nil }
    return agent.retry ?? model(of: agent)?.retry
  }

  private mutating func addEffect(
    _ performer: PoolIndex,
    input: [Field],
    selected: [Field]
  ) -> PoolIndex {
    var fields = addFields(input)
    for field in selected {
      let query = FlowQueries.selection(field.value.sourceText)
      let program = addProgram(.expression, query)
      table.fields.append(FieldEntry(name: field.name, program: program))
    }
    fields = fields.lowerBound..<PoolIndex(table.fields.count)
    table.effects.append(EffectDescriptor(performer: performer, input: fields))
    return PoolIndex(table.effects.count - 1)
  }

  /// Named templates, one entry each, in the fields pool.
  mutating func addFields(_ fields: [Field]) -> Range<PoolIndex> {
    let entries = fields.map { field in
      FieldEntry(name: field.name, program: addValue(field.value))
    }
    let first = PoolIndex(table.fields.count)
    table.fields += entries
    return first..<PoolIndex(table.fields.count)
  }

  /// A text as a template; anything else as a structure whose texts are templates.
  private mutating func addValue(_ node: Node) -> PoolIndex {
    if node.string != nil { return addProgram(.template, node.sourceText) }
    let text = JSONWriter.string(node.value)
    let index = PoolIndex(table.programs.count)
    table.programs.append(
      ProgramSource(
        kind: .structure,
        scope: scope,
        outputSchema: outputSchema(for: text),
        text: text
      )
    )
    table.debug.programs.append(nil)
    table.debug.structures[index] = node
    return index
  }

  mutating func addAssignments(_ assignments: [Assignment]) -> Range<PoolIndex> {
    var entries: [AssignmentEntry] = []
    for assignment in assignments {
      if isHouse, !stateFields.contains(assignment.field.value) {
        report(Messages.unknownStateField(assignment.field, among: stateFields.uniqueNames))
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

  private mutating func addRetry(_ retry: Retry, of index: Int) -> PoolIndex {
    note(.retry, of: index, at: retry.maxAttempts.span)
    let thousandths = (retry.factor * 1_000).rounded()
    var policy = RetryPolicy(
      maxAttempts: Int32(clamping: max(1, retry.maxAttempts.value)),
      backoffMilliseconds: max(0, retry.backoffMilliseconds),
      factorThousandths: thousandths >= 0 && thousandths < 1e12 ? Int64(thousandths) : 2_000
    )
    if let kinds = retry.kinds {
      policy.kinds = ErrorKindSet(kinds.compactMap { resolve(kind: $0) })
    }
    table.retries.append(policy)
    return PoolIndex(table.retries.count - 1)
  }

  mutating func resolve(kind: Located<String>) -> ErrorKind? {
    if let known = ErrorKind(name: kind.value) { return known }
    report(Messages.unknownKind(kind))
    return nil
  }
}
