/// A check of the surface of JSONata: brackets, operators and operands in turn.
///
/// It tells texts that cannot be expressions from those that may be; it evaluates nothing.
enum JSONataSyntax {
  /// Whether a text may be an expression.
  static func isPlausible(_ text: String) -> Bool {
    var reader = Reader(bytes: Array(text.utf8))
    return reader.isPlausible()
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0
    var open: [UInt8] = []
    var wantsOperand = true

    private static let words: Set<String> = ["and", "or", "in"]
    private static let symbols = [
      ":=", "~>", "!=", "<=", ">=", "..", "**", "+", "-", "*", "/", "%", "&", "=", "<", ">", ".",
      ",", ";", "?", ":", "^", "@", "#", "|",
    ]

    mutating func isPlausible() -> Bool {
      while position < bytes.count {
        let byte = bytes[position]
        if [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
          position += 1
        } else if bytes[position...].starts(with: "/*".utf8) {
          guard skipComment() else { return false }
        } else if !step(byte) {
          return false
        }
      }
      return open.isEmpty && !wantsOperand
    }

    private mutating func step(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
        open.append(byte)
        position += 1
        wantsOperand = true
        return true
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
        let match: UInt8 =
          byte == UInt8(ascii: ")")
          ? UInt8(ascii: "(") : byte == UInt8(ascii: "]") ? UInt8(ascii: "[") : UInt8(ascii: "{")
        guard open.popLast() == match else { return false }
        let before = bytes[..<position].last { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        let isEmpty = before == match
        if wantsOperand, !isEmpty, before != UInt8(ascii: ";") { return false }
        position += 1
        wantsOperand = false
        return true
      case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
        guard wantsOperand else { return false }
        return operand(skipText(byte))
      case UInt8(ascii: "/") where wantsOperand: return operand(skipText(byte))
      case UInt8(ascii: "0")...UInt8(ascii: "9"): return wantsOperand && operand(skipNumber())
      default: break
      }
      if isName(byte) { return name() }
      return symbol()
    }

    private mutating func operand(_ isRight: Bool) -> Bool {
      wantsOperand = false
      return isRight
    }

    private mutating func skipText(_ quote: UInt8) -> Bool {
      position += 1
      while position < bytes.count, bytes[position] != quote {
        position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
      }
      guard position < bytes.count else { return false }
      position += 1
      if quote == UInt8(ascii: "/") {
        while position < bytes.count, isName(bytes[position]) { position += 1 }
      }
      return true
    }

    private mutating func skipNumber() -> Bool {
      func isDigit(_ index: Int) -> Bool {
        index < bytes.count && bytes[index] >= 0x30 && bytes[index] <= 0x39
      }
      while isDigit(position) { position += 1 }
      if position < bytes.count, bytes[position] == UInt8(ascii: "."), isDigit(position + 1) {
        position += 1
        while isDigit(position) { position += 1 }
      }
      return true
    }

    private mutating func skipComment() -> Bool {
      position += 2
      while position + 1 < bytes.count {
        if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
          position += 2
          return true
        }
        position += 1
      }
      return false
    }

    private func isName(_ byte: UInt8) -> Bool {
      byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
        || byte >= 0x30 && byte <= 0x39
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private mutating func name() -> Bool {
      let start = position
      while position < bytes.count, isName(bytes[position]) { position += 1 }
      let word = String(decoding: bytes[start..<position], as: UTF8.self)
      if !wantsOperand {
        wantsOperand = true
        return Self.words.contains(word)
      }
      wantsOperand = false
      return true
    }

    private mutating func symbol() -> Bool {
      let rest = bytes[position...]
      guard let symbol = Self.symbols.first(where: { rest.starts(with: $0.utf8) }) else {
        return false
      }
      position += symbol.utf8.count
      if wantsOperand {
        switch symbol {
        case "*", "**", "%", "|": wantsOperand = false
        case "-", ">", "<", "?": break
        default: return symbol == "," && open.last != UInt8(ascii: "[")
        }
        if symbol == "?" { wantsOperand = false }
        return true
      }
      wantsOperand = true
      if symbol == ";", open.last == nil { return false }
      return true
    }
  }
}
