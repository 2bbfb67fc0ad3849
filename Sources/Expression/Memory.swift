public import Values

/// The values of a run by slot: a value type, copied only when written; a slot may be absent.
///
/// Setting a slot converts its value once into the form that guards read, so that testing a guard
/// converts and allocates nothing.
public struct Memory: Sendable {
  private var values: [Value?]

  /// A memory whose slots are all absent.
  public init(slotCount: Int) {
    values = Array(repeating: nil, count: max(0, slotCount))
  }

  /// Number of slots.
  public var slotCount: Int { values.count }

  /// Puts a value into a slot; nil makes it absent.
  ///
  /// O(size of the value).
  public mutating func set(_ slot: Int, _ value: Value?) {
    precondition(slot >= 0 && slot < values.count, "a slot must lie within the memory")
    values[slot] = value
  }

  /// The value of a slot; nil when absent.
  public func value(_ slot: Int) -> Value? {
    slot >= 0 && slot < values.count ? values[slot] : nil
  }

  /// Whether a slot holds a value.
  public func contains(_ slot: Int) -> Bool { value(slot) != nil }
}
