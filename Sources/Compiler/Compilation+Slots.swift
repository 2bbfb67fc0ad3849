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
    if !isHouse {
      table.aliases.append(AliasEntry(name: "response", variable: "output", fields: []))
    }
    for index in table.nodes.indices.dropFirst() where table.nodes[index].kind != .final {
      declareStepSlots(index)
    }
    if !isHouse { declareAgentSlots() }
    table.frames[0].slots = 0..<SlotIndex(table.slots.count)
  }

  private mutating func declareStepSlots(_ index: Int) {
    let name = table.nodes[index].name
    if Self.reservedNames.contains(where: { $0.sameScalars(as: name) }) {
      report(Messages.reservedName(name, at: table.debug.nodes[index]))
      return
    }
    let work = works[.string(name)]
    let step = step(named: name)
    var schema = noIndex
    if let result = step?.result {
      schema = addSchema(Self.resultSchema(result))
    } else if let performer = work?.performer {
      schema = table.performers[Int(performer)].outputSchema
    }
    table.nodes[index].stepSlot = addSlot("steps.\(name)", .step)
    table.nodes[index].resultSlot = addSlot(name, .result, schema: schema)
  }

  private mutating func declareAgentSlots() {
    for index in table.nodes.indices.dropFirst() {
      guard let performer = works[.string(table.nodes[index].name)]?.performer else { continue }
      let entry = table.performers[Int(performer)]
      // A state of the agent's name goes before the agent (FLOW-SEMANTICS 11).
      guard nodeIndex[.string(entry.id)] == nil,
        !Self.reservedNames.contains(where: { $0.sameScalars(as: entry.id) })
      else { continue }
      let known = table.slots.firstIndex { $0.name.sameScalars(as: entry.id) }
      table.nodes[index].performerSlot =
        known.map { SlotIndex($0) }
        ?? addSlot(entry.id, .result, schema: entry.outputSchema)
    }
  }

  @discardableResult
  private mutating func addSlot(
    _ name: String,
    _ kind: SlotEntry.Kind,
    schema: PoolIndex = noIndex
  ) -> SlotIndex {
    table.slots.append(SlotEntry(name: name, kind: kind, schema: schema))
    return SlotIndex(table.slots.count - 1)
  }

  /// The written step of a node, if it has a body.
  func step(named name: String) -> Step? {
    guard case .machine(let machine) = flow.body else { return nil }
    return machine.states.first { $0.name.sameScalars(as: name) }?.content
  }

  private static func resultSchema(_ fields: [Field]) -> Value {
    .map([
      "type": .string("object"),
      "properties": .map(ValueMap(fields.map { ($0.name, .map([:])) })),
    ])
  }

  /// Declared state fields, and in the seed form the outputs that are merged into the state.
  private mutating func stateSchema() -> PoolIndex {
    guard case .map(var schema) = Self.schema(of: flow.state) else { return noIndex }
    // A field without a default is absent until it is assigned, but its type is known.
    if flow.state.plainSchema == nil { schema["required"] = nil }
    guard !isHouse else { return addSchema(.map(schema)) }
    var properties = ValueMap()
    if case .map(let declared)? = schema["properties"] { properties = declared }
    for name in mergedNames() where properties[name] == nil { properties[name] = .map([:]) }
    schema["properties"] = .map(properties)
    schema["additionalProperties"] = nil
    return addSchema(.map(schema))
  }

  /// Keys that results merge into the state (FLOW-SEMANTICS 9), in order of declaration.
  private func mergedNames() -> [String] {
    var names: [String] = []
    for agent in flow.agents { names += Self.declaredNames(agent.content.output) }
    for tool in flow.tools { names += Self.declaredNames(tool.content.output) }
    return names
  }

  /// The keys of this node's results that are merged.
  func mergedKeys(of performer: PoolIndex) -> [String] {
    guard !isHouse else { return [] }
    let entry = table.performers[Int(performer)]
    let declared =
      entry.role == .agent
      ? flow.agents.first { $0.name.sameScalars(as: entry.id) }?.content.output
      : flow.tools.first { $0.name.sameScalars(as: entry.id) }?.content.output
    return Self.declaredNames(declared) + Self.declaredNames(flow.state)
  }

  /// Bare names: each stands for exactly one declared field, or lists its candidates (rule 10).
  mutating func declareAliases(of machine: Machine) {
    var candidates: [(name: String, paths: [(variable: String, field: String)])] = []
    var positions: [MapKey: Int] = [:]
    func add(_ variable: String, _ names: [String]) {
      for name in names {
        let key = MapKey.string(name)
        if let position = positions[key] {
          let isKnown = candidates[position].paths.contains {
            $0.variable.sameScalars(as: variable)
          }
          if !isKnown { candidates[position].paths.append((variable, name)) }
        } else {
          positions[key] = candidates.count
          candidates.append((name, [(variable, name)]))
        }
      }
    }
    add("state", Self.declaredNames(flow.state))
    for index in table.nodes.indices.dropFirst() {
      let node = table.nodes[index]
      guard node.resultSlot != noIndex else { continue }
      if let result = step(named: node.name)?.result {
        add(node.name, result.map(\.name))
      } else if let performer = works[.string(node.name)]?.performer {
        if isHouse {
          add(node.name, declaredOutput(of: performer))
        } else {
          // Merged outputs are state fields: the state is their one writer.
          add("state", declaredOutput(of: performer))
        }
      }
    }
    add("input", Self.declaredNames(flow.input))
    for (name, paths) in candidates {
      guard !table.slots.contains(where: { $0.name.sameScalars(as: name) }) else { continue }
      if paths.count == 1 {
        table.aliases.append(
          AliasEntry(name: name, variable: paths[0].variable, fields: [paths[0].field])
        )
      } else {
        table.aliases.append(
          AliasEntry(
            name: name,
            variable: "",
            fields: paths.map { "\($0.variable).\($0.field)" }
          )
        )
      }
    }
  }

  private func declaredOutput(of performer: PoolIndex) -> [String] {
    let entry = table.performers[Int(performer)]
    if entry.role == .tool {
      return Self.declaredNames(
        flow.tools.first { $0.name.sameScalars(as: entry.id) }?.content.output
      )
    }
    let agent = flow.agents.first { $0.name.sameScalars(as: entry.id) }?.content
    let action = agent?.actions.first { $0.name.sameScalars(as: entry.action) }?.content
    return Self.declaredNames(action?.output ?? agent?.output)
  }
}
