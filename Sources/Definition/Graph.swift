import Source

/// Nodes and edges (`nodes:`, `edges:`), which are a machine in another spelling.
public struct Graph: Sendable {
  /// One edge.
  public struct Connection: Sendable {
    /// The node that it leaves.
    public var source: Located<String>
    /// Where it leads: a node or a final state.
    public var target: Located<String>
    /// When it is taken; nil: whenever no edge before it was.
    public var condition: SourceText?
    /// Where it stands.
    public var span: SourceSpan

    /// An edge.
    public init(
      source: Located<String>,
      target: Located<String>,
      condition: SourceText?,
      span: SourceSpan
    ) {
      self.source = source
      self.target = target
      self.condition = condition
      self.span = span
    }
  }

  /// The nodes in order.
  public var nodes: [Named<Step>]
  /// The edges in order.
  public var edges: [Connection]
  /// Where it starts.
  public var entryPoint: Located<String>
  /// Entries allowed to a node that closes a cycle, where the node itself says nothing.
  public var maxIterations: Located<Int>?
  /// Declared endings.
  public var finalStates: [Named<FinalState>]
  /// Whether a node whose conditions are all false ends the run well (seed form).
  public var endsSilently: Bool
  /// Where the graph stands.
  public var span: SourceSpan

  /// A graph.
  public init(
    nodes: [Named<Step>],
    edges: [Connection],
    entryPoint: Located<String>,
    finalStates: [Named<FinalState>] = [],
    endsSilently: Bool = false,
    span: SourceSpan
  ) {
    self.nodes = nodes
    self.edges = edges
    self.entryPoint = entryPoint
    self.finalStates = finalStates
    self.endsSilently = endsSilently
    self.span = span
    maxIterations = nil
  }

  /// The machine that does the same: nodes are states, edges are lists of `on_success`.
  ///
  /// A node without edges leads to the first good ending; without one, to `done`.
  /// O(nodes + edges).
  public var machine: Machine {
    let shape = GraphShape(self)
    var states = nodes
    var finals = finalStates
    var ending: Located<String>?
    func end(at span: SourceSpan) -> Located<String> {
      if let ending { return Located(ending.value, span) }
      if let first = finals.first(where: { !$0.content.isFailure }) {
        ending = Located(first.name, first.nameSpan)
        return Located(first.name, span)
      }
      let taken = nodes.map(\.name) + finals.map(\.name)
      let name = ["done", "end", "graph_end"].first { !taken.contains($0) } ?? "(end)"
      finals.append(Named(name: name, nameSpan: self.span, content: FinalState()))
      ending = Located(name, self.span)
      return Located(name, span)
    }
    for (position, node) in nodes.enumerated() {
      var step = node.content
      let own = shape.outgoing[position].map { edges[$0] }
      for edge in own {
        let condition = edge.condition.map { Edge.Condition.expression($0) } ?? .always
        step.onSuccess.append(Edge(condition: condition, target: edge.target, span: edge.span))
      }
      let isOpen = own.last.map { $0.condition != nil } ?? true
      if step.decision == nil, own.isEmpty || isOpen && endsSilently {
        step.onSuccess.append(Edge(target: end(at: node.nameSpan), span: node.nameSpan))
      }
      if step.maxVisits == nil, shape.closesCycle[position] { step.maxVisits = maxIterations }
      states[position].content = step
    }
    return Machine(
      states: states,
      initialState: entryPoint,
      finalStates: finals,
      declaresFinalStates: true,
      span: span
    )
  }
}

/// What leads where in a graph.
struct GraphShape {
  /// By node, its edges: those with a condition first, in order (FLOW-SEMANTICS 18).
  private(set) var outgoing: [[Int]]
  /// By node, whether some edge leads to it.
  private(set) var hasIncoming: [Bool]
  /// By node, whether the entry leads to it, errors included.
  private(set) var isReachable: [Bool]
  /// By node, whether an edge of a walk from the entry leads back to it.
  private(set) var closesCycle: [Bool]
  /// Positions by name.
  private let positions: [[UInt8]: Int]

  init(_ graph: Graph) {
    var positions: [[UInt8]: Int] = [:]
    for (position, node) in graph.nodes.enumerated() {
      positions[Array(node.name.utf8)] = position
    }
    self.positions = positions
    let count = graph.nodes.count
    outgoing = [[Int]](repeating: [], count: count)
    hasIncoming = [Bool](repeating: false, count: count)
    isReachable = hasIncoming
    closesCycle = hasIncoming
    for isLast in [false, true] {
      for (index, edge) in graph.edges.enumerated() where (edge.condition == nil) == isLast {
        guard let source = position(edge.source.value) else { continue }
        outgoing[source].append(index)
        if let target = position(edge.target.value) { hasIncoming[target] = true }
      }
    }
    walk(graph)
  }

  /// The position of a node's name.
  func position(_ name: String) -> Int? { positions[Array(name.utf8)] }

  /// Depth first from the entry, without recursion.
  private mutating func walk(_ graph: Graph) {
    guard let start = position(graph.entryPoint.value) else { return }
    let targets: [[Int]] = graph.nodes.indices.map { node in
      let step = graph.nodes[node].content
      let own = outgoing[node].map { graph.edges[$0].target.value }
      let errors = (step.onError + step.onTimeout + step.onCancel).map(\.target.value)
      let decided = step.decision.map { [$0.onTrue.value, $0.onFalse.value] } ?? []
      return (own + decided + errors).compactMap { position($0) }
    }
    var isOpen = [Bool](repeating: false, count: graph.nodes.count)
    var stack = [(node: start, next: 0)]
    isReachable[start] = true
    isOpen[start] = true
    while let top = stack.last {
      guard top.next < targets[top.node].count else {
        isOpen[top.node] = false
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].next += 1
      let target = targets[top.node][top.next]
      if isOpen[target] { closesCycle[target] = true }
      guard !isReachable[target] else { continue }
      isReachable[target] = true
      isOpen[target] = true
      stack.append((target, 0))
    }
  }
}
