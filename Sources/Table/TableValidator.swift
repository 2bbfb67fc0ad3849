/// A table that cannot be run: an index out of its pool, or a place that lacks what it needs.
public struct TableError: Error, Sendable, Hashable {
  /// What is wrong, in words.
  public let message: String

  init(_ message: String) { self.message = message }
}

/// What a message names, put into words only when there is one.
struct Numbered: CustomStringConvertible {
  private let noun: StaticString
  private let number: Int

  init(_ noun: StaticString, _ number: Int) {
    self.noun = noun
    self.number = number
  }

  var description: String { "\(noun) \(number)" }
}

/// Checks that every index of a table lies in its pool and that every place can be run.
///
/// What it accepts, the executor, the verifier and the drawing may index without looking.
/// Linear in the size of the table.
struct TableValidator {
  let table: TransitionTable

  /// Throws what is wrong with `table` first.
  static func validate(_ table: TransitionTable) throws(TableError) {
    let validator = TableValidator(table: table)
    try validator.checkNodes()
    try validator.checkRows()
    try validator.checkPools()
    try validator.checkPerformers()
    try validator.checkLimits()
    try validator.checkFrames()
    try validator.checkActions()
    try validator.checkPlanners()
    try validator.checkChildren()
    for outline in table.outlines { try validator.check(outline) }
  }

  private func checkChildren() throws(TableError) {
    for cap in table.caps {
      if case .node(let node) = cap.owner {
        try index(node, below: table.nodes.count, optional: false, "a limit's step")
      }
      guard cap.hardPicodollars >= 0 else { throw TableError("a limit below zero") }
    }
    for child in table.children {
      try index(child.template, below: table.frames.count, optional: false, "a detached flow")
      guard table.frames[Int(child.template)].maxInstances == 0 else {
        throw TableError("the flow of template \(child.template) is not detached")
      }
    }
  }

  func index(
    _ index: Int32,
    below count: Int,
    optional: Bool = true,
    _ what: @autoclosure () -> String
  ) throws(TableError) {
    if optional, index == noIndex { return }
    guard index >= 0, Int(index) < count else {
      throw TableError("\(what()) is \(index), of \(count)")
    }
  }

  func range(
    _ range: Range<Int32>,
    within count: Int,
    _ what: @autoclosure () -> String
  ) throws(TableError) {
    guard range.lowerBound >= 0, Int(range.upperBound) <= count else {
      throw TableError("\(what()) is \(range), of \(count)")
    }
  }

  /// A program that must be an expression over the flow's environment.
  func guardProgram(
    _ program: PoolIndex,
    optional: Bool = true,
    _ what: @autoclosure () -> String
  ) throws(TableError) {
    try index(program, below: table.programs.count, optional: optional, what())
    guard program != noIndex else { return }
    let source = table.programs[Int(program)]
    guard source.kind == .expression, source.environment == 0 else {
      throw TableError("\(what()) is no expression of the flow")
    }
  }

  private func checkNodes() throws(TableError) {
    guard let root = table.nodes.first, root.kind == .compound, root.parent == noIndex else {
      throw TableError("node 0 is not the root")
    }
    for (position, node) in table.nodes.enumerated() {
      let name = Numbered("node", position)
      guard node.subtreeEnd > position, Int(node.subtreeEnd) <= table.nodes.count else {
        throw TableError("the subtree of \(name) ends at \(node.subtreeEnd)")
      }
      if position > 0 {
        guard node.parent >= 0, node.parent < position,
          node.subtreeEnd <= table.nodes[Int(node.parent)].subtreeEnd
        else { throw TableError("the parent of \(name) is \(node.parent)") }
      }
      try index(node.effect, below: table.effects.count, "the effect of \(name)")
      try guardProgram(node.when, "the guard of \(name)")
      try guardProgram(node.require, "the requirement of \(name)")
      try guardProgram(node.condition, "the condition of \(name)")
      try range(node.assignments, within: table.assignments.count, "assignments of \(name)")
      try index(node.retry, below: table.retries.count, "the retry of \(name)")
      try index(node.visitsRegister, below: table.registers.count, "a register of \(name)")
      try index(node.resultSlot, below: table.slots.count, "the result slot of \(name)")
      try index(node.stepSlot, below: table.slots.count, "the step slot of \(name)")
      try index(node.performerSlot, below: table.slots.count, "the performer slot of \(name)")
      try range(node.result, within: table.fields.count, "the result of \(name)")
      try range(node.rows, within: table.rows.count, "the rows of \(name)")
      guard node.maxVisits >= 0, node.waitMilliseconds >= 0, node.deadlineMilliseconds >= -1 else {
        throw TableError("a limit of \(name) is negative")
      }
      try checkNeeds(node, name)
      try checkParts(of: node, name)
    }
    try target(table.start, "the start")
  }

