import RegularExpression
import Values

/// Writes the bodies of a program, one query after the other.
///
/// Idioms that hold for jq 1.6: children are `.[]` behind a test of the type, never `.[]?`, which
/// hides later errors; slices are ranges of indices, as `.[a:b]` has paths of its own; a comparable
/// is a list of no or one value, so that *Nothing* is `[]`; nothing is a function of its own but
/// the query, since calls double the time.
struct QueryTranslator {
  /// The children of `.`.
  static let children =
    "if type == \"object\" or type == \"array\" then .[] else empty end"

  private(set) var parameters: [Value] = []
  private(set) var wideLiterals: [WideNumber] = []
  private var names: [MapKey: Int] = [:]

  /// Expressions without `@`, bound before the query runs; those of level 1 are used by level 0.
  private var levels: [[String]] = []
  private var known: [String: String] = [:]
  private var calls: [PatternCall] = []
  private var labels = 0

  /// The body for `query` and the calls that it looks up.
  mutating func translate(_ query: Query) -> (body: String, calls: [PatternCall]) {
    levels = []
    known = [:]
    calls = []
    labels = 0
    let path = segments(query, level: 0)
    var body = "$root | "
    for level in levels.indices.reversed() {
      body += "[" + levels[level].joined(separator: ", ") + "] as $h\(level) | "
    }
    return (body + "limit($n; path(\(path)))", calls)
  }

  // MARK: Parameters

  private mutating func parameter(_ value: Value) -> String {
    parameters.append(value)
    return "$p\(parameters.count - 1)"
  }

  private mutating func parameter(name: String) -> String {
    if let index = names[.string(name)] { return "$p\(index)" }
    names[.string(name)] = parameters.count
    return parameter(.string(name))
  }

  /// Binds an expression without `@` once per query.
  private mutating func hoisted(
    _ level: Int,
    _ make: (inout QueryTranslator, Int) -> String
  ) -> String {
    let text = "(" + make(&self, level + 1) + ")"
    let key = "\(level) \(text)"
    if let place = known[key] { return place }
    while levels.count <= level { levels.append([]) }
    levels[level].append(text)
    let place = "$h\(level)[\(levels[level].count - 1)]"
    known[key] = place
    return place
  }

  // MARK: Segments

  /// `query` from `.`, which is its start.
  private mutating func segments(_ query: Query, level: Int) -> String {
    var parts: [String] = []
    for segment in query.segments {
      if segment.isDescendant { parts.append("recurse(\(Self.children))") }
      let selectors = segment.selectors.map { selector(of: $0, level: level) }
      parts.append("(" + selectors.joined(separator: ", ") + ")")
    }
    return parts.isEmpty ? "." : parts.joined(separator: " | ")
  }

  /// An absolute query from anywhere, a relative one from `.`.
  private mutating func nodes(_ query: Query, level: Int) -> String {
    (query.isAbsolute ? "$root | " : "") + segments(query, level: level)
  }

  private mutating func selector(of selector: Selector, level: Int) -> String {
    switch selector {
    case .name(let name):
      let place = parameter(name: name)
      return "if type == \"object\" and has(\(place)) then .[\(place)] else empty end"
    case .wildcard: return "(\(Self.children))"
    case .index(let index):
      let place = parameter(.double(Double(index.magnitude)))
      return index >= 0
        ? "if type == \"array\" and length > \(place) then .[\(place)] else empty end"
        : "if type == \"array\" and length >= \(place) then .[length - \(place)] else empty end"
    case .slice(let start, let end, let step): return slice(start, end, step)
    case .filter(let expression):
      let test = logical(expression, level: level)
      return "(\(Self.children) | if \(test) then . else empty end)"
    }
  }

  /// RFC 9535, 2.3.4.2.2.
  private mutating func slice(_ start: Int64?, _ end: Int64?, _ step: Int64) -> String {
    if step == 0 { return "empty" }
    let low = step > 0 ? "0" : "-1"
    let high = step > 0 ? "$n" : "($n - 1)"
    func bound(_ position: Int64?, absent: String, _ translator: inout QueryTranslator) -> String {
      guard let position else { return absent }
      let place = translator.parameter(.double(Double(position)))
      let from = position < 0 ? "($n + \(place))" : place
      return "(\(from) | if . < \(low) then \(low) elif . > \(high) then \(high) else . end)"
    }
    let first = bound(start, absent: step > 0 ? low : high, &self)
    let last = bound(end, absent: step > 0 ? high : low, &self)
    let range =
      step == 1
      ? "range(\(first); \(last))"
      : "range(\(first); \(last); \(parameter(.double(Double(step)))))"
    return "if type == \"array\" then (length as $n | .[\(range)]) else empty end"
  }

  // MARK: Tests

  private mutating func logical(_ expression: LogicalExpression, level: Int) -> String {
    if expression.isConstant {
      return hoisted(level) { $0.logicalHere(expression, level: $1) }
    }
    return logicalHere(expression, level: level)
  }

  private mutating func logicalHere(_ expression: LogicalExpression, level: Int) -> String {
    switch expression {
    case .or(let parts):
      return "(" + parts.map { logical($0, level: level) }.joined(separator: " or ") + ")"
    case .and(let parts):
      return "(" + parts.map { logical($0, level: level) }.joined(separator: " and ") + ")"
    case .not(let inner): return "(\(logical(inner, level: level)) | not)"
    case .exists(let query):
      if query.segments.isEmpty { return "true" }
      let found = nodes(query, level: level)
      if query.isSingular { return "(([\(found)] | length) == 1)" }
      labels += 1
      let label = "$l\(labels)"
      return "(reduce (label \(label) | \(found) | (1, break \(label))) as $i (false; true))"
    case .compare(let left, let comparison, let right):
      return compare(left, comparison, right, level: level)
    case .test(let call): return test(call, level: level)
    }
  }

