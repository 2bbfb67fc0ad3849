import Values

// The versioned binary form of a table: what the digest covers and what stores keep.
extension TransitionTable {
  /// The version that `encoded()` writes.
  static let codecVersion: UInt64 = 2
  /// What may follow the limits of the run, any number of times.
  enum TailKind: UInt8, CaseIterable {
    /// The table of a detached flow.
    case child
    /// A limit below the run's.
    case cap
    /// A planner that asks a model.
    case planner
    /// A behavior tree as it was written.
    case outline
  }

  /// How deep tables of detached flows may be nested.
  static let depthLimit = 16
  /// First bytes of every encoded table.
  static let codecMagic: [UInt8] = Array("SBXT".utf8)

  /// The binary form without the debug section.
  ///
  /// Equal tables give equal bytes. O(size).
  public func encoded() -> [UInt8] {
    var writer = BinaryWriter()
    for byte in Self.codecMagic { writer.write(byte: byte) }
    writer.write(unsigned: Self.codecVersion)
    writer.write(text: name)
    writer.write(list: nodes) { $0.write(node: $1) }
    writer.write(list: rows) { $0.write(row: $1) }
    writer.write(list: frames) { writer, frame in
      writer.write(range: frame.nodes)
      writer.write(index: frame.initial)
      writer.write(index: frame.maxInstances)
      writer.write(range: frame.registers)
      writer.write(range: frame.slots)
      writer.write(range: frame.histories)
      writer.write(index: frame.scope)
      writer.write(range: frame.result)
      writer.write(text: frame.initialState)
    }
    writer.write(list: joins) { writer, join in
      writer.write(byte: join.kind.rawValue)
      for number in [join.count, join.failures, join.concurrency] { writer.write(index: number) }
      writer.write(byte: join.itemError.rawValue)
    }
    writer.write(list: registers) { writer, register in
      writer.write(byte: register.kind.rawValue)
      writer.write(index: register.node)
    }
    writer.write(index: historyCount)
    writer.write(list: lists) { $0.write(index: $1) }
    writer.write(list: actions) { $0.write(action: $1) }
    writer.write(list: blocks) { $0.write(range: $1) }
    writer.write(list: scopes) { $0.write(index: $1.parent) }
    writePools(&writer)
    writeRest(&writer)
    return writer.bytes
  }

  private func writePools(_ writer: inout BinaryWriter) {
    writer.write(list: programs) { writer, program in
      writer.write(byte: program.kind.rawValue)
      writer.write(index: program.environment)
      writer.write(index: program.scope)
      writer.write(index: program.outputSchema)
      writer.write(text: program.text)
    }
    writer.write(list: assignments) { writer, assignment in
      writer.write(text: assignment.field)
      writer.write(index: assignment.program)
    }
    writer.write(list: fields) { writer, field in
      writer.write(text: field.name)
      // Whether it is optional follows from the program's type; linking finds it again.
      writer.write(index: field.program)
    }
    writer.write(list: effects) { writer, effect in
      writer.write(index: effect.performer)
      writer.write(range: effect.input)
    }
    writer.write(list: performers) { $0.write(performer: $1) }
    writer.write(list: retries) { writer, retry in
      writer.write(index: retry.maxAttempts)
      writer.write(signed: retry.backoffMilliseconds)
      writer.write(signed: retry.factorThousandths)
      writer.write(unsigned: UInt64(retry.kinds.rawValue))
    }
    writer.write(list: schemas) { $0.write(text: $1) }
    writer.write(list: schemaNames) { $0.write(field: $1) }
    writer.write(list: names) { $0.write(text: $1) }
    writer.write(list: slots) { writer, slot in
      writer.write(text: slot.name)
      writer.write(byte: slot.kind.rawValue)
      writer.write(index: slot.schema)
      writer.write(index: slot.scope)
    }
    writer.write(list: aliases) { writer, alias in
      writer.write(text: alias.name)
      writer.write(text: alias.variable)
      writer.write(list: alias.fields) { $0.write(text: $1) }
      writer.write(index: alias.scope)
    }
  }

