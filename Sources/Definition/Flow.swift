import Document
import Source

/// Which of the two forms a file is written in (FLOW-FORMAT, FLOW-SEMANTICS).
public enum FlowForm: Sendable, Hashable {
  /// `signalbox: 1`: strict.
  case house
  /// Without that key: the rules that load the seeds' definitions.
  case seed
}

/// A flow as written: header and exactly one body, names not yet resolved, spans kept.
///
/// Expressions and templates are kept as text with positions; the compiler parses them against the
/// environment that the whole flow declares.
public struct Flow: Sendable {
  /// House or seed form.
  public var form: FlowForm
  /// The flow's name; the file's stem when none is given.
  public var name: String
  /// What the flow is for.
  public var description: String?
  /// The whole flow's span, for findings that have no better place.
  public var span: SourceSpan
  /// Declared input; nil when the flow declares none (seed form: anything goes).
  public var input: FieldSet?
  /// Declared state fields with their initial values.
  public var state: FieldSet
  /// What the flow returns: name and template (`outputs` in seeds).
  public var result: [Field]
  /// Declared models by id, in order.
  public var models: [Named<ModelDefinition>]
  /// Declared agents by id, in order.
  public var agents: [Named<AgentDefinition>]
  /// Declared tools by id, in order.
  public var tools: [Named<ToolDefinition>]
  /// Child flows by id, in order.
  public var flows: [Named<Flow>]
  /// Whether its caller starts it and goes on (child flows).
  public var isDetached: Bool
  /// Schemas for `$ref`, by id.
  public var schemas: [Named<Node>]
  /// The flow's body.
  public var body: Body
  /// Spending limits.
  public var budget: Budget?
  /// How long the run may take.
  public var timeout: FlowTimeout?
  /// Places that a run may enter at most.
  public var maxSteps: Located<Int>?
  /// Edges for steps that have none of their own.
  public var onError: [Edge]
  /// Edges taken when the run is cancelled.
  public var onCancel: [Edge]
  /// Edges taken when a call would exceed the budget.
  public var onBudget: [Edge]
  /// What agents may use, by agent id.
  public var permissions: [Named<Permissions>]
  /// Names of the environment that guards and prompts may read.
  public var publicEnvironment: [Located<String>]
  /// The price book that the flow names, a file in its folder.
  public var priceBook: SourceFile?
  /// What every run must keep.
  public var invariants: [Invariant]
  /// Seed form: the agent whose planner is the flow's body, when it is one (FLOW-SEMANTICS 2).
  ///
  /// A state without work may run an action of this agent (FLOW-SEMANTICS 1).
  public var planningAgent: String?
  /// Seed form: whether it looks as if `signalbox: 1` had been forgotten.
  public var lacksForm = false
  /// Accepted keys that have no effect yet (FLOW-SEMANTICS 24); the loader's note names them.
  public var inertKeys: [Located<String>]
  /// Seed form: limits and security that nothing enforces yet, so that a live run is refused unless
  /// its starter accepts that (FLOW-SEMANTICS 34).
  public var unenforced: [Located<UnenforcedKey>]

  /// A flow with a body and nothing else.
  public init(form: FlowForm, name: String, span: SourceSpan, body: Body) {
    self.form = form
    self.name = name
    self.span = span
    self.body = body
    description = nil
    input = nil
    state = FieldSet(fields: [], span: span)
    result = []
    models = []
    agents = []
    tools = []
    flows = []
    isDetached = false
    schemas = []
    budget = nil
    timeout = nil
    maxSteps = nil
    onError = []
    onCancel = []
    onBudget = []
    permissions = []
    publicEnvironment = []
    invariants = []
    planningAgent = nil
    inertKeys = []
    unenforced = []
  }
}

/// What a flow does: one of the planners' forms.
public indirect enum Body: Sendable {
  /// States and edges.
  case machine(Machine)
  /// States that are active together.
  case parallel(Regions)
  /// A list of tasks.
  case tasks(TaskList)
  /// A flow of `flows:`, run as a child.
  case flow(Located<String>)
  /// A behavior tree.
  case tree(BehaviorTree)
  /// Tasks that a model proposes.
  case planner(Planner)
}

/// A declared id with its definition.
public struct Named<Content: Sendable>: Sendable {
  /// The id.
  public var name: String
  /// Where the id stands.
  public var nameSpan: SourceSpan
  /// The definition.
  public var content: Content

