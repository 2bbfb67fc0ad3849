import Document
import Expression
import Source
import Values

/// A table with its programs compiled, its schemas read and its slots found: ready to run.
///
/// Linking the same table always gives the same programs, so a run can be continued or replayed
/// from the stored table alone. A class, so that handing it around is one reference: it never
/// changes after `init`.
public final class LinkedTable: Sendable {
  /// The table.
  public let table: TransitionTable
  /// The compiled programs, by index of the programs pool.
  public let programs: [CompiledProgram?]
  /// Initial `state`, a map.
  public let initialState: Value
  /// Defaults of the input's fields, a map.
  public let inputDefaults: Value
  /// Whether some program of the flow's environment reads the slot, by slot.
  public let isSlotRead: [Bool]
  /// The well-known slots that texts of each frame template read.
  public let contexts: [FrameContext]
  /// Slot of `run`.
  public let runSlot: SlotIndex?
  /// Whether some row is eventless.
  public let hasEventlessRows: Bool
  /// The frame template that each node belongs to: the innermost around it.
  public let templateOfNode: [PoolIndex]
  /// History nodes by the node whose configuration they remember; no entry: none.
  public let historiesOfNode: [NodeIndex: [NodeIndex]]
  /// Whether the table has behavior trees.
  public let hasTrees: Bool
  /// Whether a node is a leaf of a tree, by node.
  public let isTreeLeaf: [Bool]
  /// Slots that a watch (`changed` row) reads: bits by slot number modulo 64, by row.
  public let watches: [UInt64]
  /// Rows by which a node of a tree fails without asking a leaf.
  public let failingRows: Set<RowIndex>
  /// All of them together.
  public let allWatches: UInt64
  /// What reactive nodes read when they decide again.
  public let look: TreeLook
  /// The children of parallel nodes, in order.
  public let partsOfNode: [NodeIndex: [NodeIndex]]
  /// The flow's environment with its types, for expressions that are given later (`assert`).
  public let environment: Environment
  /// What events do to resting places, where that is all.
  public let flat: FlatMachine
  /// The tables of detached flows, by frame template.
  public let children: [PoolIndex: LinkedTable]
  /// The limits under which its runs take steps.
  public let limits: Limits
  /// Tells lists of event names apart, in this process only.
  @usableFromInline let namesFingerprint: UInt64
  private let flatStorage: FlatStorage?
  private let eventNumbers: [MapKey: Int32]
  private let schemaPool: SchemaPool
  private let frameStates: [Value]

  /// Whether a program of the run itself reads each slot.
  private static func slotsRead(
    by programs: [CompiledProgram?],
    of table: TransitionTable
  ) -> [Bool] {
    var isRead = [Bool](repeating: false, count: table.slots.count)
    for (position, program) in programs.enumerated()
    where table.programs[position].environment == 0 {
      for path in program?.reads ?? [] where isRead.indices.contains(path.slot) {
        isRead[path.slot] = true
      }
    }
    return isRead
  }

  init(
    table: TransitionTable,
    programs: [CompiledProgram?],
    constants: (initialState: Value, inputDefaults: Value, frameStates: [Value]),
    environment: Environment,
    schemaPool: SchemaPool,
    children: [PoolIndex: LinkedTable],
    limits: Limits
  ) {
    self.table = table
    self.children = children
    self.limits = limits
    self.programs = programs
    self.schemaPool = schemaPool
    self.environment = environment
    initialState = constants.initialState
    inputDefaults = constants.inputDefaults
    frameStates = constants.frameStates
    let isRead = Self.slotsRead(by: programs, of: table)
    isSlotRead = isRead
    contexts = FrameContext.contexts(of: table)
    runSlot = table.slots.firstIndex { $0.kind == .run }.map { SlotIndex($0) }
    hasEventlessRows = table.rows.contains { $0.event == .always }
    var templates = [PoolIndex](repeating: 0, count: table.nodes.count)
    // Templates stand in preorder of their nodes, so that inner ones come later.
    let order = table.frames.indices.sorted {
      table.frames[$0].nodes.lowerBound < table.frames[$1].nodes.lowerBound
    }
    for template in order where template > 0 {
      for node in table.frames[template].nodes { templates[Int(node)] = PoolIndex(template) }
    }
    templateOfNode = templates
    var histories: [NodeIndex: [NodeIndex]] = [:]
    var parts: [NodeIndex: [NodeIndex]] = [:]
    for (position, node) in table.nodes.enumerated() where node.parent != noIndex {
      if node.kind == .history {
        histories[node.parent, default: []].append(NodeIndex(position))
      } else if table.nodes[Int(node.parent)].kind == .parallel {
        parts[node.parent, default: []].append(NodeIndex(position))
      }
    }
    let trees = TreeFacts(table, programs)
    (hasTrees, isTreeLeaf) = (trees.hasTrees, trees.isLeaf)
    (watches, failingRows) = (trees.watches, trees.failingRows)
    allWatches = trees.watches.reduce(0, |)
    look = TreeLook(table, programs)
    historiesOfNode = histories
    partsOfNode = parts
    var numbers: [MapKey: Int32] = [:]
    var hasher = Hasher()
    for (number, name) in table.names.enumerated() {
      numbers[.string(name)] = numbers[.string(name)] ?? Int32(number)
      hasher.combine(MapKey.string(name))
    }
    eventNumbers = numbers
    namesFingerprint = UInt64(bitPattern: Int64(hasher.finalize()))
    flatStorage = FlatMachineBuilder.storage(
      table,
      programs,
      isSlotRead: isRead,
      stateSlot: contexts[0].state,
      maximum: limits.flatPairs
    ) { row, name in Self.takes(row, event: name, in: table) }
    flat = FlatMachine(flatStorage, table, stateSlot: contexts[0].state)
  }

