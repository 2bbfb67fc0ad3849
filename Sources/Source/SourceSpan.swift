/// A half-open byte range of a text, as parsers keep it in their trees.
public struct TextRange: Hashable, Sendable {
  /// Byte offset of the first byte.
  public var start: UInt32
  /// Byte offset after the last byte.
  public var end: UInt32

  /// The range `start..<end`.
  public init(_ start: Int, _ end: Int) {
    self.start = UInt32(clamping: start)
    self.end = UInt32(clamping: max(start, end))
  }

  /// The smallest range that holds both.
  public func union(_ other: TextRange) -> TextRange {
    var result = self
    result.start = min(start, other.start)
    result.end = max(end, other.end)
    return result
  }
}

/// A byte range of one file: where a value, a name or a mistake stands.
public struct SourceSpan: Sendable {
  /// The file.
  public let file: SourceFile
  /// Byte offset of the first byte.
  public let start: Int
  /// Byte offset after the last byte.
  public let end: Int

  /// The span `start..<end` of `file`, clamped to the file.
  public init(file: SourceFile, start: Int, end: Int) {
    self.file = file
    self.start = min(max(start, 0), file.bytes.count)
    self.end = min(max(end, self.start), file.bytes.count)
  }

  /// Line and column of the first byte.
  public var startPosition: SourcePosition { file.position(at: start) }
  /// Line and column after the last byte.
  public var endPosition: SourcePosition { file.position(at: end) }
  /// `file:line:column`.
  public var location: String {
    let position = startPosition
    return "\(file.name):\(position.line):\(position.column)"
  }

  /// The span from the start of this one to the end of `other`, when both are of one file.
  public func union(_ other: SourceSpan) -> SourceSpan {
    guard file === other.file else { return self }
    return SourceSpan(file: file, start: min(start, other.start), end: max(end, other.end))
  }
}

extension SourceSpan: Equatable {
  /// Same file object and range.
  public static func == (left: SourceSpan, right: SourceSpan) -> Bool {
    left.file === right.file && left.start == right.start && left.end == right.end
  }
}
