import Source

/// Cuts a template into texts, expressions and the tags of blocks.
///
/// Linear time. A block's tag that stands alone on its line takes the line with it; `{{- ` and
/// ` -}}` take the white space before and behind.
struct TemplateScanner {
  enum Piece {
    case text(Range<Int>)
    case expression(Range<Int>)
    /// `range x in list`: what follows the word, and the tag for findings.
    case range(Range<Int>, TextRange)
    case condition(Range<Int>, TextRange)
    /// `else`, or `else if` with its condition.
    case otherwise(Range<Int>?, TextRange)
    case end(TextRange)
  }

  private let bytes: [UInt8]
  private var pieces: [Piece] = []
  /// Where the text begins that no piece holds yet.
  private var start = 0
  /// Blocks that are open at this point.
  private var openBlocks = 0

  static func scan(_ bytes: [UInt8], _ reporter: inout Reporter) -> [Piece] {
    var scanner = TemplateScanner(bytes: bytes)
    scanner.scan(&reporter)
    return scanner.pieces
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func scan(_ reporter: inout Reporter) {
    var index = 0
    while index + 1 < bytes.count {
      guard bytes[index] == 0x7B, bytes[index + 1] == 0x7B else {
        index += 1
        continue
      }
      guard let end = close(index + 2) else {
        addText(upTo: index)
        reporter.report(
          .celTemplate,
          Messages.unclosedTemplate,
          at: TextRange(index, index + 2),
          hint: Messages.unclosedTemplateHint
        )
        return
      }
      tag(index, end, &reporter)
      index = end + 2
      // A tag alone on its line took the rest of the line.
      start = max(start, index)
      index = start
    }
    if start < bytes.count || pieces.isEmpty { pieces.append(.text(start..<bytes.count)) }
  }

  private mutating func addText(upTo end: Int) {
    if end > start { pieces.append(.text(start..<end)) }
  }

  /// The tag whose braces open at `open` and close at `close`.
  private mutating func tag(_ open: Int, _ close: Int, _ reporter: inout Reporter) {
    var inner = (open + 2)..<close
    var textEnd = open
    var next = close + 2
    if inner.count > 1, bytes[inner.lowerBound] == 0x2D, bytes[inner.lowerBound + 1] <= 0x20 {
      inner = (inner.lowerBound + 1)..<inner.upperBound
      while textEnd > start, bytes[textEnd - 1] <= 0x20 { textEnd -= 1 }
    }
    if inner.count > 1, bytes[inner.upperBound - 1] == 0x2D, bytes[inner.upperBound - 2] <= 0x20 {
      inner = inner.lowerBound..<(inner.upperBound - 1)
      while next < bytes.count, bytes[next] <= 0x20 { next += 1 }
    }
    inner = trimmed(inner)
    guard !inner.isEmpty else {
      addText(upTo: open)
      reporter.report(.celTemplate, Messages.emptyTemplate, at: TextRange(open, close + 2))
      return
    }
    guard let block = block(inner) else {
      addText(upTo: textEnd)
      pieces.append(.expression(inner))
      start = next
      return
    }
    if let line = ownLine(open, close + 2) {
      textEnd = min(textEnd, line.lowerBound)
      next = max(next, line.upperBound)
    }
    addText(upTo: textEnd)
    pieces.append(block)
    start = next
  }

  /// The line of a tag that stands alone on it.
  private func ownLine(_ open: Int, _ next: Int) -> Range<Int>? {
    var low = open
    while low > start, bytes[low - 1] == 0x20 || bytes[low - 1] == 0x09 { low -= 1 }
    guard low == 0 || bytes[low - 1] == 0x0A else { return nil }
    var high = next
    while high < bytes.count, bytes[high] == 0x20 || bytes[high] == 0x09 || bytes[high] == 0x0D {
      high += 1
    }
    if high == bytes.count { return low..<high }
    return bytes[high] == 0x0A ? low..<(high + 1) : nil
  }

  /// The piece when `inner` is the tag of a block.
  private mutating func block(_ inner: Range<Int>) -> Piece? {
    var wordEnd = inner.lowerBound
    while wordEnd < inner.upperBound, Lexer.isLetter(bytes[wordEnd]) { wordEnd += 1 }
    let word = String(decoding: bytes[inner.lowerBound..<wordEnd], as: UTF8.self)
    let rest = trimmed(wordEnd..<inner.upperBound)
    let range = TextRange(inner.lowerBound, inner.upperBound)
    switch word {
    case "if":
      openBlocks += 1
      return .condition(rest, range)
    case "range" where startsOperand(wordEnd, rest):
      openBlocks += 1
      return .range(rest, range)
    case "else":
      if rest.isEmpty { return .otherwise(nil, range) }
      let condition = trimmed((rest.lowerBound + min(2, rest.count))..<rest.upperBound)
      let isCondition = bytes[rest].starts(with: "if".utf8)
      return .otherwise(isCondition ? condition : rest.upperBound..<rest.upperBound, range)
    case "end" where rest.isEmpty && openBlocks > 0:
      openBlocks -= 1
      return .end(range)
    default: return nil
    }
  }

  /// Whether a space and the start of an operand follow a word, so that it is no name.
  private func startsOperand(_ wordEnd: Int, _ rest: Range<Int>) -> Bool {
    guard let first = rest.first, first > wordEnd else { return false }
    switch bytes[first] {
    case 0x28, 0x2E, 0x5B, 0x7B: return true
    default: return Lexer.isLetter(bytes[first])
    }
  }

  /// The offset of the `}}` that closes; braces within texts and maps do not.
  private func close(_ start: Int) -> Int? {
    var index = start
    var nesting = 0
    while index < bytes.count {
      switch bytes[index] {
      case 0x22, 0x27:
        index = endOfText(index, start)
        continue
      case 0x60:
        var lexer = Lexer(bytes, from: index)
        let token = lexer.next()
        index = token.kind == .quotedIdentifier ? token.end : index + 1
        continue
      case 0x7B: nesting += 1
      case 0x7D:
        if nesting == 0 {
          if isClose(index) { return index }
        } else {
          nesting -= 1
        }
      case 0x2F where index + 1 < bytes.count && bytes[index + 1] == 0x2F:
        while index < bytes.count, bytes[index] != 0x0A, !isClose(index) { index += 1 }
        continue
      default: break
      }
      index += 1
    }
    return nil
  }

  private func isClose(_ index: Int) -> Bool {
    index + 1 < bytes.count && bytes[index] == 0x7D && bytes[index + 1] == 0x7D
  }

  /// The offset behind the text that begins at a quote, whose letters before it tell its kind.
  private func endOfText(_ quote: Int, _ start: Int) -> Int {
    var word = quote
    while word > start, quote - word < 3,
      Lexer.isLetter(bytes[word - 1]) || Lexer.isDigit(bytes[word - 1])
    {
      word -= 1
    }
    if word < quote, quote - word < 3 {
      var lexer = Lexer(bytes, from: word)
      let end = lexer.next().end
      if end > quote { return end }
    }
    var lexer = Lexer(bytes, from: quote)
    return max(lexer.next().end, quote + 1)
  }

  /// The range without white space around it and comments before it.
  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      if bytes[low] <= 0x20 {
        low += 1
      } else if bytes[low] == 0x2F, low + 1 < high, bytes[low + 1] == 0x2F {
        while low < high, bytes[low] != 0x0A { low += 1 }
      } else {
        break
      }
    }
    while high > low, bytes[high - 1] <= 0x20 { high -= 1 }
    return low..<high
  }
}
