import Source
import Values

/// The documents that schemas may refer to, by absolute URI; nothing is ever fetched.
public struct SchemaRegistry: Sendable {
  private var documents: [String: Node] = [:]

  /// An empty registry.
  public init() {}

  /// Registers a document; a later one replaces an earlier one of the same URI.
  public mutating func add(uri: String, _ node: Node) {
    documents[SchemaURI.split(uri).uri] = node
  }

  /// Registers a document without positions.
  public mutating func add(uri: String, _ value: Value) {
    add(uri: uri, Node(value, file: SourceFile(name: uri, bytes: [])))
  }

  /// The document at a URI without fragment.
  func document(_ uri: String) -> Node? { documents[uri] }

  /// The registered URIs, sorted.
  public var uris: [String] { documents.keys.sorted() }
}

extension Node {
  /// A node for a value that was not read from a text; all places are the start of `file`.
  package init(_ value: Value, file: SourceFile) {
    let span = SourceSpan(file: file, start: 0, end: 0)
    let content: Content
    switch value {
    case .bool(let bool): content = .bool(bool)
    case .int(let int): content = .int(int)
    case .uint(let uint): content = .uint(uint)
    case .double(let double): content = .double(double)
    case .string(let text): content = .string(text)
    case .list(let list): content = .sequence(list.map { Node($0, file: file) })
    case .map(let map):
      content = .mapping(
        map.entries.map { entry in
          Entry(
            key: entry.key.value.text ?? JSONWriter.string(entry.key.value),
            keySpan: span,
            value: Node(entry.value, file: file)
          )
        }
      )
    default: content = .null
    }
    self.init(content: content, span: span)
  }
}
