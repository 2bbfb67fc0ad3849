import Source

/// A parsed JSONPath query (RFC 9535).
public struct Query: Sendable, Hashable {
  /// Whether it starts at the root (`$`) or at the current node (`@`).
  public var isAbsolute: Bool
  /// The segments in order.
  public var segments: [Segment]
  /// Where it stands in the text.
  public var range: TextRange

  /// Whether it yields at most one node: names and indices only (RFC 9535, 2.3.5.1).
  public var isSingular: Bool {
    segments.allSatisfy { segment in
      guard !segment.isDescendant, segment.selectors.count == 1 else { return false }
      switch segment.selectors[0] {
      case .name, .index: return true
      case .wildcard, .slice, .filter: return false
      }
    }
  }
}

extension Query {
  /// Where a query reads: names that lead from the root, and the part of its text that says so.
  public typealias Way = (names: [String], range: TextRange)

  /// The names that lead from the root to all that the query, or one inside it, can reach.
  public var ways: [Way] {
    var ways: [Way] = []
    collect(&ways)
    return ways
  }

  fileprivate func collect(_ ways: inout [Way]) {
    if isAbsolute {
      var names: [String] = []
      for segment in segments {
        guard !segment.isDescendant, segment.selectors.count == 1,
          case .name(let name) = segment.selectors[0]
        else { break }
        names.append(name)
      }
      ways.append((names, range))
    }
    for segment in segments {
      for case .filter(let expression) in segment.selectors { expression.collect(&ways) }
    }
  }
}

extension LogicalExpression {
  fileprivate func collect(_ ways: inout [Query.Way]) {
    switch self {
    case .or(let parts), .and(let parts): for part in parts { part.collect(&ways) }
    case .not(let inner): inner.collect(&ways)
    case .exists(let query): query.collect(&ways)
    case .compare(let left, _, let right):
      left.collect(&ways)
      right.collect(&ways)
    case .test(let call): call.collect(&ways)
    }
  }
}

extension Comparable {
  fileprivate func collect(_ ways: inout [Query.Way]) {
    switch self {
    case .literal: break
    case .query(let query): query.collect(&ways)
    case .function(let call): call.collect(&ways)
    }
  }
}

extension FunctionCall {
  fileprivate func collect(_ ways: inout [Query.Way]) {
    for argument in arguments {
      switch argument {
      case .value(let value): value.collect(&ways)
      case .nodes(let query): query.collect(&ways)
      }
    }
  }
}

/// One step of a query.
public struct Segment: Sendable, Hashable {
  /// Whether it visits all descendants (`..`).
  public var isDescendant: Bool
  /// The selectors in order.
  public var selectors: [Selector]
}

/// What a segment selects.
public indirect enum Selector: Sendable, Hashable {
  /// A member by name.
  case name(String)
  /// All members or elements.
  case wildcard
  /// An element; negative from the end.
  case index(Int64)
  /// A range of elements.
  case slice(start: Int64?, end: Int64?, step: Int64)
  /// Members or elements for which the expression is true.
  case filter(LogicalExpression)
}

/// A filter's expression.
public indirect enum LogicalExpression: Sendable, Hashable {
  /// True when one is.
  case or([LogicalExpression])
  /// True when all are.
  case and([LogicalExpression])
  /// The opposite.
  case not(LogicalExpression)
  /// Whether the query selects anything.
  case exists(Query)
  /// A comparison.
  case compare(Comparable, Comparison, Comparable)
  /// A function of logical result (`match`, `search`).
  case test(FunctionCall)
}

/// One side of a comparison.
public indirect enum Comparable: Sendable, Hashable {
  /// A literal.
  case literal(Literal)
  /// A singular query's value, or nothing.
  case query(Query)
  /// A function's value, or nothing.
  case function(FunctionCall)
}

/// The comparison operators.
public enum Comparison: String, Sendable, Hashable, CaseIterable {
  /// `==`
  case equal = "=="
  /// `!=`
  case notEqual = "!="
  /// `<`
  case less = "<"
  /// `<=`
  case lessOrEqual = "<="
  /// `>`
  case greater = ">"
  /// `>=`
  case greaterOrEqual = ">="
}

/// A literal of a filter.
public enum Literal: Sendable, Hashable {
  /// `null`
  case null
  /// `true`, `false`
  case bool(Bool)
  /// A number in JSON's spelling.
  case number(Double, spelling: String)
  /// A text.
  case string(String)
}

/// A call of one of RFC 9535's functions.
public struct FunctionCall: Sendable, Hashable {
  /// The function.
  public var function: Function
  /// The arguments, of the kinds that the function takes.
  public var arguments: [Argument]
  /// Where the name stands.
  public var range: TextRange
}

/// RFC 9535's functions.
public enum Function: String, Sendable, Hashable, CaseIterable {
  /// Characters of a text, elements of a list, members of an object.
  case length
  /// Nodes that a query selects.
  case count
  /// Whether the whole text matches an I-Regexp.
  case match
  /// Whether a part of the text matches an I-Regexp.
  case search
  /// The value of the one node that a query selects.
  case value

  /// Whether the result is logical; otherwise it is a value.
  public var isLogical: Bool { self == .match || self == .search }
}

/// An argument of a function.
public indirect enum Argument: Sendable, Hashable {
  /// A value.
  case value(Comparable)
  /// The nodes that a query selects.
  case nodes(Query)
}
