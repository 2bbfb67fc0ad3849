import Table
import Values

/// One thing that a step did, in order: the material of timelines and trace digests.
public enum TraceEntry: Sendable {
  /// A place was entered.
  case entered(place: NodeIndex, frame: Int32, visit: Int64)
  /// A row was taken.
  case took(row: RowIndex, frame: Int32)
  /// The run's own rule moved it without a row (flow timeout to its target, failure without edge).
  case forced(target: NodeIndex, frame: Int32)
  /// A step finished with a status.
  case finished(place: NodeIndex, frame: Int32, status: StepStatus, error: RunError?)
  /// Another attempt will be made.
  case retried(place: NodeIndex, frame: Int32, attempt: Int32, error: RunError)
  /// A guard could not be evaluated: the row, and why with the values it read.
  case guardFailed(row: RowIndex, message: String)
  /// An action could not be done: the node, and why.
  case actionFailed(node: NodeIndex, message: String)
  /// A `log` action.
  case logged(label: String, value: Value)
  /// A tick's answer to a leaf of a tree.
  case answered(place: NodeIndex, frame: Int32, answer: TreeTick.Answer)
  /// What a tick showed at the root of the tree.
  case ticked(TreeStatus)
}

/// What a step did, in order.
///
/// The entries of almost every step take 16 bytes each, and appending, copying or dropping them
/// counts no references; only those with texts or values are kept as they are.
public struct Trace: Sendable {
  private enum Kind: UInt8 {
    case entered
    case took
    case forced
    /// `number` is the status; there is no error.
    case finished
    /// `number` is the position among `others`.
    case other
  }

  private struct Mark: BitwiseCopyable {
    var kind: Kind
    var index: Int32
    var frame: Int32
    var number: Int32
  }

  private var marks: ContiguousArray<Mark> = []
  private var others: [TraceEntry] = []

  /// Nothing.
  public init() {}

  /// Appends an entry.
  public mutating func append(_ entry: TraceEntry) {
    switch entry {
    case .entered(let place, let frame, let visit):
      guard let number = Int32(exactly: visit) else { return appendWhole(entry) }
      marks.append(Mark(kind: .entered, index: place, frame: frame, number: number))
    case .took(let row, let frame):
      marks.append(Mark(kind: .took, index: row, frame: frame, number: 0))
    case .forced(let target, let frame):
      marks.append(Mark(kind: .forced, index: target, frame: frame, number: 0))
    case .finished(let place, let frame, let status, nil):
      let number = Int32(status.rawValue)
      marks.append(Mark(kind: .finished, index: place, frame: frame, number: number))
    default: appendWhole(entry)
    }
  }

  private mutating func appendWhole(_ entry: TraceEntry) {
    marks.append(Mark(kind: .other, index: 0, frame: 0, number: Int32(others.count)))
    others.append(entry)
  }

  /// Appends that a row of the run's own frame led to a place.
  @inline(__always)
  mutating func append(row: RowIndex, to place: NodeIndex, visit: Int64) {
    marks.append(Mark(kind: .took, index: row, frame: 0, number: 0))
    if let number = Int32(exactly: visit) {
      marks.append(Mark(kind: .entered, index: place, frame: 0, number: number))
    } else {
      appendWhole(.entered(place: place, frame: 0, visit: visit))
    }
  }

  /// Forgets everything, and keeps the room if asked to.
  public mutating func removeAll(keepingCapacity: Bool = false) {
    marks.removeAll(keepingCapacity: keepingCapacity)
    if !others.isEmpty { others.removeAll(keepingCapacity: keepingCapacity) }
  }
}

extension Trace: RandomAccessCollection {
  /// The first position.
  public var startIndex: Int { 0 }
  /// The position after the last.
  public var endIndex: Int { marks.count }

  /// The entry at a position.
  public subscript(position: Int) -> TraceEntry {
    let mark = marks[position]
    switch mark.kind {
    case .entered:
      return .entered(place: mark.index, frame: mark.frame, visit: Int64(mark.number))
    case .took: return .took(row: mark.index, frame: mark.frame)
    case .forced: return .forced(target: mark.index, frame: mark.frame)
    case .finished:
      let status = StepStatus(rawValue: UInt8(truncatingIfNeeded: mark.number)) ?? .pending
      return .finished(place: mark.index, frame: mark.frame, status: status, error: nil)
    case .other: return others[Int(mark.number)]
    }
  }
}

/// What one step gave besides the new state.
public struct StepOutput: Sendable {
  /// What the Runtime is to do, in order.
  public var effects: [Effect]
  /// What happened, in order.
  public var trace: Trace
  /// What the trace leaves out, in order; nil, as at first: nobody wants it, and nothing is noted.
  public var notes: [StepNote]?

  /// Nothing.
  public init() {
    effects = []
    trace = Trace()
  }

  /// Forgets both and keeps the room for the next step.
  public mutating func clear() {
    if !effects.isEmpty { effects.removeAll(keepingCapacity: true) }
    trace.removeAll(keepingCapacity: true)
    if notes != nil { notes?.removeAll(keepingCapacity: true) }
  }
}
