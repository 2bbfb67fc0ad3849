import Source

extension ParsedExpression {
  /// The canonical text with the comments of the text that was parsed.
  ///
  /// A comment stays beside the operand, operator or name that it followed: it ends its line, and
  /// what comes after it is indented. Comments before the expression keep their own lines. Without
  /// comments this is `canonicalText`. Linear time.
  public func canonicalText(keepingCommentsOf source: SourceText) -> String {
    let canonical = canonicalText
    let comments = CommentedText.comments(in: Array(source.text.utf8))
    return comments.isEmpty ? canonical : CommentedText.text(canonical, with: comments)
  }
}

/// Puts comments back into a canonical text.
private enum CommentedText {
  /// A comment, and what it follows.
  struct Comment {
    var text: String
    /// How many tokens that no formatting adds or drops stand before it.
    var position: Int
    /// Whether it has its line for itself.
    var isAlone: Bool
    /// How many such tokens the whole text has.
    var total: Int
  }

  /// The comments of a text, in order.
  static func comments(in bytes: [UInt8]) -> [Comment] {
    var result: [Comment] = []
    var lexer = Lexer(bytes)
    var previous = 0
    var position = 0
    while true {
      let token = lexer.next()
      find(in: bytes, previous..<token.start, position, &result)
      if token.kind == .end { break }
      if isKept(token.kind) { position += 1 }
      previous = token.end
    }
    for index in result.indices { result[index].total = position }
    return result
  }

  /// Parentheses and commas come and go with formatting.
  private static func isKept(_ kind: TokenKind) -> Bool {
    switch kind {
    case .leftParenthesis, .rightParenthesis, .comma, .end: false
    default: true
    }
  }

  /// The comments between two tokens.
  private static func find(
    in bytes: [UInt8],
    _ gap: Range<Int>,
    _ position: Int,
    _ result: inout [Comment]
  ) {
    var index = gap.lowerBound
    var isAlone = index == 0
    while index < gap.upperBound {
      switch bytes[index] {
      case 0x0A: isAlone = true
      case 0x2F:
        let start = index
        while index < gap.upperBound, bytes[index] != 0x0A { index += 1 }
        var end = index
        while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        result.append(Comment(text: text, position: position, isAlone: isAlone, total: 0))
        continue
      default: break
      }
      index += 1
    }
  }

  /// The canonical text, broken after each comment.
  ///
  /// Where the order of the tokens is another one, as with pipes, comments go before it.
  static func text(_ canonical: String, with comments: [Comment]) -> String {
    let bytes = Array(canonical.utf8)
    var breaks: [Int] = []
    var lexer = Lexer(bytes)
    while true {
      let token = lexer.next()
      if token.kind == .end { break }
      // Whatever closes or separates stays with what it follows.
      if token.kind == .rightParenthesis || token.kind == .comma, !breaks.isEmpty {
        breaks[breaks.count - 1] = token.end
      }
      if isKept(token.kind) { breaks.append(token.end) }
    }
    let hasSameTokens = breaks.count == comments.first?.total
    var result = ""
    var written = 0
    var isAtLineStart = true
    for comment in comments {
      let position = hasSameTokens ? comment.position : 0
      let end = position == 0 ? 0 : breaks[position - 1]
      if end > written {
        append(bytes[written..<end], &result, isAtLineStart)
        written = end
        isAtLineStart = false
      }
      if !isAtLineStart { result += comment.isAlone ? "\n  " : " " }
      if isAtLineStart, position > 0 { result += "  " }
      result += comment.text + "\n"
      isAtLineStart = true
    }
    if written == bytes.count {
      result.removeLast()
    } else {
      append(bytes[written...], &result, isAtLineStart)
    }
    return result
  }

  /// Appends a part; one that goes on after a comment is indented.
  private static func append(
    _ bytes: ArraySlice<UInt8>,
    _ result: inout String,
    _ isAtLineStart: Bool
  ) {
    let part = bytes.drop { $0 == 0x20 }
    if isAtLineStart, bytes.startIndex > 0 { result += "  " }
    result += String(decoding: part, as: UTF8.self)
  }
}
