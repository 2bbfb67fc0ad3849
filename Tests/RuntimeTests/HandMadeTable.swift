import Source
import Table
import Values

/// Tables put together by hand: a line of steps, each with an edge for success and for failure.
struct HandMadeTable {
  /// A step of the line.
  struct Step {
    var name: String
    var performer: Performer
    var deadlineMilliseconds: Int64 = 10_000
    var attempts: Int32 = 1
    /// Kinds of failure that go to the failing end; others fail the run.
    var failureKinds: ErrorKindSet = .all
  }

  static func model(_ id: String, outputSchema: PoolIndex = noIndex) -> Performer {
    var performer = Performer(role: .agent, id: id, kind: .model, typeName: "llm")
    performer.model = "small"
    performer.isWrite = false
    performer.promptTokens = 100
    performer.outputTokens = 10
    performer.outputSchema = outputSchema
    return performer
  }

  static func tool(_ id: String, isWrite: Bool, isIdempotent: Bool = false) -> Performer {
    var performer = Performer(role: .tool, id: id, kind: .http, typeName: "http")
    performer.isWrite = isWrite
    performer.isIdempotent = isIdempotent
    return performer
  }

  static func person(_ id: String, roles: [String] = []) -> Performer {
    var performer = Performer(role: .agent, id: id, kind: .human, typeName: "human_task")
    performer.isWrite = false
    performer.roles = roles
    return performer
  }

  /// Links a line of steps that ends in `done`, or in `lost` after a failure.
  static func line(
    _ steps: [Step],
    hardPicodollars: Int64 = -1,
    tokens: Int64 = -1,
    period: RunLimits.Period = .run,
    schemas: [String] = []
  ) -> LinkedTable? {
    var table = TransitionTable(name: "line")
    table.schemas = schemas
    table.runLimits.hardPicodollars = hardPicodollars
    table.runLimits.tokens = tokens
    table.runLimits.period = period
    let end = Int32(steps.count + 3)
    var root = PlaceNode(name: "", kind: .compound, parent: noIndex)
    root.subtreeEnd = end
    table.nodes = [root]
    let done = Int32(steps.count + 1)
    for (index, step) in steps.enumerated() {
      let place = Int32(index + 1)
      var node = PlaceNode(
        name: step.name,
        kind: step.performer.kind == .human ? .human : .action,
        parent: 0
      )
      node.subtreeEnd = place + 1
      node.effect = Int32(index)
      node.deadlineMilliseconds = step.deadlineMilliseconds
      node.visitsRegister = Int32(index)
      table.registers.append(RegisterEntry(kind: .visits, node: place))
      if step.attempts > 1 {
        node.retry = Int32(table.retries.count)
        table.retries.append(RetryPolicy(maxAttempts: step.attempts, backoffMilliseconds: 100))
      }
      table.performers.append(step.performer)
      table.effects.append(EffectDescriptor(performer: Int32(index), input: 0..<0))
      let firstRow = Int32(table.rows.count)
      table.rows.append(
        Row(place: place, event: .success, target: index + 1 < steps.count ? place + 1 : done)
      )
      var failure = Row(place: place, event: .failure, target: done + 1)
      failure.kinds = step.failureKinds
      table.rows.append(failure)
      node.rows = firstRow..<Int32(table.rows.count)
      table.nodes.append(node)
    }
    for (name, isFailure) in [("done", false), ("lost", true)] {
      var node = PlaceNode(name: name, kind: .final, parent: 0)
      node.subtreeEnd = Int32(table.nodes.count + 1)
      node.isFailure = isFailure
      table.nodes.append(node)
    }
    table.start = 1
    table.slots = [SlotEntry(name: "input", kind: .input), SlotEntry(name: "run", kind: .run)]
    table.frames = [
      FrameTemplate(
        nodes: 0..<end,
        initial: 1,
        maxInstances: 1,
        registers: 0..<Int32(table.registers.count),
        slots: 0..<2
      )
    ]
    return LinkedTable.link(table, limits: Limits()).table
  }
}
