import Document
import Source

/// An entry of `models:` or an inline `model:` mapping.
public struct ModelDefinition: Sendable {
  /// `openai`, `ollama`, `local`, ….
  public var provider: Located<String>?
  /// The priced name, such as `gpt-4o-mini`.
  public var model: Located<String>?
  /// Sampling temperature.
  public var temperature: Double?
  /// Base address of an OpenAI-compatible service.
  public var endpoint: Located<String>?
  /// Name of the environment variable that holds the key.
  public var keyVariable: Located<String>?
  /// Tokens an answer may have where the agent sets no limit (seed form: `max_tokens`).
  public var outputTokens: Located<Int>?
  /// Tokens of prompt and answer together (seed form: `context_window`).
  public var contextTokens: Located<Int>?
  /// Deadline of one attempt where neither the step nor the agent has one.
  public var timeoutMilliseconds: Located<Int64>?
  /// How often a call is made again where neither the step nor the agent says.
  public var retry: Retry?

  /// A model with nothing said about it.
  public init() {
    provider = nil
    model = nil
    temperature = nil
    endpoint = nil
    keyVariable = nil
    outputTokens = nil
    contextTokens = nil
    timeoutMilliseconds = nil
    retry = nil
  }
}

/// How an agent names its model (FLOW-SEMANTICS 21).
public indirect enum ModelReference: Sendable {
  /// A mapping in place.
  case inline(ModelDefinition, SourceSpan)
  /// An id under `models:`, or the name of a priced model.
  case name(Located<String>)

  /// Where it stands.
  var span: SourceSpan {
    switch self {
    case .inline(_, let span): span
    case .name(let name): name.span
    }
  }
}

/// An entry of `agents:`.
public struct AgentDefinition: Sendable {
  /// `llm`, `http`, `human_task`, `scripted`, `custom`, or a seed's other word; nil when not given.
  public var type: Located<String>?
  /// The model, for `llm`.
  public var model: ModelReference?
  /// Prose for the prompt (seed form: `role`).
  public var role: Located<SourceText>?
  /// Standing instructions, a template.
  public var instructions: Located<SourceText>?
  /// The prompt, a template over the agent's own input.
  public var prompt: Located<SourceText>?
  /// Named actions with prompt, input and output of their own.
  public var actions: [Named<ActionDefinition>]
  /// Declared input; nil: the union of its callers' `with` keys.
  public var input: FieldSet?
  /// Declared output.
  public var output: FieldSet?
  /// Whether an answer without a declared output must be a JSON object (seed form: `json_mode`).
  public var answersInJSON: Bool
  /// Input fields that every call is given from the flow by a JSONPath query, unless the step's
  /// `with` names them.
  public var select: [Field]
  /// `limits:`: tokens a call may take.
  public var promptTokens: Located<Int>?
  /// Tokens an answer may have.
  public var outputTokens: Located<Int>?
  /// Turns a call may take.
  public var turns: Located<Int>?
  /// Access-control ids of people who may answer.
  public var roles: [Located<String>]
  /// Address, for `http`.
  public var endpoint: Located<SourceText>?
  /// Headers, for `http`: name and template with late-bound `secrets.NAME`, `env.NAME`.
  public var headers: [Field]
  /// Program and arguments, for `custom`.
  public var arguments: [Located<String>]
  /// Names of environment variables that the process receives.
  public var environment: [Located<String>]
  /// Price of a call in pico-dollars.
  public var costPerCallPicodollars: Located<Int64>?
  /// Deadline of one attempt.
  public var timeoutMilliseconds: Located<Int64>?
  /// How often a call that failed is made again, where the step does not say.
  public var retry: Retry?
  /// Calls of the agent that may be under way at a time; nil: any number.
  public var concurrency: Located<Int>?
  /// What all calls of the agent may spend.
  public var budget: Budget?
  /// A planner of the agent's own: called from elsewhere it is a child flow (FLOW-SEMANTICS 2).
  public var planner: Body?
  /// `on_error` of that planner's definition.
  public var plannerOnError: [Edge]
  /// `tools:` of the seed form: the tools that the agent stands for.
  public var tools: [Located<String>]
  /// Where the agent stands.
  public var span: SourceSpan

  /// An agent with nothing said about it.
  public init(span: SourceSpan) {
    self.span = span
    type = nil
    model = nil
    role = nil
    budget = nil
    instructions = nil
    prompt = nil
    actions = []
    input = nil
    output = nil
    answersInJSON = false
    select = []
    promptTokens = nil
    outputTokens = nil
    turns = nil
    roles = []
    endpoint = nil
    headers = []
    arguments = []
    environment = []
    costPerCallPicodollars = nil
    timeoutMilliseconds = nil
    planner = nil
    plannerOnError = []
    retry = nil
    concurrency = nil
    tools = []
  }
}

/// One entry of an agent's `actions:`.
public struct ActionDefinition: Sendable {
  /// The prompt, a template over the action's own input.
  public var prompt: Located<SourceText>?
  /// Declared input.
  public var input: FieldSet?
  /// Declared output.
  public var output: FieldSet?
  /// Whether an answer without a declared output must be a JSON object (seed form: `json_mode`).
  public var answersInJSON = false

  /// An action with nothing said about it.
  public init() {
    prompt = nil
    input = nil
    output = nil
  }
}

/// An entry of `tools:`.
public struct ToolDefinition: Sendable {
  /// What calling it does to the world.
  public enum Effect: String, Sendable, Hashable {
    /// Changes nothing.
    case read
    /// Changes something.
    case write
  }

  /// `http`, `process`, `database`, `smtp`, or a seed's other word.
  public var type: Located<String>?
  /// Address, for `http`.
  public var endpoint: Located<SourceText>?
  /// Headers, for `http`.
  public var headers: [Field]
  /// Program and arguments, for `process`.
  public var arguments: [Located<String>]
  /// Names of environment variables that the process receives.
  public var environment: [Located<String>]
  /// Declared input.
  public var input: FieldSet?
  /// Declared output.
  public var output: FieldSet?
  /// Deadline of one attempt.
  public var timeoutMilliseconds: Located<Int64>?
  /// Read or write; write when not said.
  public var effect: Effect
  /// Whether a repetition with the same key does no harm.
  public var isIdempotent: Bool
  /// Price of a call in pico-dollars; nil means 0 with a note.
  public var costPerCallPicodollars: Located<Int64>?
  /// Where the tool stands.
  public var span: SourceSpan

  /// A tool with nothing said about it.
  public init(span: SourceSpan) {
    self.span = span
    type = nil
    endpoint = nil
    headers = []
    arguments = []
    environment = []
    input = nil
    output = nil
    timeoutMilliseconds = nil
    effect = .write
    isIdempotent = false
    costPerCallPicodollars = nil
  }
}

/// `permissions:` of one agent: what it may use at run time; nothing unless listed.
public struct Permissions: Sendable {
  /// Tool ids.
  public var tools: [Located<String>]
  /// Model ids or priced names.
  public var models: [Located<String>]
  /// `host` or `host:port`.
  public var hosts: [Located<String>]
  /// Program paths.
  public var programs: [Located<String>]
  /// Environment variable names.
  public var environment: [Located<String>]
  /// Where the grant stands.
  public var span: SourceSpan

  /// A grant of nothing.
  public init(span: SourceSpan) {
    self.span = span
    tools = []
    models = []
    hosts = []
    programs = []
    environment = []
  }
}
