/// A text that a person handed in: its displayed name and its bytes.
///
/// Positions elsewhere are byte offsets into `bytes`; `position(at:)` turns them into the line and
/// column that people see. Identity matters (a file is read once), so this is a class; it never
/// changes after `init`.
public final class SourceFile: Sendable {
  /// The name shown in diagnostics: a path as given by the user, or `<argument>`, `<stdin>`.
  public let name: String
  /// The file's bytes exactly as read, byte-order mark included.
  public let bytes: [UInt8]
  /// Byte offset of the start of each line; the first is 0.
  private let lineStarts: [Int]

  /// Indexes the lines of `bytes` (LF, CRLF and lone CR end a line).
  ///
  /// O(n).
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    var starts = [0]
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == 0x0A {
        starts.append(index)
      } else if byte == 0x0D {
        if index < bytes.count, bytes[index] == 0x0A { index += 1 }
        starts.append(index)
      }
    }
    lineStarts = starts
  }

  /// A file holding `text`.
  public convenience init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// Number of lines; a text that ends with a line break has an empty last line.
  public var lineCount: Int { lineStarts.count }

  /// The 1-based line and column (Unicode scalars) of a byte offset.
  ///
  /// O(log lines + line length).
  public func position(at offset: Int) -> SourcePosition {
    let clamped = min(max(offset, 0), bytes.count)
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= clamped { low = middle } else { high = middle }
    }
    var start = lineStarts[low]
    if low == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { start = min(3, clamped) }
    var column = 1
    for byte in bytes[start..<max(start, clamped)] where byte & 0xC0 != 0x80 { column += 1 }
    return SourcePosition(line: low + 1, column: column)
  }

  /// The byte offset of a 1-based line and column (Unicode scalars), clamped to the line.
  public func offset(line: Int, column: Int) -> Int {
    guard line >= 1, line <= lineStarts.count else { return bytes.count }
    var index = lineStarts[line - 1]
    let end = lineRange(line).upperBound
    if line == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    var remaining = column - 1
    while remaining > 0, index < end {
      index += 1
      while index < end, bytes[index] & 0xC0 == 0x80 { index += 1 }
      remaining -= 1
    }
    return index
  }

  /// The byte range of a 1-based line without its line break.
  public func lineRange(_ line: Int) -> Range<Int> {
    guard line >= 1, line <= lineStarts.count else { return bytes.count..<bytes.count }
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] : bytes.count
    if line < lineStarts.count {
      if end > start, bytes[end - 1] == 0x0A { end -= 1 }
      if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    }
    return start..<end
  }

  /// The text of a 1-based line, invalid UTF-8 repaired.
  public func line(_ line: Int) -> String {
    var range = lineRange(line)
    if line == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      range = min(3, range.upperBound)..<range.upperBound
    }
    return String(decoding: bytes[range], as: UTF8.self)
  }
}

/// A 1-based line and column; columns count Unicode scalars.
public struct SourcePosition: Hashable, Sendable, Comparable {
  /// 1-based line.
  public var line: Int
  /// 1-based column in Unicode scalars.
  public var column: Int

  /// A position.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// Reading order.
  public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}
