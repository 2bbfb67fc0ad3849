import JSONPath
import Source

/// A JSONPath of the States Language: into the state's data, the context object or a variable.
struct StatesPath {
  enum Root: Equatable {
    case data
    case context
    case variable(String)
  }

  enum Segment: Equatable {
    case key(String)
    case index(Int)
    case wildcard
    /// The text inside brackets that selects several places: `1:3`, `0,2`.
    case places(String)
    /// `['a','b']`
    case names
    /// `length()`
    case function(String)
    case descendant
    /// The text inside `[?( … )]`.
    case filter(String)
  }

  var root: Root
  var segments: [Segment]

  /// Whether it names exactly one place (a reference path).
  var isReference: Bool {
    segments.allSatisfy { segment in
      switch segment {
      case .key, .index: true
      default: false
      }
    }
  }

  /// The path of a text; nil when it is none.
  init?(_ text: String) {
    var reader = Reader(bytes: Array(text.utf8))
    guard let path = reader.path() else { return nil }
    self = path
  }

  private init(root: Root, segments: [Segment]) {
    self.root = root
    self.segments = segments
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
      guard next == byte else { return false }
      position += 1
      return true
    }

    mutating func path() -> StatesPath? {
      guard take(UInt8(ascii: "$")) else { return nil }
      var root = Root.data
      if take(UInt8(ascii: "$")) {
        root = .context
      } else if let name = name() {
        root = .variable(name)
      }
      var segments: [Segment] = []
      while position < bytes.count, segments.count < 1_000 {
        guard let segment = segment() else { return nil }
        segments += segment
      }
      return position == bytes.count ? StatesPath(root: root, segments: segments) : nil
    }

    private mutating func name() -> String? {
      let start = position
      while let byte = next, Self.isName(byte) { position += 1 }
      return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
    }

    private static func isName(_ byte: UInt8) -> Bool {
      byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private mutating func segment() -> [Segment]? {
      if take(UInt8(ascii: ".")) {
        if take(UInt8(ascii: ".")) {
          if let name = name() { return [.descendant, .key(name)] }
          if take(UInt8(ascii: "*")) { return [.descendant, .wildcard] }
          guard next == UInt8(ascii: "["), let inner = bracket() else { return nil }
          return [.descendant] + inner
        }
        if take(UInt8(ascii: "*")) { return [.wildcard] }
        guard let name = name() else { return nil }
        // `$.items.length()` and the like.
        if take(UInt8(ascii: "(")) {
          guard take(UInt8(ascii: ")")) else { return nil }
          return [.function(name)]
        }
        return [.key(name)]
      }
      return bracket()
    }

    private mutating func bracket() -> [Segment]? {
      guard take(UInt8(ascii: "[")) else { return nil }
      guard let first = next else { return nil }
      if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") {
        guard let key = quoted(first) else { return nil }
        if take(UInt8(ascii: "]")) { return [.key(key)] }
        // `['a','b']`
        while take(UInt8(ascii: ",")) {
          while take(0x20) {}
          guard let quote = next, quoted(quote) != nil else { return nil }
        }
        return take(UInt8(ascii: "]")) ? [.names] : nil
      }
      if take(UInt8(ascii: "*")) { return take(UInt8(ascii: "]")) ? [.wildcard] : nil }
      if take(UInt8(ascii: "?")) { return filter() }
      let start = position
      while let byte = next, byte != UInt8(ascii: "]") {
        position += 1
        _ = byte
      }
      let inner = String(decoding: bytes[start..<position], as: UTF8.self)
      guard take(UInt8(ascii: "]")), !inner.isEmpty else { return nil }
      if let index = Int(inner) { return [.index(index)] }
      let parts = inner.split(
        whereSeparator: { $0 == ":" || $0 == "," || $0 == " " || $0 == "-" }
      )
      return parts.allSatisfy { Int($0) != nil } ? [.places(inner)] : nil
    }

    private mutating func quoted(_ quote: UInt8) -> String? {
      guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""), take(quote) else {
        return nil
      }
      var text: [UInt8] = []
      while let byte = next, byte != quote {
        position += 1
        // Only the quote and the backslash itself are escaped.
        if byte == UInt8(ascii: "\\"), let escaped = next, escaped == quote || escaped == byte {
          position += 1
          text.append(escaped)
        } else {
          text.append(byte)
        }
      }
      return take(quote) ? String(decoding: text, as: UTF8.self) : nil
    }

    private mutating func filter() -> [Segment]? {
      guard take(UInt8(ascii: "(")) else { return nil }
      let start = position
      var depth = 1
      while let byte = next, depth > 0 {
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") { depth -= 1 }
        position += 1
      }
      guard depth == 0, take(UInt8(ascii: "]")) else { return nil }
      return [.filter(String(decoding: bytes[start..<(position - 2)], as: UTF8.self))]
    }
  }
}

/// Why a path cannot be written as CEL.
struct StatesPathFault: Error {
  let what: String
}

extension StatesPath {
  /// The longest text that an index from the end repeats.
  static let maxRepeatedBytes = 10_000

  /// The CEL of what follows a root that CEL has as `base`.
  ///
  /// What names one place is read step by step and fails where it is missing; what selects several
  /// is a query on the place before it, which leaves out what is missing (RFC 9535).
  func cel(from base: String) throws(StatesPathFault) -> String {
    var text = base
    var rest = segments[...]
    while let segment = rest.first {
      switch segment {
      case .key(let key): text += Self.field(key)
      case .index(let index):
        guard index >= 0 || text.utf8.count <= Self.maxRepeatedBytes else {
          throw StatesPathFault(what: "so many indices from the end")
        }
        text += index >= 0 ? "[\(index)]" : "[size(\(text)) - \(-index)]"
      case .function("length") where rest.count == 1: return "size(\(text))"
      default: return "jsonpath(dyn(\(text)), \(ScriptTranslator.quoted(try Self.query(rest))))"
      }
      rest = rest.dropFirst()
    }
    return text
  }

  /// `.key` or `['key']`.
  static func field(_ key: String) -> String {
    ScriptTranslator.isName(key) ? ".\(key)" : "[\(ScriptTranslator.quoted(key))]"
  }

  /// The query of segments as RFC 9535 spells them.
  static func query(_ segments: ArraySlice<Segment>) throws(StatesPathFault) -> String {
    var text = "$"
    for segment in segments {
      switch segment {
      case .key(let key): text += "[\(ScriptTranslator.quoted(key))]"
      case .index(let index): text += "[\(index)]"
      case .wildcard: text += "[*]"
      case .places(let inner): text += "[\(inner)]"
      case .filter(let condition): text += "[?(\(condition))]"
      case .descendant: text += ".."
      case .names: throw StatesPathFault(what: "a choice of several names in a path")
      case .function(let name):
        throw StatesPathFault(what: "the function `\(name)` here in a path")
      }
    }
    guard QueryParser.parse(SourceText(name: "path", text: text)).query != nil else {
      throw StatesPathFault(what: "this path")
    }
    return text
  }
}
