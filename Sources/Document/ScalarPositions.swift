import Source

/// Finds where each decoded byte of a YAML scalar stands in the text it was read from.
///
/// libyaml says where a scalar starts and what it decodes to, not how the two correspond. The
/// decoding is repeated here (YAML 1.2.2, chapters 7 and 8), guided by the known result: when both
/// disagree, which the differences between YAML versions allow, one coarse segment remains.
struct ScalarPositions {
  /// A run of decoded bytes and where it stands in the enclosing text.
  struct Run {
    var decoded: Int
    var origin: Int
  }

  private let bytes: [UInt8]
  private let value: [UInt8]
  private var cursor: Int
  private var output = 0
  private var agrees = true
  private var runs: [Run] = []

  /// The runs of a scalar whose first byte (quote or block indicator included) is at `start`, and
  /// the offset after its last byte.
  static func locate(
    value: [UInt8],
    style: YAMLEvent.Style,
    in bytes: [UInt8],
    at start: Int
  ) -> (runs: [Run], end: Int) {
    if let run = wholeRun(value: value, style: style, in: bytes, at: start) { return run }
    var positions = ScalarPositions(bytes: bytes, value: value, cursor: start)
    switch style {
    case .plain: positions.locatePlain()
    case .singleQuoted: positions.locateQuoted(double: false)
    case .doubleQuoted: positions.locateQuoted(double: true)
    case .literal: positions.locateBlock(folds: false)
    case .folded: positions.locateBlock(folds: true)
    }
    if positions.agrees, positions.output == value.count || style == .plain {
      return (positions.runs, positions.cursor)
    }
    return ([Run(decoded: 0, origin: start)], max(start, positions.cursor))
  }

  /// The one run of a scalar that stands in the text as it is decoded, as almost all do.
  private static func wholeRun(
    value: [UInt8],
    style: YAMLEvent.Style,
    in bytes: [UInt8],
    at start: Int
  ) -> (runs: [Run], end: Int)? {
    let quote: UInt8
    switch style {
    case .plain: quote = 0
    case .singleQuoted: quote = 0x27
    case .doubleQuoted: quote = 0x22
    case .literal, .folded: return nil
    }
    let first = quote == 0 ? start : start + 1
    let end = first + value.count
    guard !value.isEmpty, end < bytes.count else { return nil }
    for offset in value.indices {
      let byte = value[offset]
      guard byte == bytes[first + offset], byte != quote, byte != 0x5C, byte >= 0x20 else {
        return nil
      }
    }
    if quote == 0 { return ([Run(decoded: 0, origin: start)], end) }
    return bytes[end] == quote ? ([Run(decoded: 0, origin: first)], end + 1) : nil
  }

  private init(bytes: [UInt8], value: [UInt8], cursor: Int) {
    self.bytes = bytes
    self.value = value
    self.cursor = cursor
  }

  // MARK: Reading

  private var byte: UInt8? { cursor < bytes.count ? bytes[cursor] : nil }

  private func isBlank(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x09 }

  private func isBreak(_ byte: UInt8?) -> Bool { byte == 0x0A || byte == 0x0D }

  /// Length of the line break at `offset`, 0 when there is none.
  private func breakLength(at offset: Int) -> Int {
    guard offset < bytes.count else { return 0 }
    if bytes[offset] == 0x0A { return 1 }
    guard bytes[offset] == 0x0D else { return 0 }
    return offset + 1 < bytes.count && bytes[offset + 1] == 0x0A ? 2 : 1
  }

  // MARK: Emitting

  /// Starts a run at the present decoded offset unless the last one already continues there.
  private mutating func startRun(at origin: Int) {
    if let last = runs.last {
      if last.origin + (output - last.decoded) == origin { return }
      if last.decoded == output { runs.removeLast() }
    }
    runs.append(Run(decoded: output, origin: origin))
  }

  private mutating func emit(_ byte: UInt8) {
    if output >= value.count || value[output] != byte { agrees = false }
    output += 1
  }

  /// Copies the source byte at the cursor.
  private mutating func copy() {
    startRun(at: cursor)
    emit(bytes[cursor])
    cursor += 1
  }

  private mutating func emit(_ byte: UInt8, from origin: Int) {
    startRun(at: origin)
    emit(byte)
  }

  // MARK: Flow scalars

  private mutating func locatePlain() {
    startRun(at: cursor)
    while output < value.count, agrees, byte != nil {
      if isBlank(byte) || isBreak(byte) { whitespace() } else { copy() }
    }
  }

  /// Copies blanks within a line, folds them across lines.
  private mutating func whitespace() {
    let start = cursor
    var end = cursor
    var breaks: [Int] = []
    while end < bytes.count, isBlank(bytes[end]) || isBreak(bytes[end]) {
      let length = breakLength(at: end)
      if length > 0 { breaks.append(end) }
      end += max(1, length)
    }
    fold(from: start, through: end, breaks: breaks, isEscaped: false)
  }

  private mutating func fold(from start: Int, through end: Int, breaks: [Int], isEscaped: Bool) {
    cursor = start
    if breaks.isEmpty, !isEscaped {
      while cursor < end { copy() }
      return
    }
    if isEscaped {
      for origin in breaks { emit(0x0A, from: origin) }
    } else if breaks.count == 1 {
      emit(0x20, from: breaks[0])
    } else {
      for origin in breaks.dropFirst() { emit(0x0A, from: origin) }
    }
    cursor = end
  }

