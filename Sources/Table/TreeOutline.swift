import Values

/// A behavior tree as it was written, for people: its nodes in preorder.
///
/// Most nodes have no place in the table, as control goes from leaf to leaf; how they stand follows
/// from those below them.
public struct TreeOutline: Sendable, Hashable {
  /// One node.
  public struct Line: Sendable, Hashable {
    /// How a node's status follows from those of its children.
    public enum Rule: UInt8, Sendable, CaseIterable {
      /// It has its own.
      case own
      /// All must succeed.
      case sequence
      /// One must succeed.
      case fallback
      /// The child that was chosen, behind a question.
      case branch
      /// The child that was chosen.
      case choice
      /// As a sequence, until the last child is asked.
      case recovery
      /// The other way round.
      case inverter
      /// Success when the child has ended.
      case success
      /// Failure when the child has ended.
      case failure
      /// As its child.
      case same
    }

    /// Nodes around it.
    public var depth: Int32
    /// See `Rule`.
    public var rule: Rule
    /// The node of the table that knows how it stands; `noIndex`: none.
    public var place: NodeIndex
    /// The branch around it, whose rows ask its guards; `noIndex`: none.
    public var branch: NodeIndex
    /// Its `failure_if`, in the programs pool; `noIndex`: none.
    public var failureIf: PoolIndex
    /// What it is, in a few words.
    public var text: String

    /// A node of a tree.
    public init(depth: Int32, rule: Rule, text: String) {
      self.depth = depth
      self.rule = rule
      self.text = text
      place = noIndex
      branch = noIndex
      failureIf = noIndex
    }
  }

  /// The tree's node.
  public var node: NodeIndex
  /// Its nodes in preorder.
  public var lines: [Line]

  /// A tree.
  public init(node: NodeIndex, lines: [Line]) {
    self.node = node
    self.lines = lines
  }
}

extension BinaryWriter {
  mutating func write(outline: TreeOutline) {
    write(index: outline.node)
    write(list: outline.lines) { writer, line in
      writer.write(index: line.depth)
      writer.write(byte: line.rule.rawValue)
      for index in [line.place, line.branch, line.failureIf] { writer.write(index: index) }
      writer.write(text: line.text)
    }
  }
}

extension BinaryReader {
  mutating func readOutline() throws(BinaryError) -> TreeOutline {
    TreeOutline(
      node: try readIndex(),
      lines: try readList { (reader) throws(BinaryError) in
        let depth = try reader.readIndex()
        let rule = try reader.readCase(TreeOutline.Line.Rule.self)
        let (place, branch) = (try reader.readIndex(), try reader.readIndex())
        let failureIf = try reader.readIndex()
        var line = TreeOutline.Line(depth: depth, rule: rule, text: try reader.readText())
        (line.place, line.branch, line.failureIf) = (place, branch, failureIf)
        return line
      }
    )
  }
}

extension TableValidator {
  func check(_ outline: TreeOutline) throws(TableError) {
    let name = "the outline of a tree"
    try index(outline.node, below: table.nodes.count, optional: false, name)
    var deepest: Int32 = 0
    for line in outline.lines {
      guard line.depth >= 0, line.depth <= deepest else { throw TableError("\(name) has a gap") }
      deepest = line.depth + 1
      try index(line.place, below: table.nodes.count, name)
      try index(line.branch, below: table.nodes.count, name)
      try index(line.failureIf, below: table.programs.count, name)
    }
  }
}
