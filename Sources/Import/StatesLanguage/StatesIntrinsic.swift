import Values

/// An intrinsic function as it is written: `States.Format('{}', $.name)`.
indirect enum StatesIntrinsic {
  case call(String, [StatesIntrinsic])
  case path(String)
  /// A text with its escapes.
  case text(String)
  case literal(Value)

  /// Whether a text is a call that the language knows.
  static func isValid(_ text: String) -> Bool { parse(text) != nil }

  /// The call of a text; nil when it is none.
  static func parse(_ text: String) -> StatesIntrinsic? {
    var reader = Reader(bytes: Array(text.utf8))
    guard let call = reader.call(0), reader.position == reader.bytes.count else { return nil }
    return call
  }

  /// A text without its escapes.
  static func unescaped(_ text: String) -> String {
    var result = ""
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if scalar == "\\", !isEscaped {
        isEscaped = true
        continue
      }
      if isEscaped, !"'{}\\".unicodeScalars.contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
      isEscaped = false
    }
    return result
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    private static let functions: [String: ClosedRange<Int>] = [
      "Format": 1...100, "StringToJson": 1...1, "JsonToString": 1...1, "Array": 0...100,
      "ArrayPartition": 2...2, "ArrayContains": 2...2, "ArrayRange": 3...3, "ArrayGetItem": 2...2,
      "ArrayLength": 1...1, "ArrayUnique": 1...1, "Base64Encode": 1...1, "Base64Decode": 1...1,
      "Hash": 2...2, "JsonMerge": 3...3, "MathRandom": 2...3, "MathAdd": 2...2,
      "StringSplit": 2...2, "UUID": 0...0,
    ]

    mutating func call(_ depth: Int) -> StatesIntrinsic? {
      guard depth < 20, bytes[position...].starts(with: "States.".utf8) else { return nil }
      position += 7
      let start = position
      while position < bytes.count, isLetter(bytes[position]) { position += 1 }
      let name = String(decoding: bytes[start..<position], as: UTF8.self)
      guard let counts = Self.functions[name], take(UInt8(ascii: "(")) else { return nil }
      var arguments: [StatesIntrinsic] = []
      skipSpace()
      while position < bytes.count, bytes[position] != UInt8(ascii: ")") {
        let isText = bytes[position] == UInt8(ascii: "'")
        guard let argument = argument(depth), name != "MathAdd" || !isText else { return nil }
        arguments.append(argument)
        skipSpace()
        if !take(UInt8(ascii: ",")) { break }
        skipSpace()
      }
      guard take(UInt8(ascii: ")")), counts.contains(arguments.count) else { return nil }
      return .call(name, arguments)
    }

    private func isLetter(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || byte >= 0x30 && byte <= 0x39
    }

    private mutating func take(_ byte: UInt8) -> Bool {
      guard position < bytes.count, bytes[position] == byte else { return false }
      position += 1
      return true
    }

    private mutating func skipSpace() {
      while take(0x20) {}
    }

    private mutating func argument(_ depth: Int) -> StatesIntrinsic? {
      if bytes[position...].starts(with: "States.".utf8) { return call(depth + 1) }
      if take(UInt8(ascii: "'")) { return text() }
      let start = position
      var brackets = 0
      while position < bytes.count {
        let byte = bytes[position]
        if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "(") { brackets += 1 }
        if byte == UInt8(ascii: "]") || byte == UInt8(ascii: ")"), brackets > 0 {
          brackets -= 1
        } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ")"), brackets == 0 {
          break
        }
        position += 1
      }
      let word = String(decoding: bytes[start..<position], as: UTF8.self).trimmingSpaces
      if word.hasPrefix("$") { return StatesPath(word) == nil ? nil : .path(word) }
      return literal(word)
    }

    private mutating func text() -> StatesIntrinsic? {
      let start = position
      while position < bytes.count, bytes[position] != UInt8(ascii: "'") {
        position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
      }
      guard position < bytes.count else { return nil }
      let inner = String(decoding: bytes[start..<position], as: UTF8.self)
      position += 1
      return .text(inner)
    }

    private func literal(_ word: String) -> StatesIntrinsic? {
      switch word {
      case "true": .literal(.bool(true))
      case "false": .literal(.bool(false))
      case "null": .literal(.null)
      default:
        if let int = Int64(word) {
          .literal(.int(int))
        } else if let double = Double(word), double.isFinite {
          .literal(.double(double))
        } else {
          nil
        }
      }
    }
  }
}

extension String {
  /// Without spaces at its ends.
  var trimmingSpaces: String {
    var text = self[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
