import Source

/// Draws an expression with the value of every part under it, as assertion diagrams do.
///
///     input.risk < 0.7
///     |     |    |
///     |     0.9  false
///     {'risk': 0.9}
public struct EvaluationDiagram: Sendable {
  /// Longest text of one value, in characters.
  public static let valueLimit = 48

  /// The expression on one line, what a terminal would obey or hide made visible.
  private var source = ""
  /// Terminal column of each byte of the expression.
  private var columns: [Int] = []
  private var labels: [(column: Int, text: String)] = []

  /// The diagram of an evaluation in `memory`; inside a macro the last element's values are shown.
  public init(_ program: Program, _ memory: borrowing Memory) {
    layOut(program.text)
    let anchors = program.anchors
    let parts = program.trace(memory)
    for part in parts {
      let offset = anchors[part.range] ?? Int(part.range.start)
      let column = offset < columns.count ? columns[offset] : 0
      labels.append((column, Self.label(part.range, part.value, parts)))
    }
  }

  /// The lines, each ended by a line feed.
  public var text: String {
    var rows = [Row(), Row()]
    rows[0].add(source, at: 0)
    for column in Set(labels.map(\.column)) { rows[1].add("|", at: column) }
    // From the right: what does not fit left of its neighbour goes a row down, under a bar.
    let ordered = labels.enumerated().sorted { left, right in
      (left.element.column, left.offset) > (right.element.column, right.offset)
    }
    for (_, label) in ordered {
      let end = label.column + label.text.terminalColumns
      var row = 2
      while true {
        if row == rows.count { rows.append(Row()) }
        if end < rows[row].leftmost {
          rows[row].add(label.text, at: label.column)
          break
        }
        if label.column < rows[row].leftmost { rows[row].add("|", at: label.column) }
        row += 1
      }
    }
    return rows.map { $0.text + "\n" }.joined()
  }

  private struct Row {
    private var cells: [(column: Int, text: String)] = []
    private(set) var leftmost = Int.max

    mutating func add(_ text: String, at column: Int) {
      cells.append((column, text))
      leftmost = min(leftmost, column)
    }

    var text: String {
      var result = ""
      var column = 0
      for cell in cells.sorted(by: { $0.column < $1.column }) where cell.column >= column {
        result += String(repeating: " ", count: cell.column - column) + cell.text
        column = cell.column + cell.text.terminalColumns
      }
      return result
    }
  }

  private mutating func layOut(_ text: String) {
    var column = 0
    for scalar in text.unicodeScalars {
      let isSpace = scalar == "\n" || scalar == "\r" || scalar == "\t"
      let shown = isSpace ? " " : String(scalar).visibleInTerminal
      for _ in 0..<String(scalar).utf8.count { columns.append(column) }
      source += shown
      column += shown.terminalColumns
    }
  }

  /// The value, or what failed; a part that only passes an error on says no more than that.
  private static func label(
    _ range: TextRange,
    _ value: Evaluation,
    _ parts: [(range: TextRange, text: String, value: Evaluation)]
  ) -> String {
    switch value {
    case .value(let value):
      return ValueText.text(value, limit: valueLimit).visibleInTerminal
    case .failure(let error):
      let isPassedOn = parts.contains { part in
        part.range != range && part.range.start >= range.start && part.range.end <= range.end
          && part.value.error == error
      }
      return isPassedOn ? "error" : "error: \(error.message)".visibleInTerminal
    }
  }
}

extension Program {
  /// Where each part's value is shown, by the part's range.
  var anchors: [TextRange: Int] { Anchors(body.checker.tree, text).byRange }
}
