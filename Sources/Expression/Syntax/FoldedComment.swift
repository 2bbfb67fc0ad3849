import Source

/// Comments that swallow more than a reader sees.
///
/// A folded block of YAML (`>`) and an unquoted text over several lines make one line of all: `//`
/// in the first then hides the others.
enum FoldedComment {
  /// The first comment that goes on beyond the line of the file where it begins; nil for none.
  ///
  /// O(n).
  static func range(in source: SourceText, _ bytes: [UInt8]) -> TextRange? {
    guard bytes.indices.dropLast().contains(where: { bytes[$0] == 0x2F && bytes[$0 + 1] == 0x2F })
    else { return nil }
    var lexer = Lexer(bytes)
    var previous = 0
    while true {
      let token = lexer.next()
      if let range = range(in: source, bytes, previous..<token.start) { return range }
      if token.kind == .end { return nil }
      previous = token.end
    }
  }

  /// The same between two tokens, where only blanks and comments stand.
  private static func range(
    in source: SourceText,
    _ bytes: [UInt8],
    _ gap: Range<Int>
  ) -> TextRange? {
    var index = gap.lowerBound
    while index < gap.upperBound {
      guard bytes[index] == 0x2F else {
        index += 1
        continue
      }
      let end = bytes[index..<gap.upperBound].firstIndex(of: 0x0A) ?? gap.upperBound
      let file = source.file.bytes
      let first = source.fileOffset(of: index)
      let last = source.fileOffset(of: end - 1)
      if first < last, last <= file.count, file[first..<last].contains(0x0A) {
        return TextRange(index, index + 2)
      }
      index = end
    }
    return nil
  }
}