  private func writeRest(_ writer: inout BinaryWriter) {
    writer.write(index: start)
    writer.write(text: initialState)
    writer.write(text: inputDefaults)
    writer.write(range: result)
    writer.write(list: publicEnvironment) { $0.write(text: $1) }
    writer.write(signed: runLimits.maxSteps)
    writer.write(signed: runLimits.timeoutMilliseconds)
    writer.write(signed: runLimits.graceMilliseconds)
    writer.write(index: runLimits.timeoutTarget)
    writer.write(signed: runLimits.hardPicodollars)
    writer.write(signed: runLimits.softPicodollars)
    writer.write(signed: runLimits.tokens)
    writer.write(byte: runLimits.period.rawValue)
    writer.write(byte: runLimits.gate.rawValue)
    // Nothing is written where there are none, so that such tables keep their identity.
    for cap in caps {
      writer.write(byte: TailKind.cap.rawValue)
      switch cap.owner {
      case .node(let node):
        writer.write(byte: 0)
        writer.write(index: node)
      case .agent(let id):
        writer.write(byte: 1)
        writer.write(text: id)
      }
      writer.write(text: cap.account)
      writer.write(byte: cap.period.rawValue)
      writer.write(signed: cap.hardPicodollars)
    }
    for planner in planners {
      writer.write(byte: TailKind.planner.rawValue)
      writer.write(planner: planner)
    }
    for outline in outlines {
      writer.write(byte: TailKind.outline.rawValue)
      writer.write(outline: outline)
    }
    for child in children {
      writer.write(byte: TailKind.child.rawValue)
      writer.write(index: child.template)
      writer.write(block: child.table.encoded())
    }
  }
}

extension BinaryWriter {
  mutating func write(range: Range<Int32>) {
    write(index: range.lowerBound)
    write(index: range.upperBound)
  }

  fileprivate mutating func write(field: FieldText) {
    write(text: field.name)
    write(text: field.text)
  }

  fileprivate mutating func write(node: PlaceNode) {
    write(text: node.name)
    write(byte: node.kind.rawValue)
    write(index: node.parent)
    write(index: node.subtreeEnd)
    write(index: node.effect)
    write(index: node.when)
    write(index: node.require)
    write(index: node.condition)
    write(range: node.assignments)
    write(signed: node.waitMilliseconds)
    write(signed: node.deadlineMilliseconds)
    write(index: node.retry)
    write(index: node.visitsRegister)
    write(index: node.maxVisits)
    write(index: node.resultSlot)
    write(index: node.stepSlot)
    write(index: node.performerSlot)
    write(list: node.mergedKeys) { $0.write(text: $1) }
    write(text: node.saveAs)
    write(range: node.result)
    write(bool: node.isFailure)
    write(range: node.rows)
    write(range: node.initial)
    write(range: node.initialActions)
    write(range: node.entryBlocks)
    write(range: node.exitBlocks)
    write(index: node.join)
    write(index: node.template)
    write(range: node.input)
    write(index: node.items)
    write(range: node.awaited)
    write(index: node.content)
    write(index: node.history)
    write(bool: node.isDeep)
    write(bool: node.isChart)
    write(part: node.tree)
  }

  fileprivate mutating func write(row: Row) {
    write(index: row.place)
    write(byte: row.event.rawValue)
    write(unsigned: UInt64(row.kinds.rawValue))
    write(signed: row.detail)
    write(index: row.guardProgram)
    write(bool: row.isNegated)
    write(byte: row.guardErrorMode.rawValue)
    write(range: row.assignments)
    write(index: row.target)
    write(range: row.domain)
    write(range: row.targets)
    write(range: row.actions)
    write(range: row.descriptors)
    write(index: row.delay)
    write(bool: row.isInternal)
    write(index: row.counter)
    write(signed: row.counterLimit)
    write(range: row.resets)
    write(move: row.tree)
  }

  fileprivate mutating func write(action: ActionEntry) {
    write(byte: action.kind.rawValue)
    write(index: action.program)
    write(text: action.text)
    write(index: action.textProgram)
    for text in [action.id, action.idField, action.target] { write(text: text) }
    write(index: action.targetProgram)
    write(range: action.fields)
    write(signed: action.delayMilliseconds)
    write(index: action.delayProgram)
    write(range: action.body)
    write(range: action.otherwise)
  }

  fileprivate mutating func write(performer: Performer) {
    write(byte: performer.role.rawValue)
    write(text: performer.id)
    write(byte: performer.kind.rawValue)
    for text in [performer.typeName, performer.action, performer.provider, performer.model] {
      write(text: text)
    }
    write(index: performer.temperatureThousandths)
    write(text: performer.endpoint)
    write(text: performer.keyVariable)
    write(list: performer.headers) { $0.write(field: $1) }
    for texts in [performer.arguments, performer.environmentNames, performer.roles] {
      write(list: texts) { $0.write(text: $1) }
    }
    write(index: performer.prompt)
    write(index: performer.instructions)
    write(index: performer.inputSchema)
    write(index: performer.outputSchema)
    write(signed: performer.promptTokens)
    write(signed: performer.outputTokens)
    write(index: performer.turns)
    write(bool: performer.isWrite)
    write(bool: performer.isIdempotent)
    write(signed: performer.costPerCallPicodollars)
    for texts in [
      performer.grantedHosts, performer.grantedPrograms, performer.grantedEnvironment,
      performer.grantedModels, performer.grantedTools,
    ] { write(list: texts) { $0.write(text: $1) } }
  }
}
