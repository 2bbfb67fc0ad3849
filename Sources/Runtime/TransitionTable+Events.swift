import Execution
import Table
import Values

extension TransitionTable {
  /// Names of the events from outside that some row takes, each once, in the order of the rows.
  public var externalEvents: [String] { events(of: rows.indices.map { RowIndex($0) }) }

  /// Names of the events from outside that a run in this state takes.
  public func awaitedEvents(_ state: RunState) -> [String] {
    let places = Set(state.tokens.map(\.place))
    var awaited: [RowIndex] = []
    for place in places.sorted() {
      var next = place
      // Rows of the places around an active one take events, too.
      for _ in 0..<nodes.count {
        awaited += nodes[Int(next)].rows
        guard nodes[Int(next)].parent != noIndex else { break }
        next = nodes[Int(next)].parent
      }
    }
    return events(of: awaited)
  }

  private func events(of indices: [RowIndex]) -> [String] {
    var names: [String] = []
    for index in indices where rows[Int(index)].event == .external {
      for name in eventNames(of: rows[Int(index)]).split(separator: " ").map(String.init)
      where !names.contains(where: { $0.sameScalars(as: name) }) {
        names.append(name)
      }
    }
    return names
  }
}
