import Source

/// `planner: {type: llm, …}`: a model proposes a list of tasks, which runs once it is proven.
///
/// Nothing of a proposal runs before it has taken the road of every flow: read, compiled,
/// permitted, verified, held against the invariants, priced (specs/planning.md).
public struct Planner: Sendable {
  /// The model that proposes.
  public var model: ModelReference?
  /// Tokens a question may take.
  public var promptTokens: Located<Int>?
  /// Tokens a proposal may take.
  public var outputTokens: Located<Int>?
  /// What the plan is for: a template over the flow.
  public var goal: Located<SourceText>?
  /// The question as a seed words it, with `{{.goal}}`, `{{.agents}}`, `{{.state}}`, `{{.schema}}`.
  public var template: Located<SourceText>?
  /// Agents that a plan may call; nil: every declared one (seed form).
  public var agents: [Located<String>]?
  /// Tools that a plan may call; nil: every declared one (seed form).
  public var tools: [Located<String>]?
  /// Steps that a plan may have.
  public var maxSteps: Located<Int>?
  /// How often a refused proposal may be mended.
  public var repairRounds: Located<Int>?
  /// What a plan may cost.
  public var budget: Budget?
  /// How long the model may take for one proposal.
  public var timeoutMilliseconds: Located<Int64>?
  /// How long an accepted plan may take.
  public var planTimeoutMilliseconds: Located<Int64>?
  /// Whether the answer's form is asked for by a JSON Schema (`deterministic_scaffolding`).
  public var isScaffolded: Bool
  /// Arguments with the values that a plan may give them: `strategy: [rolling, canary]`.
  public var constraints: [AllowedValues]
  /// What happens when an accepted plan does not succeed; nil: the planner fails.
  public var replan: Replan?
  /// Whether a plan that succeeded is tried again for the same question before a model is asked.
  public var isCached: Bool
  /// What runs when no proposal was accepted; nil: the planner fails.
  public var fallback: Body?
  /// Where the planner stands.
  public var span: SourceSpan

  /// A planner with nothing said about it.
  public init(span: SourceSpan) {
    self.span = span
    model = nil
    promptTokens = nil
    outputTokens = nil
    goal = nil
    template = nil
    agents = nil
    tools = nil
    maxSteps = nil
    repairRounds = nil
    budget = nil
    timeoutMilliseconds = nil
    planTimeoutMilliseconds = nil
    isScaffolded = true
    constraints = []
    replan = nil
    isCached = false
    fallback = nil
  }

  /// Steps of a plan when nothing is said.
  public static let usualMaxSteps = 10
  /// Repairs when nothing is said.
  public static let usualRepairRounds = 1
  /// Time for one proposal when nothing is said, in milliseconds.
  public static let usualTimeoutMilliseconds: Int64 = 120_000
}

/// An argument of calls with the values that a plan may give it.
public struct AllowedValues: Sendable {
  /// The argument's name in `with`.
  public var name: Located<String>
  /// The values.
  public var values: [Located<String>]

  /// A rule for one argument.
  public init(name: Located<String>, values: [Located<String>]) {
    self.name = name
    self.values = values
  }
}

/// `replan:`: when and how often a planner tries again after an accepted plan did not succeed.
public struct Replan: Sendable {
  /// Why another plan is made.
  public enum Trigger: String, Sendable, Hashable, CaseIterable {
    /// An agent or tool failed.
    case failure
    /// Something, or the whole plan, took too long.
    case timeout
    /// A limit on steps, visits or rates was reached.
    case limit
    /// A call would have cost more than the plan may.
    case budget
    /// The result is not good enough: `quality`, or a step's `require` or `check`.
    case quality
  }

  /// What is tried.
  public enum Strategy: String, Sendable, Hashable, CaseIterable {
    /// The same plan once more, after a pause.
    case conservative
    /// A new proposal, which is told what happened.
    case adaptive
    /// The fallback, at once.
    case escalation
    /// A person says which of these.
    case human
  }

  /// What is tried.
  public var strategy: Strategy
  /// Why.
  public var triggers: [Trigger]
  /// Events from outside that end the plan under way and lead to another one.
  public var events: [Located<String>]
  /// What must hold of a plan's result.
  public var quality: SourceText?
  /// Plans at most, besides the first.
  public var most: Located<Int>
  /// The pause before the same plan runs again.
  public var backoffMilliseconds: Int64
  /// Who decides (`human`).
  public var agent: Located<String>?
  /// How long that person may take.
  public var agentTimeoutMilliseconds: Located<Int64>?
  /// Where it stands.
  public var span: SourceSpan

  /// A rule for trying again.
  public init(strategy: Strategy, most: Located<Int>, span: SourceSpan) {
    self.strategy = strategy
    self.most = most
    self.span = span
    triggers = Trigger.allCases
    events = []
    quality = nil
    backoffMilliseconds = 0
    agent = nil
    agentTimeoutMilliseconds = nil
  }
}
