/// Where a node stands in a document, by names and indices from the root.
///
/// Its text is the normalized path of RFC 9535, section 2.7: `$['items'][0]['name']`.
public struct NormalizedPath: Sendable, Hashable, CustomStringConvertible {
  /// One step down.
  public enum Element: Sendable {
    /// To the member with this name.
    case name(String)
    /// To the element at this index, from 0.
    case index(Int)
  }

  /// The steps from the root; none for the root itself.
  public var elements: [Element]

  /// The path of these steps.
  public init(_ elements: [Element] = []) { self.elements = elements }

  /// The normalized path: names in single quotes with the escapes that RFC 9535 prescribes.
  public var description: String {
    var text = "$"
    for element in elements {
      switch element {
      case .index(let index): text += "[\(index)]"
      case .name(let name):
        text += "['"
        for scalar in name.unicodeScalars { Self.append(scalar, to: &text) }
        text += "']"
      }
    }
    return text
  }

  private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
    switch scalar.value {
    case 0x08: text += "\\b"
    case 0x09: text += "\\t"
    case 0x0A: text += "\\n"
    case 0x0C: text += "\\f"
    case 0x0D: text += "\\r"
    case 0x27: text += "\\'"
    case 0x5C: text += "\\\\"
    case ..<0x20:
      let digits = String(scalar.value, radix: 16)
      text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    default: text.unicodeScalars.append(scalar)
    }
  }
}

extension NormalizedPath.Element: Hashable {
  /// Equal kinds and contents; names by code points.
  public static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.name(let left), .name(let right)): left.utf8.elementsEqual(right.utf8)
    case (.index(let left), .index(let right)): left == right
    default: false
    }
  }

  /// Hashes names by their bytes, in step with `==`.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .index(let index): hasher.combine(index)
    case .name(let name): for byte in name.utf8 { hasher.combine(byte) }
    }
  }
}
