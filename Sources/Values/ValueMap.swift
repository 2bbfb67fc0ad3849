/// A key of a map: the four kinds that CEL allows.
public enum MapKey: Sendable {
  /// A boolean key.
  case bool(Bool)
  /// A signed key.
  case int(Int64)
  /// An unsigned key.
  case uint(UInt64)
  /// A text key.
  case string(String)

  /// The key as a value.
  public var value: Value {
    switch self {
    case .bool(let bool): .bool(bool)
    case .int(let int): .int(int)
    case .uint(let uint): .uint(uint)
    case .string(let string): .string(string)
    }
  }
}

extension MapKey: Hashable {
  /// Equal kinds and contents; text by code points.
  ///
  /// `1` and `1u` are different keys here.
  public static func == (left: MapKey, right: MapKey) -> Bool {
    switch (left, right) {
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.uint(let left), .uint(let right)): left == right
    case (.string(let left), .string(let right)): left.sameScalars(as: right)
    default: false
    }
  }

  /// Hashes text by its bytes, in step with `==`.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .bool(let bool): hasher.combine(bool)
    case .int(let int): hasher.combine(int)
    case .uint(let uint): hasher.combine(uint)
    case .string(let string): hasher.combine(bytesOf: string)
    }
  }
}

extension String {
  /// Whether two texts hold the same code points (Swift's `==` tests canonical equivalence).
  public func sameScalars(as other: String) -> Bool {
    // Counts and Swift's own comparison are quick and rule almost all unequal texts out.
    utf8.count == other.utf8.count && self == other && utf8.elementsEqual(other.utf8)
  }
}

/// A mapping in insertion order with look-up by key: linear up to eight entries, hashed above.
public struct ValueMap: Sendable {
  /// One entry.
  public struct Entry: Sendable {
    /// The key.
    public let key: MapKey
    /// The value.
    public var value: Value

    /// An entry.
    public init(key: MapKey, value: Value) {
      self.key = key
      self.value = value
    }
  }

  /// The entries in insertion order.
  public private(set) var entries: [Entry]
  private var index: [MapKey: Int]

  /// An empty map.
  public init() {
    entries = []
    index = [:]
  }

  /// A map of text keys; a later duplicate replaces the earlier value in place.
  public init(_ pairs: [(String, Value)]) {
    self.init()
    entries.reserveCapacity(pairs.count)
    guard pairs.count > 8 else {
      for (key, value) in pairs { self[.string(key)] = value }
      return
    }
    index.reserveCapacity(pairs.count)
    for (name, value) in pairs {
      let key = MapKey.string(name)
      if let earlier = index.updateValue(entries.count, forKey: key) {
        index[key] = earlier
        entries[earlier].value = value
      } else {
        entries.append(Entry(key: key, value: value))
      }
    }
    if entries.count <= 8 { index = [:] }
  }

  /// Number of entries.
  public var count: Int { entries.count }
  /// Whether there is no entry.
  public var isEmpty: Bool { entries.isEmpty }

  /// The value at `key`; assigning nil removes the entry, which is O(n).
  public subscript(key: MapKey) -> Value? {
    get { position(of: key).map { entries[$0].value } }
    set {
      if let position = position(of: key) {
        if let newValue {
          entries[position].value = newValue
        } else {
          entries.remove(at: position)
          rebuildIndex()
        }
      } else if let newValue {
        entries.append(Entry(key: key, value: newValue))
        if entries.count == 9 {
          rebuildIndex()
        } else if entries.count > 9 {
          index[key] = entries.count - 1
        }
      }
    }
  }

  /// The value at a text key.
  public subscript(name: String) -> Value? {
    get { self[.string(name)] }
    set { self[.string(name)] = newValue }
  }

  /// Writes the value at a text key; where it stands, and whether the key is new.
  public mutating func update(_ name: String, _ value: Value) -> (position: Int, isNew: Bool) {
    if let position = position(named: name) {
      entries[position].value = value
      return (position, false)
    }
    self[.string(name)] = value
    return (entries.count - 1, true)
  }

  private func position(named name: String) -> Int? {
    guard entries.count <= 8 else { return index[.string(name)] }
    for position in entries.indices {
      if case .string(let key) = entries[position].key, key.sameScalars(as: name) {
        return position
      }
    }
    return nil
  }

  /// Appends an entry unless the key is present; returns whether it did.
  public mutating func insert(_ key: MapKey, _ value: Value) -> Bool {
    if entries.count > 8 {
      if let earlier = index.updateValue(entries.count, forKey: key) {
        index[key] = earlier
        return false
      }
    } else if entries.isEmpty {
      entries.reserveCapacity(4)
    } else if entries.contains(where: { $0.key == key }) {
      return false
    }
    entries.append(Entry(key: key, value: value))
    if entries.count == 9 { rebuildIndex() }
    return true
  }

  /// Makes room for so many entries.
  mutating func reserve(_ count: Int) { entries.reserveCapacity(count) }

  private func position(of key: MapKey) -> Int? {
    entries.count > 8 ? index[key] : entries.firstIndex { $0.key == key }
  }

  private mutating func rebuildIndex() {
    index = [:]
    guard entries.count > 8 else { return }
    for (position, entry) in entries.enumerated() { index[entry.key] = position }
  }
}

extension ValueMap: ExpressibleByDictionaryLiteral {
  /// A map of text keys.
  public init(dictionaryLiteral elements: (String, Value)...) {
    self.init(elements)
  }
}
