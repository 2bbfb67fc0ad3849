import RegularExpression
import Source
import Values

/// What one call of `match` or `search` comes to, for all texts that may come to it.
enum MatchTable {
  /// The texts that match the call's one pattern.
  case texts([String])
  /// For each pattern, the texts that match it.
  case patterns([(pattern: String, texts: [String])])
}

/// Runs the patterns of a query over a document.
struct Matching {
  private let value: Value
  private let limits: Limits
  private var steps = 0

  init(_ value: Value, limits: Limits) {
    self.value = value
    self.limits = limits
  }

  /// The table of one call; linear in texts times patterns.
  mutating func table(for call: PatternCall) throws(QueryError) -> MatchTable {
    let texts = strings(call.texts)
    switch call.pattern {
    case .fixed(let pattern):
      return .texts(try matches(of: texts, pattern, isWhole: call.isWhole))
    case .place(let query):
      guard case .string(let text)? = value.node(at: query)?.value.asJSON,
        let pattern = try? FunctionCall.compile(text, memoryBytes: limits.patternBytes)
      else { return .texts([]) }
      return .texts(try matches(of: texts, pattern, isWhole: call.isWhole))
    case .data(let source):
      var seen: Set<MapKey> = []
      var rows: [(pattern: String, texts: [String])] = []
      for text in strings(source) where seen.insert(.string(text)).inserted {
        try spend(1_000 + 20 * text.utf8.count)
        guard let pattern = try? FunctionCall.compile(text, memoryBytes: limits.patternBytes)
        else { continue }
        rows.append((text, try matches(of: texts, pattern, isWhole: call.isWhole)))
      }
      return .patterns(rows)
    }
  }

  private mutating func spend(_ cost: Int) throws(QueryError) {
    steps += cost
    guard steps <= limits.queryCost else {
      throw .tooCostly(estimate: steps, limit: limits.queryCost)
    }
  }

  private mutating func matches(
    of texts: [String],
    _ pattern: Pattern,
    isWhole: Bool
  ) throws(QueryError) -> [String] {
    var found: [String] = []
    let instructions = pattern.instructionCount
    for text in texts {
      // An automaton that outgrows its memory costs 10 ns for each byte and instruction.
      try spend(2 + text.utf8.count * instructions / 10)
      if pattern.matches(text, anchored: isWhole) { found.append(text) }
    }
    return found
  }

  private func strings(_ source: StringSource) -> [String] {
    switch source {
    case .none: return []
    case .exactly(let text): return [text]
    case .place(let query):
      guard case .string(let text)? = value.node(at: query)?.value.asJSON else { return [] }
      return [text]
    case .members, .elements, .all:
      var found: [String] = []
      collect(source, in: value, isWanted: true, into: &found)
      return found
    }
  }

  /// The depth was checked when the document was measured.
  private func collect(
    _ source: StringSource,
    in value: Value,
    isWanted: Bool,
    into found: inout [String]
  ) {
    switch value.asJSON {
    case .string(let text): if isWanted { found.append(text) }
    case .list(let list):
      let isWanted: Bool
      if case .members = source { isWanted = false } else { isWanted = true }
      for element in list { collect(source, in: element, isWanted: isWanted, into: &found) }
    case .map(let map):
      for entry in map.entries {
        let isWanted: Bool
        switch source {
        case .members(let names):
          isWanted = names.contains { $0.sameScalars(as: entry.key.text) }
        case .elements: isWanted = false
        default: isWanted = true
        }
        collect(source, in: entry.value, isWanted: isWanted, into: &found)
      }
    default: break
    }
  }
}
