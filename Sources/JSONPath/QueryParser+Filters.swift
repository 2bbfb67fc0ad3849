import Source

/// Filters.
extension QueryParsing {
  mutating func parseOr() throws(QueryFailure) -> LogicalExpression {
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
    let negation = cursor.offset
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
        throw cursor.failure("expected `)`, found \(cursor.found)", hint: cursor.operatorHint)
      }
      return isNegated ? .not(inner) : inner
    }
    let test = try parseTestOrComparison(negatedAt: isNegated ? negation : nil)
    return isNegated ? .not(test) : test
  }

  /// What stands where a test or the left side of a comparison may stand.
  private enum Operand {
    case literal(Literal)
    case query(Query)
    case function(FunctionCall)
  }

  private mutating func parseTestOrComparison(
    negatedAt negation: Int?
  ) throws(QueryFailure) -> LogicalExpression {
    let start = cursor.offset
    let left = try parseOperand()
    let end = cursor.offset
    cursor.skipBlanks()
    if let comparison = takeComparison() {
      if let negation {
        throw cursor.failure(
          "`!` cannot stand before a comparison",
          from: negation,
          hint: "write !(a \(comparison.rawValue) b)"
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
          hint: "write it alone, or with `!` in front"
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
        hint: cursor.operandHint
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
        hint: "write @.\(word) for a part of the current node, '\(word)' for a text"
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
