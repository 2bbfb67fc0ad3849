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
    if number == 0 { addMerged(to: &candidates) }
    for index in nodes {
      let node = table.nodes[index]
      if let result = step(of: index)?.result {
        candidates.add(node.name, result.map(\.name))
      } else if let performer = works[.string(nodeKeys[index])]?.performer {
        if isHouse || !merges(index) {
          candidates.add(node.name, Self.declaredNames(declaredOutput(of: performer)))
        } else if step(of: index)?.saveAs == nil {
          // Merged outputs are state fields: the state is their one writer.
          candidates.add("state", Self.declaredNames(declaredOutput(of: performer)))
        }
      }
    }
    if isWholeFlow || isPlannerScope(number) {
      candidates.add("input", Self.declaredNames(flow.input))
    }
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

  /// Whether a scope is that of an agent's planner, and none inside it.
  private func isPlannerScope(_ number: Int) -> Bool {
    let scope = lowering.scopes[number]
    guard let parent = scope.parent, lowering.flowsOfAgents.contains(scope.flow) else {
      return false
    }
    return lowering.scopes[parent].flow != scope.flow
  }

  /// What calls in planners of agents merge into the flow's state.
  private func addMerged(to candidates: inout AliasCandidates) {
    guard !lowering.flowsOfAgents.isEmpty else { return }
    for index in table.nodes.indices.dropFirst() where merges(index) {
      guard let flow = placement(of: index)?.flow, lowering.flowsOfAgents.contains(flow),
        let performer = works[.string(nodeKeys[index])]?.performer
      else { continue }
      let step = step(of: index)
      if step?.saveAs == nil, step?.result == nil {
        candidates.add("state", Self.declaredNames(declaredOutput(of: performer)))
      }
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
