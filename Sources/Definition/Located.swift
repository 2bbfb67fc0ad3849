import Source

/// Something a user wrote, with the place where it stands.
public struct Located<Content: Sendable>: Sendable {
  /// What was written.
  public var value: Content
  /// Where.
  public var span: SourceSpan

  /// A value and its place.
  public init(_ value: Content, _ span: SourceSpan) {
    self.value = value
    self.span = span
  }
}
