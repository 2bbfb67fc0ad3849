import Expression
import Source
import Values

/// Builds the environments that a table's programs are checked in.
///
/// Everything comes from the table, so that a table read from a store links as the compiler's own
/// does; only refusals (why a name may not be read) are the compiler's.
struct TableEnvironments {
  /// Slot of `input` in a performer's environment.
  static let performerInputSlot = 0
  /// Slot of `env` in a performer's environment.
  static let performerEnvironmentSlot = 1

  private let table: TransitionTable
  private let schemas: [Value]
  private let refusals: [Environment.Refusal]
  private let queries: FlowQueries
  /// What `validateSchema` may name.
  private let schemaChecks: [String: @Sendable (Value) -> String?]
  private var types = SchemaTypes()
  private var typeOfSchema: [PoolIndex: ExpressionType] = [:]
  private var recordNames: Set<String> = []
  private var flowEnvironments: [EnvironmentKey: Environment] = [:]

  private struct EnvironmentKey: Hashable {
    var scope: PoolIndex
    var outputSchema: PoolIndex
  }

  init(
    table: TransitionTable,
    schemas: SchemaPool,
    refusals: [Environment.Refusal],
    limits: Limits
  ) {
    queries = FlowQueries(limits: limits)
    self.table = table
    self.schemas = schemas.values
    schemaChecks = schemas.checks(named: table.schemaNames)
    self.refusals = refusals
    declareRunRecords()
    for slot in table.slots { _ = type(of: slot.schema, name: Self.typeName(slot)) }
    for performer in table.performers {
      _ = type(of: performer.outputSchema, name: performer.id)
    }
  }

  private mutating func declareRunRecords() {
    types.records.declare(
      "error",
      fields: [
        RecordField("kind", .string, allowedTexts: ErrorKind.allCases.map(\.name)),
        RecordField("message", .string), RecordField("step", .string),
      ]
    )
    types.records.declare(
      "steps.error",
      fields: [
        RecordField("kind", .string, allowedTexts: ErrorKind.allCases.map(\.name) + [""]),
        RecordField("message", .string),
      ]
    )
    types.records.declare(
      "steps",
      fields: [
        RecordField(
          "status",
          .string,
          allowedTexts: ["pending", "success", "failure", "skipped", "cancelled", "unknown"]
        ),
        RecordField("visits", .int), RecordField("attempts", .int),
        RecordField("error", .record("steps.error")), RecordField("failed", .int),
        RecordField("active", .bool),
      ]
    )
    types.records.declare(
      "run",
      fields: [
        RecordField("id", .string), RecordField("flow", .string),
        RecordField("started", .timestamp), RecordField("elapsed", .duration),
        RecordField("spent", .double), RecordField("now", .timestamp),
      ]
    )
    types.records.declare(
      "event",
      fields: [
        RecordField("name", .string), RecordField("data", .dyn),
        RecordField("type", .string), RecordField("sendid", .string, isOptional: true),
        RecordField("origin", .string, isOptional: true),
        RecordField("invokeid", .string, isOptional: true),
      ]
    )
    types.records.declare(
      "env",
      fields: table.publicEnvironment.map { RecordField($0, .string, isOptional: true) }
    )
  }

  private mutating func type(of schema: PoolIndex, name: String) -> ExpressionType {
    guard schema != noIndex else { return .dyn }
    if let known = typeOfSchema[schema] { return known }
    // Child flows have an `input` and a `state` of their own.
    let unique = recordNames.insert(name).inserted ? name : "\(name)#\(schema)"
    let type = types.type(of: schemas[Int(schema)], name: unique)
    typeOfSchema[schema] = type
    return type
  }

  private func size(of schema: PoolIndex) -> SizeBounds? {
    guard schema != noIndex else { return nil }
    return SchemaTypes.size(of: schemas[Int(schema)], root: schemas[Int(schema)])
  }

  /// The name of a slot's type: of slots that share a name in different scopes each has its own.
  private static func typeName(_ slot: SlotEntry) -> String {
    slot.scope == 0 ? slot.name : "\(slot.name) of scope \(slot.scope)"
  }

  /// The type of a slot's values.
  mutating func type(of slot: SlotEntry) -> ExpressionType {
    switch slot.kind {
    case .input, .state, .result, .output, .item: type(of: slot.schema, name: Self.typeName(slot))
    case .step: .record("steps")
    case .error: .record("error")
    case .event: .record("event")
    case .run: .record("run")
    case .environment: .record("env")
    case .index: .int
    }
  }

  /// The environment of the flow's own texts in a scope, where `output` has the given schema.
  mutating func flow(scope: PoolIndex, outputSchema: PoolIndex) -> Environment {
    let key = EnvironmentKey(scope: scope, outputSchema: outputSchema)
    if let known = flowEnvironments[key] { return known }
    let scopes = visibleScopes(from: scope)
    var variables: [Environment.Variable] = []
    variables.reserveCapacity(table.slots.count)
    var seen: Set<MapKey> = []
    var queried: [String] = []
    // What an inner scope declares hides what stands around it.
    for visible in scopes {
      for (position, slot) in table.slots.enumerated() where sees(visible, slot) {
        guard seen.insert(.string(slot.name)).inserted else { continue }
        let isOutput = slot.kind == .output && outputSchema != noIndex && visible == scope
        let type =
          isOutput ? self.type(of: outputSchema, name: "output") : self.type(of: slot)
        let size = size(of: isOutput ? outputSchema : slot.schema)
        variables.append(
          Environment.Variable(name: slot.name, type: type, slot: position, size: size)
        )
        if slot.isQueried { queried.append(slot.name) }
      }
    }
    let entries = table.aliases.filter { scopes.contains($0.scope) }
    var aliases = entries.filter { !$0.variable.isEmpty }.map {
      Environment.Alias(name: $0.name, variable: $0.variable, fields: $0.fields)
    }
    if !entries.contains(where: { $0.name.sameScalars(as: "now") }) {
      aliases.append(Environment.Alias(name: "now", variable: "run", fields: ["now"]))
    }
    var environment = Environment(
      variables: variables,
      aliases: aliases,
      refusals: [Self.secrets] + ambiguousNames(entries) + refusals,
      records: types.records,
      dialect: .flow
    )
    environment.queryLanguage = queries
    environment.queryVariables = queried
    environment.schemaChecks = schemaChecks
    environment.fieldHints["env"] = Self.undeclaredVariable
    environment.options.doubtsUndeclaredNumbers = true
    flowEnvironments[key] = environment
    return environment
  }

