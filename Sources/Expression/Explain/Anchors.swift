import Source

/// Where the value of a part is shown: under its operator, its name or its field.
struct Anchors {
  private let tree: Tree
  private let bytes: [UInt8]

  init(_ tree: Tree, _ text: String) {
    self.tree = tree
    bytes = Array(text.utf8)
  }

  /// The byte offset under which the value of each part stands, by the part's range.
  var byRange: [TextRange: Int] {
    var result: [TextRange: Int] = [:]
    for node in tree.nodes.indices where tree.nodes[node].kind != .optionalElement {
      result[tree.nodes[node].range] = anchor(Int32(node))
    }
    return result
  }

  private func anchor(_ node: Int32) -> Int {
    let here = tree[node]
    let start = Int(here.range.start)
    switch here.kind {
    case .arithmetic, .relation, .and, .or, .conditional, .index:
      return afterOperand(tree.child(node, 0))
    case .select:
      let name = tree.name(node).utf8.count + (here.code == 1 ? 2 : 0)
      return max(start, Int(here.range.end) - name)
    case .memberCall, .comprehension, .optionalMap:
      let dot = afterOperand(tree.child(node, 0))
      return dot < bytes.count && bytes[dot] == 0x2E ? skipSpace(dot + 1) : dot
    default: return start
    }
  }

  /// The first byte behind an operand that is no space, comment or closing parenthesis.
  private func afterOperand(_ node: Int32) -> Int {
    var offset = Int(tree[node].range.end)
    while true {
      offset = skipSpace(offset)
      guard offset < bytes.count, bytes[offset] == 0x29 else { break }
      offset += 1
    }
    return min(offset, max(0, bytes.count - 1))
  }

  private func skipSpace(_ start: Int) -> Int {
    var offset = start
    while offset < bytes.count {
      if bytes[offset] <= 0x20 {
        offset += 1
      } else if bytes[offset] == 0x2F, offset + 1 < bytes.count, bytes[offset + 1] == 0x2F {
        while offset < bytes.count, bytes[offset] != 0x0A { offset += 1 }
      } else {
        break
      }
    }
    return offset
  }
}
