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
  /// Filters and calls that are open.
  var depth = 0
  private var selectorCount = 0

  init(cursor: QueryCursor, limits: Limits) {
    self.cursor = cursor
    self.limits = limits
  }

  mutating func parseQuery() throws(QueryFailure) -> Query {
    guard cursor.take("$") else {
      throw cursor.failure(
        "a query starts with `$`, found \(cursor.found)",
        hint: cursor.startHint
      )
    }
    let query = try parseSegments(isAbsolute: true, from: 0)
    guard cursor.isAtEnd else {
      let end = cursor
      cursor.skipBlanks()
      if cursor.isAtEnd { cursor = end }
      throw cursor.failure(
        "expected a segment such as `.name` or `[0]`, found \(cursor.found)",
        hint: cursor.segmentHint
      )
    }
    return query
  }

  /// `segments`: blanks are allowed before each segment, not after the last.
  mutating func parseSegments(
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
        hint: cursor.nameHint
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
      throw cursor.failure(
        "expected `,` or `]`, found \(cursor.found)",
        hint: isTornText(selectors) ? "a quote inside a text is written \\'" : cursor.operatorHint
      )
    }
    return selectors
  }

  /// Whether a quoted name ends where a word goes on, as in `['it's']`.
  private func isTornText(_ selectors: [Selector]) -> Bool {
    guard case .name? = selectors.last, cursor.offset > 0 else { return false }
    let isBehindQuote = [0x22, 0x27].contains(cursor.bytes[cursor.offset - 1])
    return isBehindQuote && QueryCursor.isNameFirst(cursor.next)
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
        hint: cursor.selectorHint
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
}
