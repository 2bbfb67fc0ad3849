import Expression
import Signalbox

/// What may stand at the cursor of a line: a pure function of the line and the names in scope.
package struct ReplCompletion: Sendable {
  /// The commands with the kind of argument they take.
  static let commands = [
    ":cost", ":explain", ":help", ":let", ":load", ":names", ":quit", ":type",
  ]

  private let variables: [(name: String, value: Value)]
  private let globals: [String]
  private let members: [String]

  /// Completion with these variables.
  package init(variables: [(name: String, value: Value)]) {
    self.variables = variables
    var globals: Set<String> = ["has", "cel.bind", "true", "false", "null"]
    var members: Set<String> = []
    for entry in FunctionReference.entries {
      switch entry.section {
      case .operators: continue
      case .macros:
        // `list.all(x, condition)` is called as `all`.
        let name = entry.name.split(separator: "(")[0].split(separator: ".").last ?? ""
        if !["has", "bind"].contains(name) { members.insert(String(name)) }
      default:
        if entry.isGlobal { globals.insert(entry.name) }
        if entry.isMember { members.insert(entry.name) }
      }
    }
    self.globals = globals.sorted()
    self.members = members.sorted()
  }

  /// The words that may replace the characters from `start` up to the cursor, in order.
  ///
  /// `line` is what stands before the cursor, by Unicode scalars.
  package func candidates(_ line: [Unicode.Scalar]) -> (start: Int, words: [String]) {
    if line.first == ":", !line.contains(" ") {
      return (0, Self.commands.filter { $0.utf8.starts(with: Self.text(line).utf8) })
    }
    if Self.isInText(line) { return (line.count, []) }
    var start = line.count
    while start > 0, Self.isPath(line[start - 1]) { start -= 1 }
    let word = Self.text(Array(line[start...]))
    guard let dot = line[start...].lastIndex(of: ".") else {
      if start == line.count, start > 0 || !line.isEmpty { return (start, []) }
      return (start, matching(word, variables.map(\.name) + globals))
    }
    let partial = Self.text(Array(line[(dot + 1)...]))
    let fields = self.fields(Self.text(Array(line[start..<dot])))
    let namespaced = matching(word, globals.filter { $0.utf8.contains(0x2E) })
    if !namespaced.isEmpty { return (start, namespaced) }
    return (dot + 1, matching(partial, fields + members))
  }

  /// What all words begin with: Tab inserts it.
  package static func commonPrefix(_ words: [String]) -> String {
    guard let first = words.first else { return "" }
    var prefix = Array(first.unicodeScalars)
    for word in words.dropFirst() {
      let other = Array(word.unicodeScalars)
      var count = 0
      while count < min(prefix.count, other.count), prefix[count] == other[count] { count += 1 }
      prefix = Array(prefix[..<count])
    }
    return text(prefix)
  }

  private func matching(_ word: String, _ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { $0.utf8.starts(with: word.utf8) && seen.insert($0).inserted }.sorted()
  }

  /// The text keys of the map that a dotted path leads to.
  private func fields(_ path: String) -> [String] {
    var parts = path.split(separator: ".").map { String($0) }
    guard !parts.isEmpty, let variable = variables.first(where: { $0.name == parts[0] }) else {
      return []
    }
    parts.removeFirst()
    var value = variable.value
    for part in parts {
      guard let next = value[part] else { return [] }
      value = next
    }
    guard case .map(let map) = value else { return [] }
    return map.entries.compactMap { entry in
      guard case .string(let name) = entry.key, name.utf8.allSatisfy(Self.isName) else {
        return nil
      }
      return name
    }
  }

  private static func text(_ scalars: [Unicode.Scalar]) -> String {
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    return text
  }

  private static func isName(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == 0x5F
  }

  private static func isPath(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "." || (scalar.isASCII && isName(UInt8(scalar.value)))
  }

  /// Whether the end of the line stands inside a quoted text.
  private static func isInText(_ line: [Unicode.Scalar]) -> Bool {
    var quote: Unicode.Scalar?
    var index = 0
    while index < line.count {
      let scalar = line[index]
      if scalar == "\\", quote != nil {
        index += 1
      } else if let open = quote {
        if scalar == open { quote = nil }
      } else if scalar == "'" || scalar == "\"" {
        quote = scalar
      }
      index += 1
    }
    return quote != nil
  }
}
