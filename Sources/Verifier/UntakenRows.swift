import Relation
import Source
import Table

extension Inspection {
  /// Rows that a row before them always takes first.
  mutating func findUntakenRows() {
    // An edge of the flow stands in every step's rows; it is untaken only if it is so everywhere.
    var live: Set<Place> = []
    var untaken: [(row: Int, before: Int)] = []
    for node in inspected.graphs.positionedNodes(of: thread) {
      for index in table.nodes[node].rows where table.rows[Int(index)].tree == nil {
        if let before = relation.rowBefore[index], !relation.isRowTaken[Int(index)] {
          untaken.append((Int(index), Int(before)))
        } else if let span = span(ofRow: Int(index)) {
          live.insert(Place(span))
        }
      }
    }
    for (row, before) in untaken {
      guard let span = span(ofRow: row), live.insert(Place(span)).inserted else { continue }
      let place = Int(table.rows[row].place)
      report.findings.append(
        Messages.untakenRow(
          of: name(of: place),
          target: name(of: Int(table.rows[row].target)),
          at: span,
          before: self.span(ofRow: before)
        )
      )
    }
  }

  private func span(ofRow row: Int) -> SourceSpan? {
    row < table.debug.rows.count ? table.debug.rows[row] : nil
  }

  /// Where a row was written, as a key.
  private struct Place: Hashable {
    let file: ObjectIdentifier
    let start: Int
    let end: Int

    init(_ span: SourceSpan) {
      file = ObjectIdentifier(span.file)
      start = span.start
      end = span.end
    }
  }
}
