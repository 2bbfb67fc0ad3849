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

  /// The slots of `template`'s scope, else those of the scopes around it.
  init(_ template: FrameTemplate, in table: TransitionTable) {
    var scopes: [PoolIndex] = []
    var scope = template.scope
    while scope != noIndex, scopes.count < table.scopes.count {
      scopes.append(scope)
      scope = table.scopes[Int(scope)].parent
    }
    func slot(_ kind: SlotEntry.Kind) -> SlotIndex {
      for scope in scopes {
        if let slot = table.slots.firstIndex(where: { $0.kind == kind && $0.scope == scope }) {
          return SlotIndex(slot)
        }
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
