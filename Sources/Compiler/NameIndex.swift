import Values

/// Positions by name, names compared by code points.
struct NameIndex {
  private var positions: [MapKey: Int] = [:]
  private(set) var names: [String] = []

  /// Positions of `names`; of two equal names the first counts.
  init(_ names: some Sequence<String> = []) {
    for name in names { insert(name, at: self.names.count) }
  }

  /// The position of a name.
  subscript(name: String) -> Int? { positions[.string(name)] }

  /// The names, each once, in order.
  var uniqueNames: [String] {
    names.enumerated().filter { self[$0.element] == $0.offset }.map(\.element)
  }

  /// Whether the name is there.
  func contains(_ name: String) -> Bool { positions[.string(name)] != nil }

  /// Adds a name, unless it is there already.
  @discardableResult
  mutating func insert(_ name: String, at position: Int) -> Bool {
    names.append(name)
    guard positions[.string(name)] == nil else { return false }
    positions[.string(name)] = position
    return true
  }
}
