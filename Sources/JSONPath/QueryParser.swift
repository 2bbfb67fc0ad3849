import Source

/// Parses JSONPath queries: the grammar and type rules of RFC 9535, with limits.
public enum QueryParser {
  /// Parses `source`; the query is nil when a finding is an error.
  public static func parse(
    _ source: SourceText,
    limits: Limits = Limits()
  ) -> (query: Query?, diagnostics: [Diagnostic]) {
    do throws(QueryFailure) {
      guard source.text.utf8.count <= limits.queryBytes else {
        throw QueryFailure(
          code: .jsonPathLimit,
          message: "the query is longer than \(limits.queryBytes) bytes",
          range: TextRange(0, 1),
          hint: nil
        )
      }
      var parser = QueryParsing(cursor: QueryCursor(source.text), limits: limits)
      return (try parser.parseQuery(), [])
    } catch {
      let finding = Diagnostic(
        error.code,
        .error,
        error.message,
        at: source.span(error.range),
        hint: error.hint
      )
      return (nil, [finding])
    }
  }
}

/// One parse, under way.
struct QueryParsing {
  var cursor: QueryCursor
  let limits: Limits
  private var depth = 0
  private var selectorCount = 0

  init(cursor: QueryCursor, limits: Limits) {
    self.cursor = cursor
    self.limits = limits
  }

  mutating func parseQuery() throws(QueryFailure) -> Query {
    guard cursor.take("$") else {
      throw cursor.failure(
        "a query starts with `$`, found \(cursor.found)",
        hint: "write `$.` in front, and no blanks around the query"
      )
    }
    let query = try parseSegments(isAbsolute: true, from: 0)
    guard cursor.isAtEnd else {
      throw cursor.failure("expected a segment such as `.name` or `[0]`, found \(cursor.found)")
    }
    return query
  }

  /// `segments`: blanks are allowed before each segment, not after the last.
  private mutating func parseSegments(
    isAbsolute: Bool,
    from start: Int
  ) throws(QueryFailure)
    -> Query
  {
    var segments: [Segment] = []
    while true {
      let before = cursor.offset
      cursor.skipBlanks()
      guard cursor.next == 0x2E || cursor.next == 0x5B else {
        cursor.offset = before
        break
      }
      segments.append(try parseSegment())
      if segments.count > limits.querySegments {
        throw cursor.failure(
          "more than \(limits.querySegments) segments",
          code: .jsonPathLimit
        )
      }
    }
    return Query(
      isAbsolute: isAbsolute,
      segments: segments,
      range: TextRange(start, cursor.offset)
    )
  }

  private mutating func parseSegment() throws(QueryFailure) -> Segment {
    if cursor.next == 0x5B { return Segment(isDescendant: false, selectors: try parseBracket()) }
    let isDescendant = cursor.take("..")
    if !isDescendant { cursor.offset += 1 }
    if isDescendant, cursor.next == 0x5B {
      return Segment(isDescendant: true, selectors: try parseBracket())
    }
    if cursor.take("*") { return Segment(isDescendant: isDescendant, selectors: [.wildcard]) }
    guard let name = cursor.takeName() else {
      throw cursor.failure(
        "expected a name or `*` after `\(isDescendant ? ".." : ".")`, found \(cursor.found)",
        hint: "names with other characters are written ['like-this']"
      )
    }
    return Segment(isDescendant: isDescendant, selectors: [.name(name)])
  }

  private mutating func parseBracket() throws(QueryFailure) -> [Selector] {
    let start = cursor.offset
    cursor.offset += 1
    var selectors: [Selector] = []
    repeat {
      cursor.skipBlanks()
      selectors.append(try parseSelector())
      selectorCount += 1
      if selectorCount > limits.querySelectors {
        throw cursor.failure(
          "more than \(limits.querySelectors) selectors",
          code: .jsonPathLimit,
          from: start
        )
      }
      cursor.skipBlanks()
    } while cursor.take(",")
    guard cursor.take("]") else {
      throw cursor.failure("expected `,` or `]`, found \(cursor.found)")
    }
    return selectors
  }

  private mutating func parseSelector() throws(QueryFailure) -> Selector {
    if let name = try cursor.takeString() { return .name(name) }
    if cursor.take("*") { return .wildcard }
    if cursor.take("?") {
      cursor.skipBlanks()
      return .filter(try parseOr())
    }
    let start = try cursor.takeInteger()
    let afterStart = cursor.offset
    cursor.skipBlanks()
    if cursor.take(":") { return try parseSlice(start: start) }
    cursor.offset = afterStart
    guard let index = start else {
      throw cursor.failure(
        "expected a selector, found \(cursor.found)",
        hint: "selectors are 'name', 0, 1:3, * and ?filter"
      )
    }
    return .index(index)
  }

