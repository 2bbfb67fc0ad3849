import Expression
import Values

/// Text of an expression or template with the environment it reads.
public struct ProgramSource: Sendable, Hashable {
  /// How the text is read.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// A CEL expression.
    case expression
    /// A text with `{{ }}` in it.
    case template
    /// A JSON value whose texts are templates.
    case structure
  }

  /// How the text is read.
  public var kind: Kind
  /// Which environment: 0 is the flow's, above it the performers' in order of the performers pool
  /// (performer p reads environment p + 1).
  public var environment: Int32
  /// The scope of the flow's environment (`environment` 0): which slots and aliases it sees.
  public var scope: PoolIndex
  /// Schema of what `output` holds where the program runs; `noIndex`: anything.
  public var outputSchema: PoolIndex
  /// The text; a `structure` is JSON text.
  public var text: String

  /// A program's text.
  public init(
    kind: Kind,
    environment: Int32 = 0,
    scope: PoolIndex = 0,
    outputSchema: PoolIndex = noIndex,
    text: String
  ) {
    self.kind = kind
    self.environment = environment
    self.scope = scope
    self.outputSchema = outputSchema
    self.text = text
  }
}

/// `field = expression` on the run's state.
public struct AssignmentEntry: Sendable, Hashable {
  /// The state field.
  public var field: String
  /// The expression in the programs pool.
  public var program: PoolIndex

  /// An assignment.
  public init(field: String, program: PoolIndex) {
    self.field = field
    self.program = program
  }
}

/// `name: template`, one entry of a call's input or of a result.
public struct FieldEntry: Sendable, Hashable {
  /// The key.
  public var name: String
  /// The template or structure in the programs pool.
  public var program: PoolIndex
  /// Whether an absent value leaves the key out (an optional input).
  ///
  /// Linking derives it from the type of the program; it is no part of the binary form.
  public var isOptional: Bool

  /// An entry.
  public init(name: String, program: PoolIndex, isOptional: Bool = false) {
    self.name = name
    self.program = program
    self.isOptional = isOptional
  }
}

/// Attempts and pauses of a place.
public struct RetryPolicy: Sendable, Hashable {
  /// Attempts in all, the first included; at least 1.
  public var maxAttempts: Int32
  /// Pause before the second attempt.
  public var backoffMilliseconds: Int64
  /// What each further pause is multiplied by, in thousandths.
  public var factorThousandths: Int64
  /// Kinds that are tried again.
  public var kinds: ErrorKindSet

  /// A policy.
  public init(
    maxAttempts: Int32,
    backoffMilliseconds: Int64,
    factorThousandths: Int64 = 2_000,
    kinds: ErrorKindSet = ErrorKindSet(ErrorKind.allCases.filter { $0 != .unknown })
  ) {
    self.maxAttempts = maxAttempts
    self.backoffMilliseconds = backoffMilliseconds
    self.factorThousandths = factorThousandths
    self.kinds = kinds
  }

  /// The pause before attempt `attempt` (2 is the first repetition), saturating.
  public func pauseMilliseconds(before attempt: Int32) -> Int64 {
    var pause = backoffMilliseconds
    var remaining = max(0, attempt - 2)
    while remaining > 0, pause > 0 {
      let (product, overflow) = pause.multipliedReportingOverflow(by: factorThousandths)
      if overflow { return Int64.max / 4 }
      pause = product / 1_000
      if pause > Int64.max / 8 { return Int64.max / 4 }
      remaining -= 1
    }
    return pause
  }
}

/// How the parts of a parallel node, or the items of a fork, come together.
public struct JoinPolicy: Sendable, Hashable {
  /// When the whole is finished.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// All must succeed; the first failure halts the rest.
    case all
    /// The first success halts the rest; failure when all have failed.
    case any
    /// The first to finish halts the rest and decides.
    case first
    /// All must finish; never fails itself.
    case finished
    /// `count` successes halt the rest; failure when they are out of reach.
    case count
    /// All must reach a final state, without success or failure (SCXML parallel).
    case chart
  }

  /// What a failed item means.
  public enum ItemError: UInt8, Sendable, CaseIterable {
    /// As `kind` says.
    case fails
    /// The item's error stands in the results in its place.
    case collects
    /// The item is left out of the results.
    case skips
  }

  /// When the whole is finished.
  public var kind: Kind
  /// Successes needed (`count`).
  public var count: Int32
  /// Failures that end the whole as failed; 0: as `kind` says.
  public var failures: Int32
  /// Parts that run at a time; 0: all.
  public var concurrency: Int32
  /// What a failed item means.
  public var itemError: ItemError

  /// A policy.
  public init(
    kind: Kind,
    count: Int32 = 0,
    failures: Int32 = 0,
    concurrency: Int32 = 0,
    itemError: ItemError = .fails
  ) {
    self.kind = kind
    self.count = count
    self.failures = failures
    self.concurrency = concurrency
    self.itemError = itemError
  }
}

/// Part of a table that may run several times over, each time with its own state.
///
/// Maps over items and child flows. An instance owns its registers, slots, step records, remembered
/// configurations and tokens; node 0's template, number 0, is the run itself.
public struct FrameTemplate: Sendable, Hashable {
  /// The nodes of the template: the subtree of its root.
  public var nodes: Range<NodeIndex>
  /// Where an instance starts.
  public var initial: NodeIndex
  /// Instances at most in one visit of the place that runs it; the root frame has 1.
  public var maxInstances: Int32
  /// Registers that an instance owns.
  public var registers: Range<RegisterIndex>
  /// Memory slots that an instance owns.
  public var slots: Range<SlotIndex>
  /// Remembered configurations that an instance owns.
  public var histories: Range<Int32>
  /// The scope of names that its texts see.
  public var scope: PoolIndex
  /// What an instance returns, in the fields pool; empty: its last result.
  public var result: Range<PoolIndex>
  /// Initial `state` of a child flow as JSON text; empty: it has none of its own.
  public var initialState: String

  /// A template.
  public init(
    nodes: Range<NodeIndex>,
    initial: NodeIndex,
    maxInstances: Int32,
    registers: Range<RegisterIndex>,
    slots: Range<SlotIndex>
  ) {
    self.nodes = nodes
    self.initial = initial
    self.maxInstances = maxInstances
    self.registers = registers
    self.slots = slots
    histories = 0..<0
    scope = 0
    result = 0..<0
    initialState = ""
  }
}

/// What names a program sees: the slots and aliases of its scope, then of those around it.
public struct ScopeEntry: Sendable, Hashable {
  /// The scope around; `noIndex`: none, as for the flow and for child flows.
  public var parent: PoolIndex

  /// A scope.
  public init(parent: PoolIndex) { self.parent = parent }
}

extension TransitionTable {
  /// Whether what a place runs reads and writes what stands around it: items of a map do, and the
  /// planner of an agent; a child flow has nothing but its own names.
  package func seesAround(_ frame: FrameTemplate) -> Bool {
    let scope = Int(frame.scope)
    return scopes.indices.contains(scope) && scopes[scope].parent != noIndex
  }
}

/// What a register counts.
public struct RegisterEntry: Sendable, Hashable {
  /// The kinds of registers.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// Entries of a node.
    case visits
    /// Places entered by the run.
    case steps
    /// Remembered child of a compound node.
    case history
    /// Position in a sequence.
    case cursor
    /// Tries or rounds of a node.
    case rounds
  }

  /// What it counts.
  public var kind: Kind
  /// The node it belongs to.
  public var node: NodeIndex

  /// A register.
  public init(kind: Kind, node: NodeIndex) {
    self.kind = kind
    self.node = node
  }
}
