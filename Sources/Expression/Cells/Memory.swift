public import Values

/// The values of a run by slot: a value type, copied only when written; a slot may be absent.
///
/// Setting a slot converts its value once into the form that guards read, so that testing a guard
/// converts and allocates nothing. Copying a memory costs one reference count.
public struct Memory: Sendable {
  private(set) var slots: Slots
  /// Slots written since they were last taken: bits by slot number modulo 64.
  private var written: UInt64 = 0

  /// A memory whose slots are all absent.
  public init(slotCount: Int) { slots = Slots(count: max(0, slotCount)) }

  /// The same values with room for at least `count` slots.
  func extended(to count: Int) -> Memory {
    guard count > slotCount else { return self }
    var longer = Memory(slotCount: count)
    for slot in 0..<slotCount { longer.set(slot, value(slot)) }
    return longer
  }

  /// Number of slots.
  public var slotCount: Int { slots.count }

  /// Puts a value into a slot; nil makes it absent.
  ///
  /// O(size of the value), and O(slots) when the memory was copied since it was last written.
  public mutating func set(_ slot: Int, _ value: Value?) {
    precondition(slot >= 0 && slot < slots.count, "a slot must lie within the memory")
    written |= 1 << UInt64(slot & 63)
    if !isKnownUniquelyReferenced(&slots) { slots = Slots(slots) }
    slots.set(slot, value)
  }

  /// Writes one field of the map in a slot; false when the slot holds no map.
  ///
  /// O(fields) for a scalar that replaces another value, else O(size of the map).
  public mutating func set(_ slot: Int, _ field: String, _ value: Value) -> Bool {
    precondition(slot >= 0 && slot < slots.count, "a slot must lie within the memory")
    if !isKnownUniquelyReferenced(&slots) { slots = Slots(slots) }
    guard slots.set(slot, field, value) else { return false }
    written |= 1 << UInt64(slot & 63)
    return true
  }

  /// The value of a slot; nil when absent.
  public func value(_ slot: Int) -> Value? {
    slot >= 0 && slot < slots.count ? slots.value(slot) : nil
  }

  /// Which slots were written since this was last asked: bit n for the slots of number n modulo 64.
  public mutating func takeWritten() -> UInt64 {
    defer { written = 0 }
    return written
  }

  /// Whether a slot holds a value.
  public func contains(_ slot: Int) -> Bool { value(slot) != nil }

  /// Puts the slots of `part` in and takes out what stood there, without converting anything.
  ///
  /// The part must have been made for a range of the same length. O(slots).
  public mutating func exchange(_ range: Range<Int>, with part: inout MemoryPart) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= slots.count && part.slots.count == range.count,
      "a part goes in where one of its length came out"
    )
    if !isKnownUniquelyReferenced(&slots) { slots = Slots(slots) }
    if !isKnownUniquelyReferenced(&part.slots) { part.slots = Slots(part.slots) }
    slots.exchange(range, with: part.slots)
  }
}

/// The slots of one frame while another is looked at.
public struct MemoryPart: Sendable {
  fileprivate var slots: Slots

  /// A part whose slots are all absent.
  public init(slotCount: Int) { slots = Slots(count: max(0, slotCount)) }

  /// A part with values.
  public init(_ values: [Value?]) {
    self.init(slotCount: values.count)
    for slot in values.indices { slots.set(slot, values[slot]) }
  }

  /// The values, slot by slot.
  public var contents: [Value?] { (0..<slots.count).map { slots.value($0) } }
}
