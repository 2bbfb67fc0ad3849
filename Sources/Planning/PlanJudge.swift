import Compiler
public import Costing
import Definition
import Document
public import Source
public import Table
import Values
public import Verifier

/// What became of one proposal.
public struct PlanJudgement: Sendable {
  /// The plan's table, when it may run.
  public var table: LinkedTable?
  /// Why it may not; empty when it may.
  public var refusals: [Diagnostic]
  /// Steps of the plan, as far as it could be read.
  public var steps: Int
  /// The most that it may cost; nil: not known or without a bound.
  public var worstPicodollars: Int64?
  /// The longest that it may take, people included; nil: not known or without a bound.
  public var longestMilliseconds: Int64?

  /// Whether the plan may run.
  public var isAccepted: Bool { table != nil }
}

/// Decides whether a proposal may run: the road of every flow, from text to price.
///
/// It is pure: the same text in the same circumstances has the same verdict, which is how a replay
/// checks one.
public struct PlanJudge: Sendable {
  /// What a verdict depends on beside the text.
  public struct Circumstances: Sendable {
    /// Steps of earlier plans that are done.
    public var kept: [KeptStep]
    /// Calls that earlier plans made.
    public var calls: [PlanCall]
    /// What is left of the run's hard budget, in pico-dollars; -1: it has none.
    public var remainingPicodollars: Int64

    /// Circumstances.
    public init(
      kept: [KeptStep] = [],
      calls: [PlanCall] = [],
      remainingPicodollars: Int64 = -1
    ) {
      self.kept = kept
      self.calls = calls
      self.remainingPicodollars = remainingPicodollars
    }
  }

  private let linked: LinkedTable
  private let planner: PlannerEntry
  private let scope: PlanScope
  private let starts: [InvariantCheck.PlanStart]
  private let prices: PriceBook
  private let limits: Limits

  /// A judge of proposals at one planner of a table.
  public init(
    _ linked: LinkedTable,
    _ planner: PlannerEntry,
    prices: PriceBook,
    limits: Limits = Limits()
  ) {
    self.linked = linked
    self.planner = planner
    self.prices = prices
    self.limits = limits
    scope = PlanScope(linked.table, planner)
    let invariants = PlanReader.invariants(planner.invariants, limits: limits)
    starts = InvariantCheck.starts(of: planner.running, linked, invariants, limits: limits)
  }

  /// The verdict on a text; `name` is what messages call it.
  public func judge(
    _ text: String,
    name: String = "proposal",
    _ circumstances: Circumstances = Circumstances()
  ) -> PlanJudgement {
    var judgement = PlanJudgement(table: nil, refusals: [], steps: 0)
    var reader = ProposalReader(
      agents: scope.agents,
      tools: scope.tools,
      maxSteps: Int(planner.maxSteps),
      constraints: planner.constraints.map { ($0.name, $0.values) },
      isSeed: !planner.template.isEmpty,
      limits: limits
    )
    let root = reader.read(text, name: name)
    judgement.steps = reader.stepCount
    guard let root else {
      judgement.refusals = reader.diagnostics
      return judgement
    }
    let merged = merge(root, circumstances.kept)
    guard merged.diagnostics.isEmpty else {
      judgement.refusals = merged.diagnostics
      return judgement
    }
    let read = PlanReader.tasks(merged.root, limits: limits)
    guard let tasks = read.tasks, !read.diagnostics.hasErrors else {
      judgement.refusals = read.diagnostics.filter { $0.severity == .error }
      return judgement
    }
    let flow = scope.flow(tasks, result: read.result, kept: circumstances.kept)
    let compiled = FlowCompiler.compile(flow, limits: limits)
    guard let table = compiled.table, !compiled.diagnostics.hasErrors else {
      judgement.refusals = compiled.diagnostics.filter { $0.severity == .error }
      return judgement
    }
    prove(withAccounts(table), circumstances, &judgement)
    return judgement
  }

  /// What an agent spends counts on the account that it has in the flow.
  private func withAccounts(_ table: LinkedTable) -> LinkedTable {
    guard !table.table.caps.isEmpty else { return table }
    var plain = table.table
    for index in plain.caps.indices {
      let owner = plain.caps[index].owner
      guard let outer = linked.table.caps.first(where: { $0.owner == owner }) else { continue }
      plain.caps[index].account = outer.account
    }
    return LinkedTable.link(plain, limits: limits).table ?? table
  }

  /// Verifies, holds against the invariants, prices.
  private func prove(
    _ table: LinkedTable,
    _ circumstances: Circumstances,
    _ judgement: inout PlanJudgement
  ) {
    let verification = Verifier.verify(table, limits: limits)
    judgement.refusals = verification.findings.filter { $0.severity == .error }
    let starts = starts.map { $0.advanced(by: circumstances.calls) }
    let invariants = InvariantCheck.check(plan: table, from: starts, limits: limits)
    judgement.refusals += invariants.findings.filter { $0.severity == .error }
    judgement.refusals += invariants.notAnalysed.map { Messages.unproven($0) }
    let report = CostAnalysis.analyse(table, prices: prices)
    judgement.worstPicodollars = report.worst.picodollars.value
    judgement.longestMilliseconds = verification.longestMilliseconds
    let gate = BudgetGate.decide(report)
    judgement.refusals += gate.diagnostics.filter { $0.severity == .error }
    let remaining = circumstances.remainingPicodollars
    if remaining >= 0 {
      let remainder = Picodollars.text(remaining)
      if let worst = report.worst.picodollars.value {
        if worst > remaining {
          judgement.refusals.append(
            Messages.overRemainder(worst: Picodollars.text(worst), remainder: remainder)
          )
        }
      } else {
        judgement.refusals.append(Messages.unboundedWithRemainder(remainder: remainder))
      }
    }
    if judgement.refusals.isEmpty { judgement.table = table }
  }

  // MARK: Steps that are done

  /// The proposal with the steps that are done as data.
  private func merge(
    _ root: Node,
    _ kept: [KeptStep]
  ) -> (root: Node, diagnostics: [Diagnostic]) {
    guard !kept.isEmpty, let entries = root.entries, let tasks = root["tasks"]?.elements else {
      return (root, [])
    }
    var diagnostics: [Diagnostic] = []
    var elements: [Node] = []
    var found: [String] = []
    for task in tasks {
      guard let id = task["id"]?.string,
        let step = kept.first(where: { $0.id.sameScalars(as: id) })
      else {
        elements.append(task)
        continue
      }
      found.append(id)
      guard JSONWriter.string(task.value).sameScalars(as: step.text) else {
        diagnostics.append(Messages.keptStep(id, at: task.span))
        continue
      }
      elements.append(step.isReadable ? withOrder(of: task, step) : task)
    }
    let missing = kept.filter { step in
      step.isReadable && !found.contains { $0.sameScalars(as: step.id) }
    }
    elements = missing.map { Node(value: $0.task, at: root.span) } + elements
    let changed = entries.map { entry -> Node.Entry in
      guard entry.key == "tasks" else { return entry }
      let list = Node(content: .sequence(elements), span: entry.value.span)
      return Node.Entry(key: entry.key, keySpan: entry.keySpan, value: list)
    }
    return (Node(content: .mapping(changed), span: root.span), diagnostics)
  }

  /// A step that is done, in its place among the others.
  private func withOrder(of task: Node, _ step: KeptStep) -> Node {
    var fields = ValueMap()
    if case .map(let own) = step.task { fields = own }
    if let order = task["depends_on"] { fields["depends_on"] = order.value }
    return Node(value: .map(fields), at: task.span)
  }
}
