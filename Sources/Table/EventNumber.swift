/// The number of an event's name in a table: looked up once, used for every event of that name.
public struct EventNumber: Sendable, Hashable {
  @usableFromInline let number: Int32
  /// The names among which the number was found.
  @usableFromInline let names: UInt64

  init(_ number: Int32, names: UInt64) {
    self.number = number
    self.names = names
  }

  /// The number, if the table has the same names as the one in which it was found.
  @inlinable
  public func value(in table: LinkedTable) -> Int32? {
    names == table.namesFingerprint ? number : nil
  }
}
