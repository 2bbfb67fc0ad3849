import Document
import Expression
import Source
import Values

extension LinkedTable {
  /// Compiles the programs and reads the schemas of `table`.
  ///
  /// The table is nil when a finding is an error. Findings point into the user's file when the
  /// table has its debug section. `refusals` say why names may not be read; they change
  /// messages only.
  public static func link(
    _ table: TransitionTable,
    refusals: [Environment.Refusal] = [],
    limits: Limits = Limits()
  ) -> (table: LinkedTable?, diagnostics: [Diagnostic]) {
    var linker = Linker(table: table, refusals: refusals, limits: limits)
    let linked = linker.link()
    return (linker.diagnostics.hasErrors ? nil : linked, linker.diagnostics)
  }
}

/// One linking under way.
struct Linker {
  private var table: TransitionTable
  private let refusals: [Environment.Refusal]
  private let limits: Limits
  private var programs: [CompiledProgram?]
  private var known: [ProgramSource: CompiledProgram] = [:]
  private(set) var diagnostics: [Diagnostic] = []

  init(table: TransitionTable, refusals: [Environment.Refusal], limits: Limits) {
    self.table = table
    self.refusals = refusals
    self.limits = limits
    programs = [CompiledProgram?](repeating: nil, count: table.programs.count)
  }

  mutating func link() -> LinkedTable? {
    do {
      try TableValidator.validate(table)
    } catch {
      diagnostics.append(Messages.broken(error.message, at: table.debug.flow))
      return nil
    }
    guard let schemas = schemas(),
      let initialState = json(table.initialState, "the initial state"),
      let inputDefaults = json(table.inputDefaults, "the defaults of the input")
    else { return nil }
    var frameStates: [Value] = []
    for frame in table.frames {
      let text = frame.initialState.isEmpty ? "{}" : frame.initialState
      guard let value = json(text, "the initial state of a child flow") else { return nil }
      frameStates.append(value)
    }
    guard case .map = initialState, case .map = inputDefaults else {
      diagnostics.append(Messages.broken("the initial state is no mapping", at: table.debug.flow))
      return nil
    }
    var environments = TableEnvironments(
      table: table,
      schemas: schemas,
      refusals: refusals,
      limits: limits
    )
    for position in table.programs.indices where table.programs[position].environment == 0 {
      let environment = environments.flow(
        scope: table.programs[position].scope,
        outputSchema: table.programs[position].outputSchema
      )
      compile(position, in: environment)
    }
    for position in table.fields.indices {
      guard let program = programs[Int(table.fields[position].program)] else { continue }
      table.fields[position].isOptional = program.type.isOptional
    }
    for (index, performer) in table.performers.enumerated() {
      guard performer.prompt != noIndex || performer.instructions != noIndex else { continue }
      let isPlansOnly =
        table.planners.contains { $0.callees.contains { $0.performer == index } }
        && !table.effects.contains { $0.performer == index }
      let environment = environments.performer(
        index,
        callers: isPlansOnly ? nil : inputFields(of: index)
      )
      for program in [performer.prompt, performer.instructions] where program != noIndex {
        compile(Int(program), in: environment)
      }
    }
    let children = linkedChildren()
    return LinkedTable(
      table: table,
      programs: programs,
      constants: (initialState, inputDefaults, frameStates),
      environment: environments.flow(scope: 0, outputSchema: noIndex),
      schemaPool: schemas,
      children: children,
      limits: limits
    )
  }

  /// The tables of detached flows; the same texts stand in this table too, so that warnings in
  /// them are known already.
  private mutating func linkedChildren() -> [PoolIndex: LinkedTable] {
    var children: [PoolIndex: LinkedTable] = [:]
    for position in table.children.indices {
      let child = LinkedTable.link(
        table.children[position].table,
        limits: limits
      )
      diagnostics += child.diagnostics.filter { $0.severity == .error }
      guard let linked = child.table else { continue }
      table.children[position].table = linked.table
      children[table.children[position].template] = linked
    }
    return children
  }

  private mutating func json(_ text: String, _ what: String) -> Value? {
    do {
      return try JSONParser.parse(text, depth: limits.jsonDepth)
    } catch {
      diagnostics.append(
        Messages.broken("\(what) is not JSON: \(error.message)", at: table.debug.flow)
      )
      return nil
    }
  }

  private mutating func schemas() -> SchemaPool? {
    var values: [Value] = []
    for (position, text) in table.schemas.enumerated() {
      guard let value = json(text, "schema \(position)") else { return nil }
      values.append(value)
    }
    let bundle = SchemaBundle(names: table.schemaNames, schemas: values)
    let pool = SchemaPool.compile(
      values.map { bundle.bundled($0) },
      at: table.debug.flow,
      limits: limits
    )
    diagnostics += pool.diagnostics
    return pool.pool
  }

  /// Compiles a program once for each text and environment; only clean results are shared, so that
  /// every finding keeps its own place.
  private mutating func compile(_ position: Int, in environment: Environment) {
    let source = table.programs[position]
    if let compiled = known[source] {
      programs[position] = compiled
      return
    }
    let compiled: CompiledProgram?
    let found: [Diagnostic]
    switch source.kind {
    case .expression:
      let text = table.sourceText(of: position)
      let result = Program.compile(text, in: environment, limits: limits)
      compiled = result.program.map { .expression($0) }
      found = result.diagnostics
    case .template:
      let text = table.sourceText(of: position)
      let result = Template.compile(text, in: environment, limits: limits)
      compiled = result.template.map { .template($0) }
      found = result.diagnostics
    case .structure:
      guard let node = structure(position, source) else { return }
      let result = StructureTemplate.compile(node, in: environment, limits: limits)
      compiled = result.structure.map { .structure($0) }
      found = result.diagnostics
    }
    programs[position] = compiled
    if diagnostics.count < limits.diagnostics { diagnostics += found }
    if found.isEmpty, let compiled { known[source] = compiled }
  }

  private mutating func structure(_ position: Int, _ source: ProgramSource) -> Node? {
    if let node = table.debug.structures[PoolIndex(position)] { return node }
    guard let value = json(source.text, "program \(position)") else { return nil }
    let file = SourceFile(name: "<table>", text: source.text)
    return Node(value: value, at: SourceSpan(file: file, start: 0, end: source.text.utf8.count))
  }

  /// The union of what callers pass to a performer that declares no input of its own.
  private func inputFields(of performer: Int) -> [RecordField] {
    var fields: [RecordField] = []
    var positions: [MapKey: Int] = [:]
    var callers: [Int] = []
    var calls = 0
    for effect in table.effects where Int(effect.performer) == performer {
      calls += 1
      for index in effect.input {
        let entry = table.fields[Int(index)]
        let type = programs[Int(entry.program)]?.type ?? .dyn
        let content: ExpressionType =
          if case .optional(let wrapped) = type { wrapped } else { type }
        if let position = positions[.string(entry.name)] {
          callers[position] += 1
          if fields[position].type != content { fields[position].type = .dyn }
          if entry.isOptional { fields[position].isOptional = true }
        } else {
          positions[.string(entry.name)] = fields.count
          fields.append(RecordField(entry.name, content, isOptional: entry.isOptional))
          callers.append(1)
        }
      }
    }
    for position in fields.indices where callers[position] < calls {
      fields[position].isOptional = true
    }
    return fields
  }
}

extension ExpressionType {
  /// Whether it may hold nothing.
  var isOptional: Bool {
    if case .optional = self { true } else { false }
  }
}
