import Expression
import Source
import Values
public struct SchemaViolation: Sendable { public var description: String }
public struct LinkedTable: Sendable {
  public let table: TransitionTable
  public let initialState: Value
  public let isSlotRead: [Bool]
  public let stateSlot, outputSlot, errorSlot, runSlot: SlotIndex?
  public func test(_ program: PoolIndex, _ memory: borrowing Memory) -> Truth { .isTrue }
  public func evaluate(_ program: PoolIndex, _ memory: borrowing Memory) -> Evaluation { .value(.null) }
  public func violations(of value: Value, schema: PoolIndex) -> [SchemaViolation] { [] }
  /// Compiles the programs of `table`.
  public static func link(_ table: TransitionTable, limits: Limits) -> (table: LinkedTable?, diagnostics: [Diagnostic]) { (nil, []) }
}
