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
  /// Slot of `state`.
  public let stateSlot: SlotIndex?
  /// Slot of `output`.
  public let outputSlot: SlotIndex?
  /// Slot of `error`.
  public let errorSlot: SlotIndex?
  /// Slot of `run`.
  public let runSlot: SlotIndex?
  /// The flow's environment with its types, for expressions that are given later (`assert`).
  public let environment: Environment
  private let schemaPool: SchemaPool

  init(
    table: TransitionTable,
    programs: [CompiledProgram?],
    constants: (initialState: Value, inputDefaults: Value),
    environment: Environment,
    schemaPool: SchemaPool
  ) {
    self.table = table
    self.programs = programs
    self.schemaPool = schemaPool
    self.environment = environment
    initialState = constants.initialState
    inputDefaults = constants.inputDefaults
    var isRead = [Bool](repeating: false, count: table.slots.count)
    for (position, program) in programs.enumerated()
    where table.programs[position].environment == 0 {
      for path in program?.reads ?? [] where isRead.indices.contains(path.slot) {
        isRead[path.slot] = true
      }
    }
    isSlotRead = isRead
    func slot(_ kind: SlotEntry.Kind) -> SlotIndex? {
      table.slots.firstIndex { $0.kind == kind }.map { SlotIndex($0) }
    }
    stateSlot = slot(.state)
    outputSlot = slot(.output)
    errorSlot = slot(.error)
    runSlot = slot(.run)
  }

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
  public func violations(of value: Value, schema: PoolIndex) -> [SchemaViolation] {
    schemaPool.violations(of: value, schema: schema)
  }

  /// `value` with integers turned into doubles where the schema says `number`.
  ///
  /// Apply it to inputs and answers after validation and before they enter a run (FLOW-SEMANTICS
  /// 27): JSON does not tell `1` from `1.0`, guards do.
  public func normalized(_ value: Value, schema: PoolIndex) -> Value {
    guard schema != noIndex else { return value }
    let root = schemaPool.values[Int(schema)]
    return SchemaTypes.normalized(value, schema: root, root: root)
  }

  /// A schema of the pool as a value.
  public func schema(_ index: PoolIndex) -> Value? {
    index == noIndex ? nil : schemaPool.values[Int(index)]
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