  private mutating func locateQuoted(double: Bool) {
    let quote: UInt8 = double ? 0x22 : 0x27
    cursor += 1
    startRun(at: cursor)
    while agrees, let byte {
      if byte == quote {
        guard !double, cursor + 1 < bytes.count, bytes[cursor + 1] == quote else { break }
        emit(quote, from: cursor)
        cursor += 2
      } else if double, byte == 0x5C {
        escape()
      } else if isBlank(byte) || isBreak(byte) {
        whitespace()
      } else {
        copy()
      }
    }
    if byte == quote { cursor += 1 }
  }

  private mutating func escape() {
    let origin = cursor
    guard cursor + 1 < bytes.count else {
      agrees = false
      return
    }
    let letter = bytes[cursor + 1]
    if isBreak(letter) {
      escapedBreak()
      return
    }
    let digits = letter == 0x78 ? 2 : letter == 0x75 ? 4 : letter == 0x55 ? 8 : 0
    cursor = min(bytes.count, cursor + 2 + digits)
    // The decoded bytes are taken from libyaml's own result: one scalar.
    guard output < value.count else {
      agrees = false
      return
    }
    startRun(at: origin)
    let lead = value[output]
    output += lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
  }

  private mutating func escapedBreak() {
    var end = cursor + 1
    end += breakLength(at: end)
    var breaks: [Int] = []
    while end < bytes.count, isBlank(bytes[end]) || isBreak(bytes[end]) {
      let length = breakLength(at: end)
      if length > 0 { breaks.append(end) }
      end += max(1, length)
    }
    fold(from: cursor, through: end, breaks: breaks, isEscaped: true)
  }

  // MARK: Block scalars

  private mutating func locateBlock(folds: Bool) {
    while cursor < bytes.count, !isBreak(bytes[cursor]) { cursor += 1 }
    var end = cursor
    cursor += breakLength(at: cursor)
    startRun(at: cursor)
    let indent = blockIndent()
    var wasSpaced = false
    while output < value.count, agrees, cursor < bytes.count {
      skipIndent(indent)
      let isSpaced = isBlank(byte)
      let lineStart = cursor
      while cursor < bytes.count, !isBreak(bytes[cursor]) { copy() }
      if cursor > lineStart { end = cursor }
      wasSpaced = cursor > lineStart ? isSpaced : wasSpaced
      guard output < value.count else { break }
      if folds, cursor > lineStart {
        foldBlock(indent: indent, isSpaced: wasSpaced)
      } else if breakLength(at: cursor) > 0 {
        emit(0x0A, from: cursor)
        cursor += breakLength(at: cursor)
      }
    }
    // libyaml adds the line break that a text without a last one lacks.
    if output == value.count - 1, value.last == 0x0A, cursor >= bytes.count { output += 1 }
    cursor = end
  }

  private mutating func skipIndent(_ indent: Int) {
    var count = 0
    while count < indent, byte == 0x20 {
      cursor += 1
      count += 1
    }
  }

  /// The indentation: what the first line that holds more than spaces has beyond its decoded text.
  private func blockIndent() -> Int {
    var offset = cursor
    var line = 0
    while offset < bytes.count {
      var spaces = 0
      while offset + spaces < bytes.count, bytes[offset + spaces] == 0x20 { spaces += 1 }
      let length = breakLength(at: offset + spaces)
      if length == 0 {
        return max(0, spaces - leadingSpaces(ofDecodedLine: line))
      }
      offset += spaces + length
      line += 1
    }
    return 0
  }

  private func leadingSpaces(ofDecodedLine line: Int) -> Int {
    var index = 0
    var remaining = line
    while remaining > 0, index < value.count {
      if value[index] == 0x0A { remaining -= 1 }
      index += 1
    }
    var spaces = 0
    while index + spaces < value.count, value[index + spaces] == 0x20 { spaces += 1 }
    return spaces
  }

  /// Emits what stands between a folded line and the next: a space, or line breaks.
  private mutating func foldBlock(indent: Int, isSpaced: Bool) {
    var breaks: [Int] = []
    var next = cursor
    while breakLength(at: next) > 0 {
      breaks.append(next)
      next += breakLength(at: next)
      var spaces = 0
      while spaces < indent, next + spaces < bytes.count, bytes[next + spaces] == 0x20 {
        spaces += 1
      }
      guard breakLength(at: next + spaces) > 0 else { break }
      next += spaces
    }
    guard !breaks.isEmpty else { return }
    let isLast = value.count - output <= breaks.count && value[output...].allSatisfy { $0 == 0x0A }
    let content = next + indent
    let nextIsSpaced = content < bytes.count && isBlank(bytes[content])
    if isLast || isSpaced || nextIsSpaced {
      for origin in breaks where output < value.count { emit(0x0A, from: origin) }
    } else if breaks.count == 1 {
      emit(0x20, from: breaks[0])
    } else {
      for origin in breaks.dropFirst() { emit(0x0A, from: origin) }
    }
    cursor = next
  }
}
