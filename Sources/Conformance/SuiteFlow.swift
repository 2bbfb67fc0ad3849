import Signalbox
import Source

/// A flow that a suite imports, and what the suite's own run of it goes through.
package struct SuiteFlow {
  /// The case's name, with its file's where names repeat.
  package let id: String
  /// The flow as it was loaded.
  package let flow: Flow
  /// What loading it said.
  package let diagnostics: [Diagnostic]
  /// Plays the case on the flow's table.
  private let play: (LinkedTable) -> PassedPlaces

  init(
    id: String,
    flow: Flow,
    diagnostics: [Diagnostic] = [],
    play: @escaping (LinkedTable) -> PassedPlaces
  ) {
    self.id = id
    self.flow = flow
    self.diagnostics = diagnostics
    self.play = play
  }

  /// What the case's run goes through on the flow's table.
  package func passed(_ table: LinkedTable) -> PassedPlaces { play(table) }
}

/// The places that a run entered and the rows that it took.
package struct PassedPlaces {
  /// Nodes of the table.
  package private(set) var nodes: Set<NodeIndex> = []
  /// Rows of the table.
  package private(set) var rows: Set<RowIndex> = []

  /// Adds what one step went through.
  mutating func note(_ trace: Trace) {
    for entry in trace {
      switch entry {
      case .entered(let place, _, _): nodes.insert(place)
      case .took(let row, _): rows.insert(row)
      default: continue
      }
    }
  }
}
