import Source
import Values

/// One value of a parsed document with the place where it stands.
public struct Node: Sendable {
  /// What a node holds.
  public enum Content: Sendable {
    /// Null.
    case null
    /// A boolean.
    case bool(Bool)
    /// A signed integer.
    case int(Int64)
    /// An integer above `Int64.max`.
    case uint(UInt64)
    /// A number with a fraction or an exponent.
    case double(Double)
    /// Text.
    case string(String)
    /// A sequence.
    case sequence([Node])
    /// A mapping.
    case mapping([Entry])
  }

  /// One entry of a mapping.
  public struct Entry: Sendable {
    /// The key's text; a key that resolved to a number, bool or null is its JSON text.
    public let key: String
    /// Where the key stands.
    public let keySpan: SourceSpan
    /// The value.
    public let value: Node

    /// An entry.
    public init(key: String, keySpan: SourceSpan, value: Node) {
      self.key = key
      self.keySpan = keySpan
      self.value = value
    }
  }

  /// The value.
  public let content: Content
  /// Where it stands; of a collection, from its start mark.
  public let span: SourceSpan
  /// A scalar's decoded text with positions; nil for collections.
  ///
  /// It holds a number's spelling as written, and the outer positions of an expression or document
  /// inside a string.
  public let text: SourceText?
  /// Whether a scalar was quoted or a block scalar.
  public let isQuoted: Bool

  /// A node.
  public init(content: Content, span: SourceSpan, text: SourceText? = nil, isQuoted: Bool = false) {
    self.content = content
    self.span = span
    self.text = text
    self.isQuoted = isQuoted
  }

  /// The first entry with `key`, when this is a mapping.
  ///
  /// O(entries).
  public subscript(key: String) -> Node? {
    guard case .mapping(let entries) = content else { return nil }
    for position in entries.indices where entries[position].key.sameScalars(as: key) {
      return entries[position].value
    }
    return nil
  }

  /// The entries of a mapping, else nil.
  public var entries: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  /// The elements of a sequence, else nil.
  public var elements: [Node]? {
    if case .sequence(let elements) = content { elements } else { nil }
  }

  /// The text of a string node, else nil.
  public var string: String? {
    if case .string(let string) = content { string } else { nil }
  }

  /// What people call this kind: `a mapping`, `a list`, `text`, `an integer`, ….
  public var kindName: String {
    switch content {
    case .null: "null"
    case .bool: "a boolean"
    case .int, .uint: "an integer"
    case .double: "a number"
    case .string: "text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  /// The node without its positions.
  public var value: Value {
    switch content {
    case .null: .null
    case .bool(let bool): .bool(bool)
    case .int(let int): .int(int)
    case .uint(let uint): .uint(uint)
    case .double(let double): .double(double)
    case .string(let string): .string(string)
    case .sequence(let elements): .list(elements.map(\.value))
    case .mapping(let entries): .map(ValueMap(entries.map { ($0.key, $0.value.value) }))
    }
  }
}
