import Source
import Table
import Values

/// What came of one scenario.
public struct ScenarioReport: Sendable {
  /// An expectation that does not hold.
  public struct Failure: Sendable {
    /// What was expected and what came: `final: expected escalated, got lost`.
    public var message: String
    /// Where the expectation is written.
    public var span: SourceSpan?
  }

  /// How a run ended.
  public struct Ending: Sendable {
    /// `success`, `failure` or `cancelled`.
    public var outcome: String
    /// The final state; nil: none was entered.
    public var final: String?
    /// The error that it ended with.
    public var error: ErrorKind?

    init(outcome: String, final: String? = nil, error: ErrorKind? = nil) {
      self.outcome = outcome
      self.final = final
      self.error = error
    }
  }

  /// The scenario's name.
  public var name: String
  /// Expectations that do not hold, in the order of the format.
  public var failures: [Failure]
  /// What it cost, in pico-dollars.
  public var costPicodollars: Int64
  /// Whether a cost is the declared worst, because the script says no usage.
  public var isCostEstimated: Bool
  /// Steps entered, final state included.
  public var path: [String]
  /// Time that passed for the flow, in milliseconds.
  public var virtualMilliseconds: Int64
  /// Time that playing it took, in microseconds; who plays it measures that.
  public var playedMicroseconds: Int64 = 0
  /// How the run ended; nil: it did not.
  public var ending: Ending?
  /// The last row that was taken, in words.
  public var lastRow: String
  /// Where that row is written.
  public var lastRowSpan: SourceSpan?
  /// Rows taken.
  public var coverage: Coverage

  /// Whether every expectation holds.
  public var isPassed: Bool { failures.isEmpty }
}

/// Which rows and guards of a table scenarios have been through.
public struct Coverage: Sendable {
  /// Rows taken.
  public var taken: Set<RowIndex> = []
  /// Guarded rows whose guard was true.
  public var guardsTrue: Set<RowIndex> = []
  /// Guarded rows whose guard was false.
  public var guardsFalse: Set<RowIndex> = []

  /// Nothing yet.
  public init() {}

  /// Adds what another scenario went through.
  public mutating func merge(_ other: Coverage) {
    taken.formUnion(other.taken)
    guardsTrue.formUnion(other.guardsTrue)
    guardsFalse.formUnion(other.guardsFalse)
  }

  /// Guards of the table that were seen both true and false, and all of them.
  public func guards(of table: TransitionTable) -> (bothWays: Int, all: Int) {
    let all = table.rows.indices.filter {
      table.rows[$0].guardProgram != noIndex && !table.rows[$0].isNegated
    }
    let both = all.filter {
      guardsTrue.contains(RowIndex($0)) && guardsFalse.contains(RowIndex($0))
    }
    return (both.count, all.count)
  }

  /// Guarded rows whose guard no scenario saw true, and those whose guard none saw false.
  public func missingGuards(
    of table: TransitionTable
  ) -> (neverTrue: [RowIndex], neverFalse: [RowIndex]) {
    let guarded = table.rows.indices.filter {
      table.rows[$0].guardProgram != noIndex && !table.rows[$0].isNegated
    }.map { RowIndex($0) }
    return (
      guarded.filter { !guardsTrue.contains($0) }, guarded.filter { !guardsFalse.contains($0) }
    )
  }

  /// Rows that no scenario took, by number.
  public func missing(of table: TransitionTable) -> [RowIndex] {
    table.rows.indices.map { RowIndex($0) }.filter { !taken.contains($0) }
  }
}

extension TransitionTable {
  /// A row in words: `classify success -> billing [output.kind == "bill"]`.
  public func words(ofRow index: RowIndex) -> String {
    let row = rows[Int(index)]
    let place = nodes[Int(row.place)].name
    let target = row.target == noIndex ? "nowhere" : nodes[Int(row.target)].name
    var words = "\(place.isEmpty ? "the flow" : place) \(row.event)"
    switch row.event {
    case .external: words += " \(eventNames(of: row))"
    case .failure where row.kinds != .all:
      let kinds = ErrorKind.allCases.filter { row.kinds.contains($0) }
      if kinds.count <= 3 { words += " " + kinds.map(\.name).joined(separator: ", ") }
    default: break
    }
    words += " -> \(target.isEmpty ? "the end" : target)"
    if row.guardProgram != noIndex {
      words += " [\(row.isNegated ? "not " : "")\(programs[Int(row.guardProgram)].text)]"
    }
    return words
  }

  /// Where a row is written, when that is known.
  public func span(ofRow index: RowIndex) -> SourceSpan? {
    debug.rows.indices.contains(Int(index)) ? debug.rows[Int(index)] : nil
  }
}
