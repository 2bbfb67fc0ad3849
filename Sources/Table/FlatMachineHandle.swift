public import Expression
import Values

/// A row that an event may take from a resting place of a flat machine.
public struct FlatRow: Sendable {
  /// The row.
  public var row: RowIndex
  /// Where it leads.
  public var target: NodeIndex
  /// The target's count of visits; `noIndex`: none.
  public var visits: RegisterIndex
  /// Whether no further row belongs to the same pair of place and event.
  public var isLast: Bool
  /// Whether the row is taken when the guard is false.
  @usableFromInline var isNegated: Bool
  /// The guard; nil is true.
  @usableFromInline var test: GuardReference?
  /// Its assignments among those of the machine.
  @usableFromInline var assignments: Range<Int32>

  /// Whether it assigns anything.
  @inlinable public var assigns: Bool { !assignments.isEmpty }

  /// Whether it may be taken.
  @inlinable
  public func opens(_ memory: borrowing Memory) -> GuardReference.Outcome {
    guard let test else { return .isTrue }
    switch test.test(memory) {
    case .isTrue: return isNegated ? .isFalse : .isTrue
    case .isFalse: return isNegated ? .isTrue : .isFalse
    case .unknown: return .unknown
    }
  }
}

/// An assignment of such a row.
struct FlatAssignment: Sendable {
  var field: String
  var value: GuardReference
}

/// The rows that events take from resting places of a flat machine, found by two look-ups.
///
/// Holds only pairs of place and event where taking a row and writing fields is all that happens:
/// no actions, timers, limits or names that guards read of the step itself. Every other pair is the
/// business of the full step, which gives the same result for these as well.
@safe public struct FlatMachine: @unchecked Sendable {
  // INVARIANT: all pointers belong to the `FlatStorage` of the same table, which lives as long as the
  // table and is never written after its `init`; `starts` holds `places * events` numbers, each
  // below the number of rows or -1, and a row that is not the last of its pair has a successor.
  @usableFromInline let starts: UnsafePointer<Int32>?
  @usableFromInline let rows: UnsafePointer<FlatRow>?
  private let assignments: UnsafePointer<FlatAssignment>?
  @usableFromInline let places: Int32
  @usableFromInline let events: Int32
  private let stateSlot: SlotIndex
  /// Places that a run may enter.
  public let maxSteps: Int64

  init(_ storage: FlatStorage?, _ table: TransitionTable, stateSlot: SlotIndex) {
    unsafe starts = storage.map { unsafe UnsafePointer($0.starts) }
    unsafe rows = storage.map { unsafe UnsafePointer($0.rows) }
    unsafe assignments = storage.map { unsafe UnsafePointer($0.assignments) }
    places = Int32(table.nodes.count)
    events = Int32(table.names.count)
    maxSteps = table.runLimits.maxSteps
    self.stateSlot = stateSlot
  }

  /// Whether there is any pair that is so simple.
  @inlinable public var isUsable: Bool { unsafe starts != nil }

  /// The position of the first row of a place for an event; nil: the full step decides.
  @inlinable
  public func first(of place: NodeIndex, _ event: Int32) -> Int32? {
    guard let starts = unsafe starts, place >= 0, place < places, event >= 0, event < events else {
      return nil
    }
    let first = unsafe starts[Int(place) * Int(events) + Int(event)]
    return first < 0 ? nil : first
  }

  /// A row by a position that `first` gave, or by the one after a row that is not the last.
  @inlinable
  public subscript(position: Int32) -> FlatRow {
    unsafe rows.unsafelyUnwrapped[Int(position)]
  }

  /// Makes the assignments of a row, all of them or none; false: one of them has no value.
  public func assign(_ row: FlatRow, _ memory: inout Memory) -> Bool {
    let entries = unsafe assignments.unsafelyUnwrapped
    let first = Int(row.assignments.lowerBound)
    guard row.assignments.count > 1 else {
      guard let value = unsafe entries[first].value.value(memory) else { return false }
      return memory.set(Int(stateSlot), unsafe entries[first].field, value)
    }
    var values: [Value] = []
    for position in first..<Int(row.assignments.upperBound) {
      guard let value = unsafe entries[position].value.value(memory) else { return false }
      values.append(value)
    }
    for (offset, value) in values.enumerated() {
      guard memory.set(Int(stateSlot), unsafe entries[first + offset].field, value) else {
        return false
      }
    }
    return true
  }
}

/// The memory behind a flat machine.
// INVARIANT: written only in `init`, freed once in `deinit`; the programs that the references name
// are kept here.
@safe final class FlatStorage: @unchecked Sendable {
  let starts: UnsafeMutablePointer<Int32>
  let rows: UnsafeMutablePointer<FlatRow>
  let assignments: UnsafeMutablePointer<FlatAssignment>
  private let assignmentCount: Int
  private let programs: [CompiledProgram?]

  init(
    starts: [Int32],
    rows: [FlatRow],
    assignments: [FlatAssignment],
    programs: [CompiledProgram?]
  ) {
    unsafe self.starts = .allocate(capacity: starts.count)
    unsafe self.rows = .allocate(capacity: rows.count)
    unsafe self.assignments = .allocate(capacity: max(1, assignments.count))
    for (position, start) in starts.enumerated() {
      unsafe (self.starts + position).initialize(to: start)
    }
    for (position, row) in rows.enumerated() {
      unsafe (self.rows + position).initialize(to: row)
    }
    for (position, assignment) in assignments.enumerated() {
      unsafe (self.assignments + position).initialize(to: assignment)
    }
    assignmentCount = assignments.count
    self.programs = programs
  }

  deinit {
    unsafe starts.deallocate()
    unsafe rows.deallocate()
    unsafe assignments.deinitialize(count: assignmentCount)
    unsafe assignments.deallocate()
  }
}
