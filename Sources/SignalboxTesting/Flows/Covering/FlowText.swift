import Signalbox

/// A piece of a flow, written as YAML.
indirect enum FlowText: Sendable, Hashable {
  /// As it stands.
  case word(String)
  /// In quotes.
  case text(String)
  /// A list.
  case list([FlowText])
  /// A mapping.
  case map([FlowEntry])

  /// An entry of a mapping.
  struct FlowEntry: Sendable, Hashable {
    var key: String
    var value: FlowText
  }

  /// A mapping.
  static func fields(_ entries: KeyValuePairs<String, FlowText>) -> FlowText {
    .map(entries.map { FlowEntry(key: $0.key, value: $0.value) })
  }

  /// A list of words.
  static func words(_ words: [String]) -> FlowText { .list(words.map { .word($0) }) }

  /// A number.
  static func number(_ number: Int) -> FlowText { .word("\(number)") }

  /// The value at a key.
  subscript(key: String) -> FlowText? {
    guard case .map(let entries) = self else { return nil }
    return entries.first { $0.key.sameScalars(as: key) }?.value
  }

  /// In one line.
  var line: String {
    switch self {
    case .word(let word): word
    case .text(let text): JSONWriter.string(.string(text))
    case .list(let elements): "[" + elements.map(\.line).joined(separator: ", ") + "]"
    case .map(let entries):
      "{" + entries.map { "\(Self.key($0.key)): \($0.value.line)" }.joined(separator: ", ") + "}"
    }
  }

  /// The entries of a mapping as the lines of a document.
  func lines(indentation: String = "") -> [String] {
    switch self {
    case .word, .text: return [indentation + line]
    case .map(let entries):
      return entries.flatMap { entry -> [String] in
        let start = "\(indentation)\(Self.key(entry.key)):"
        let whole = "\(start) \(entry.value.line)"
        if entry.value.isFlat || whole.utf8.count <= 96 { return [whole] }
        return [start] + entry.value.lines(indentation: indentation + "  ")
      }
    case .list(let elements):
      return elements.flatMap { element -> [String] in
        let whole = "\(indentation)- \(element.line)"
        if element.isFlat || whole.utf8.count <= 96 { return [whole] }
        var inner = element.lines(indentation: indentation + "  ")
        inner[0] = "\(indentation)- " + inner[0].dropFirst(indentation.utf8.count + 2)
        return inner
      }
    }
  }

  /// Whether it must stand in one line.
  private var isFlat: Bool {
    switch self {
    case .word, .text: true
    case .list(let elements): elements.isEmpty
    case .map(let entries): entries.isEmpty
    }
  }

  private static func key(_ key: String) -> String {
    let isPlain = key.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x5F
        || byte == 0x2E
    }
    return isPlain && !key.isEmpty ? key : JSONWriter.string(.string(key))
  }
}

extension FlowText: ExpressibleByStringLiteral {
  init(stringLiteral value: String) { self = .word(value) }
}
