/// The syntax of intrinsic functions: `States.Format('{}', $.name)`.
enum StatesIntrinsic {
  /// Whether a text is a call that the language knows.
  static func isValid(_ text: String) -> Bool {
    var reader = Reader(bytes: Array(text.utf8))
    return reader.call(0) && reader.position == reader.bytes.count
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

    mutating func call(_ depth: Int) -> Bool {
      guard depth < 20, bytes[position...].starts(with: "States.".utf8) else { return false }
      position += 7
      let start = position
      while position < bytes.count, isLetter(bytes[position]) { position += 1 }
      let name = String(decoding: bytes[start..<position], as: UTF8.self)
      guard let counts = Self.functions[name], take(UInt8(ascii: "(")) else { return false }
      var count = 0
      skipSpace()
      while position < bytes.count, bytes[position] != UInt8(ascii: ")") {
        let isText = bytes[position] == UInt8(ascii: "'")
        guard argument(depth) else { return false }
        if name == "MathAdd", isText { return false }
        count += 1
        skipSpace()
        if !take(UInt8(ascii: ",")) { break }
        skipSpace()
      }
      return take(UInt8(ascii: ")")) && counts.contains(count)
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

    private mutating func argument(_ depth: Int) -> Bool {
      if bytes[position...].starts(with: "States.".utf8) { return call(depth + 1) }
      if take(UInt8(ascii: "'")) {
        while position < bytes.count, bytes[position] != UInt8(ascii: "'") {
          position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return take(UInt8(ascii: "'"))
      }
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
      let text = String(decoding: bytes[start..<position], as: UTF8.self)
      if text.hasPrefix("$") { return StatesPath(text.trimmingSpaces) != nil }
      return ["true", "false", "null"].contains(text.trimmingSpaces)
        || Double(text.trimmingSpaces) != nil
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
