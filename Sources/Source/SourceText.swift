/// A decoded text that stands inside a file: a YAML scalar that holds an expression, a query or
/// another document.
///
/// The decoded text differs from the bytes of the file (indentation removed, escapes resolved), so
/// each run of bytes that stands unchanged in the file is a segment. Diagnostics inside the text
/// thereby point into the outer file, however deep the texts nest.
public struct SourceText: Sendable {
  /// A run of decoded bytes and the place in the file where it stands.
  public struct Segment: Sendable, Hashable {
    /// Offset of the first byte of the run in the decoded text.
    public var textOffset: Int
    /// Offset of the same byte in the file.
    public var fileOffset: Int

    /// A run that starts at `textOffset` of the text and `fileOffset` of the file.
    public init(textOffset: Int, fileOffset: Int) {
      self.textOffset = textOffset
      self.fileOffset = fileOffset
    }
  }

  /// The outermost file.
  public let file: SourceFile
  /// The decoded text.
  public let text: String
  /// The runs in order of `textOffset`; the first starts at 0.
  public let segments: [Segment]
  /// Offset in the file after the last byte of the whole text, quotes included.
  public let fileEnd: Int

  /// A text inside `file`; `segments` sorted by `textOffset`, the first at 0.
  public init(file: SourceFile, text: String, segments: [Segment], fileEnd: Int) {
    self.file = file
    self.text = text
    self.segments =
      segments.isEmpty ? [Segment(textOffset: 0, fileOffset: fileEnd)] : segments
    self.fileEnd = fileEnd
  }

  /// The whole of a file, a byte-order mark included.
  public init(_ file: SourceFile) {
    self.init(
      file: file,
      text: String(decoding: file.bytes, as: UTF8.self),
      segments: [Segment(textOffset: 0, fileOffset: 0)],
      fileEnd: file.bytes.count
    )
  }

  /// A text of its own, such as a command-line argument.
  public init(name: String, text: String) {
    self.init(SourceFile(name: name, text: text))
  }

  /// The file offset of a decoded offset.
  ///
  /// O(log segments).
  public func fileOffset(of textOffset: Int) -> Int {
    var low = 0
    var high = segments.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if segments[middle].textOffset <= textOffset { low = middle } else { high = middle }
    }
    let segment = segments[low]
    var offset = segment.fileOffset + max(0, textOffset - segment.textOffset)
    if low + 1 < segments.count { offset = min(offset, segments[low + 1].fileOffset) }
    return min(offset, fileEnd)
  }

  /// The span in the file of a range of the decoded text.
  public func span(_ range: TextRange) -> SourceSpan {
    let start = fileOffset(of: Int(range.start))
    guard range.end > range.start else { return SourceSpan(file: file, start: start, end: start) }
    let last = fileOffset(of: Int(range.end) - 1)
    return SourceSpan(file: file, start: start, end: max(last + 1, start))
  }

  /// The span of the whole text.
  public var span: SourceSpan {
    SourceSpan(file: file, start: segments[0].fileOffset, end: fileEnd)
  }

  /// The part of this text in a byte range, with positions kept.
  ///
  /// The range must fall on scalar boundaries.
  public func slice(_ range: TextRange) -> SourceText {
    let bytes = Array(text.utf8)
    let start = min(Int(range.start), bytes.count)
    let end = min(Int(range.end), bytes.count)
    var parts = [Segment(textOffset: 0, fileOffset: fileOffset(of: start))]
    for segment in segments where segment.textOffset > start && segment.textOffset < end {
      parts.append(
        Segment(textOffset: segment.textOffset - start, fileOffset: segment.fileOffset)
      )
    }
    return SourceText(
      file: file,
      text: String(decoding: bytes[start..<end], as: UTF8.self),
      segments: parts,
      fileEnd: end > start ? fileOffset(of: end - 1) + 1 : fileOffset(of: start)
    )
  }
}