  private func checkNeeds(_ node: PlaceNode, _ name: Numbered) throws(TableError) {
    switch node.kind {
    case .action, .human, .planner, .plan:
      guard node.effect != noIndex else { throw TableError("\(name) calls nobody") }
    case .check:
      guard node.condition != noIndex else { throw TableError("\(name) checks nothing") }
    case .fork:
      guard node.template != noIndex, node.items != noIndex, node.join != noIndex else {
        throw TableError("\(name) runs over nothing")
      }
    case .call:
      guard node.template != noIndex else { throw TableError("\(name) runs no flow") }
    case .parallel:
      guard node.join != noIndex else { throw TableError("\(name) has no join") }
    case .history:
      guard node.history != noIndex else { throw TableError("\(name) remembers nothing") }
    default: break
    }
  }

  /// A node that an edge may lead to: any but the root.
  private func target(_ node: NodeIndex, _ what: @autoclosure () -> String) throws(TableError) {
    try index(node, below: table.nodes.count, optional: false, what())
    guard node > 0 else { throw TableError("\(what()) is the root") }
  }

  private func checkRows() throws(TableError) {
    for (position, row) in table.rows.enumerated() {
      let name = Numbered("row", position)
      try index(row.place, below: table.nodes.count, optional: false, "the place of \(name)")
      guard table.nodes[Int(row.place)].rows.contains(RowIndex(position)) else {
        throw TableError("\(name) is not among the rows of its place")
      }
      if row.target != noIndex { try target(row.target, "the target of \(name)") }
      try checkParts(of: row, name)
      try guardProgram(row.guardProgram, "the guard of \(name)")
      try range(row.assignments, within: table.assignments.count, "assignments of \(name)")
      try range(row.domain, within: table.nodes.count, "the domain of \(name)")
      if row.event == .external, row.descriptors.isEmpty {
        guard row.detail >= 0, row.detail < table.names.count else {
          throw TableError("the event of \(name) is \(row.detail)")
        }
      }
    }
    for (position, node) in table.nodes.enumerated() {
      for row in node.rows where Int(table.rows[Int(row)].place) != position {
        throw TableError("row \(row) does not leave node \(position)")
      }
    }
  }

  private func checkPools() throws(TableError) {
    let scopes = table.scopes.count
    for (position, scope) in table.scopes.enumerated() where scope.parent >= position {
      throw TableError("the parent of scope \(position) is \(scope.parent)")
    }
    for (position, alias) in table.aliases.enumerated() {
      try index(alias.scope, below: scopes, optional: false, "the scope of alias \(position)")
    }
    for (position, program) in table.programs.enumerated() {
      guard program.environment >= 0, Int(program.environment) <= table.performers.count else {
        throw TableError("the environment of program \(position) is \(program.environment)")
      }
      try index(program.scope, below: scopes, optional: false, "the scope of program \(position)")
      try index(
        program.outputSchema,
        below: table.schemas.count,
        "the output of program \(position)"
      )
    }
    for (position, entry) in table.assignments.enumerated() {
      try index(
        entry.program,
        below: table.programs.count,
        optional: false,
        "the program of assignment \(position)"
      )
    }
    for (position, entry) in table.fields.enumerated() {
      try index(
        entry.program,
        below: table.programs.count,
        optional: false,
        "the program of field \(position)"
      )
    }
    for (position, effect) in table.effects.enumerated() {
      try index(
        effect.performer,
        below: table.performers.count,
        optional: false,
        "the performer of effect \(position)"
      )
      try range(effect.input, within: table.fields.count, "the input of effect \(position)")
    }
    for (position, retry) in table.retries.enumerated() {
      guard retry.maxAttempts >= 1, retry.backoffMilliseconds >= 0, retry.factorThousandths >= 0
      else { throw TableError("retry \(position) has a limit below its least") }
    }
    for (position, slot) in table.slots.enumerated() {
      try index(slot.schema, below: table.schemas.count, "the schema of slot \(position)")
      try index(slot.scope, below: scopes, optional: false, "the scope of slot \(position)")
    }
    for (position, register) in table.registers.enumerated() {
      try index(register.node, below: table.nodes.count, "the node of register \(position)")
    }
    try range(table.result, within: table.fields.count, "the result")
  }

  private func checkPerformers() throws(TableError) {
    for (position, performer) in table.performers.enumerated() {
      let name = Numbered("performer", position)
      try index(performer.inputSchema, below: table.schemas.count, "the input of \(name)")
      try index(performer.outputSchema, below: table.schemas.count, "the output of \(name)")
      for program in [performer.prompt, performer.instructions] where program != noIndex {
        try index(program, below: table.programs.count, "a prompt of \(name)")
        guard Int(table.programs[Int(program)].environment) == position + 1 else {
          throw TableError("a prompt of \(name) belongs to another")
        }
      }
      guard performer.promptTokens >= 0, performer.outputTokens >= 0, performer.turns >= 0,
        performer.costPerCallPicodollars >= -1
      else { throw TableError("a limit of \(name) is negative") }
    }
  }

  private func checkLimits() throws(TableError) {
    let limits = table.runLimits
    guard limits.maxSteps >= 0, limits.timeoutMilliseconds >= -1, limits.graceMilliseconds >= 0,
      limits.hardPicodollars >= -1, limits.softPicodollars >= -1, limits.tokens >= -1
    else { throw TableError("a limit of the run is negative") }
    if limits.timeoutTarget != noIndex { try target(limits.timeoutTarget, "the timeout's target") }
  }
}
