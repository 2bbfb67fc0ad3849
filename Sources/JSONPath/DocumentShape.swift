import Source
import Values

/// What a document is like: figures that bound the cost of a query.
struct DocumentShape {
  /// Values, the root included.
  private(set) var nodes = 0
  /// Steps from the root to the deepest value.
  private(set) var depth = 0
  /// Children of the widest list or map.
  private(set) var width = 0
  /// Maps.
  private(set) var maps = 0
  /// Lists.
  private(set) var lists = 0
  /// Bytes of all texts.
  private(set) var textBytes = 0
  /// Bytes of the longest text.
  private(set) var longestText = 0
  /// The numbers beyond ±2^53.
  private(set) var wideNumbers: Set<WideNumber> = []

  /// Measures `value`; linear.
  init(_ value: Value, limits: Limits) throws(QueryError) {
    try measure(value, at: 0, limits)
  }

  private mutating func measure(_ value: Value, at level: Int, _ limits: Limits) throws(QueryError)
  {
    guard level <= limits.jsonDepth else { throw .documentTooDeep(limit: limits.jsonDepth) }
    nodes += 1
    guard nodes <= limits.documentNodes else {
      throw .documentTooLarge(limit: limits.documentNodes)
    }
    depth = max(depth, level)
    switch value.asJSON {
    case .list(let list):
      lists += 1
      width = max(width, list.count)
      for element in list { try measure(element, at: level + 1, limits) }
    case .map(let map):
      maps += 1
      width = max(width, map.count)
      for entry in map.entries { try measure(entry.value, at: level + 1, limits) }
    case .string(let text):
      textBytes += text.utf8.count
      longestText = max(longestText, text.utf8.count)
    case .int, .uint, .double:
      if let wide = WideNumber(value.asJSON) { wideNumbers.insert(wide) }
    default: break
    }
  }
}

extension Value {
  /// The value as JSON has it, one level deep: what JSON lacks becomes the text that a writer of
  /// JSON makes of it, records become maps.
  var asJSON: Value {
    switch self {
    case .null, .bool, .int, .uint, .string, .list, .map: return self
    case .double(let double): return double.isFinite ? self : plainText
    case .optional(let held): return held?.asJSON ?? .null
    case .record(_, let fields): return .map(fields)
    case .enumeration(_, let number): return .int(Int64(number))
    case .opaque(_, let text): return .string(text)
    case .type(let name): return .string(name)
    case .bytes, .timestamp, .duration: return plainText
    }
  }

  /// These kinds are written without escapes.
  private var plainText: Value { .string(String(JSONWriter.string(self).dropFirst().dropLast())) }

  /// The child at a step of a path; nil when there is none.
  func child(_ step: NormalizedPath.Element) -> Value? {
    switch (asJSON, step) {
    case (.list(let list), .index(let index)):
      return list.indices.contains(index) ? list[index] : nil
    case (.map(let map), .name(let name)):
      return map[name] ?? map.entries.first { $0.key.text.sameScalars(as: name) }?.value
    default: return nil
    }
  }

  /// The value at a path; nil when there is none.
  func value(at path: NormalizedPath) -> Value? {
    var value: Value? = self
    for step in path.elements { value = value?.child(step) }
    return value
  }

  /// The node that a singular query leads to; nil when there is none.
  func node(at query: Query) -> QueryBundle.Node? {
    var value = self
    var steps: [NormalizedPath.Element] = []
    for segment in query.segments {
      let step: NormalizedPath.Element
      switch segment.selectors.first {
      case .name(let name): step = .name(name)
      case .index(let index):
        guard case .list(let list) = value.asJSON else { return nil }
        step = .index(Int(index < 0 ? index + Int64(list.count) : index))
      default: return nil
      }
      guard let child = value.child(step) else { return nil }
      value = child
      steps.append(step)
    }
    return (NormalizedPath(steps), value)
  }
}

extension MapKey {
  /// The key as JSON has it.
  var text: String {
    switch self {
    case .string(let text): text
    case .bool(let bool): bool ? "true" : "false"
    case .int(let int): String(int)
    case .uint(let uint): String(uint)
    }
  }
}
