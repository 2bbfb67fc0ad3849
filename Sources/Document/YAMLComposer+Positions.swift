import Source

extension YAMLComposer {
  /// The anchor and tag before a node's content.
  struct Properties {
    /// Where the content starts.
    var content: Int
    /// Offset after the last property; the start when there is none.
    var end: Int
    /// Where the tag starts and ends.
    var tag: Range<Int>?
    /// Whether the tag is the single `!`.
    var isNonSpecific = false
  }

  /// Skips anchor and tag at `start`.
  func properties(at start: Int) -> Properties {
    var result = Properties(content: start, end: start)
    var offset = start
    while offset < bytes.count, bytes[offset] == UInt8(ascii: "&") || isBang(at: offset) {
      let from = offset
      let isVerbatim = isBang(at: offset) && offset + 1 < bytes.count && bytes[offset + 1] == 0x3C
      while offset < bytes.count, !isWhite(bytes[offset]) {
        if isVerbatim {
          if bytes[offset] == 0x3E {
            offset += 1
            break
          }
        } else if [0x2C, 0x5B, 0x5D, 0x7B, 0x7D].contains(bytes[offset]) {
          break
        }
        offset += 1
      }
      if isBang(at: from) {
        result.tag = from..<offset
        result.isNonSpecific = offset == from + 1
      }
      result.end = offset
      offset = skipWhite(from: offset)
      result.content = offset
    }
    return result
  }

  private func isBang(at offset: Int) -> Bool { bytes[offset] == UInt8(ascii: "!") }

  private func isWhite(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  /// Skips blanks, line breaks and comments.
  private func skipWhite(from start: Int) -> Int {
    var offset = start
    while offset < bytes.count {
      if isWhite(bytes[offset]) {
        offset += 1
      } else if bytes[offset] == UInt8(ascii: "#") {
        while offset < bytes.count, bytes[offset] != 0x0A, bytes[offset] != 0x0D { offset += 1 }
      } else {
        break
      }
    }
    return offset
  }

  /// The span in the file of a byte range of the text.
  func span(_ start: Int, _ end: Int) -> SourceSpan {
    let first = text.fileOffset(of: start)
    let last = fileEnd(start: start, end: min(end, bytes.count))
    return SourceSpan(file: text.file, start: first, end: max(first, last))
  }

  /// The file offset after the last byte of a range of the text.
  func fileEnd(start: Int, end: Int) -> Int {
    end > start ? text.fileOffset(of: end - 1) + 1 : text.fileOffset(of: start)
  }
}
