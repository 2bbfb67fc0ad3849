import Definition
import Source
import Table
import Values

/// Compiles a flow as written to the transition table.
public enum FlowCompiler {
  /// The table of `flow`, linked, with every finding on the way.
  ///
  /// The table is nil when a finding is an error. O(states + edges + expressions).
  public static func compile(
    _ flow: Flow,
    limits: Limits = Limits()
  ) -> (table: LinkedTable?, diagnostics: [Diagnostic]) {
    var compilation = Compilation(flow: flow, limits: limits)
    compilation.compile()
    guard !compilation.diagnostics.hasErrors else { return (nil, compilation.diagnostics) }
    let linked = LinkedTable.link(compilation.table, limits: limits)
    return (linked.table, compilation.diagnostics + linked.diagnostics)
  }
}

/// One compilation, under way.
struct Compilation {
  let flow: Flow
  let limits: Limits
  var table: TransitionTable
  var diagnostics: [Diagnostic] = []
  /// What each state does, once resolved; by state name.
  var works: [MapKey: ResolvedWork] = [:]
  /// Node of each target name.
  var nodeIndex: [MapKey: NodeIndex] = [:]
  /// Performers by role, id and action.
  var performerIndex: [PerformerKey: PoolIndex] = [:]
  /// Keys of `with` that callers give each performer, in order of appearance.
  var callerKeys: [PoolIndex: [String]] = [:]

  init(flow: Flow, limits: Limits) {
    self.flow = flow
    self.limits = limits
    table = TransitionTable(name: flow.name)
  }

  var isHouse: Bool { flow.form == .house }

  mutating func compile() {
    guard case .machine(let machine) = flow.body else { return }
    table.debug.flow = flow.span
    compileSchemas()
    resolveWorks(of: machine)
    declareNodes(of: machine)
    guard !diagnostics.hasErrors else { return }
    declareSlots(of: machine)
    compileSteps(of: machine)
    compileHeader(of: machine)
    finishPerformers()
    declareAliases(of: machine)
  }

  mutating func report(_ finding: Diagnostic) {
    guard diagnostics.count < limits.diagnostics else { return }
    diagnostics.append(finding)
  }

  /// Adds a program and its text; returns its number.
  mutating func addProgram(
    _ kind: ProgramSource.Kind,
    _ source: SourceText,
    environment: Int32 = 0
  ) -> PoolIndex {
    table.programs.append(ProgramSource(kind: kind, environment: environment, text: source.text))
    table.debug.programs.append(source)
    return PoolIndex(table.programs.count - 1)
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
}
