import Source

/// An upper bound of the steps that a query takes on a document, before it runs.
///
/// A running query cannot be stopped, so what may take too long is not started. The bound follows
/// node lists through the segments: a list holds at most `count` nodes, and each node of the
/// document at most `repeats` times. Filters are bounded for all their candidates at once, which
/// keeps `$..[?@..x]` at the size of the document times its depth instead of its square.
struct QueryCost {
  /// Steps that parts of a query take for a node, measured with libjq 1.6.
  ///
  /// A benchmark compares the bound with the time for many queries and documents; the weights are
  /// such that no query takes longer than its bound on a slow machine.
  private enum Weight {
    static let result = 27.0
    static let descendant = 12.0
    static let look = 9.0
    static let member = 13.0
    static let child = 5.0
    static let slice = 70.0
    static let sliceChild = 12.0
    static let stepChild = 50.0
    static let candidate = 7.0
    static let presence = 12.0
    static let shortComparison = 13.0
    static let comparison = 20.0
    static let pattern = 20.0
    static let function = 40.0
  }

  /// What is known of a node list.
  private struct NodeList {
    var count = 1.0
    var repeats = 1.0
    /// Whether all its nodes stand equally deep, so that none stands below another.
    var isLevel = true
  }

  private let nodes: Double
  private let levels: Double
  private let width: Double
  private let maps: Double
  private let lists: Double
  private let textBytes: Double
  private let longestText: Double
  /// Steps of about 0.1 microseconds.
  private(set) var steps = 0.0

  /// The bound for `query` on a document of this shape.
  init(_ query: Query, on shape: DocumentShape, results: Int) {
    maps = Double(shape.maps)
    lists = Double(shape.lists)
    nodes = Double(shape.nodes)
    levels = Double(shape.depth + 1)
    width = Double(shape.width)
    textBytes = Double(shape.textBytes)
    longestText = Double(shape.longestText)
    // Paths are lists as long as the node is deep.
    let perNode = 1 + levels / 16
    let found = walk(query, from: NodeList(), perNode: perNode)
    steps += min(found.count, Double(results)) * Weight.result * perNode
  }

  private mutating func walk(_ query: Query, from start: NodeList, perNode: Double) -> NodeList {
    var list = query.isAbsolute ? NodeList() : start
    for segment in query.segments { list = walk(segment, from: list, perNode: perNode) }
    return list
  }

  private mutating func walk(
    _ segment: Segment,
    from start: NodeList,
    perNode: Double
  ) -> NodeList {
    var list = start
    if segment.isDescendant {
      if !list.isLevel { list.repeats = min(list.repeats * levels, list.count) }
      list.count = min(list.count * nodes, list.repeats * nodes)
      list.isLevel = false
      steps += list.count * Weight.descendant * perNode
    }
    var result = list
    result.count = 0
    result.repeats = min(list.repeats * segment.repeats, .greatestFiniteMagnitude)
    for selector in segment.selectors {
      var children = list
      children.count = min(list.count * width, list.repeats * nodes)
      switch selector {
      case .name:
        let holders = min(list.count, list.repeats * maps)
        steps += (list.count * Weight.look + holders * Weight.member) * perNode
        result.count += holders
      case .index:
        let holders = min(list.count, list.repeats * lists)
        steps += (list.count * Weight.look + holders * Weight.member) * perNode
        result.count += holders
      case .wildcard:
        steps += (list.count * 4 + children.count * Weight.child) * perNode
        result.count += children.count
      case .slice(_, _, let step):
        let perChild = step == 1 ? Weight.sliceChild : Weight.stepChild
        let holders = min(list.count, list.repeats * lists)
        steps += list.count * Weight.look * perNode
        steps += (holders * Weight.slice + children.count * perChild) * perNode
        result.count += children.count
      case .filter(let expression):
        steps += (list.count * 4 + children.count * Weight.candidate) * perNode
        test(expression, of: children)
        result.count += children.count
      }
    }
    result.count = min(result.count, result.repeats * nodes)
    return result
  }

