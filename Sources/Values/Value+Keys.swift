extension Value {
  /// A key as JSON spells it that two keys of one map share, such as `1` of `{1: 'a', '1': 'b'}`;
  /// nil when each map, however deep, would keep its keys apart as JSON.
  ///
  /// O(size).
  public var collidingKey: String? {
    switch self {
    case .list(let elements):
      for element in elements { if let key = element.collidingKey { return key } }
    case .map(let map): return map.collidingKey
    case .record(_, let fields): return fields.collidingKey
    case .optional(let held): return held?.collidingKey
    default: break
    }
    return nil
  }
}

extension ValueMap {
  fileprivate var collidingKey: String? {
    // Texts alone never collide.
    let isMixed = entries.contains { if case .string = $0.key { false } else { true } }
    var seen: Set<MapKey> = []
    for entry in entries {
      if isMixed, !seen.insert(.string(entry.key.jsonText)).inserted { return entry.key.jsonText }
      if let key = entry.value.collidingKey { return key }
    }
    return nil
  }
}

extension MapKey {
  /// The key as JSON spells it, without quotes.
  public var jsonText: String {
    switch self {
    case .bool(let bool): bool ? "true" : "false"
    case .int(let int): String(int)
    case .uint(let uint): String(uint)
    case .string(let text): text
    }
  }
}
