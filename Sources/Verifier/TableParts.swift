import Table

/// One sequential part of a table: at any time one of its places is active.
///
/// The run itself, each region of a parallel node, the body of a composite step, what a `for_each`
/// or a child flow runs. A part is run by a place of another part, its owner.
package struct TablePart: Sendable {
  /// What runs a part.
  package enum Kind: Sendable {
    /// The run.
    case run
    /// A region of a parallel node.
    case region
    /// The body of a composite step.
    case body
    /// A frame template: an item of a map, or a child flow.
    case instance(Int)
  }

  /// What runs it.
  package var kind: Kind
  /// The node whose subtree it is.
  package var root: Int
  /// The place that runs it; -1 for the run.
  package var owner: Int
  /// Where it starts, before initial nodes are followed.
  package var start: NodeIndex
}

/// A table cut into its sequential parts.
///
/// Composites whose nodes no edge from outside enters and none leaves are parts of their own; those
/// of charts, which edges may cross, are looked through.
package struct TableParts: Sendable {
  /// The parts; 0 is the run.
  package private(set) var parts: [TablePart]
  /// By node, the part in which it is a place; -1: a composite that is looked through.
  package private(set) var partOf: [Int32]
  /// By node, the parts that it runs.
  package private(set) var inner: [Int: [Int]] = [:]
  /// The parts, each after those that its places run.
  package private(set) var bottomUp: [Int] = []
  /// Whether a child flow runs itself, so that nothing bounds it.
  package private(set) var isRecursive = false
  /// By node, the part in which its children are, when it is looked through or runs them as one.
  private var around: [Int32]

  /// The parts of a table.
  ///
  /// O((nodes + rows) × depth).
  package init(_ table: TransitionTable) {
    let count = table.nodes.count
    partOf = [Int32](repeating: -1, count: count)
    around = partOf
    parts = [TablePart(kind: .run, root: 0, owner: -1, start: table.start)]
    guard count > 0 else { return }
    let isOpen = Self.openComposites(table)
    var templates: [Int: Int] = [:]
    for (number, frame) in table.frames.enumerated().dropFirst() {
      templates[Int(frame.nodes.lowerBound)] = number
    }
    around[0] = 0
    var trees: [Int: Int] = [:]
    for index in 1..<max(1, count) {
      let node = table.nodes[index]
      let parent = Int(node.parent)
      var isRoot = false
      if let template = templates[index] {
        isRoot = true
        partOf[index] = Int32(parts.count)
        parts.append(
          TablePart(
            kind: .instance(template),
            root: index,
            owner: -1,
            start: table.frames[template].initial
          )
        )
      } else if parent >= 0, table.nodes[parent].isTreeStructure {
        trees[index] = trees[parent] ?? parent
        guard !node.isTreeStructure, node.kind != .park, node.kind != .final else { continue }
        // A leaf of a tree: its tree runs it, and says by its shape how often.
        let tree = trees[index] ?? parent
        isRoot = true
        partOf[index] = Int32(parts.count)
        inner[tree, default: []].append(parts.count)
        parts.append(
          TablePart(kind: .region, root: index, owner: tree, start: NodeIndex(index))
        )
      } else if parent >= 0, table.nodes[parent].kind == .parallel {
        isRoot = true
        partOf[index] = Int32(parts.count)
        inner[parent, default: []].append(parts.count)
        parts.append(
          TablePart(kind: .region, root: index, owner: parent, start: NodeIndex(index))
        )
      } else {
        partOf[index] = parent >= 0 ? around[parent] : 0
      }
      guard node.kind == .compound else { continue }
      if isRoot || isOpen[index] || node.isChart {
        around[index] = partOf[index]
        partOf[index] = -1
      } else {
        around[index] = Int32(parts.count)
        inner[index, default: []].append(parts.count)
        parts.append(TablePart(kind: .body, root: index, owner: index, start: NodeIndex(index)))
      }
    }
    for index in table.nodes.indices where table.nodes[index].template > 0 {
      let root = Int(table.frames[Int(table.nodes[index].template)].nodes.lowerBound)
      let part = around[root] >= 0 && partOf[root] < 0 ? around[root] : partOf[root]
      guard part >= 0 else { continue }
      inner[index, default: []].append(Int(part))
      if parts[Int(part)].owner < 0 { parts[Int(part)].owner = index }
    }
    sort()
  }

  /// Whether a node is a place of a part: a leaf, or a composite that is passed as a whole.
  package func isPlace(_ node: Int) -> Bool { partOf[node] >= 0 }

  /// Whether a place runs parts of its own.
  package func runsParts(_ place: Int) -> Bool { inner[place] != nil }

  /// The places of `part` that a token enters when it is sent to `target`; empty: outside the part.
  ///
  /// O(depth + initial nodes).
  package func places(of target: NodeIndex, in part: Int, _ table: TransitionTable) -> [Int32] {
    var found: [Int32] = []
    var stack = [Int(target)]
    var seen: Set<Int> = []
    while let node = stack.popLast() {
      guard node >= 0, node < table.nodes.count, seen.insert(node).inserted else { continue }
      if table.nodes[node].kind == .history {
        // What it remembers may be anything inside its parent.
        let parent = table.nodes[Int(table.nodes[node].parent)]
        for other in Int(table.nodes[node].parent)..<Int(parent.subtreeEnd)
        where Int(partOf[other]) == part && table.nodes[other].kind != .history {
          found.append(Int32(other))
        }
        continue
      }
      if Int(partOf[node]) == part {
        found.append(Int32(node))
      } else if Int(around[node]) == part {
        for position in table.nodes[node].initial { stack.append(Int(table.lists[Int(position)])) }
      } else if let owner = owner(of: node, in: part) {
        found.append(Int32(owner))
      }
    }
    return found
  }

  /// The place of `part` inside which a node lies.
  package func owner(of node: Int, in part: Int) -> Int? {
    var current = Int(partOf[node] >= 0 ? partOf[node] : around[node])
    for _ in 0...parts.count {
      guard current >= 0, current != part else { return nil }
      let owner = parts[current].owner
      guard owner >= 0 else { return nil }
      if Int(partOf[owner]) == part { return owner }
      current = Int(partOf[owner])
    }
    return nil
  }

  /// The places of a part, in order.
  package func places(of part: Int) -> [Int] {
    partOf.indices.filter { Int(partOf[$0]) == part }
  }

  /// The composites around a place that are looked through, inner ones first: their rows are the
  /// place's as well.
  package func composites(around place: Int, _ table: TransitionTable) -> [Int] {
    guard partOf[place] >= 0 || around[place] >= 0 else { return [] }
    let part = Int(partOf[place] >= 0 ? partOf[place] : around[place])
    let root = parts[part].root
    guard place != root else { return [] }
    var found: [Int] = []
    var current = Int(table.nodes[place].parent)
    while current >= 0, current != root {
      found.append(current)
      current = Int(table.nodes[current].parent)
    }
    // A body's own rows are taken by the place that runs it; a region's belong to the region.
    if case .region = parts[part].kind, current == root { found.append(root) }
    if current == root, root == 0 { found.append(root) }
    return found
  }

  /// By region of a parallel place, the positions of the regions that it awaits.
  package func dependencies(of place: Int, _ table: TransitionTable) -> [[Int]] {
    let regions = (inner[place] ?? []).map { parts[$0].root }
    return regions.enumerated().map { position, root in
      var awaited: Set<Int> = []
      for node in root..<Int(table.nodes[root].subtreeEnd) where table.nodes[node].kind == .join {
        for entry in table.nodes[node].awaited {
          let other = Int(table.lists[Int(entry)])
          let region = regions.firstIndex {
            $0 <= other && other < Int(table.nodes[$0].subtreeEnd)
          }
          if let region, region != position { awaited.insert(region) }
        }
      }
      return awaited.sorted()
    }
  }

  private mutating func sort() {
    var children = [[Int]](repeating: [], count: parts.count)
    for (place, owned) in inner {
      let part = Int(partOf[place])
      if part >= 0 { children[part] += owned }
    }
    for part in children.indices { children[part].sort() }
    var state = [UInt8](repeating: 0, count: parts.count)
    for root in parts.indices where state[root] == 0 {
      var stack = [(part: root, next: 0)]
      state[root] = 1
      while let top = stack.last {
        guard top.next < children[top.part].count else {
          state[top.part] = 2
          bottomUp.append(top.part)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let child = children[top.part][top.next]
        if state[child] == 1 { isRecursive = true }
        guard state[child] == 0 else { continue }
        state[child] = 1
        stack.append((child, 0))
      }
    }
  }

  /// Composites that some edge enters or leaves past their own border.
  private static func openComposites(_ table: TransitionTable) -> [Bool] {
    var isOpen = [Bool](repeating: false, count: table.nodes.count)
    func isInside(_ node: Int, _ composite: Int) -> Bool {
      node > composite && node < Int(table.nodes[composite].subtreeEnd)
    }
    func open(around node: Int, except other: Int) {
      var current = Int(table.nodes[node].parent)
      while current > 0, !isInside(other, current) {
        isOpen[current] = true
        current = Int(table.nodes[current].parent)
      }
    }
    for row in table.rows where row.tree == nil {
      var targets = row.targets.map { Int(table.lists[Int($0)]) }
      if targets.isEmpty, row.target != noIndex { targets = [Int(row.target)] }
      for target in targets {
        open(around: Int(row.place), except: target)
        open(around: target, except: Int(row.place))
      }
    }
    for target in [table.start, table.runLimits.timeoutTarget] where target > 0 {
      open(around: Int(target), except: 0)
    }
    for (index, node) in table.nodes.enumerated() where node.kind == .history && index > 0 {
      open(around: index, except: 0)
    }
    return isOpen
  }
}

extension PlaceNode {
  /// Whether it only holds a tree together.
  var isTreeStructure: Bool {
    guard tree != nil else { return false }
    return kind == .tree || kind == .branch || kind == .parallel
  }
}
