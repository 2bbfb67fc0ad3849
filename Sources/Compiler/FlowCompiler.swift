import Definition
import Expression
import Source
import Table
import Values

/// Compiles a flow as written to the transition table.
public enum FlowCompiler {
  /// The table of `flow`, linked, with every finding on the way.
  ///
  /// The table is nil when a finding is an error. Names are resolved, expressions checked against
  /// everything that the flow declares, and lists of edges proven complete.
  /// O(states + edges + expressions), but for suggestions after mistakes.
  public static func compile(
    _ flow: Flow,
    limits: Limits = Limits()
  ) -> (table: LinkedTable?, diagnostics: [Diagnostic]) {
    var compilation = Compilation(flow: flow, limits: limits)
    compilation.compile()
    guard !compilation.isTooLarge else { return (nil, compilation.diagnostics) }
    compilation.compileChildren()
    // Expressions are checked even after other mistakes, so that one look shows them all.
    let linked = LinkedTable.link(
      compilation.table,
      refusals: compilation.refusals,
      limits: limits
    )
    let hasErrors = compilation.diagnostics.hasErrors
    for finding in linked.diagnostics {
      // A schema that was refused where it stands needs no second finding for the whole table, and
      // a table made in spite of mistakes is broken by them.
      if finding.code == .tableSchema, compilation.hasBadSchema { continue }
      if finding.code == .tableBroken, hasErrors { continue }
      compilation.report(finding)
    }
    if let table = linked.table { compilation.check(table) }
    return (compilation.diagnostics.hasErrors ? nil : linked.table, compilation.diagnostics)
  }
}

/// One compilation, under way.
struct Compilation {
  let flow: Flow
  let limits: Limits
  /// The flow as one machine, and what its nodes are.
  let lowering: TaskLowering
  /// The flow that the node under compilation belongs to: the whole, or a child flow.
  var flowNumber = 0
  /// The scope whose names the texts under compilation see.
  var scope: PoolIndex = 0
  /// Keys of the nodes, unique in the file; the name where nothing else is said.
  var nodeKeys: [String] = []
  /// Child flows and maps: the nodes that they run, by the owner.
  var templates: [NodeIndex: NodeIndex] = [:]
  var table: TransitionTable
  var diagnostics: [Diagnostic] = []
  /// Whether the flow exceeds a limit, so that nothing more is looked at.
  var isTooLarge = false
  /// Whether a schema was refused where it stands.
  var hasBadSchema = false

  /// Every state in preorder, those inside other states included.
  let allStates: [Named<Step>]
  /// Whether the machine uses anything that only statecharts have.
  let isChart: Bool

  let agents: NameIndex
  let tools: NameIndex
  let models: NameIndex
  let states: NameIndex
  let finals: NameIndex
  private let stateFieldsOfFlows: [NameIndex]
  let namedSchemas: NamedSchemas

  /// What each state does, once resolved; by state name.
  var works: [MapKey: ResolvedWork] = [:]
  /// Node of each target name.
  var nodeIndex: [MapKey: NodeIndex] = [:]
  /// Performers by role, id and action.
  var performerIndex: [PerformerKey: PoolIndex] = [:]
  /// Schemas by their text.
  var schemaIndex: [MapKey: PoolIndex] = [:]
  /// Names of events by their text.
  var eventNames: [MapKey: PoolIndex] = [:]
  /// Final states by their nodes.
  var finalStates: [NodeIndex: FinalState] = [:]
  /// Nodes that stand directly inside each composite, by name.
  var children: [NodeIndex: [MapKey: NodeIndex]] = [:]
  /// Why names may not be read; for the linker's messages.
  var refusals: [Environment.Refusal] = []
  /// Schema of `output` in the texts of the step under compilation.
  var outputSchema = noIndex
  /// Lists of edges that end with a condition, to be proven complete with their types.
  var openLists: [OpenEdgeList] = []
  /// Nodes of trees, laid out.
  var treeLayouts: [TreeLayout] = []
  /// The trees.
  var trees: [LaidOutTree] = []
  /// The tree being laid out.
  var openTree = LaidOutTree()
  /// Rows of trees by their node.
  var treeRows: [NodeIndex: [(row: Row, span: SourceSpan?)]] = [:]
  /// Agents and tools that a step names, declared or not.
  var calledNames: Set<PerformerKey> = []

