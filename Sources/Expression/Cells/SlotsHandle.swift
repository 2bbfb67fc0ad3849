import Values

/// The slots of a memory in one object, so that a memory is one reference: what guards read lies at
/// a fixed address, found without counting references.
// INVARIANT: the memory behind `base` and `contents` holds `count` elements and lives as long as
// the object; every slot asked for lies below `count`, as `Memory` sees to; an object is written
// only by the one memory that refers to it (`Memory` copies it first otherwise), so that sharing it
// between threads shares what nobody writes.
@safe final class Slots: @unchecked Sendable {
  let base: UnsafeMutablePointer<Cell>
  let count: Int
  /// Not an array: each access to a field of a class is checked for others under way.
  private let contents: UnsafeMutablePointer<Content>

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
    unsafe contents = .allocate(capacity: max(1, count))
    unsafe contents.initialize(repeating: Content(), count: count)
  }

  /// A copy.
  init(_ other: Slots) {
    count = other.count
    unsafe base = .allocate(capacity: max(1, other.count))
    unsafe base.initialize(from: other.base, count: other.count)
    unsafe contents = .allocate(capacity: max(1, other.count))
    unsafe contents.initialize(from: other.contents, count: other.count)
  }

  deinit {
    unsafe base.deallocate()
    unsafe contents.deinitialize(count: count)
    unsafe contents.deallocate()
  }

  func value(_ slot: Int) -> Value? { unsafe contents[slot].value }

  func set(_ slot: Int, _ value: Value?) {
    unsafe contents[slot].value = value
    guard let value else {
      unsafe base[slot] = .absent
      unsafe contents[slot].block = nil
      return
    }
    if let cell = Cell(scalar: value) {
      unsafe base[slot] = cell
      unsafe contents[slot].block = nil
      return
    }
    let block = Block(value)
    unsafe base[slot] = block.cell
    unsafe contents[slot].block = block
  }

  /// Writes one field of the map in a slot; false when the slot holds none.
  func set(_ slot: Int, _ field: String, _ value: Value) -> Bool {
    guard case .map(var fields)? = unsafe contents[slot].value else { return false }
    // Let go, so that the map is written in place.
    unsafe contents[slot].value = nil
    let (position, isNew) = fields.update(field, value)
    let isOwn = unsafe isKnownUniquelyReferenced(&contents[slot].block)
    if !isNew, isOwn, let cell = Cell(scalar: value), let block = unsafe contents[slot].block {
      block.replaceEntry(position, by: cell)
      unsafe contents[slot].value = .map(fields)
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
      unsafe swap(&contents[slot], &other.contents[offset])
    }
  }
}