  private mutating func test(_ expression: LogicalExpression, of list: NodeList) {
    // What does not depend on the candidate is found once.
    let list = expression.isConstant ? NodeList() : list
    switch expression {
    case .or(let parts), .and(let parts):
      steps += list.count * Double(parts.count)
      for part in parts { test(part, of: list) }
    case .not(let inner):
      steps += list.count
      test(inner, of: list)
    case .exists(let query):
      steps += list.count * Weight.presence
      if query.isPlace { break }
      _ = walk(query, from: list, perNode: 1)
    case .compare(let left, _, let right):
      if left.isLiteral && right.isPlace || left.isPlace && right.isLiteral {
        steps += list.count * Weight.shortComparison + text(of: list) / 500
        break
      }
      steps += list.count * Weight.comparison
      operand(left, of: list)
      operand(right, of: list)
      let isShallow = left.isLiteral || right.isLiteral
      if !isShallow { steps += below(list) * 4 }
      steps += text(of: list) / 500
    case .test(let call):
      steps += list.count * Weight.pattern
      for case .value(let argument) in call.arguments { operand(argument, of: list) }
      steps += text(of: list) / 50
    }
  }

  private mutating func operand(_ comparable: Comparable, of list: NodeList) {
    let list = comparable.isConstant ? NodeList() : list
    switch comparable {
    case .literal: steps += list.count
    case .query(let query): _ = walk(query, from: list, perNode: 1)
    case .function(let call):
      steps += list.count * Weight.function + text(of: list) / 50
      for argument in call.arguments {
        switch argument {
        case .value(let inner): operand(inner, of: list)
        case .nodes(let query):
          let found = walk(query, from: list, perNode: 1)
          steps += found.count * 2
        }
      }
    }
  }

  /// Nodes of the list and below it.
  private func below(_ list: NodeList) -> Double {
    min(list.count * nodes, list.repeats * nodes * (list.isLevel ? 1 : levels))
  }

  /// Bytes of the texts of the list and below it.
  private func text(of list: NodeList) -> Double {
    min(list.count * longestText, list.repeats * textBytes * (list.isLevel ? 1 : levels))
  }
}

extension Comparable {
  fileprivate var isLiteral: Bool {
    if case .literal = self { true } else { false }
  }

  /// Whether it has a short form in comparisons with literals.
  fileprivate var isPlace: Bool {
    if case .query(let query) = self { query.isPlace } else { false }
  }
}

extension Query {
  /// Whether it is a query of few names and indices.
  fileprivate var isPlace: Bool { isSingular && segments.count <= 2 }
}

extension Segment {
  /// How often it may select one child of one node, at most.
  var repeats: Double {
    var both = 0
    var slices = 0
    var indices: [Int64: Int] = [:]
    var fromEnd = 0
    var names: [String: Int] = [:]
    for selector in selectors {
      switch selector {
      case .wildcard, .filter: both += 1
      case .slice: slices += 1
      case .index(let index):
        if index < 0 { fromEnd += 1 } else { indices[index, default: 0] += 1 }
      case .name(let name): names[name, default: 0] += 1
      }
    }
    let ofLists = slices + fromEnd + (indices.values.max() ?? 0)
    return Double(max(1, both + max(ofLists, names.values.max() ?? 0)))
  }
}

/// What can be refused without a document.
struct QuerySize {
  /// Selectors, tests and operands.
  private(set) var parts = 0
  /// How often the query, or one inside it, may select one node of a tree.
  private(set) var repeats = 1.0
  /// Calls of `match` and `search`.
  private(set) var calls: [FunctionCall] = []

  /// Measures `query`; linear.
  init(_ query: Query) { add(query) }

  private mutating func add(_ query: Query) {
    var repeats = 1.0
    for segment in query.segments {
      repeats *= segment.repeats
      for selector in segment.selectors {
        parts += 1
        if case .filter(let expression) = selector { add(expression) }
      }
    }
    self.repeats = max(self.repeats, repeats)
  }

  private mutating func add(_ expression: LogicalExpression) {
    parts += 1
    switch expression {
    case .or(let parts), .and(let parts): for part in parts { add(part) }
    case .not(let inner): add(inner)
    case .exists(let query): add(query)
    case .compare(let left, _, let right):
      add(left)
      add(right)
    case .test(let call):
      calls.append(call)
      add(call)
    }
  }

  private mutating func add(_ comparable: Comparable) {
    parts += 1
    switch comparable {
    case .literal: break
    case .query(let query): add(query)
    case .function(let call): add(call)
    }
  }

  private mutating func add(_ call: FunctionCall) {
    for argument in call.arguments {
      switch argument {
      case .value(let value): add(value)
      case .nodes(let query): add(query)
      }
    }
  }
}