  /// A scope and those around it, innermost first.
  private func visibleScopes(from scope: PoolIndex) -> [PoolIndex] {
    var scopes: [PoolIndex] = []
    var next = scope
    while next != noIndex, scopes.count < table.scopes.count {
      scopes.append(next)
      next = table.scopes[Int(next)].parent
    }
    return scopes
  }

  /// Whether a slot belongs to a scope; what concerns the run as a whole is seen from everywhere.
  private func sees(_ scope: PoolIndex, _ slot: SlotEntry) -> Bool {
    if slot.scope == scope { return true }
    return slot.kind == .run || slot.kind == .environment
  }

  /// The environment of a performer's own texts: its input and the public environment.
  ///
  /// `callers` is nil where only plans call it, whose inputs nobody knows yet.
  mutating func performer(_ index: Int, callers: [RecordField]?) -> Environment {
    let performer = table.performers[index]
    let type: ExpressionType
    if performer.inputSchema != noIndex {
      type = self.type(of: performer.inputSchema, name: "input of \(performer.id)")
    } else if callers == nil {
      type = .dyn
    } else {
      types.records.declare("input of \(performer.id)", fields: callers ?? [])
      type = .record("input of \(performer.id)")
    }
    var aliases: [Environment.Alias] = []
    if case .record(let name) = type {
      for field in types.records.fields(of: name) ?? []
      where !["input", "env", "secrets"].contains(field.name) {
        aliases.append(
          Environment.Alias(name: field.name, variable: "input", fields: [field.name])
        )
      }
    }
    var environment = Environment(
      variables: [
        Environment.Variable(name: "input", type: type, slot: Self.performerInputSlot),
        Environment.Variable(
          name: "env",
          type: .record("env"),
          slot: Self.performerEnvironmentSlot
        ),
      ],
      aliases: aliases,
      refusals: [Self.secrets] + performerRefusals(performer),
      records: types.records,
      dialect: .flow
    )
    environment.queryLanguage = queries
    environment.queryVariables = ["input"]
    environment.schemaChecks = schemaChecks
    environment.fieldHints["env"] = Self.undeclaredVariable
    if case .record(let name) = type {
      let fields = inputFields
      environment.fieldHints[name] = { field in
        fields.contains { $0.sameScalars(as: field) }
          ? "in texts of an agent `input` is what its caller gives: write "
            + "`with: {\(field): \"{{ input.\(field) }}\"}` in the step" : nil
      }
    }
    environment.options.doubtsUndeclaredNumbers = true
    return environment
  }

  /// Names of the fields of the flow's own input.
  private var inputFields: [String] {
    guard let slot = table.slots.first(where: { $0.kind == .input && $0.scope == 0 }),
      case .record(let name)? = typeOfSchema[slot.schema]
    else { return [] }
    return (types.records.fields(of: name) ?? []).map(\.name)
  }

  /// What to write where a variable of the environment is read that the flow does not declare.
  private static let undeclaredVariable: @Sendable (String) -> String? = { name in
    "declare it in the flow's header: `env: [\(name)]`"
  }

  private func performerRefusals(_ performer: Performer) -> [Environment.Refusal] {
    table.slots.compactMap { slot in
      guard !["input", "env"].contains(slot.name) else { return nil }
      return Environment.Refusal(
        name: slot.name,
        message: "`\(slot.name)` is not in the input of `\(performer.id)`: its texts read its own"
          + " input only",
        hint: "pass it with the call, `with: {\(slot.name.lastPart): \"{{ \(slot.name) }}\"}`, and "
          + "read `input.\(slot.name.lastPart)`"
      )
    }
  }

  /// Bare names that could mean two things: an alias without a variable lists what (rule 10).
  private func ambiguousNames(_ aliases: [AliasEntry]) -> [Environment.Refusal] {
    aliases.filter(\.variable.isEmpty).map { alias in
      let candidates = alias.fields.map { "`\($0)`" }
      return Environment.Refusal(
        name: alias.name,
        message: "`\(alias.name)` could be "
          + "\(candidates.dropLast().joined(separator: ", ")) or \(candidates.last ?? "nothing")",
        hint: "write which one is meant: \(candidates.joined(separator: " or "))"
      )
    }
  }

  private static let secrets = Environment.Refusal(
    name: "secrets",
    message: "secrets cannot be read in guards, templates or prompts",
    hint: "use `secrets.NAME` in headers and addresses of agents and tools only"
  )
}

extension SlotEntry {
  /// Whether the root of queries has it as a member (FLOW-SEMANTICS 28).
  fileprivate var isQueried: Bool {
    switch kind {
    case .input, .state, .output, .event, .item, .run, .step, .result: true
    case .error, .environment, .index: false
    }
  }
}

extension String {
  /// What follows the last dot.
  fileprivate var lastPart: String {
    guard let dot = utf8.lastIndex(of: 0x2E) else { return self }
    return String(self[utf8.index(after: dot)...])
  }
}
