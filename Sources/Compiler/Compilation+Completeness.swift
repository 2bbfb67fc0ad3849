import Definition
import Document
import Source
import Table
import Values

// Whether a list of guarded edges without a last resort covers every value.
extension Compilation {
  /// Whether the edges compare one enumerated field with each of its values.
  ///
  /// Only the form `step.field == 'literal'` is proven; anything else needs an edge without `when`.
  func isProvenComplete(_ edges: [Edge], at index: Int) -> Bool {
    var path: [String]?
    var covered: Set<MapKey> = []
    for edge in edges {
      guard case .expression(let source) = edge.condition,
        let test = Self.equality(source.text)
      else { return false }
      if let path, path != test.path { return false }
      path = test.path
      covered.insert(.string(test.literal))
    }
    guard let path, path.count >= 2, let values = enumeration(at: path, from: index) else {
      return false
    }
    return values.allSatisfy { covered.contains(.string($0)) }
  }

  /// `a.b == 'text'`, taken apart; nil for any other text.
  private static func equality(_ text: String) -> (path: [String], literal: String)? {
    let bytes = Array(text.utf8)
    guard let sign = bytes.indices.dropLast().first(where: { bytes[$0] == 0x3D }),
      bytes[sign + 1] == 0x3D
    else { return nil }
    let blank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    let left = bytes[..<sign].drop(while: blank).reversed().drop(while: blank).reversed()
    let right = bytes[(sign + 2)...].drop(while: blank).reversed().drop(while: blank).reversed()
    guard
      left.allSatisfy({ byte in
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F
          || byte == 0x2E
      }),
      let quote = right.first, quote == 0x27 || quote == 0x22, right.count >= 2,
      right.last == quote
    else { return nil }
    let literal = right.dropFirst().dropLast()
    guard !literal.contains(where: { $0 == quote || $0 == 0x5C }) else { return nil }
    let path = left.split(separator: 0x2E, omittingEmptySubsequences: false)
      .map { String(decoding: Array($0), as: UTF8.self) }
    return (path, String(decoding: Array(literal), as: UTF8.self))
  }

  private func enumeration(at path: [String], from index: Int) -> [String]? {
    var variable = path[0]
    if variable == "output" || variable == "response" { variable = table.nodes[index].name }
    guard
      let slot = table.slots.first(where: { $0.name.sameScalars(as: variable) }),
      slot.schema != noIndex,
      var schema = try? JSONParser.parse(Array(table.schemas[Int(slot.schema)].utf8))
    else { return nil }
    for field in path.dropFirst() {
      guard let next = schema["properties"]?[field] else { return nil }
      // An optional field may be absent: no literal covers that.
      guard case .list(let required)? = schema["required"],
        required.contains(.string(field))
      else { return nil }
      schema = next
    }
    guard case .list(let values)? = schema["enum"] else { return nil }
    let texts = values.compactMap(\.text)
    return texts.count == values.count ? texts : nil
  }
}
