/// The well-known slots that the texts of a frame template read; `noIndex` where it has none.
public struct FrameContext: Sendable {
  /// `input`.
  public let input: SlotIndex
  /// `state`.
  public let state: SlotIndex
  /// `output`.
  public let output: SlotIndex
  /// `error`.
  public let error: SlotIndex
  /// `event`.
  public let event: SlotIndex
  /// `item`.
  public let item: SlotIndex
  /// `index`.
  public let index: SlotIndex

  /// The slots that the texts of each frame template of a table read: of its scope, else of those
  /// around it.
  ///
  /// O(slots + templates × depth of scopes).
  package static func contexts(of table: TransitionTable) -> [FrameContext] {
    let kinds = SlotEntry.Kind.allCases.count
    var slots = [SlotIndex](repeating: noIndex, count: table.scopes.count * kinds)
    for (position, slot) in table.slots.enumerated() {
      let index = Int(slot.scope) * kinds + Int(slot.kind.rawValue)
      guard slots.indices.contains(index), slots[index] == noIndex else { continue }
      slots[index] = SlotIndex(position)
    }
    return table.frames.map { FrameContext($0, in: table, slots) }
  }

  private init(_ template: FrameTemplate, in table: TransitionTable, _ slots: [SlotIndex]) {
    let kinds = SlotEntry.Kind.allCases.count
    func slot(_ kind: SlotEntry.Kind) -> SlotIndex {
      var scope = template.scope
      var depth = 0
      while scope != noIndex, depth < table.scopes.count {
        let slot = slots[Int(scope) * kinds + Int(kind.rawValue)]
        if slot != noIndex { return slot }
        scope = table.scopes[Int(scope)].parent
        depth += 1
      }
      return noIndex
    }
    input = slot(.input)
    state = slot(.state)
    output = slot(.output)
    error = slot(.error)
    event = slot(.event)
    item = slot(.item)
    index = slot(.index)
  }
}