  private mutating func compare(
    _ left: Comparable,
    _ comparison: Comparison,
    _ right: Comparable,
    level: Int
  ) -> String {
    switch comparison {
    case .equal, .notEqual:
      let sign = comparison == .equal ? "==" : "!="
      return "(\(comparable(left, level: level)) \(sign) \(comparable(right, level: level)))"
    case .less, .lessOrEqual:
      let orEqual = comparison == .lessOrEqual
      return ordered(left, right, orEqual: orEqual, level: level)
    case .greater, .greaterOrEqual:
      let orEqual = comparison == .greaterOrEqual
      return ordered(right, left, orEqual: orEqual, level: level)
    }
  }

  private mutating func ordered(
    _ left: Comparable,
    _ right: Comparable,
    orEqual: Bool,
    level: Int
  ) -> String {
    let first = comparable(left, level: level)
    let second = comparable(right, level: level)
    let less = """
      ($a | length) == 1 and ($b | length) == 1 and (($a[0] | type) as $t \
      | $t == ($b[0] | type) and ($t == "number" or $t == "string")) and $a[0] < $b[0]
      """
    return "(\(first) as $a | \(second) as $b | \(orEqual ? "$a == $b or (\(less))" : less))"
  }

  /// A list of no or one value.
  private mutating func comparable(_ comparable: Comparable, level: Int) -> String {
    if case .literal(let literal) = comparable { return list(of: literal) }
    if comparable.isConstant {
      return hoisted(level) { $0.comparableHere(comparable, level: $1) }
    }
    return comparableHere(comparable, level: level)
  }

  private mutating func list(of literal: Literal) -> String {
    let value = literal.value
    guard let wide = WideNumber(value) else { return parameter(.list([value])) }
    wideLiterals.append(wide)
    return "[$w[\(wideLiterals.count - 1)]]"
  }

  private mutating func comparableHere(_ comparable: Comparable, level: Int) -> String {
    switch comparable {
    case .literal(let literal): return list(of: literal)
    case .query(let query): return "[\(nodes(query, level: level))]"
    case .function(let call):
      switch (call.function, call.arguments.first) {
      case (.length, .value(let argument)?):
        let inner = self.comparable(argument, level: level)
        return """
          (\(inner) | if length == 1 then (.[0] | if type == "string" or type == "array" \
          or type == "object" then [length] else [] end) else [] end)
          """
      case (.count, .nodes(let query)?):
        return "[reduce (\(nodes(query, level: level))) as $i (0; . + 1)]"
      case (.value, .nodes(let query)?):
        return "([limit(2; \(nodes(query, level: level)))] | if length == 1 then . else [] end)"
      default: return "[]"
      }
    }
  }

  /// `match` and `search`: a look-up in what was matched beforehand.
  private mutating func test(_ call: FunctionCall, level: Int) -> String {
    guard let prepared = call.patternCall else { return "false" }
    guard case .value(let text)? = call.arguments.first,
      case .value(let pattern)? = call.arguments.last
    else { return "false" }
    let table = "$m[\(calls.count)]"
    calls.append(prepared)
    let first = comparable(text, level: level)
    let isText = "($a | length) == 1 and ($a[0] | type) == \"string\""
    guard case .data = prepared.pattern else {
      return "(\(first) as $a | \(isText) and (\(table) | has($a[0])))"
    }
    let second = comparable(pattern, level: level)
    return """
      (\(first) as $a | \(second) as $b | \(isText) and ($b | length) == 1 \
      and ($b[0] | type) == "string" and (\(table) | has($b[0])) and (\(table)[$b[0]] | has($a[0])))
      """
  }
}

extension FunctionCall {
  /// What must be matched before the query runs; nil when the test is always false.
  var patternCall: PatternCall? {
    guard case .value(let text)? = arguments.first, case .value(let pattern)? = arguments.last
    else { return nil }
    let source: PatternSource
    switch StringSource(pattern) {
    case .none: return nil
    case .exactly(let pattern):
      guard let compiled = try? Self.compile(pattern) else { return nil }
      source = .fixed(compiled)
    case .place(let query): source = .place(query)
    case let data: source = .data(data)
    }
    let texts = StringSource(text)
    if case .none = texts { return nil }
    return PatternCall(isWhole: function == .match, texts: texts, pattern: source)
  }

  /// An I-Regexp, ready to run.
  static func compile(
    _ pattern: String,
    memoryBytes: Int = 1 << 20
  ) throws(InteroperablePattern.Refusal) -> Pattern {
    let text = try InteroperablePattern(pattern).text
    do {
      return try Pattern(text, memoryBytes: memoryBytes)
    } catch {
      throw .size
    }
  }
}

extension Comparable {
  /// Whether it has one value per document, wherever it stands.
  var isConstant: Bool {
    switch self {
    case .literal: true
    case .query(let query): query.isAbsolute
    case .function(let call): call.isConstant
    }
  }
}

extension FunctionCall {
  var isConstant: Bool {
    arguments.allSatisfy { argument in
      switch argument {
      case .value(let value): value.isConstant
      case .nodes(let query): query.isAbsolute
      }
    }
  }
}

extension LogicalExpression {
  var isConstant: Bool {
    switch self {
    case .or(let parts), .and(let parts): parts.allSatisfy(\.isConstant)
    case .not(let inner): inner.isConstant
    case .exists(let query): query.isAbsolute
    case .compare(let left, _, let right): left.isConstant && right.isConstant
    case .test(let call): call.isConstant
    }
  }
}
