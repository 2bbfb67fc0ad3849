/// One line of a file as it is drawn: its visible text, and the column of every byte.
struct LineLayout {
  /// A scalar of the line, or an invalid byte.
  private struct Cell {
    var offset: Int
    var text: String
    var width: Int
  }

  /// What is printed.
  let text: String
  private let cells: [Cell]
  /// Display columns before the first cell: 1 when the start is elided.
  private let lead: Int

  /// Bytes laid out on either side of the focus; lines of machine-written files may be megabytes.
  private static let windowBytes = 2_048

  /// Lays out line `number`, elided to about `columns` with `focus` (file offsets) in sight.
  ///
  /// O(columns).
  init(file: SourceFile, line number: Int, focus: Range<Int>, columns: Int) {
    let line = LineLayout.contentRange(file, line: number)
    let start = min(max(focus.lowerBound, line.lowerBound), line.upperBound)
    let end = min(max(focus.upperBound, start), line.upperBound)
    let window = LineLayout.window(file, line: line, around: start)
    let all = LineLayout.cells(file, window)
    let total = all.reduce(0) { $0 + $1.width }
    var kept = all[...]
    if total > columns {
      kept = LineLayout.crop(all, focus: start..<end, columns: max(columns - 2, 8))
    }
    let elidedBefore = (kept.first?.offset ?? line.lowerBound) > line.lowerBound
    let lastByte = kept.endIndex < all.endIndex ? all[kept.endIndex].offset : window.upperBound
    cells = Array(kept)
    lead = elidedBefore ? 1 : 0
    text =
      (elidedBefore ? "\u{2026}" : "") + kept.map(\.text).joined()
      + (lastByte < line.upperBound ? "\u{2026}" : "")
  }

  /// The 0-based display column of a file offset, clamped to what is shown.
  func column(of offset: Int) -> Int {
    var column = lead
    for cell in cells {
      if cell.offset >= offset { break }
      column += cell.width
    }
    return column
  }

  /// Whether nothing but blanks stands before `offset`.
  func isBlank(before offset: Int) -> Bool {
    lead == 0
      && cells.prefix { $0.offset < offset }.allSatisfy { $0.text.utf8.allSatisfy { $0 == 0x20 } }
  }

  /// The bytes of a line without its break and without a byte-order mark.
  static func contentRange(_ file: SourceFile, line: Int) -> Range<Int> {
    let range = file.lineRange(line)
    guard line == 1, file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) else { return range }
    return min(3, range.upperBound)..<range.upperBound
  }

  private static func window(
    _ file: SourceFile,
    line: Range<Int>,
    around offset: Int
  ) -> Range<Int> {
    var lower = max(line.lowerBound, offset - windowBytes)
    while lower > line.lowerBound, file.bytes[lower] & 0xC0 == 0x80 { lower -= 1 }
    var upper = min(line.upperBound, offset + windowBytes)
    while upper < line.upperBound, file.bytes[upper] & 0xC0 == 0x80 { upper += 1 }
    return lower..<upper
  }

  private static func cells(_ file: SourceFile, _ range: Range<Int>) -> [Cell] {
    var cells: [Cell] = []
    cells.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      let length = scalarLength(file.bytes, index, range.upperBound)
      let slice = file.bytes[index..<(index + length)]
      var text = String(decoding: slice, as: UTF8.self)
      var width = 1
      if slice.first == 0x09 {
        text = "    "
        width = 4
      } else if let scalar = text.unicodeScalars.first {
        if let shown = ScalarWidth.visible(scalar) {
          text = shown
          width = shown.unicodeScalars.count
        } else {
          width = ScalarWidth.columns(of: scalar)
        }
      }
      cells.append(Cell(offset: index, text: text, width: width))
      index += length
    }
    return cells
  }

  /// Bytes of the scalar at `index`, 1 when they are no valid UTF-8.
  private static func scalarLength(_ bytes: [UInt8], _ index: Int, _ end: Int) -> Int {
    let expected: Int
    switch bytes[index] {
    case 0xC2...0xDF: expected = 2
    case 0xE0...0xEF: expected = 3
    case 0xF0...0xF4: expected = 4
    default: return 1
    }
    guard index + expected <= end else { return 1 }
    let text = String(decoding: bytes[index..<(index + expected)], as: UTF8.self)
    return text.utf8.elementsEqual(bytes[index..<(index + expected)]) ? expected : 1
  }

  /// The cells to keep: from the start when the focus fits there, else a window around it.
  private static func crop(_ all: [Cell], focus: Range<Int>, columns: Int) -> ArraySlice<Cell> {
    var focusColumn = 0
    var focusWidth = 0
    for cell in all where cell.offset < max(focus.upperBound, focus.lowerBound + 1) {
      if cell.offset < focus.lowerBound {
        focusColumn += cell.width
      } else {
        focusWidth += cell.width
      }
    }
    // A quarter of the room is left for what follows the focus.
    let room = columns * 3 / 4
    let fits = focusColumn + focusWidth <= room
    let skipped = fits ? 0 : max(0, focusColumn - max(columns / 4, room - focusWidth))
    var first = all.startIndex
    var column = 0
    while first < all.endIndex, column < skipped {
      column += all[first].width
      first += 1
    }
    var last = first
    var used = 0
    while last < all.endIndex, used + all[last].width <= columns {
      used += all[last].width
      last += 1
    }
    return all[first..<last]
  }
}
