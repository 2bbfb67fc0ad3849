import Values

/// The slots of a memory in one object, so that a memory is one reference: what guards read lies at
/// a fixed address, found without counting references.
// INVARIANT: the memory behind `base` holds `count` cells and lives as long as the object; an
// object is written only by the one memory that refers to it (`Memory` copies it first otherwise),
// so that sharing it between threads shares what nobody writes.
@safe final class Slots: @unchecked Sendable {
  let base: UnsafeMutablePointer<Cell>
  let count: Int
  private var contents: [Content]

  /// What a slot holds besides its cell.
  private struct Content {
    var value: Value?
    /// The owner of what the cell points at.
    var block: Block?
  }

  init(count: Int) {
    self.count = count
    unsafe base = .allocate(capacity: max(1, count))
    unsafe base.initialize(repeating: .absent, count: count)
    contents = Array(repeating: Content(), count: count)
  }

  /// A copy.
  init(_ other: Slots) {
    count = other.count
    unsafe base = .allocate(capacity: max(1, other.count))
    unsafe base.initialize(from: other.base, count: other.count)
    contents = other.contents
  }

  deinit { unsafe base.deallocate() }

  func value(_ slot: Int) -> Value? { contents[slot].value }

  func set(_ slot: Int, _ value: Value?) {
    contents[slot].value = value
    guard let value else {
      unsafe base[slot] = .absent
      contents[slot].block = nil
      return
    }
    if let cell = Cell(scalar: value) {
      unsafe base[slot] = cell
      contents[slot].block = nil
      return
    }
    let block = Block(value)
    unsafe base[slot] = block.cell
    contents[slot].block = block
  }

  /// Writes one field of the map in a slot; false when the slot holds none.
  func set(_ slot: Int, _ field: String, _ value: Value) -> Bool {
    guard case .map(var fields)? = contents[slot].value else { return false }
    // Let go, so that the map is written in place.
    contents[slot].value = nil
    let (position, isNew) = fields.update(field, value)
    if !isNew, let cell = Cell(scalar: value),
      isKnownUniquelyReferenced(&contents[slot].block), let block = contents[slot].block
    {
      block.replaceEntry(position, by: cell)
      contents[slot].value = .map(fields)
    } else {
      set(slot, .map(fields))
    }
    return true
  }

  /// Swaps the slots of a range with all those of `other`, which are as many.
  func exchange(_ range: Range<Int>, with other: Slots) {
    for offset in 0..<range.count {
      let slot = range.lowerBound + offset
      let cell = unsafe base[slot]
      unsafe base[slot] = other.base[offset]
      unsafe other.base[offset] = cell
      swap(&contents[slot], &other.contents[offset])
    }
  }
}
