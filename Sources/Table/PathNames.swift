import Values

/// What people call the nodes of a table: their names, with the way to them where a name is not
/// unique.
///
/// Child flows, lists and machines have names of their own, so that one name may stand in several:
/// `sub/write` is the `write` inside `sub`. Made once for a table and asked for many nodes.
public struct PathNames: Sendable {
  private let names: [String]
  private let paths: [NodeIndex: String]

  /// The names of a table's nodes.
  ///
  /// O(nodes × nesting).
  public init(_ table: TransitionTable) {
    let nodes = table.nodes
    names = nodes.map(\.name)
    var bearers: [MapKey: Int] = [:]
    for node in nodes.indices.dropFirst()
    where nodes[node].isNamedByPeople && Self.first(of: node, nodes) == node {
      bearers[.string(nodes[node].name), default: 0] += 1
    }
    var paths: [NodeIndex: String] = [:]
    for node in nodes.indices.dropFirst()
    where nodes[node].isNamedByPeople && bearers[.string(nodes[node].name), default: 0] > 1 {
      paths[NodeIndex(node)] = Self.path(to: node, nodes)
    }
    self.paths = paths
  }

  /// Number of nodes.
  public var count: Int { names.count }

  /// What people call a node; empty for one that nobody named.
  public subscript(node: NodeIndex) -> String {
    guard names.indices.contains(Int(node)) else { return "" }
    return paths[node] ?? names[Int(node)]
  }

  /// The node that stands for a step for people, where the table has two.
  ///
  /// A final state that acts is an action and its ending, a map is its items' step as well.
  private static func first(of node: Int, _ nodes: [PlaceNode]) -> Int {
    let entry = nodes[node]
    let before = nodes[node - 1]
    if entry.kind == .final, before.kind != .final, before.parent == entry.parent,
      before.name.sameScalars(as: entry.name)
    {
      return node - 1
    }
    let outer = Int(entry.parent)
    if outer > 0, nodes[outer].kind == .fork, nodes[outer].name.sameScalars(as: entry.name) {
      return first(of: outer, nodes)
    }
    return node
  }

  private static func path(to node: Int, _ nodes: [PlaceNode]) -> String {
    var parts: [String] = []
    var current = first(of: node, nodes)
    while current > 0 {
      if nodes[current].isNamedByPeople { parts.append(nodes[current].name) }
      let outer = Int(nodes[current].parent)
      current = outer > 0 ? first(of: outer, nodes) : 0
    }
    return parts.reversed().joined(separator: "/")
  }
}

extension PlaceNode {
  /// Whether people know it by a name: what only holds others has none, and names that nobody wrote
  /// start with a slash.
  fileprivate var isNamedByPeople: Bool {
    !name.isEmpty && name.utf8.first != UInt8(ascii: "/")
  }
}

extension TransitionTable {
  /// What people call a node: `PathNames` for one node alone.
  public func pathName(of node: NodeIndex) -> String { PathNames(self)[node] }
}
