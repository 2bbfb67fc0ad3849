import Source
import Table

extension Inspection {
  /// Rows that a row before them always takes first.
  mutating func findUntakenRows() {
    // An edge of the flow stands in every step's rows; it is untaken only if it is so everywhere.
    var live: Set<Place> = []
    var untaken: [(row: Int, before: Int)] = []
    for place in leaves {
      let node = table.nodes[place]
      var closing: [EventClass: Int] = [:]
      var covered: [(kinds: ErrorKindSet, row: Int)] = []
      for index in Int(node.rows.lowerBound)..<Int(node.rows.upperBound) {
        let row = table.rows[index]
        var before: Int?
        if row.event == .failure {
          var open = row.kinds
          for entry in covered { open.subtract(entry.kinds) }
          if open.isEmpty { before = covered.first { !$0.kinds.isDisjoint(with: row.kinds) }?.row }
          if row.guardProgram == noIndex { covered.append((row.kinds, index)) }
        } else if row.event == .success || row.event == .always {
          before = closing[row.event]
          if before == nil, table.isUnconditional(index) { closing[row.event] = index }
        }
        if let before {
          untaken.append((index, before))
        } else if let span = span(ofRow: index) {
          live.insert(Place(span))
        }
      }
    }
    for (row, before) in untaken {
      guard let span = span(ofRow: row), live.insert(Place(span)).inserted else { continue }
      let place = Int(table.rows[row].place)
      report.findings.append(
        Messages.untakenRow(
          of: table.nodes[place].name,
          target: table.placeName(Int(table.rows[row].target)),
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
