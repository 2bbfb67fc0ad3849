import Definition
import Document
import Source
import Table
import Values

// Memory slots and bare names: everything a guard or template can read (FLOW-FORMAT).
extension Compilation {
  /// Names that every flow has; a step or agent of such a name is refused.
  static let reservedNames = [
    "input", "state", "output", "response", "error", "event", "run", "env", "steps", "secrets",
    "item", "index",
  ]

  mutating func declareSlots(of machine: Machine) {
    addSlot("input", .input, schema: addSchema(of: flow.input))
    addSlot("state", .state, schema: stateSchema())
    addSlot("output", .output)
    addSlot("error", .error)
    addSlot("event", .event)
    addSlot("run", .run)
    addSlot("env", .environment)
    refusals.append(
      Messages.stepsAsAWhole(states.names.filter { !$0.contains("/") && !$0.contains("(") })
    )
    if !isHouse {
      table.aliases.append(AliasEntry(name: "response", variable: "output", fields: []))
    }
    for index in table.nodes.indices.dropFirst() {
      openTemplate(at: index)
      if table.nodes[index].isStep, table.nodes[index].isNamed { declareStepSlots(index) }
      closeTemplates(after: index)
    }
    if !isHouse { declareAgentSlots() }
    table.frames[0].slots = 0..<SlotIndex(table.slots.count)
  }

  private mutating func declareStepSlots(_ index: Int) {
    let name = table.nodes[index].name
    if table.nodes[index].isUnnamed { return }
    if Self.reservedNames.contains(where: { $0.sameScalars(as: name) }) {
      report(Messages.reservedName(name, at: table.debug.nodes[index]))
      return
    }
    let work = works[.string(nodeKeys[index])]
    let step = step(of: index)
    let scope = outerScope(of: index)
    var schema = noIndex
    if let result = step?.result {
      schema = addSchema(Self.resultSchema(result))
    } else if let performer = work?.performer {
      schema = table.performers[Int(performer)].outputSchema
    }
    let isList = table.nodes[index].kind == .fork
    if isList { schema = addSchema(.map(["type": .string("array")])) }
    table.nodes[index].stepSlot = addSlot("steps.\(name)", .step, scope: scope)
    // Only steps that call somebody have a result; a broken one keeps its readers quiet.
    if work?.performer != nil || work?.isBroken == true || step?.body != nil
      || step?.result != nil
    {
      table.nodes[index].resultSlot = addSlot(name, .result, schema: schema, scope: scope)
    } else {
      refusals.append(Messages.noResult(name))
    }
  }

  private mutating func declareAgentSlots() {
    var slotOfPerformer: [MapKey: SlotIndex] = [:]
    for index in table.nodes.indices.dropFirst() {
      guard let performer = works[.string(nodeKeys[index])]?.performer, !isTask(index) else {
        continue
      }
      let entry = table.performers[Int(performer)]
      // A state of the agent's name goes before the agent (FLOW-SEMANTICS 11).
      guard nodeIndex[.string(entry.id)] == nil,
        !Self.reservedNames.contains(where: { $0.sameScalars(as: entry.id) })
      else { continue }
      if let known = slotOfPerformer[.string(entry.id)] {
        table.nodes[index].performerSlot = known
      } else {
        let slot = addSlot(entry.id, .result, schema: entry.outputSchema)
        slotOfPerformer[.string(entry.id)] = slot
        table.nodes[index].performerSlot = slot
      }
    }
  }

  @discardableResult
  mutating func addSlot(
    _ name: String,
    _ kind: SlotEntry.Kind,
    schema: PoolIndex = noIndex,
    scope: PoolIndex = 0
  ) -> SlotIndex {
    table.slots.append(SlotEntry(name: name, kind: kind, schema: schema, scope: scope))
    return SlotIndex(table.slots.count - 1)
  }

  static func resultSchema(_ fields: [Field]) -> Value {
    .map([
      "type": .string("object"),
      "properties": .map(ValueMap(fields.map { ($0.name, .map([:])) })),
      "required": .list(fields.map { .string($0.name) }),
    ])
  }

  /// Declared state fields, and in the seed form the outputs that are merged into the state.
  private mutating func stateSchema() -> PoolIndex {
    checkSchemas(of: flow.state)
    guard case .map(var schema) = Self.schema(of: flow.state) else { return noIndex }
    // A field without a default is absent until it is assigned, but its type is known.
    if flow.state.plainSchema == nil { schema["required"] = nil }
    guard !isHouse else { return addSchema(.map(schema)) }
    var properties = ValueMap()
    if case .map(let declared)? = schema["properties"] { properties = declared }
    for (name, type) in mergedFields() where properties[name] == nil { properties[name] = type }
    schema["properties"] = .map(properties)
    schema["additionalProperties"] = nil
    return addSchema(.map(schema))
  }

  /// Keys that results merge into the state with their schemas (FLOW-SEMANTICS 9), in order.
  ///
  /// A key that two performers declare differently may hold anything; `save_as` is the one key of
  /// its step.
  private func mergedFields() -> [(name: String, schema: Value)] {
    var names: [String] = []
    var schemas: [MapKey: Value] = [:]
    func add(_ name: String, _ schema: Value) {
      if let known = schemas[.string(name)] {
        if known != schema { schemas[.string(name)] = .map([:]) }
      } else {
        schemas[.string(name)] = schema
        names.append(name)
      }
    }
    for (index, node) in table.nodes.enumerated().dropFirst() {
      guard let performer = works[.string(nodeKeys[index])]?.performer, node.kind != .final,
        merges(index)
      else { continue }
      let output = declaredOutput(of: performer)
      if let saveAs = step(of: index)?.saveAs {
        add(saveAs.value, output.map { Self.schema(of: $0) } ?? .map([:]))
      } else if let output, case .map(let properties)? = Self.schema(of: output)["properties"] {
        for entry in properties.entries {
          if case .string(let name) = entry.key { add(name, entry.value) }
        }
      }
    }
    return names.map { ($0, schemas[.string($0)] ?? .map([:])) }
  }

  /// The keys of this performer's results that are merged into the state (seed form).
  func mergedKeys(of performer: PoolIndex) -> [String] {
    guard !isHouse else { return [] }
    let own = Self.declaredNames(declaredOutput(of: performer))
    return NameIndex(own + stateFields.names).uniqueNames
  }
}
