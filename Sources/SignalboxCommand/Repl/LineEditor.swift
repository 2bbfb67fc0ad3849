import Source

/// Edits one line: keys in, what the terminal has to show out.
///
/// Knows no terminal itself.
package struct LineEditor: Sendable {
  /// What a key led to.
  package enum Event: Sendable, Equatable {
    /// The line goes on.
    case editing
    /// Return: the line is done.
    case line(String)
    /// Ctrl-C: the line is dropped.
    case cancelled
    /// Ctrl-D on an empty line.
    case end
    /// Tab with several words to choose from.
    case choices([String])
  }

  /// Lines that are remembered.
  static let historyLimit = 500
  /// Longest line, in scalars; more is not taken.
  static let lineLimit = 10_000

  private var scalars: [Unicode.Scalar] = []
  private(set) var cursor = 0
  private var history: [[Unicode.Scalar]] = []
  /// Position in the history; its end is the line being written.
  private var recalled = 0
  private var draft: [Unicode.Scalar] = []
  /// Bytes of an escape sequence or of a character that is not whole yet.
  private var pending: [UInt8] = []

  /// An empty line.
  package init() {}

  /// The line as it is.
  package var text: String { Self.text(scalars) }

  /// The part of the line around the cursor that fits `width` terminal columns, and the cursor's
  /// column in it.
  package func shown(width: Int) -> (text: String, column: Int) {
    let cells = scalars.map { String($0).visibleInTerminal }
    let widths = cells.map { $0.terminalColumns }
    var start = cursor
    var column = 0
    while start > 0, column + widths[start - 1] < width {
      start -= 1
      column += widths[start]
    }
    var end = cursor
    var total = column
    while end < cells.count, total + widths[end] < width {
      total += widths[end]
      end += 1
    }
    return (cells[start..<end].joined(), column)
  }

  /// Takes a byte of the keyboard; `complete` gives the words for what stands before the cursor.
  package mutating func type(
    _ byte: UInt8,
    complete: ([Unicode.Scalar]) -> (start: Int, words: [String])
  ) -> Event {
    if !pending.isEmpty || byte == 0x1B || byte >= 0x80 {
      pending.append(byte)
      takePending()
      return .editing
    }
    switch byte {
    case 0x0A, 0x0D: return finish()
    case 0x03:
      clear()
      return .cancelled
    case 0x04:
      if scalars.isEmpty { return .end }
      deleteForward()
    case 0x09: return tab(complete)
    case 0x08, 0x7F: deleteBackward()
    case 0x01: cursor = 0
    case 0x05: cursor = scalars.count
    case 0x02: cursor = max(0, cursor - 1)
    case 0x06: cursor = min(scalars.count, cursor + 1)
    case 0x0B: scalars.removeSubrange(cursor...)
    case 0x15:
      scalars.removeSubrange(..<cursor)
      cursor = 0
    case 0x17: deleteWord()
    case 0x10: recall(-1)
    case 0x0E: recall(1)
    case 0x20...0x7E: insert([Unicode.Scalar(byte)])
    default: break
    }
    return .editing
  }

  private static func text(_ scalars: [Unicode.Scalar]) -> String {
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    return text
  }

  // MARK: Editing

  private mutating func insert(_ new: [Unicode.Scalar]) {
    guard scalars.count + new.count <= Self.lineLimit else { return }
    scalars.insert(contentsOf: new, at: cursor)
    cursor += new.count
  }

  private mutating func clear() {
    scalars = []
    cursor = 0
    pending = []
    recalled = history.count
  }

  private mutating func finish() -> Event {
    let line = scalars
    if !line.isEmpty, history.last != line {
      history.append(line)
      if history.count > Self.historyLimit { history.removeFirst() }
    }
    clear()
    return .line(Self.text(line))
  }

  private mutating func deleteBackward() {
    guard cursor > 0 else { return }
    cursor -= 1
    scalars.remove(at: cursor)
  }

  private mutating func deleteForward() {
    if cursor < scalars.count { scalars.remove(at: cursor) }
  }

  private mutating func deleteWord() {
    var start = cursor
    while start > 0, scalars[start - 1] == " " { start -= 1 }
    while start > 0, scalars[start - 1] != " " { start -= 1 }
    scalars.removeSubrange(start..<cursor)
    cursor = start
  }

  private mutating func recall(_ step: Int) {
    let next = recalled + step
    guard next >= 0, next <= history.count else { return }
    if recalled == history.count { draft = scalars }
    recalled = next
    scalars = next == history.count ? draft : history[next]
    cursor = scalars.count
  }

  private mutating func tab(
    _ complete: ([Unicode.Scalar]) -> (start: Int, words: [String])
  ) -> Event {
    let (start, words) = complete(Array(scalars[..<cursor]))
    guard !words.isEmpty, start <= cursor else { return .editing }
    let common = Array(ReplCompletion.commonPrefix(words).unicodeScalars)
    let isLonger = common.count > cursor - start
    if isLonger {
      scalars.removeSubrange(start..<cursor)
      cursor = start
      insert(common)
    }
    // What follows a command is its argument.
    if words.count == 1, common.first == ":" { insert([" "]) }
    return words.count > 1 && !isLonger ? .choices(words) : .editing
  }

  // MARK: Sequences

  /// Acts on an escape sequence or a character once all its bytes are there.
  private mutating func takePending() {
    if pending[0] != 0x1B {
      let count = pending[0] >= 0xF0 ? 4 : pending[0] >= 0xE0 ? 3 : pending[0] >= 0xC0 ? 2 : 1
      guard pending.count >= count else { return }
      insert(Array(String(decoding: pending, as: UTF8.self).unicodeScalars))
      pending = []
      return
    }
    guard pending.count > 1 else { return }
    guard pending[1] == 0x5B || pending[1] == 0x4F else {
      pending = []
      return
    }
    guard pending.count > 2, let last = pending.last, last >= 0x40, last <= 0x7E else {
      if pending.count > 16 { pending = [] }
      return
    }
    switch (last, pending.count > 3 ? pending[2] : 0) {
    case (0x41, _): recall(-1)
    case (0x42, _): recall(1)
    case (0x43, _): cursor = min(scalars.count, cursor + 1)
    case (0x44, _): cursor = max(0, cursor - 1)
    case (0x48, _), (0x7E, 0x31), (0x7E, 0x37): cursor = 0
    case (0x46, _), (0x7E, 0x34), (0x7E, 0x38): cursor = scalars.count
    case (0x7E, 0x33): deleteForward()
    default: break
    }
    pending = []
  }
}
