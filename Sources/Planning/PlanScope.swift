import Compiler
import Definition
import Document
import Source
import Table
import Values

/// What a planner's table gives a plan: whom it may call and with what, as a flow's header.
///
/// Everything comes from the table that the run is pinned to, and nothing from the proposal.
struct PlanScope {
  private let table: TransitionTable
  private let planner: PlannerEntry
  private let file = SourceFile(name: "<flow>", text: "")

  init(_ table: TransitionTable, _ planner: PlannerEntry) {
    self.table = table
    self.planner = planner
  }

  private var span: SourceSpan { SourceSpan(file: file, start: 0, end: 0) }

  private func located<Content>(_ content: Content) -> Located<Content> {
    Located(content, span)
  }

  /// Ids that a plan may name.
  var agents: [String] { names(.agent) }
  /// Ids that a plan may name.
  var tools: [String] { names(.tool) }

  private func names(_ role: Performer.Role) -> [String] {
    var names: [String] = []
    for callee in planner.callees where callee.isNamed {
      let performer = table.performers[Int(callee.performer)]
      guard performer.role == role,
        !names.contains(where: { $0.sameScalars(as: performer.id) })
      else { continue }
      names.append(performer.id)
    }
    return names
  }

  /// A flow with the plan's tasks as its body.
  func flow(_ tasks: TaskList, result: [Field], kept: [KeptStep]) -> Flow {
    var flow = Flow(form: .house, name: table.name + ".plan", span: tasks.span, body: .tasks(tasks))
    flow.result = result
    if planner.inputSchema != noIndex {
      flow.input = fieldSet(planner.inputSchema)
    }
    flow.state = state(kept)
    flow.publicEnvironment = table.publicEnvironment.map { located($0) }
    flow.schemas = table.schemaNames.compactMap { name in
      guard let index = Int(name.text), table.schemas.indices.contains(index) else { return nil }
      return named(name.name, node(ofSchema: PoolIndex(index)))
    }
    addPerformers(&flow)
    var budget = Budget(span: span)
    if planner.hardPicodollars >= 0 { budget.hardPicodollars = located(planner.hardPicodollars) }
    if planner.softPicodollars >= 0 { budget.softPicodollars = located(planner.softPicodollars) }
    if planner.tokens >= 0 { budget.tokens = located(planner.tokens) }
    if planner.gate == .p95 { budget.gate = located(.p95) }
    flow.budget = budget
    return flow
  }

  private func named<Content>(_ name: String, _ content: Content) -> Named<Content> {
    Named(name: name, nameSpan: span, content: content)
  }

  /// `state.completed` holds the results of steps that are done.
  private func state(_ kept: [KeptStep]) -> FieldSet {
    guard !kept.isEmpty else { return FieldSet(fields: [], span: span) }
    let results = ValueMap(kept.map { ($0.id, $0.result) })
    let field = FieldSet.Declaration(
      name: KeptStep.field,
      nameSpan: span,
      schema: Node(value: .map(["type": .string("object")]), at: span),
      isOptional: true,
      defaultValue: Node(value: .map(results), at: span),
      isUntrusted: true
    )
    return FieldSet(fields: [field], span: span)
  }

  // MARK: Agents and tools

