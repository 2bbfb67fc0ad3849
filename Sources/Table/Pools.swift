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
  /// Schema of what `output` holds where the program runs; `noIndex`: anything.
  public var outputSchema: PoolIndex
  /// The text; a `structure` is JSON text.
  public var text: String

  /// A program's text.
  public init(
    kind: Kind,
    environment: Int32 = 0,
    outputSchema: PoolIndex = noIndex,
    text: String
  ) {
    self.kind = kind
    self.environment = environment
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

/// A parallel part with its join policy; built by later planners, laid out now.
public struct Region: Sendable, Hashable {
  /// How the regions of a node join.
  public enum Join: UInt8, Sendable, CaseIterable {
    /// All must succeed; the first failure halts the rest.
    case all
    /// The first success halts the rest.
    case any
    /// The first to finish halts the rest.
    case first
    /// All must finish; never fails itself.
    case finished
    /// `count` successes halt the rest.
    case count
  }

  /// The parallel node.
  public var owner: NodeIndex
  /// The region's nodes.
  public var nodes: Range<NodeIndex>
  /// Where it starts.
  public var initial: NodeIndex
  /// The owner's policy.
  public var join: Join
  /// Successes needed (`count`), failures tolerated.
  public var count: Int32

  /// A region.
  public init(
    owner: NodeIndex,
    nodes: Range<NodeIndex>,
    initial: NodeIndex,
    join: Join,
    count: Int32
  ) {
    self.owner = owner
    self.nodes = nodes
    self.initial = initial
    self.join = join
    self.count = count
  }
}

/// A region template that may be instantiated at most `max` times (maps over items, child flows).
public struct FrameTemplate: Sendable, Hashable {
  /// The nodes of the template.
  public var nodes: Range<NodeIndex>
  /// Where an instance starts.
  public var initial: NodeIndex
  /// Instances at most; the root frame has 1.
  public var maxInstances: Int32
  /// Registers that an instance owns.
  public var registers: Range<RegisterIndex>
  /// Memory slots that an instance owns.
  public var slots: Range<SlotIndex>

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

/// A guard re-evaluated when a path it reads changes; built by later planners.
public struct Watch: Sendable, Hashable {
  /// The node that is active while watching.
  public var node: NodeIndex
  /// The guard.
  public var program: PoolIndex
  /// The rows to consider.
  public var rows: Range<RowIndex>

  /// A watch.
  public init(node: NodeIndex, program: PoolIndex, rows: Range<RowIndex>) {
    self.node = node
    self.program = program
    self.rows = rows
  }
}
