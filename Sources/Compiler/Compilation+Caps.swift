import Definition
import Source
import Table
import Values

// Budgets below the run's: of steps, of child flows, of agents.
extension Compilation {
  mutating func compileCaps() {
    for index in table.nodes.indices.dropFirst() where table.nodes[index].isStep {
      let step = step(of: index)
      if let budget = step?.budget { addCap(.node(NodeIndex(index)), budget, index) }
      guard table.nodes[index].kind == .call else { continue }
      let flow = lowering.flows[placement(of: index + 1)?.flow ?? 0]
      // A detached flow's run has the flow's budget for its own.
      if !flow.isDetached, let budget = flow.budget {
        addCap(.node(NodeIndex(index)), budget, index)
      }
    }
    for agent in flow.agents {
      // That of an agent whose planner is called stands with each call: nothing else spends it.
      let isFlow = lowering.flows.dropFirst().contains {
        $0.planningAgent?.sameScalars(as: agent.name) ?? false
      }
      guard !isFlow, let budget = agent.content.budget else { continue }
      addCap(.agent(agent.name), budget, nil)
    }
  }

  private mutating func addCap(_ owner: BudgetCap.Owner, _ budget: Budget, _ index: Int?) {
    for unused in [budget.softPicodollars?.span, budget.tokens?.span, budget.gate?.span] {
      if let unused { report(Messages.onlyHardHere(at: unused)) }
    }
    guard let hard = budget.hardPicodollars else { return }
    let period: RunLimits.Period =
      switch budget.period {
      case .run: .run
      case .day: .day
      case .month: .month
      }
    let account =
      switch owner {
      case .agent(let id): "flow:\(flow.name):agent:\(id)"
      case .node: "flow:\(flow.name):step:\(index.map { nodeKeys[$0] } ?? "")"
      }
    table.debug.header["cap.\(table.caps.count)"] = hard.span
    table.caps.append(
      BudgetCap(owner: owner, account: account, period: period, hardPicodollars: hard.value)
    )
  }
}
