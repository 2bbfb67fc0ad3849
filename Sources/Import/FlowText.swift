import Document
import Source
import Values

/// Writes a tree as YAML that the loader reads back as the same tree.
///
/// Short collections stand on one line, expressions and prose are quoted.
public enum FlowText {
  /// The text of a tree, with a line break at the end.
  public static func yaml(_ tree: Node) -> String {
    var writer = Writer()
    writer.block(tree, indent: 0)
    return writer.text
  }

  private struct Writer {
    var text = ""

    /// Writes a node whose first line starts here; collections break their lines.
    mutating func block(_ node: Node, indent: Int) {
      let pad = String(repeating: " ", count: indent)
      if let entries = node.entries, !entries.isEmpty {
        for entry in entries {
          text += pad + FlowText.scalar(entry.key, isQuoted: false) + ":"
          value(entry.value, indent: indent, isTop: indent == 0)
        }
      } else if let elements = node.elements, !elements.isEmpty {
        for element in elements {
          text += pad + "-"
          item(element, indent: indent + 2)
        }
      } else {
        text += pad + FlowText.flow(node) + "\n"
      }
    }

    private mutating func value(_ node: Node, indent: Int, isTop: Bool) {
      let column = indent + 20
      if let short = FlowText.short(node, width: 96 - column), !isTop || node.entries == nil {
        text += " " + short + "\n"
      } else {
        text += "\n"
        block(node, indent: indent + 2)
      }
    }

    private mutating func item(_ node: Node, indent: Int) {
      if let short = FlowText.short(node, width: 96 - indent) {
        text += " " + short + "\n"
        return
      }
      guard let entries = node.entries, !entries.isEmpty else {
        text += "\n"
        block(node, indent: indent)
        return
      }
      for (index, entry) in entries.enumerated() {
        text += index == 0 ? " " : String(repeating: " ", count: indent)
        text += FlowText.scalar(entry.key, isQuoted: false) + ":"
        value(entry.value, indent: indent, isTop: false)
      }
    }
  }

  /// A node on one line, when it is small enough to be read there.
  private static func short(_ node: Node, width: Int) -> String? {
    switch node.content {
    case .mapping(let entries) where entries.isEmpty: return "{}"
    case .sequence(let elements) where elements.isEmpty: return "[]"
    case .mapping, .sequence:
      guard depth(node) <= 3 else { return nil }
      let line = flow(node)
      return line.utf8.count <= max(width, 30) ? line : nil
    default: return flow(node)
    }
  }

  private static func depth(_ node: Node) -> Int {
    switch node.content {
    case .mapping(let entries): 1 + (entries.map { depth($0.value) }.max() ?? 0)
    case .sequence(let elements): 1 + (elements.map { depth($0) }.max() ?? 0)
    default: 0
    }
  }

  private static func flow(_ node: Node) -> String {
    switch node.content {
    case .mapping(let entries):
      "{"
        + entries.map { scalar($0.key, isQuoted: false) + ": " + flow($0.value) }
        .joined(separator: ", ") + "}"
    case .sequence(let elements): "[" + elements.map { flow($0) }.joined(separator: ", ") + "]"
    case .string(let text): scalar(text, isQuoted: node.isQuoted)
    case .null: "null"
    default: JSONWriter.string(node.value)
    }
  }

  /// A text, quoted unless it is a plain word.
  static func scalar(_ text: String, isQuoted: Bool) -> String {
    let isPlain =
      !isQuoted && !text.isEmpty && text.utf8.count <= 100
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      } && text.utf8.first.map { $0 | 0x20 >= UInt8(ascii: "a") || isDuration(text) } == true
      && !words.contains(text.lowercased())
    return isPlain ? text : JSONWriter.string(.string(text))
  }

  /// `5s`, `250ms`: digits and a unit, which YAML reads as text.
  private static func isDuration(_ text: String) -> Bool {
    let digits = text.utf8.prefix { $0 >= 0x30 && $0 <= 0x39 }
    return !digits.isEmpty
      && ["ms", "s", "m", "h", "d"].contains(String(text.dropFirst(digits.count)))
  }

  private static let words: Set<String> = [
    "true", "false", "null", "yes", "no", "on", "off", "y", "n",
  ]
}
