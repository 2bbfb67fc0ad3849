public import Values

/// The values of a run by slot: a value type, copied only when written; a slot may be absent.
///
/// Setting a slot converts its value once into the form that guards read, so that testing a guard
/// converts and allocates nothing.
public struct Memory: Sendable {
  /// What guards read, one per slot.
  private(set) var cells: [Cell]
  private var values: [Value?]
  /// The owners of what `cells` point at.
  private var blocks: [Block?]
  /// Slots written since they were last taken: bits by slot number modulo 64.
  private var written: UInt64 = 0

  /// A memory whose slots are all absent.
  public init(slotCount: Int) {
    let count = max(0, slotCount)
    cells = Array(repeating: .absent, count: count)
    values = Array(repeating: nil, count: count)
    blocks = Array(repeating: nil, count: count)
  }

  /// The same values with room for at least `count` slots.
  func extended(to count: Int) -> Memory {
    guard count > cells.count else { return self }
    var longer = self
    let missing = count - cells.count
    longer.cells += Array(repeating: .absent, count: missing)
    longer.values += Array(repeating: nil, count: missing)
    longer.blocks += Array(repeating: nil, count: missing)
    return longer
  }

  /// Number of slots.
  public var slotCount: Int { cells.count }

  /// Puts a value into a slot; nil makes it absent.
  ///
  /// O(size of the value).
  public mutating func set(_ slot: Int, _ value: Value?) {
    precondition(slot >= 0 && slot < values.count, "a slot must lie within the memory")
    written |= 1 << UInt64(slot & 63)
    values[slot] = value
    guard let value else {
      cells[slot] = .absent
      blocks[slot] = nil
      return
    }
    let block = Block([value])
    cells[slot] = block.cells[0]
    blocks[slot] = block
  }

  /// The value of a slot; nil when absent.
  public func value(_ slot: Int) -> Value? {
    slot >= 0 && slot < values.count ? values[slot] : nil
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
      range.lowerBound >= 0 && range.upperBound <= cells.count && part.cells.count == range.count,
      "a part goes in where one of its length came out"
    )
    for offset in 0..<range.count {
      let slot = range.lowerBound + offset
      swap(&cells[slot], &part.cells[offset])
      swap(&values[slot], &part.values[offset])
      swap(&blocks[slot], &part.blocks[offset])
    }
  }
}

/// The slots of one frame while another is looked at.
public struct MemoryPart: Sendable {
  fileprivate var cells: [Cell]
  fileprivate var values: [Value?]
  fileprivate var blocks: [Block?]

  /// A part whose slots are all absent.
  public init(slotCount: Int) {
    let count = max(0, slotCount)
    cells = Array(repeating: .absent, count: count)
    values = Array(repeating: nil, count: count)
    blocks = Array(repeating: nil, count: count)
  }

  /// A part with values.
  public init(_ values: [Value?]) {
    var memory = Memory(slotCount: values.count)
    for slot in values.indices { memory.set(slot, values[slot]) }
    self.init(slotCount: values.count)
    memory.exchange(0..<values.count, with: &self)
  }

  /// The values, slot by slot.
  public var contents: [Value?] { values }
}
