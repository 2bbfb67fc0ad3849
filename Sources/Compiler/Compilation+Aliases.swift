import Definition
import Source
import Table
import Values

// Bare names: each stands for exactly one declared field, or lists its candidates (rule 10).
extension Compilation {
  mutating func declareAliases(of machine: Machine) {
    var nodes = [[Int]](repeating: [], count: lowering.scopes.count)
    for index in table.nodes.indices.dropFirst() where table.nodes[index].resultSlot != noIndex {
      nodes[Int(outerScope(of: index))].append(index)
    }
    var slots = [[String]](repeating: [], count: lowering.scopes.count)
    for slot in table.slots { slots[Int(slot.scope)].append(slot.name) }
    for number in lowering.scopes.indices {
      declareAliases(scope: number, nodes: nodes[number], slots: slots[number])
    }
  }

  private mutating func declareAliases(scope number: Int, nodes: [Int], slots: [String]) {
    let owner = lowering.scopes[number]
    let isWholeFlow = owner.parent == nil
    let flow = number == 0 ? self.flow : lowering.flows[owner.flow]
    var candidates = AliasCandidates()
    if isWholeFlow { candidates.add("state", Self.declaredNames(flow.state)) }
    for index in nodes {
      let node = table.nodes[index]
      if let result = step(of: index)?.result {
        candidates.add(node.name, result.map(\.name))
      } else if let performer = works[.string(nodeKeys[index])]?.performer {
        if isHouse || isTask(index) {
          candidates.add(node.name, Self.declaredNames(declaredOutput(of: performer)))
        } else if step(of: index)?.saveAs == nil {
          // Merged outputs are state fields: the state is their one writer.
          candidates.add("state", Self.declaredNames(declaredOutput(of: performer)))
        }
      }
    }
    if isWholeFlow { candidates.add("input", Self.declaredNames(flow.input)) }
    let variables = NameIndex(slots)
    for (name, paths) in candidates.entries where !variables.contains(name) {
      let isOne = paths.count == 1
      table.aliases.append(
        AliasEntry(
          name: name,
          variable: isOne ? paths[0].variable : "",
          fields: isOne ? [paths[0].field] : paths.map { "\($0.variable).\($0.field)" },
          scope: PoolIndex(number)
        )
      )
    }
  }
}

/// What each bare name of a scope could stand for.
private struct AliasCandidates {
  private(set) var entries: [(name: String, paths: [(variable: String, field: String)])] = []
  private var positions: [MapKey: Int] = [:]

  mutating func add(_ variable: String, _ names: [String]) {
    for name in names {
      let key = MapKey.string(name)
      guard let position = positions[key] else {
        positions[key] = entries.count
        entries.append((name, [(variable, name)]))
        continue
      }
      // Past a few, a name is ambiguous and the rest would only lengthen the message.
      guard entries[position].paths.count < 8 else { continue }
      let isKnown = entries[position].paths.contains { $0.variable.sameScalars(as: variable) }
      if !isKnown { entries[position].paths.append((variable, name)) }
    }
  }
}