  /// An id and its definition.
  public init(name: String, nameSpan: SourceSpan, content: Content) {
    self.name = name
    self.nameSpan = nameSpan
    self.content = content
  }
}

/// A key with a value that may hold templates: one entry of `with`, `result`, `outputs`.
public struct Field: Sendable {
  /// The key.
  public var name: String
  /// Where the key stands.
  public var nameSpan: SourceSpan
  /// The value; texts inside are templates.
  public var value: Node

  /// A key and its value.
  public init(name: String, nameSpan: SourceSpan, value: Node) {
    self.name = name
    self.nameSpan = nameSpan
    self.value = value
  }
}

/// Declared fields: of `input`, `state`, an agent's `input` or `output`.
///
/// In the house form a mapping of name to JSON Schema, required unless `optional: true` and closed;
/// `schema` is the JSON Schema that says the same, so that one validator serves both spellings.
public struct FieldSet: Sendable {
  /// One declared field.
  public struct Declaration: Sendable {
    /// The field's name.
    public var name: String
    /// Where the name stands.
    public var nameSpan: SourceSpan
    /// The field's JSON Schema without `optional`, `default`, `trust`.
    public var schema: Node
    /// Whether it may be absent.
    public var isOptional: Bool
    /// The initial or default value.
    public var defaultValue: Node?
    /// `trust: untrusted` or `trusted`, when declared.
    public var isUntrusted: Bool?

    /// A declared field.
    public init(
      name: String,
      nameSpan: SourceSpan,
      schema: Node,
      isOptional: Bool,
      defaultValue: Node?,
      isUntrusted: Bool?
    ) {
      self.name = name
      self.nameSpan = nameSpan
      self.schema = schema
      self.isOptional = isOptional
      self.defaultValue = defaultValue
      self.isUntrusted = isUntrusted
    }
  }

  /// The fields in order; empty when the whole is a plain schema that is no object.
  public var fields: [Declaration]
  /// Where the set stands.
  public var span: SourceSpan
  /// The JSON Schema when it was written as one; nil in the name-to-schema form.
  public var plainSchema: Node?
  /// Whether undeclared keys are refused.
  public var isClosed: Bool

  /// Declared fields.
  public init(
    fields: [Declaration],
    span: SourceSpan,
    plainSchema: Node? = nil,
    isClosed: Bool = true
  ) {
    self.fields = fields
    self.span = span
    self.plainSchema = plainSchema
    self.isClosed = isClosed
  }
}

/// `budget:` with amounts in pico-dollars (FLOW-FORMAT, FLOW-SEMANTICS 20).
public struct Budget: Sendable {
  /// Which figure the hard limit is compared with.
  public enum Gate: Sendable, Hashable {
    /// The worst case.
    case worst
    /// The 95th percentile.
    case p95
  }

  /// The period a limit covers.
  public enum Period: String, Sendable, Hashable {
    /// One run.
    case run
    /// A calendar day.
    case day
    /// A calendar month.
    case month
  }

  /// Refused above this.
  public var hardPicodollars: Located<Int64>?
  /// Warned above this.
  public var softPicodollars: Located<Int64>?
  /// Tokens, prompt and output together.
  public var tokens: Located<Int64>?
  /// The period.
  public var period: Period
  /// What `hard` is compared with.
  public var gate: Located<Gate>?
  /// Where the budget stands.
  public var span: SourceSpan

  /// A budget without limits.
  public init(span: SourceSpan) {
    self.span = span
    hardPicodollars = nil
    softPicodollars = nil
    tokens = nil
    period = .run
    gate = nil
  }
}

/// `timeout:` of a flow.
public struct FlowTimeout: Sendable {
  /// Until the timeout fires.
  public var afterMilliseconds: Located<Int64>
  /// Time that the target has after that.
  public var graceMilliseconds: Located<Int64>?
  /// Where the run goes; without it the run fails, kind `timeout`.
  public var target: Located<String>?

  /// A timeout that fails the run.
  public init(
    afterMilliseconds: Located<Int64>,
    graceMilliseconds: Located<Int64>? = nil,
    target: Located<String>? = nil
  ) {
    self.afterMilliseconds = afterMilliseconds
    self.graceMilliseconds = graceMilliseconds
    self.target = target
  }
}
