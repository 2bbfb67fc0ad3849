import Document
import Source

/// A key of a step that findings point at.
public enum StepKey: UInt8, Sendable, CaseIterable {
  /// `when`.
  case when
  /// `require`.
  case require
  /// `timeout`.
  case timeout
  /// `retry`.
  case retry
  /// `max_visits`.
  case maxVisits
}

/// A key of one node: names repeat in a file with child flows.
public struct NodeKey: Sendable, Hashable {
  /// The node.
  public var node: NodeIndex
  /// The key.
  public var key: StepKey

  /// A node's key.
  public init(_ node: NodeIndex, _ key: StepKey) {
    self.node = node
    self.key = key
  }
}

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
  /// Spans of nodes' keys.
  public var keys: [NodeKey: SourceSpan]
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
