import Document
import Source

/// States and edges.
public struct Machine: Sendable {
  /// The states in order.
  public var states: [Named<Step>]
  /// Where the machine starts.
  public var initialState: Located<String>?
  /// Declared final states; they may name states without a body (FLOW-SEMANTICS 3).
  public var finalStates: [Named<FinalState>]
  /// Whether `final_states` was written at all.
  public var declaresFinalStates: Bool
  /// Further states that the machine starts in, in other regions of a parallel state.
  public var otherInitialStates: [Located<String>]
  /// Done when the machine starts, before its initial states are entered.
  public var initialActions: [Action]
  /// Where the machine stands.
  public var span: SourceSpan

  /// A machine.
  public init(
    states: [Named<Step>],
    initialState: Located<String>?,
    finalStates: [Named<FinalState>],
    declaresFinalStates: Bool,
    span: SourceSpan
  ) {
    self.states = states
    self.initialState = initialState
    self.finalStates = finalStates
    self.declaresFinalStates = declaresFinalStates
    self.span = span
    otherInitialStates = []
    initialActions = []
  }
}

/// One entry of `final_states`.
public struct FinalState: Sendable {
  /// Whether ending here is a failure.
  public var isFailure: Bool
  /// What a final state inside another state hands to it (SCXML `donedata`): names and templates.
  public var result: [Field]?
  /// The same as one expression.
  public var content: SourceText?
  /// Blocks of actions done on entry.
  public var onEntry: [[Action]]
  /// Blocks of actions done on exit.
  public var onExit: [[Action]]

  /// An ending.
  public init(isFailure: Bool = false) {
    self.isFailure = isFailure
    result = nil
    content = nil
    onEntry = []
    onExit = []
  }
}

/// One step: a state, task or tree leaf, by the step keys of FLOW-FORMAT.
public struct Step: Sendable {
  /// What the step does.
  public enum Work: Sendable {
    /// Nothing of its own, or what the seed rules find by the state's name.
    case none
    /// Calls an agent, one of its actions if named.
    case agent(Located<String>, action: Located<String>?)
    /// Calls a tool, one of its actions if named.
    case tool(Located<String>, action: Located<String>?)
    /// Waits for a time.
    case wait(milliseconds: Located<Int64>)
    /// Succeeds when the expression is true, else fails with kind `check`.
    case check(SourceText)
  }

  /// The work.
  public var work: Work
  /// `with:`: the input of the call; nil when not given.
  public var input: [Field]?
  /// `result:` templates that replace the answer; nil when not given.
  public var result: [Field]?
  /// `assign:`: state field and expression, run on success.
  public var assignments: [Assignment]
  /// False skips the step.
  public var when: SourceText?
  /// False on the result fails the step, kind `require`.
  public var require: SourceText?
  /// Edges after success: conditional ones first, in order.
  public var onSuccess: [Edge]
  /// Edges after a failure, `on_timeout` not included.
  public var onError: [Edge]
  /// Edges after a timeout; without them `onError`, kind `timeout`.
  public var onTimeout: [Edge]
  /// Edges when the step is cancelled.
  public var onCancel: [Edge]
  /// `condition`, `on_true`, `on_false`.
  public var decision: Decision?
  /// Deadline of one attempt.
  public var timeoutMilliseconds: Located<Int64>?
  /// Attempts and pauses.
  public var retry: Retry?
  /// Entries allowed; the entry beyond takes the error edge, kind `max_visits`.
  public var maxVisits: Located<Int>?
  /// What the step and everything inside it may spend.
  public var budget: Budget?
  /// `save_as:` (seed form): the state field that holds the whole result.
  public var saveAs: Located<String>?
  /// A body inside the step, which is then its work: it ends as that ends.
  public var body: Body?
  /// Runs the step, body included, once for each item of a list.
  public var forEach: ForEach?
  /// How regions, tasks or items come together; nil: the body's own rule.
  public var join: Join?
  /// Blocks of actions done on entry; an error ends its block only.
  public var onEntry: [[Action]]
  /// Blocks of actions done on exit.
  public var onExit: [[Action]]
  /// Edges taken on events from outside or raised inside.
  public var onEvent: [EventEdge]
  /// Edges taken when a time has passed since entry.
  public var after: [DelayedEdge]
  /// Edges taken as soon as their condition holds (eventless).
  public var always: [Edge]
  /// Makes the step stand for what its parent remembers of its last visit.
  public var history: History?
  /// Where the step stands.
  public var span: SourceSpan

