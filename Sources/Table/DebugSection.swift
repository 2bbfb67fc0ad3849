import Document
import Source

/// Where the parts of a table came from: kept beside it, outside the digest.
public struct DebugSection: Sendable {
  /// Span of each node, by index; nil where nothing was written.
  public var nodes: [SourceSpan?]
  /// Span of each row.
  public var rows: [SourceSpan?]
  /// Text of each program with its positions.
  public var programs: [SourceText?]
  /// Written form of each program that is a structure.
  public var structures: [PoolIndex: Node]
  /// Span of each performer.
  public var performers: [SourceSpan?]
  /// Spans of header keys: `budget`, `budget.hard`, `timeout`, `max_steps`.
  public var header: [String: SourceSpan]
  /// Span of a node's keys: "<node>.<key>", such as `write.max_visits`, `classify.retry`.
  public var keys: [String: SourceSpan]
  /// Span of the whole flow.
  public var flow: SourceSpan?

  /// No positions.
  public init() {
    nodes = []
    rows = []
    programs = []
    structures = [:]
    performers = []
    header = [:]
    keys = [:]
    flow = nil
  }
}