  private mutating func parseSlice(start: Int64?) throws(QueryFailure) -> Selector {
    cursor.skipBlanks()
    let end = try cursor.takeInteger()
    let afterEnd = cursor.offset
    cursor.skipBlanks()
    guard cursor.take(":") else {
      cursor.offset = afterEnd
      return .slice(start: start, end: end, step: 1)
    }
    let afterColon = cursor.offset
    cursor.skipBlanks()
    guard let step = try cursor.takeInteger() else {
      cursor.offset = afterColon
      return .slice(start: start, end: end, step: 1)
    }
    return .slice(start: start, end: end, step: step)
  }

  // MARK: Filters

  private mutating func parseOr() throws(QueryFailure) -> LogicalExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= limits.queryDepth else {
      throw cursor.failure(
        "the query nests deeper than \(limits.queryDepth)",
        code: .jsonPathLimit
      )
    }
    var parts = [try parseAnd()]
    while takeOperator("||") { parts.append(try parseAnd()) }
    return parts.count == 1 ? parts[0] : .or(parts)
  }

  private mutating func parseAnd() throws(QueryFailure) -> LogicalExpression {
    var parts = [try parseBasic()]
    while takeOperator("&&") { parts.append(try parseBasic()) }
    return parts.count == 1 ? parts[0] : .and(parts)
  }

  /// Skips blanks, the operator and blanks; nothing when the operator is not there.
  private mutating func takeOperator(_ token: String) -> Bool {
    let before = cursor.offset
    cursor.skipBlanks()
    guard cursor.take(token) else {
      cursor.offset = before
      return false
    }
    cursor.skipBlanks()
    return true
  }

  private mutating func parseBasic() throws(QueryFailure) -> LogicalExpression {
    let isNegated = cursor.next == 0x21
    if isNegated {
      cursor.offset += 1
      cursor.skipBlanks()
    }
    if cursor.take("(") {
      cursor.skipBlanks()
      let inner = try parseOr()
      cursor.skipBlanks()
      guard cursor.take(")") else {
        throw cursor.failure("expected `)`, found \(cursor.found)")
      }
      return isNegated ? .not(inner) : inner
    }
    let test = try parseTestOrComparison(isNegated: isNegated)
    return isNegated ? .not(test) : test
  }

  /// What stands where a test or the left side of a comparison may stand.
  private enum Operand {
    case literal(Literal)
    case query(Query)
    case function(FunctionCall)
  }

  private mutating func parseTestOrComparison(
    isNegated: Bool
  ) throws(QueryFailure) -> LogicalExpression {
    let start = cursor.offset
    let left = try parseOperand()
    let end = cursor.offset
    cursor.skipBlanks()
    if let comparison = takeComparison() {
      if isNegated {
        throw cursor.failure(
          "`!` cannot stand before a comparison",
          from: start - 1,
          hint: "write !(a == b)"
        )
      }
      cursor.skipBlanks()
      let leftSide = try comparable(left, from: start, to: end)
      let rightStart = cursor.offset
      let right = try parseOperand()
      return .compare(
        leftSide,
        comparison,
        try comparable(right, from: rightStart, to: cursor.offset)
      )
    }
    cursor.offset = end
    switch left {
    case .query(let query): return .exists(query)
    case .function(let call) where call.function.isLogical: return .test(call)
    case .function(let call):
      throw QueryFailure(
        code: .jsonPathFunction,
        message: "`\(call.function.rawValue)` gives a value, which must be compared",
        range: call.range,
        hint: "write \(call.function.rawValue)(…) > 0, for example"
      )
    case .literal:
      throw QueryFailure(
        code: .jsonPathSyntax,
        message: "a literal alone is no test",
        range: TextRange(start, end),
        hint: "compare it with something"
      )
    }
  }

  private mutating func takeComparison() -> Comparison? {
    if cursor.take("==") { return .equal }
    if cursor.take("!=") { return .notEqual }
    if cursor.take("<=") { return .lessOrEqual }
    if cursor.take(">=") { return .greaterOrEqual }
    if cursor.take("<") { return .less }
    if cursor.take(">") { return .greater }
    return nil
  }

  private func comparable(
    _ operand: Operand,
    from start: Int,
    to end: Int
  ) throws(QueryFailure) -> Comparable {
    switch operand {
    case .literal(let literal): return .literal(literal)
    case .query(let query):
      guard query.isSingular else {
        throw QueryFailure(
          code: .jsonPathComparison,
          message: "this query may select several nodes",
          range: TextRange(start, end),
          hint: "compare a query of names and indices, or use count(…) or value(…)"
        )
      }
      return .query(query)
    case .function(let call):
      guard !call.function.isLogical else {
        throw QueryFailure(
          code: .jsonPathFunction,
          message: "`\(call.function.rawValue)` is a test of its own and cannot be compared",
          range: call.range,
          hint: nil
        )
      }
      return .function(call)
    }
  }

  private mutating func parseOperand() throws(QueryFailure) -> Operand {
    let start = cursor.offset
    if cursor.take("$") { return .query(try parseSegments(isAbsolute: true, from: start)) }
    if cursor.take("@") { return .query(try parseSegments(isAbsolute: false, from: start)) }
    if let text = try cursor.takeString() { return .literal(.string(text)) }
    if let number = try cursor.takeNumber() { return .literal(number) }
    guard let word = takeWord() else {
      throw cursor.failure(
        "expected a query, a literal or a function, found \(cursor.found)",
        hint: "the current node is `@`, as in ?@.price < 10"
      )
    }
    if cursor.next == 0x28 { return .function(try parseCall(word, from: start)) }
    switch word {
    case "true": return .literal(.bool(true))
    case "false": return .literal(.bool(false))
    case "null": return .literal(.null)
    default:
      throw cursor.failure(
        "`\(word)` is no literal",
        from: start,
        hint: "texts are quoted, and the current node is `@`"
      )
    }
  }

  /// `function-name` or a literal's name: lower-case letters, digits, underscores.
  private mutating func takeWord() -> String? {
    let start = cursor.offset
    guard cursor.next >= 0x61, cursor.next <= 0x7A else { return nil }
    while (cursor.next >= 0x61 && cursor.next <= 0x7A) || QueryCursor.isDigit(cursor.next)
      || cursor.next == 0x5F
    { cursor.offset += 1 }
    return String(decoding: cursor.bytes[start..<cursor.offset], as: UTF8.self)
  }

  private mutating func parseCall(
    _ name: String,
    from start: Int
  ) throws(QueryFailure) -> FunctionCall {
    let nameRange = TextRange(start, cursor.offset)
    guard let function = Function(rawValue: name) else {
      let near = Suggestion.nearest(to: name, in: Function.allCases.map(\.rawValue))
      throw QueryFailure(
        code: .jsonPathFunction,
        message: "there is no function `\(name)`",
        range: nameRange,
        hint: near.map { "did you mean `\($0)`?" }
          ?? "JSONPath has length, count, match, search and value"
      )
    }
    cursor.offset += 1
    depth += 1
    defer { depth -= 1 }
    guard depth <= limits.queryDepth else {
      throw cursor.failure(
        "the query nests deeper than \(limits.queryDepth)",
        code: .jsonPathLimit
      )
    }
    var arguments: [Argument] = []
    cursor.skipBlanks()
    if !cursor.take(")") {
      repeat {
        cursor.skipBlanks()
        arguments.append(try parseArgument(of: function))
        cursor.skipBlanks()
      } while cursor.take(",")
      guard cursor.take(")") else {
        throw cursor.failure("expected `,` or `)`, found \(cursor.found)")
      }
    }
    let expected = function.isLogical ? 2 : 1
    guard arguments.count == expected else {
      throw QueryFailure(
        code: .jsonPathFunction,
        message: "`\(name)` takes \(expected) argument\(expected == 1 ? "" : "s"), "
          + "found \(arguments.count)",
        range: nameRange,
        hint: nil
      )
    }
    return FunctionCall(function: function, arguments: arguments, range: nameRange)
  }

  private mutating func parseArgument(of function: Function) throws(QueryFailure) -> Argument {
    let start = cursor.offset
    let operand = try parseOperand()
    switch function {
    case .count, .value:
      guard case .query(let query) = operand else {
        throw cursor.failure(
          "`\(function.rawValue)` takes a query",
          code: .jsonPathFunction,
          from: start
        )
      }
      return .nodes(query)
    case .length, .match, .search:
      return .value(try comparable(operand, from: start, to: cursor.offset))
    }
  }
}
