import RegularExpression
import Values

/// Queries as one program of the engine that runs them.
///
/// The program takes `[number, document, match tables, stand-ins, limit]` and gives the paths of
/// the first `limit` nodes that query `number` selects, in order. Its text holds fixed words, and
/// numbers made here; what the author of a query wrote stands in `parameters` only, as `$p0`,
/// `$p1`, ….
struct QueryTranslation: Sendable {
  /// The program's text.
  let program: String
  /// The values of `$p0`, `$p1`, ….
  let parameters: [Value]
  /// For each query, the length of its part of the program.
  let sizes: [Int]
  /// For each query, the calls of `match` and `search`: what `.[2]` must hold.
  let calls: [[PatternCall]]
  /// Literals beyond ±2^53: what `.[3]` must hold stand-ins for.
  let wideLiterals: [WideNumber]

  /// The document that the program's self-test (query -1) runs on.
  static let probeDocument = Value.map(["a": .list([.int(7)])])
  /// What the self-test gives.
  static let probeAnswer: [NormalizedPath.Element] = [
    .name("a"), .index(0), .index(1), .index(1), .index(1), .index(2), .index(3),
  ]

  private static let probe = """
    $root | path(recurse(.[]?) | if type == "array" then .[length - 1] \
    else empty end) + [([[1]] == [[1]] | if . then 1 else 0 end), \
    (reduce (label $l | (1, 2) | (1, break $l)) as $i (0; . + 1)), ("\\u00e9" | length), \
    ([limit(2; 1, 2, 3)] | length), ([range(3; 0; -1)] | length)]
    """

  /// Translates `queries`; linear in their size.
  init(_ queries: [Query]) {
    var translator = QueryTranslator()
    var text =
      QueryTranslator.definitions
      + ".[0] as $q | .[1] as $root | .[2] as $m | .[3] as $w | .[4] as $n |\n"
    var calls: [[PatternCall]] = []
    var sizes: [Int] = []
    var bodies: [String] = []
    for query in queries {
      let (body, patterns) = translator.translate(query)
      bodies.append(body)
      calls.append(patterns)
      sizes.append(body.utf8.count)
    }
    text += "if $q < 0 then \(Self.probe) else "
    text += "$root | limit($n; path(\(Self.dispatch(bodies[...]).text))) end"
    program = text
    parameters = translator.parameters
    wideLiterals = translator.wideLiterals
    self.calls = calls
    self.sizes = sizes
  }

  /// Longest part of the program that one query may need.
  ///
  /// The engine's functions hold 65,535 units of code, of which a byte of text needs two at most.
  static let largestSize = 30_000
  /// Length at which a part of the program becomes a function.
  private static let functionSize = 4_000

  /// A tree of tests, so that the last query is found as soon as the first.
  ///
  /// Large parts are functions with the narrowest scope: a function holds a limited amount of code,
  /// and the engine searches all of a scope for uses of a name, so that functions side by side take
  /// quadratic time. `length` is what a part adds to the function around it.
  private static func dispatch(_ bodies: ArraySlice<String>) -> (text: String, length: Int) {
    guard let first = bodies.first else { return ("empty", 0) }
    let text: String
    let length: Int
    if bodies.count == 1 {
      (text, length) = ("(\(first))", first.utf8.count)
    } else {
      let middle = (bodies.startIndex + bodies.endIndex) / 2
      let low = dispatch(bodies[..<middle])
      let high = dispatch(bodies[middle...])
      text = "if $q < \(middle) then \(low.text) else \(high.text) end"
      length = low.length + high.length + 30
    }
    return length < functionSize ? (text, length) : ("(def f: \(text); f)", 10)
  }
}

/// A call of `match` or `search` that runs before the query does.
///
/// Patterns run on RE2 only, which is linear in the text. As RE2 cannot be called from inside the
/// engine, all texts that may come to the call are matched first, and the query looks them up.
struct PatternCall: Sendable {
  /// Whether the whole text must match.
  var isWhole: Bool
  /// The texts that may come.
  var texts: StringSource
  /// The patterns that may come.
  var pattern: PatternSource
}

/// Where a call's pattern comes from.
enum PatternSource: Sendable {
  /// From the query.
  case fixed(Pattern)
  /// From one place of the document.
  case place(Query)
  /// From many.
  case data(StringSource)
}

/// Which texts may be the value of an expression, at most.
enum StringSource: Sendable {
  /// None.
  case none
  /// This one.
  case exactly(String)
  /// What stands at a singular absolute query.
  case place(Query)
  /// Members of these names anywhere.
  case members([String])
  /// Elements of lists anywhere.
  case elements
  /// Any text of the document.
  case all

  /// The texts that `comparable` may come to.
  init(_ comparable: Comparable) {
    switch comparable {
    case .literal(.string(let text)): self = .exactly(text)
    case .literal: self = .none
    case .query(let query) where query.isAbsolute: self = .place(query)
    case .query(let query): self.init(lastOf: query)
    case .function(let call):
      guard call.function == .value, case .nodes(let query)? = call.arguments.first else {
        self = .none
        return
      }
      self.init(lastOf: query)
    }
  }

  private init(lastOf query: Query) {
    guard let last = query.segments.last else {
      self = .all
      return
    }
    var names: [String] = []
    var isElements = true
    for selector in last.selectors {
      if case .name(let name) = selector { names.append(name) }
      switch selector {
      case .index, .slice: break
      case .name, .wildcard, .filter: isElements = false
      }
    }
    self = isElements ? .elements : names.count == last.selectors.count ? .members(names) : .all
  }
}
