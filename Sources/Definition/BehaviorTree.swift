import Document
import Source

/// A behavior tree: a flow's body, or a step's.
public struct BehaviorTree: Sendable {
  /// The root.
  public var root: TreeNode
  /// Whether the tree is driven by ticks, as other engines do: what makes the number of ticks
  /// matter is then a note and no error (`specs/behavior-trees.md`, BT-TICK).
  public var isTicked: Bool
  /// Where it stands.
  public var span: SourceSpan

  /// A tree.
  public init(
    root: TreeNode,
    isTicked: Bool = false,
    span: SourceSpan
  ) {
    self.root = root
    self.isTicked = isTicked
    self.span = span
  }
}

/// One node of a behavior tree.
public struct TreeNode: Sendable {
  /// What the node does.
  public var kind: Kind
  /// The nodes below, in order.
  public var children: [TreeNode]
  /// The id (`name:` in seeds); nil: none was given.
  public var id: Located<String>?
  /// True on entry: the node fails, kind `check`.
  public var failureIf: SourceText?
  /// True on entry: the node succeeds at once.
  public var successIf: SourceText?
  /// True on entry: the node is skipped.
  public var skipIf: SourceText?
  /// False on entry: skipped; turning false while the node runs: halted, and skipped.
  public var whileCondition: SourceText?
  /// Made when the node succeeds.
  public var onSuccess: [Assignment]
  /// Made when the node fails.
  public var onFailure: [Assignment]
  /// Made when the node is halted while it runs.
  public var onHalted: [Assignment]
  /// Whether guards are looked at whenever the node is entered.
  public var guardScope: GuardScope
  /// Whether rounds of a `retry` or `repeat` are a tick apart (py_trees).
  public var isStepwise: Bool
  /// Whether a leaf is a question: asked again whenever the node around it decides again.
  public var isCondition: Bool
  /// Where the node stands.
  public var span: SourceSpan

  /// A node without guards.
  public init(_ kind: Kind, children: [TreeNode] = [], id: Located<String>? = nil, span: SourceSpan)
  {
    self.kind = kind
    self.children = children
    self.id = id
    self.span = span
    failureIf = nil
    successIf = nil
    skipIf = nil
    whileCondition = nil
    onSuccess = []
    onFailure = []
    onHalted = []
    guardScope = .entry
    isStepwise = false
    isCondition = false
  }

  /// Whether any guard was given.
  public var isAsked: Bool {
    failureIf != nil || successIf != nil || skipIf != nil || whileCondition != nil
  }

  /// Whether any guard or halt assignment was given.
  public var isGuarded: Bool { isAsked || !onHalted.isEmpty }
}

extension TreeNode {
  /// The kinds of nodes (`specs/behavior-trees.md`).
  public indirect enum Kind: Sendable {
    /// A leaf: a step with its work, or with a body of its own.
    case step(Step)
    /// Children in order until one fails.
    case sequence(Order)
    /// Children in order until one succeeds.
    case fallback(Order, maxSwitches: Located<Int>?)
    /// All children at once.
    case parallel(TreeJoin)
    /// The first child whose condition is true; nil is the default.
    case select([SourceText?], isReactive: Bool, maxSwitches: Located<Int>?)
    /// The child of the value that the expression has; the last child is the default.
    case choose(SourceText, cases: [Located<String>], maxSwitches: Located<Int>?)
    /// Asks the first child once, and runs the second or third.
    case ifThenElse
    /// Asks the first child again and again, and runs the second or third.
    case whileDoElse(maxSwitches: Located<Int>?)
    /// The last child runs when one of the others fails; `onHalt`: also when the node is halted.
    case tryCatch(onHalt: Bool)
    /// Success for failure and the other way round.
    case inverter
    /// Success, however the child ends.
    case forceSuccess
    /// Failure, however the child ends.
    case forceFailure
    /// Runs the child again after a failure, so many times in all; -1: without end.
    case retry(attempts: Located<Int>)
    /// Runs the child again after a success, so many times in all; -1: without end.
    case rounds(count: Located<Int>)
    /// Runs the child again after each success, so many times at most; nil: without end.
    case keepRunning(max: Located<Int>?)
    /// Fails when the child takes longer.
    case timeout(milliseconds: Located<Int64>, isLate: Bool)
    /// Waits before the child.
    case delay(milliseconds: Located<Int64>)
    /// Remembers how the child ended, and does not run it again.
    case runOnce(Memory)
    /// Runs the child when the expression is true; asked only before the child starts.
    case precondition(SourceText, otherwise: Status)
    /// Another status for one of the child's.
    case mapStatus(from: Status, to: Status)
    /// Runs the child until it shows the status.
    case waitFor(Status)
  }

  /// Where a sequence or fallback goes on.
  public enum Order: String, Sendable, Hashable {
    /// At the running child; from the first after it ended.
    case resuming
    /// From the first whenever something changes that the children before the running one read.
    case reactive
    /// At the child it reached, also after a failure and a halt.
    case keep
  }

  /// What a node shows.
  public enum Status: String, Sendable, Hashable, CaseIterable {
    /// It succeeded.
    case success
    /// It failed.
    case failure
    /// It is under way.
    case running
    /// It was skipped.
    case skipped
  }

  /// When guards are looked at: other than `entry` only where BehaviorTree.CPP is followed, whose
  /// nodes keep their status until somebody resets them.
  public enum GuardScope: Sendable, Hashable {
    /// Whenever the node is entered.
    case entry
    /// Not again after the node has failed, until it is asked once more.
    case resolved
    /// Not again before the node around it is entered once more.
    case visit
  }

  /// What `run_once` remembers and shows.
  public enum Memory: Sendable, Hashable {
    /// Any ending; shown again.
    case ending
    /// Any ending; skipped from then on.
    case skipping
    /// A success; shown again.
    case success
    /// A failure; shown again, until the whole tree is halted.
    case failure
  }
}

/// When a parallel node is finished.
public struct TreeJoin: Sendable {
  /// The rule.
  public enum Rule: Sendable, Hashable {
    /// A join of the house form.
    case join(Join)
    /// So many successes, so many failures; negative numbers count from the end, -1 is all.
    case thresholds(success: Int, failure: Int)
    /// Waits for all; failure when so many failed.
    case everyone(failure: Int)
    /// py_trees: these children must succeed (nil: one of them), decided after all were asked.
    case positions([Int]?)
  }

  /// The rule.
  public var rule: Rule
  /// Children that run at a time; nil: all.
  public var concurrency: Located<Int>?
  /// Whether children that succeeded are executed again while others run (py_trees).
  public var repeatsSuccesses: Bool
  /// Where the rule stands.
  public var span: SourceSpan

  /// A rule.
  public init(_ rule: Rule, span: SourceSpan) {
    self.rule = rule
    self.span = span
    concurrency = nil
    repeatsSuccesses = false
  }
}