  /// A step that does nothing and goes nowhere.
  public init(span: SourceSpan) {
    self.span = span
    work = .none
    input = nil
    result = nil
    assignments = []
    when = nil
    require = nil
    onSuccess = []
    onError = []
    onTimeout = []
    onCancel = []
    decision = nil
    timeoutMilliseconds = nil
    retry = nil
    maxVisits = nil
    saveAs = nil
    body = nil
    budget = nil
    forEach = nil
    join = nil
    onEntry = []
    onExit = []
    onEvent = []
    after = []
    always = []
    history = nil
  }
}

/// `condition` with `on_true` and `on_false`.
public struct Decision: Sendable {
  /// The guard.
  public var condition: SourceText
  /// Target when true.
  public var onTrue: Located<String>
  /// Target when false.
  public var onFalse: Located<String>

  /// A decision.
  public init(condition: SourceText, onTrue: Located<String>, onFalse: Located<String>) {
    self.condition = condition
    self.onTrue = onTrue
    self.onFalse = onFalse
  }
}

/// A way out of a step: a target, under a condition if it has one.
public struct Edge: Sendable {
  /// When an edge is taken.
  public enum Condition: Sendable {
    /// Always.
    case always
    /// When the expression is true.
    case expression(SourceText)
    /// When the failure is of this kind (`{when: timeout, target: x}` in an `on_error` list).
    case kind(Located<String>)
  }

  /// When.
  public var condition: Condition
  /// Assignments made on the way.
  public var assignments: [Assignment]
  /// Actions done on the way, after the states left and before those entered.
  public var actions: [Action]
  /// Where to; an empty name: nowhere, the states stay as they are.
  public var target: Located<String>
  /// Further targets, in other regions of a parallel state.
  public var otherTargets: [Located<String>]
  /// Whether a target inside the state leaves the state itself active (SCXML `internal`).
  public var isInternal: Bool
  /// Where the edge stands.
  public var span: SourceSpan

  /// Whether the edge leads nowhere: its actions are all it does.
  public var isTargetless: Bool { target.value.isEmpty }

  /// A way out.
  public init(
    condition: Condition = .always,
    assignments: [Assignment] = [],
    target: Located<String>,
    span: SourceSpan
  ) {
    self.condition = condition
    self.assignments = assignments
    self.target = target
    self.span = span
    actions = []
    otherTargets = []
    isInternal = false
  }
}

/// One entry of `assign:`.
public struct Assignment: Sendable {
  /// The state field.
  public var field: Located<String>
  /// The CEL expression.
  public var expression: SourceText

  /// An assignment.
  public init(field: Located<String>, expression: SourceText) {
    self.field = field
    self.expression = expression
  }
}

/// `retry:`.
public struct Retry: Sendable {
  /// Attempts in all, the first included.
  public var maxAttempts: Located<Int>
  /// Pause before the second attempt.
  public var backoffMilliseconds: Int64
  /// What each further pause is multiplied by.
  public var factor: Double
  /// Kinds of failure that are tried again; nil: every kind but `unknown`.
  public var kinds: [Located<String>]?
  /// Where the policy stands.
  public var span: SourceSpan

  /// A retry policy.
  public init(
    maxAttempts: Located<Int>,
    backoffMilliseconds: Int64,
    factor: Double,
    kinds: [Located<String>]?,
    span: SourceSpan
  ) {
    self.maxAttempts = maxAttempts
    self.backoffMilliseconds = backoffMilliseconds
    self.factor = factor
    self.kinds = kinds
    self.span = span
  }
}