  /// The number of an event's name, for `RunEvent`; nil: the table names no such event.
  public func event(named name: String) -> EventNumber? {
    guard table.names.count > 8 else {
      return table.names.firstIndex { $0.sameScalars(as: name) }.map {
        EventNumber(Int32($0), names: namesFingerprint)
      }
    }
    return eventNumbers[.string(name)].map { EventNumber($0, names: namesFingerprint) }
  }

  /// Slot of the run's own `state`.
  public var stateSlot: SlotIndex? { contexts[0].state == noIndex ? nil : contexts[0].state }
  /// Slot of the run's own `output`.
  public var outputSlot: SlotIndex? { contexts[0].output == noIndex ? nil : contexts[0].output }
  /// Slot of the run's own `error`.
  public var errorSlot: SlotIndex? { contexts[0].error == noIndex ? nil : contexts[0].error }

  /// The truth of a guard in the flow's memory.
  public func test(_ program: PoolIndex, _ memory: borrowing Memory) -> Truth {
    guard let compiled = programs[Int(program)] else { return .failure(Self.missing) }
    return compiled.test(memory)
  }

  /// The value of a program in the memory of its environment.
  public func evaluate(_ program: PoolIndex, _ memory: borrowing Memory) -> Evaluation {
    guard let compiled = programs[Int(program)] else { return .failure(Self.missing) }
    return compiled.evaluate(memory)
  }

  private static let missing = EvaluationError(
    .unknownName,
    "the expression could not be compiled",
    at: TextRange(0, 0)
  )

  /// What is wrong with `value` by a schema of the pool; empty: nothing.
  ///
  /// A number that the kind which guards expect cannot hold exactly is wrong too.
  public func violations(of value: Value, schema: PoolIndex) -> [SchemaViolation] {
    guard schema != noIndex else { return [] }
    let violations = schemaPool.violations(of: value, schema: schema)
    guard violations.isEmpty else { return violations }
    var numbers = SchemaNumbers(schema: schemaPool.values[Int(schema)])
    _ = numbers.normalized(value)
    return numbers.misfits
  }

  /// `value` with its numbers as ints where the schema says `integer` and as doubles where it says
  /// `number`.
  ///
  /// Apply it to whatever enters a run (FLOW-SEMANTICS 27): JSON does not tell `1` from `1.0`,
  /// guards do. No number changes, so that validation finds what was sent.
  public func normalized(_ value: Value, schema: PoolIndex) -> Value {
    guard schema != noIndex else { return value }
    var numbers = SchemaNumbers(schema: schemaPool.values[Int(schema)])
    return numbers.normalized(value)
  }

  /// A schema of the pool as a value.
  public func schema(_ index: PoolIndex) -> Value? {
    index == noIndex ? nil : schemaPool.values[Int(index)]
  }

  /// Whether an `external` row takes an event of that name (SCXML 3.12.1).
  ///
  /// A descriptor matches the event of its name and those whose name goes on with a dot; `*`
  /// matches all; a trailing `.*` or dot says nothing more.
  public func matches(_ row: Row, event name: String) -> Bool {
    Self.takes(row, event: name, in: table)
  }

  private static func takes(_ row: Row, event name: String, in table: TransitionTable) -> Bool {
    guard !row.descriptors.isEmpty else {
      return table.names[Int(row.detail)].sameScalars(as: name)
    }
    for position in row.descriptors {
      let descriptor = table.names[Int(table.lists[Int(position)])]
      if matches(descriptor, name) { return true }
    }
    return false
  }

  private static func matches(_ descriptor: String, _ name: String) -> Bool {
    var prefix = descriptor.utf8[...]
    if prefix.last == 0x2A { prefix.removeLast() }
    if prefix.last == 0x2E { prefix.removeLast() }
    var rest = name.utf8[...]
    for byte in prefix {
      guard rest.popFirst() == byte else { return false }
    }
    return prefix.isEmpty || rest.isEmpty || rest.first == 0x2E
  }

  /// The initial `state` of a child flow.
  public func initialState(of template: PoolIndex) -> Value {
    template == 0 ? initialState : frameStates[Int(template)]
  }

  /// The memory that a performer's prompt and instructions are evaluated in.
  public static func performerMemory(input: Value, environment: Value) -> Memory {
    var memory = Memory(slotCount: 2)
    memory.set(TableEnvironments.performerInputSlot, input)
    memory.set(TableEnvironments.performerEnvironmentSlot, environment)
    return memory
  }

  /// A program's text with its positions; without them, the pooled text.
  public func sourceText(of program: PoolIndex) -> SourceText {
    table.sourceText(of: Int(program))
  }
}

extension TransitionTable {
  /// The text of a program: where the user wrote it when that is known.
  func sourceText(of program: Int) -> SourceText {
    if debug.programs.indices.contains(program), let text = debug.programs[program] { return text }
    return SourceText(name: "<table>", text: programs[program].text)
  }
}