  private func addPerformers(_ flow: inout Flow) {
    for callee in planner.callees {
      let performer = table.performers[Int(callee.performer)]
      if performer.role == .tool {
        guard performer.action.isEmpty else { continue }
        flow.tools.append(named(performer.id, tool(performer, callee)))
      } else if performer.action.isEmpty {
        flow.agents.append(named(performer.id, agent(performer, callee)))
      }
    }
    for callee in planner.callees {
      let performer = table.performers[Int(callee.performer)]
      guard performer.role == .agent, !performer.action.isEmpty,
        let position = flow.agents.firstIndex(where: { $0.name.sameScalars(as: performer.id) })
      else { continue }
      var action = ActionDefinition()
      action.prompt = text(performer.prompt)
      action.input = fieldSet(performer.inputSchema)
      action.output = fieldSet(performer.outputSchema)
      flow.agents[position].content.actions.append(named(performer.action, action))
    }
    for agent in flow.agents {
      let own = planner.callees.first { callee in
        let performer = table.performers[Int(callee.performer)]
        return performer.role == .agent && performer.id.sameScalars(as: agent.name)
      }
      guard let own else { continue }
      let grant = permissions(table.performers[Int(own.performer)])
      flow.permissions.append(named(agent.name, grant))
    }
    for tool in flow.tools {
      let own = planner.callees.first { callee in
        let performer = table.performers[Int(callee.performer)]
        return performer.role == .tool && performer.id.sameScalars(as: tool.name)
      }
      guard let own else { continue }
      let grant = permissions(table.performers[Int(own.performer)])
      flow.permissions.append(named(tool.name, grant))
    }
  }

  /// What was granted beyond what the definition itself names, which is granted again.
  private func permissions(_ performer: Performer) -> Permissions {
    var grant = Permissions(span: span)
    grant.tools = performer.grantedTools.map { located($0) }
    grant.models = performer.grantedModels.filter { $0 != performer.model }.map { located($0) }
    grant.hosts = performer.grantedHosts.map { located($0) }
    grant.programs = performer.grantedPrograms.map { located($0) }
    grant.environment = performer.grantedEnvironment.map { located($0) }
    return grant
  }

  private func agent(_ performer: Performer, _ callee: PlannerEntry.Callee) -> AgentDefinition {
    var agent = AgentDefinition(span: span)
    agent.type = located(performer.typeName)
    if !performer.model.isEmpty || !performer.provider.isEmpty {
      var model = ModelDefinition()
      if !performer.provider.isEmpty { model.provider = located(performer.provider) }
      if !performer.model.isEmpty { model.model = located(performer.model) }
      if performer.temperatureThousandths >= 0 {
        model.temperature = Double(performer.temperatureThousandths) / 1_000
      }
      if !performer.keyVariable.isEmpty { model.keyVariable = located(performer.keyVariable) }
      agent.model = .inline(model, span)
    }
    agent.endpoint = endpoint(performer)
    agent.headers = headers(performer)
    agent.arguments = performer.arguments.map { located($0) }
    agent.environment = performer.environmentNames.map { located($0) }
    agent.roles = performer.roles.map { located($0) }
    agent.prompt = text(performer.prompt)
    agent.instructions = text(performer.instructions)
    agent.input = fieldSet(performer.inputSchema)
    agent.output = fieldSet(performer.outputSchema)
    if performer.promptTokens > 0 { agent.promptTokens = located(Int(performer.promptTokens)) }
    if performer.outputTokens > 0 { agent.outputTokens = located(Int(performer.outputTokens)) }
    agent.turns = located(Int(performer.turns))
    if performer.costPerCallPicodollars >= 0 {
      agent.costPerCallPicodollars = located(performer.costPerCallPicodollars)
    }
    if let cap = table.caps.first(where: { $0.owner == .agent(performer.id) }) {
      var budget = Budget(span: span)
      budget.hardPicodollars = located(cap.hardPicodollars)
      budget.period = Budget.Period(cap.period)
      agent.budget = budget
    }
    if callee.timeoutMilliseconds >= 0 {
      agent.timeoutMilliseconds = located(callee.timeoutMilliseconds)
    }
    return agent
  }

  private func tool(_ performer: Performer, _ callee: PlannerEntry.Callee) -> ToolDefinition {
    var tool = ToolDefinition(span: span)
    if !performer.typeName.isEmpty { tool.type = located(performer.typeName) }
    tool.endpoint = endpoint(performer)
    tool.headers = headers(performer)
    tool.arguments = performer.arguments.map { located($0) }
    tool.environment = performer.environmentNames.map { located($0) }
    tool.input = fieldSet(performer.inputSchema)
    tool.output = fieldSet(performer.outputSchema)
    tool.effect = performer.isWrite ? .write : .read
    tool.isIdempotent = performer.isIdempotent
    if performer.costPerCallPicodollars >= 0 {
      tool.costPerCallPicodollars = located(performer.costPerCallPicodollars)
    }
    if callee.timeoutMilliseconds >= 0 {
      tool.timeoutMilliseconds = located(callee.timeoutMilliseconds)
    }
    return tool
  }

