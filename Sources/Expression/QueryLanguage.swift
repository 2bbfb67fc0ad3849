public import Source
public import Values

/// A language of queries inside expressions, which the host provides: in flows, JSONPath.
///
/// A seam: this module knows where queries stand and what they may read, the host knows the
/// language and the engine. Everything that a query gives depends on its text and its document
/// only.
public protocol QueryLanguage: Sendable {
  /// Reads and checks the text of a query; the query is nil when a finding is an error.
  func read(_ source: SourceText) -> (query: QueryReading?, diagnostics: [Diagnostic])

  /// Runs a query that was read before on a document.
  func select(
    _ number: Int,
    in document: Value,
    isFirstEnough: Bool
  ) throws(EvaluationError) -> QuerySelection
}

/// A query that was read.
public struct QueryReading: Sendable {
  /// The names that lead from the root to what a query can reach.
  public struct Way: Sendable {
    /// The names in order; none: everything.
    public var names: [String]
    /// The part of the query's text that says so.
    public var range: TextRange

    /// A way.
    public init(names: [String], range: TextRange) {
      self.names = names
      self.range = range
    }
  }

  /// What `QueryLanguage.select` calls it.
  public var number: Int
  /// The ways from the root; a query with queries inside has several.
  public var ways: [Way]

  /// A query.
  public init(number: Int, ways: [Way]) {
    self.number = number
    self.ways = ways
  }
}

/// What a query selects in a document.
public struct QuerySelection: Sendable {
  /// The values in order, or the first of them.
  public var values: [Value]
  /// What it costs, in CEL cost units.
  public var cost: Int

  /// A selection.
  public init(values: [Value], cost: Int) {
    self.values = values
    self.cost = cost
  }
}

/// What a call of a query function does with the nodes.
enum QueryForm: String {
  /// Lists the values.
  case list = "jsonpath"
  /// The first value, or nothing.
  case first = "jsonpath_one"
  /// Whether there is any.
  case exists = "jsonpath_exists"

  /// The type of the result.
  var type: ExpressionType {
    switch self {
    case .list: .list(.dyn)
    case .first: .optional(.dyn)
    case .exists: .bool
    }
  }
}

/// A call of a query function, checked.
struct QueryCall {
  /// A variable as a member of the root, or below a member (`steps.classify`).
  struct Member {
    var name: String
    var inner: String?
    /// Position among the environment's variables.
    var variable: Int
  }

  var form: QueryForm
  var number: Int
  /// The members of the root; nil when the document is an argument.
  var members: [Member]?
}

extension Tree {
  /// The tree of a guard that is a query: `jsonpath_exists` of its text.
  static func existence(of text: String, range: TextRange) -> Tree {
    var tree = Tree()
    tree.names = [QueryForm.exists.rawValue]
    tree.constants = [.string(text)]
    var literal = Node(kind: .literal, range: range)
    literal.text = 0
    var call = Node(kind: .call, range: range)
    call.text = 0
    call.height = 2
    call.count = 1
    tree.nodes = [literal, call]
    tree.children = [0]
    tree.root = 1
    return tree
  }
}
