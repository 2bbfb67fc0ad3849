import Source
import Values

/// The tags of the core schema and what they make of a scalar.
enum Tag {
  static let map = "tag:yaml.org,2002:map"
  static let sequence = "tag:yaml.org,2002:seq"
  private static let prefix = "tag:yaml.org,2002:"
  private static let names = ["str", "int", "float", "bool", "null", "map", "seq"]

  /// Whether a resolved tag belongs to the core schema.
  static func isCore(_ tag: String) -> Bool { coreName(tag) != nil }

  /// `int` of `tag:yaml.org,2002:int`.
  static func coreName(_ tag: String) -> String? {
    guard tag.hasPrefix(prefix) else { return nil }
    let name = String(tag.dropFirst(prefix.count))
    return names.contains(name) ? name : nil
  }

  enum Application {
    case content(Node.Content)
    case nonFinite
    case mismatch
  }

  /// A scalar read as its core tag demands.
  static func apply(_ tag: String, to value: [UInt8], _ decoded: String) -> Application {
    let resolution = CoreSchema.resolve(value)
    switch (coreName(tag), resolution) {
    case ("str", _): return .content(.string(decoded))
    case ("float", .int(let int)): return .content(.double(Double(int)))
    case ("float", .uint(let uint)): return .content(.double(Double(uint)))
    case ("float", .double(let double)): return .content(.double(double))
    case ("float", .nonFinite): return .nonFinite
    case ("int", .int), ("int", .uint), ("bool", .bool), ("null", .null):
      return content(of: resolution, decoded).map { .content($0) } ?? .mismatch
    default: return .mismatch
    }
  }

  /// A node's content; nil for infinity and NaN.
  static func content(of resolution: CoreSchema.Resolution, _ decoded: String) -> Node.Content? {
    switch resolution {
    case .null: .null
    case .bool(let bool): .bool(bool)
    case .int(let int): .int(int)
    case .uint(let uint): .uint(uint)
    case .double(let double): .double(double)
    case .string: .string(decoded)
    case .nonFinite: nil
    }
  }

  /// The text of a key: what is not text becomes its JSON text.
  static func keyText(_ node: Node) -> String {
    switch node.content {
    case .string(let text): text
    case .null: "null"
    case .bool(let bool): bool ? "true" : "false"
    case .int(let int): String(int)
    case .uint(let uint): String(uint)
    case .double(let double): JSONWriter.string(.double(double))
    case .sequence, .mapping: ""
    }
  }
}
