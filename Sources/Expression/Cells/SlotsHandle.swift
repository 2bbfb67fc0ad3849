import Values

/// The slots of a memory in one object, so that a memory is one reference: what guards read lies at
/// a fixed address, found without counting references.
// INVARIANT: the memory behind `base` holds `count` cells and lives as long as the object; an
// object is written only by the one memory that refers to it (`Memory` copies it first otherwise),
// so that sharing it between threads shares what nobody writes.
@safe final class Slots: @unchecked Sendable {
  let base: UnsafeMutablePointer<Cell>
  let count: Int
  private var values: [Value?]
  /// The owners of what the cells point at.
  private var blocks: [Block?]

  init(count: Int) {
    self.count = count
    unsafe base = .allocate(capacity: max(1, count))
    unsafe base.initialize(repeating: .absent, count: count)
    values = Array(repeating: nil, count: count)
    blocks = Array(repeating: nil, count: count)
  }

  /// A copy.
  init(_ other: Slots) {
    count = other.count
    unsafe base = .allocate(capacity: max(1, other.count))
    unsafe base.initialize(from: other.base, count: other.count)
    values = other.values
    blocks = other.blocks
  }

  deinit { unsafe base.deallocate() }

  func value(_ slot: Int) -> Value? { values[slot] }

  func set(_ slot: Int, _ value: Value?) {
    values[slot] = value
    guard let value else {
      unsafe base[slot] = .absent
      blocks[slot] = nil
      return
    }
    if let cell = Cell(scalar: value) {
      unsafe base[slot] = cell
      blocks[slot] = nil
      return
    }
    let block = Block([value])
    unsafe base[slot] = block.cells[0]
    blocks[slot] = block
  }

  /// Swaps the slots of a range with all those of `other`, which are as many.
  func exchange(_ range: Range<Int>, with other: Slots) {
    for offset in 0..<range.count {
      let slot = range.lowerBound + offset
      let cell = unsafe base[slot]
      unsafe base[slot] = other.base[offset]
      unsafe other.base[offset] = cell
      swap(&values[slot], &other.values[offset])
      swap(&blocks[slot], &other.blocks[offset])
    }
  }
}
