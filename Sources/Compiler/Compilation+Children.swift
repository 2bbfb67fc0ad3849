import Definition
import Source
import Table
import Values

// Detached flows are runs of their own: each gets a table of its own, with the whole flow's header.
extension Compilation {
  /// Compiles the detached flows that the flow's own steps start.
  ///
  /// Their texts were checked as parts of this table already, so only errors are reported.
  mutating func compileChildren() {
    guard !diagnostics.hasErrors else { return }
    var known: [MapKey: TransitionTable] = [:]
    var end: NodeIndex = 0
    for index in table.nodes.indices where NodeIndex(index) >= end {
      let node = table.nodes[index]
      guard node.kind == .call, table.frames[Int(node.template)].maxInstances == 0 else {
        continue
      }
      // What such a flow starts in its turn belongs to its own table.
      end = node.subtreeEnd
      let number = placement(of: index + 1)?.flow ?? 0
      let key = MapKey.string(lowering.flows[number].name)
      if known[key] == nil { known[key] = compileChild(number) }
      guard let child = known[key] else { continue }
      table.children.append(ChildTable(template: node.template, table: child))
    }
  }

  private mutating func compileChild(_ number: Int) -> TransitionTable? {
    let outer = lowering.flows[0]
    var child = lowering.flows[number]
    child.name = "\(outer.name).\(child.name)"
    child.isDetached = false
    child.agents = outer.agents + child.agents
    child.tools = outer.tools + child.tools
    child.models = outer.models + child.models
    child.flows += outer.flows.filter { named in
      !child.flows.contains { $0.name.sameScalars(as: named.name) }
    }
    child.schemas += outer.schemas
    child.permissions += outer.permissions
    child.publicEnvironment += outer.publicEnvironment
    let result = FlowCompiler.compile(child, limits: limits)
    for finding in result.diagnostics where finding.severity == .error { report(finding) }
    guard var table = result.table?.table else { return nil }
    // An agent's day is one, whoever calls it.
    for index in table.caps.indices {
      let cap = table.caps[index]
      guard case .agent = cap.owner,
        let outer = self.table.caps.first(where: { $0.owner == cap.owner })
      else { continue }
      table.caps[index].account = outer.account
    }
    return table
  }
}