  private func endpoint(_ performer: Performer) -> Located<SourceText>? {
    guard !performer.endpoint.isEmpty else { return nil }
    return located(SourceText(name: "<flow>", text: performer.endpoint))
  }

  private func headers(_ performer: Performer) -> [Field] {
    performer.headers.map { header in
      let text = SourceText(name: "<flow>", text: header.text)
      let value = Node(content: .string(header.text), span: span, text: text)
      return Field(name: header.name, nameSpan: span, value: value)
    }
  }

  private func text(_ program: PoolIndex) -> Located<SourceText>? {
    guard program != noIndex else { return nil }
    return located(SourceText(name: "<flow>", text: table.programs[Int(program)].text))
  }

  private func node(ofSchema index: PoolIndex) -> Node {
    let value = (try? JSONParser.parse(table.schemas[Int(index)])) ?? .map([:])
    return Node(value: value, at: span)
  }

  /// A schema of the pool as declared fields; nil for none.
  private func fieldSet(_ index: PoolIndex) -> FieldSet? {
    guard index != noIndex else { return nil }
    let schema = node(ofSchema: index)
    let required = (schema["required"]?.elements ?? []).compactMap(\.string)
    let fields = (schema["properties"]?.entries ?? []).map { property in
      FieldSet.Declaration(
        name: property.key,
        nameSpan: span,
        schema: property.value,
        isOptional: !required.contains { $0.sameScalars(as: property.key) },
        defaultValue: property.value["default"],
        isUntrusted: nil
      )
    }
    var isClosed = false
    if case .bool(false)? = schema["additionalProperties"]?.content { isClosed = true }
    return FieldSet(fields: fields, span: span, plainSchema: schema, isClosed: isClosed)
  }
}

extension Budget.Period {
  fileprivate init(_ period: RunLimits.Period) {
    switch period {
    case .run: self = .run
    case .day: self = .day
    case .month: self = .month
    }
  }
}

/// A step of an earlier plan that is done: the next plan has its result and does not run it again.
public struct KeptStep: Sendable {
  /// Its id.
  public var id: String
  /// The task as it was written, as JSON.
  public var text: String
  /// Its result.
  public var result: Value

  /// A step that is done.
  public init(id: String, text: String, result: Value) {
    self.id = id
    self.text = text
    self.result = result
  }

  /// The field of `state` that holds the results.
  static let field = "completed"

  /// Whether the result can stand under the step's own id: a mapping with texts as keys.
  var isReadable: Bool {
    guard case .map(let fields) = result, !fields.entries.isEmpty else { return false }
    return fields.entries.allSatisfy { entry in
      if case .string = entry.key { true } else { false }
    }
  }

  /// The step as a task that does nothing and has the result.
  var task: Value {
    var fields = ValueMap()
    if case .map(let result) = result {
      for entry in result.entries {
        guard case .string(let key) = entry.key else { continue }
        let path = [id, key].map { "[\(Self.literal($0))]" }.joined()
        fields[key] = .string("{{ state.\(Self.field)\(path) }}")
      }
    }
    return .map(["id": .string(id), "result": .map(fields)])
  }

  /// A text as a literal of CEL: that of JSON is one, but for what stands in braces of a template.
  private static func literal(_ text: String) -> String {
    var literal = "\""
    for scalar in text.unicodeScalars {
      let isPlain =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || scalar == "_" || scalar == "-" || scalar == " ")
      if isPlain {
        literal.unicodeScalars.append(scalar)
      } else {
        let digits = String(scalar.value, radix: 16)
        literal += "\\U" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
      }
    }
    return literal + "\""
  }
}
