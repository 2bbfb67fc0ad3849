import RegularExpression
import Values

/// Writes the bodies of a program, one query after the other.
///
/// Idioms that hold for jq 1.6: children are `.[]?`, an instruction of its own that passes scalars
/// over and hides no error; slices are ranges of indices, as `.[a:b]` has paths of its own; a
/// comparable is a list of no or one value, so that *Nothing* is `[]`.
///
/// The engine goes through the whole program once for each of its 300 own functions, so each
/// instruction counts when it compiles: what is long stands in `definitions` once, and what is
/// frequent in filters has a short form of its own.
struct QueryTranslator {
  /// The functions that bodies call: members, elements, slices, descendants, ordered comparison.
  static let definitions = """
    def n($k): if type == "object" and has($k) then .[$k] else empty end;
    def i($j): if type == "array" and length > $j then .[$j] else empty end;
    def j($j): if type == "array" and length >= $j then .[length - $j] else empty end;
    def b($x; $l; $h): if $x < $l then $l elif $x > $h then $h else $x end;
    def c($x; $n): if $x < 0 then $n + $x else $x end;
    def h($k): type == "object" and has($k);
    def s($a; $z): if type == "array" then (length as $n | .[range(
    b(c($a // 0; $n); 0; $n); b(c($z // $n; $n); 0; $n))]) else empty end;
    def u($a; $z; $s): if type == "array" then (length as $n | .[range(
    b(c($a // 0; $n); 0; $n); b(c($z // $n; $n); 0; $n); $s)]) else empty end;
    def v($a; $z; $s): if type == "array" then (length as $n | .[range(
    b(c($a // ($n - 1); $n); -1; $n - 1); b(if $z then c($z; $n) else -1 end; -1; $n - 1); $s)])
    else empty end;
    def d: ., (.[]? | d);
    def l(a; b): a as $a | b as $b | ($a | length) == 1 and ($b | length) == 1 and
    (($a[0] | type) as $t | $t == ($b[0] | type) and ($t == "number" or $t == "string"))
    and $a[0] < $b[0];
    def z(f): if length == 1 then (.[0] | f) else [] end;
    def k: if type == "string" or type == "array" or type == "object" then length else null end;
    def y: if type == "string" or type == "array" or type == "object" then [length] else [] end;

    """

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
    var body = ""
    for level in levels.indices.reversed() {
      body += "[" + levels[level].joined(separator: ", ") + "] as $h\(level) | "
    }
    return (body + path, calls)
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
      if segment.isDescendant { parts.append("d") }
      let selectors = segment.selectors.map { selector(of: $0, level: level) }
      let all = selectors.joined(separator: ", ")
      parts.append(selectors.count == 1 ? all : "(\(all))")
    }
    return parts.isEmpty ? "." : parts.joined(separator: " | ")
  }

  /// An absolute query from anywhere, a relative one from `.`.
  private mutating func nodes(_ query: Query, level: Int) -> String {
    (query.isAbsolute ? "$root | " : "") + segments(query, level: level)
  }

  private mutating func selector(of selector: Selector, level: Int) -> String {
    switch selector {
    case .name(let name): return "n(\(parameter(name: name)))"
    case .wildcard: return ".[]?"
    case .index(let index):
      return "\(index >= 0 ? "i" : "j")(\(parameter(.double(Double(index.magnitude)))))"
    case .slice(let start, let end, let step): return slice(start, end, step)
    case .filter(let expression):
      return "(.[]? | if \(logical(expression, level: level)) then . else empty end)"
    }
  }

  /// RFC 9535, 2.3.4.2.2.
  private mutating func slice(_ start: Int64?, _ end: Int64?, _ step: Int64) -> String {
    if step == 0 { return "empty" }
    var bounds: [String] = []
    for bound in step == 1 ? [start, end] : [start, end, step] {
      bounds.append(bound.map { parameter(.double(Double($0))) } ?? "null")
    }
    let function = step == 1 ? "s" : step > 0 ? "u" : "v"
    return "\(function)(\(bounds.joined(separator: "; ")))"
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
      if let test = presence(query) { return test }
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
    if let short = short(left, comparison, right, level: level)
      ?? short(right, comparison.mirrored, left, level: level)
    {
      return short
    }
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
    return orEqual
      ? "(\(first) as $a | \(second) as $b | $a == $b or l($a; $b))" : "l(\(first); \(second))"
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
    WideNumber(literal.value) == nil
      ? parameter(.list([literal.value])) : "[\(value(of: literal))]"
  }

  private mutating func value(of literal: Literal) -> String {
    guard let wide = WideNumber(literal.value) else { return parameter(literal.value) }
    wideLiterals.append(wide)
    return "$w[\(wideLiterals.count - 1)]"
  }

  private mutating func comparableHere(_ comparable: Comparable, level: Int) -> String {
    switch comparable {
    case .literal(let literal): return list(of: literal)
    case .query(let query): return "[\(nodes(query, level: level))]"
    case .function(let call):
      switch (call.function, call.arguments.first) {
      case (.length, .value(let argument)?):
        let inner = self.comparable(argument, level: level)
        return "(\(inner) | z(y))"
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
    if !prepared.hasPatternsFromMany, case .query(let query) = text, let place = place(query) {
      return "(\(table)[\(place)]? // false)"
    }
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

  // MARK: Short forms

  /// What a singular query leads to: null or nothing when there is nothing.
  ///
  /// For where *Nothing* and null come to the same. Nil when the engine's own indices would not do.
  private mutating func place(_ query: Query) -> String? {
    guard query.isSingular else { return nil }
    var steps: [Value] = []
    for segment in query.segments {
      switch segment.selectors.first {
      case .name(let name): steps.append(.string(name))
      case .index(let index) where index.magnitude < 1 << 30: steps.append(.double(Double(index)))
      default: return nil
      }
    }
    let start = query.isAbsolute ? "$root" : "."
    return steps.reduce(start) { text, step in
      guard case .string(let name) = step else { return "\(text)[\(parameter(step))]?" }
      return "\(text)[\(parameter(name: name))]?"
    }
  }

  /// Whether a query of names selects anything; nil for other queries.
  private mutating func presence(_ query: Query) -> String? {
    if query.segments.isEmpty { return "true" }
    guard query.isSingular, case .name(let name)? = query.segments.last?.selectors.first else {
      return nil
    }
    if !query.isAbsolute, query.segments.count == 1 { return "h(\(parameter(name: name)))" }
    var parent = query
    parent.segments.removeLast()
    return place(parent).map { "(\($0) // null | h(\(parameter(name: name))))" }
  }

  /// A comparison with a number or a text, with which *Nothing*, null and false compare alike.
  private mutating func short(
    _ left: Comparable,
    _ comparison: Comparison,
    _ right: Comparable,
    level: Int
  ) -> String? {
    guard case .literal(let literal) = right else { return nil }
    let type: String
    switch literal {
    case .number: type = "number"
    case .string: type = "string"
    case .null, .bool: return nil
    }
    let isEquality = comparison == .equal || comparison == .notEqual
    switch left {
    case .query(let query):
      guard let place = place(query) else { return nil }
      let value = value(of: literal)
      return isEquality
        ? "((\(place) // null) \(comparison.rawValue) \(value))"
        : "(\(place) // null | type == \"\(type)\" and . \(comparison.rawValue) \(value))"
    case .function(let call) where call.function == .count && type == "number":
      guard case .nodes(let query)? = call.arguments.first else { return nil }
      let count = "reduce (\(nodes(query, level: level))) as $i (0; . + 1)"
      return "((\(count)) \(comparison.rawValue) \(value(of: literal)))"
    case .function(let call) where call.function == .length && type == "number":
      guard case .value(.query(let query))? = call.arguments.first, let place = place(query) else {
        return nil
      }
      let value = value(of: literal)
      return isEquality
        ? "((\(place) // null | k) \(comparison.rawValue) \(value))"
        : "(\(place) // null | k | type == \"number\" and . \(comparison.rawValue) \(value))"
    case .function, .literal: return nil
    }
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

extension PatternCall {
  /// Whether its patterns come from many places of the document.
  var hasPatternsFromMany: Bool {
    if case .data = pattern { true } else { false }
  }
}

extension Comparison {
  /// The same with its sides exchanged.
  var mirrored: Comparison {
    switch self {
    case .equal, .notEqual: self
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
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