  init(flow: Flow, limits: Limits) {
    let lowering = TaskLowering(flow, limits: limits)
    var flow = flow
    // Child flows may declare agents and tools of their own; ids are shared with the whole.
    for child in lowering.flows.dropFirst() {
      flow.agents += child.agents
      flow.tools += child.tools
      flow.models += child.models
    }
    self.flow = flow
    self.limits = limits
    self.lowering = lowering
    table = TransitionTable(name: flow.name)
    agents = NameIndex(flow.agents.map(\.name))
    tools = NameIndex(flow.tools.map(\.name))
    models = NameIndex(flow.models.map(\.name))
    stateFieldsOfFlows = lowering.flows.map { NameIndex(Self.declaredNames($0.state)) }
    namedSchemas = NamedSchemas(flow.schemas)
    diagnostics = lowering.diagnostics
    guard let machine = lowering.machine else {
      states = NameIndex()
      finals = NameIndex()
      allStates = []
      isChart = false
      return
    }
    allStates = machine.allStates
    isChart = lowering.isChart
    states = NameIndex(allStates.map(\.name))
    finals = NameIndex(machine.finalStates.map(\.name))
  }

  /// The flow that the node under compilation belongs to.
  var ownFlow: Flow { flowNumber == 0 ? flow : lowering.flows[flowNumber] }
  /// Its state fields.
  var stateFields: NameIndex { stateFieldsOfFlows[flowNumber] }

  var isHouse: Bool { flow.form == .house }

  mutating func compile() {
    guard let machine = lowering.machine else { return }
    table.debug.flow = flow.span
    compileSchemas()
    resolveWorks(of: machine)
    declareNodes(of: machine)
    guard !isTooLarge else { return }
    declareSlots(of: machine)
    compileCharts(of: machine)
    compileTrees()
    compileSteps(of: machine)
    // The header is read in the flow's own scope, not in that of the last step.
    flowNumber = 0
    scope = 0
    compileHeader(of: machine)
    compileCaps()
    checkPermissions()
    declareAliases(of: machine)
    reportUnused()
  }

  mutating func report(_ finding: Diagnostic) {
    guard diagnostics.count < limits.diagnostics else { return }
    // An edge may stand for several rows (failure and cancellation): one mistake, one finding.
    let isKnown = diagnostics.contains {
      $0.code == finding.code && $0.span == finding.span && $0.message == finding.message
    }
    if !isKnown { diagnostics.append(finding) }
  }

  /// Adds a program and its text; returns its number.
  mutating func addProgram(
    _ kind: ProgramSource.Kind,
    _ source: SourceText,
    environment: Int32 = 0
  ) -> PoolIndex {
    table.programs.append(
      ProgramSource(
        kind: kind,
        environment: environment,
        scope: environment == 0 ? scope : 0,
        outputSchema: environment == 0 ? outputSchema(for: source.text) : noIndex,
        text: source.text
      )
    )
    table.debug.programs.append(source)
    return PoolIndex(table.programs.count - 1)
  }

  /// The schema of `output` for a text that may read it; texts that can't share one environment.
  func outputSchema(for text: String) -> PoolIndex {
    guard outputSchema != noIndex else { return noIndex }
    return Self.contains(text, Array("output".utf8)) || Self.contains(text, Array("response".utf8))
      ? outputSchema : noIndex
  }

  /// Whether a text contains a word, byte by byte.
  private static func contains(_ text: String, _ wanted: [UInt8]) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count >= wanted.count else { return false }
    for start in 0...bytes.count - wanted.count where bytes[start] == wanted[0] {
      if bytes[start..<start + wanted.count].elementsEqual(wanted) { return true }
    }
    return false
  }

  /// The written step of a node, if it has a body.
  func step(named name: String) -> Step? {
    states[name].map { allStates[$0].content }
  }
}

/// The key of a performer: an agent with an action, or a tool.
struct PerformerKey: Hashable {
  var role: Performer.Role
  var id: MapKey
  var action: MapKey

  init(_ role: Performer.Role, _ id: String, action: String = "") {
    self.role = role
    self.id = .string(id)
    self.action = .string(action)
  }
}

/// What a state runs, names resolved (FLOW-SEMANTICS 1).
struct ResolvedWork {
  /// Who is called; nil: nobody.
  var performer: PoolIndex?
  /// Whether somebody is called who is not declared: a finding says so, and others keep quiet.
  var isBroken = false
}

/// A list of edges that ends with a condition.
struct OpenEdgeList {
  var place: NodeIndex
  var rows: Range<RowIndex>
  var span: SourceSpan
}
