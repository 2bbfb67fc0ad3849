/// What a guard that was true says, by comparing texts: its conjuncts without white space, with one
/// kind of quotes.
enum GuardKnowledge {
  /// The conjuncts of a guard, `step.` written as `output.`.
  ///
  /// A guard of other steps may read `output`, which is theirs: `isOwn` says that it is the step's.
  static func conjuncts(_ text: String, of step: String, isOwn: Bool) -> [String] {
    split(tokens(text)).map { tokens in
      var tokens = tokens
      if !isOwn, tokens.contains("output") { return "" }
      for index in tokens.indices where tokens[index] == step {
        let follows = index + 1 < tokens.count && [".", ".?", "["].contains(tokens[index + 1])
        let leads = index == 0 || tokens[index - 1] != "."
        if follows, leads { tokens[index] = "output" }
      }
      return tokens.joined(separator: " ")
    }
  }

  /// Steps of which a guard says that one has not succeeded; where it is false, all of them have.
  ///
  /// `steps.a.status != 'success' || …`, `[steps.a, steps.b].exists(s, s.status != 'success')`.
  static func doubted(by text: String) -> [String] {
    let tokens = tokens(text)
    var names: [String] = []
    for part in tokens.split(separator: "||").map(Array.init) {
      if part.count == 7, part[0] == "steps", part[1] == ".", part[3...] == Self.unsuccessful[...] {
        names.append(part[2])
        continue
      }
      guard let found = doubtedInList(part) else { return [] }
      names += found
    }
    return names
  }

  private static let unsuccessful = [".", "status", "!=", "'success'"]

  private static func doubtedInList(_ tokens: [String]) -> [String]? {
    guard tokens.first == "[", let end = tokens.firstIndex(of: "]") else { return nil }
    let rest = Array(tokens[(end + 1)...])
    guard rest.count == 11, rest[..<3] == [".", "exists", "("], rest[4] == ",", rest[5] == rest[3],
      rest[6..<10] == unsuccessful[...], rest[10] == ")"
    else { return nil }
    var names: [String] = []
    for entry in tokens[1..<end].split(separator: ",").map(Array.init) {
      guard entry.count == 3, entry[0] == "steps", entry[1] == "." else { return nil }
      names.append(entry[2])
    }
    return names
  }

  /// Names, numbers, texts and signs.
  private static func tokens(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    var tokens: [String] = []
    var index = 0
    let slash = UInt8(ascii: "/")
    func isWord(_ byte: UInt8) -> Bool {
      byte >= 0x80 || byte == UInt8(ascii: "_")
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D {
        index += 1
      } else if byte == slash, index + 1 < bytes.count, bytes[index + 1] == slash {
        // A comment says nothing.
        while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
      } else if isWord(byte) {
        var end = index
        while end < bytes.count, isWord(bytes[end]) { end += 1 }
        tokens.append(String(decoding: bytes[index..<end], as: UTF8.self))
        index = end
      } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        var end = index + 1
        while end < bytes.count, bytes[end] != byte {
          end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        let inside = bytes[min(index + 1, bytes.count)..<min(end, bytes.count)]
        tokens.append("'" + String(decoding: inside, as: UTF8.self) + "'")
        index = end + 1
      } else {
        let pairs = ["&&", "||", "==", "!=", "<=", ">=", ".?"]
        let two = String(decoding: bytes[index..<min(index + 2, bytes.count)], as: UTF8.self)
        let isPair = pairs.contains(two)
        tokens.append(isPair ? two : String(decoding: [byte], as: UTF8.self))
        index += isPair ? 2 : 1
      }
    }
    return tokens
  }

  /// The parts between `&&` outside brackets; a guard with `||` outside brackets is one part.
  private static func split(_ tokens: [String]) -> [[String]] {
    var tokens = tokens
    while tokens.first == "(", closing(tokens) == tokens.count - 1 {
      tokens = Array(tokens.dropFirst().dropLast())
    }
    var depth = 0
    var parts: [[String]] = [[]]
    var hasAlternative = false
    for token in tokens {
      if ["(", "[", "{"].contains(token) { depth += 1 }
      if [")", "]", "}"].contains(token) { depth -= 1 }
      if depth == 0, token == "||" || token == "?" { hasAlternative = true }
      if depth == 0, token == "&&" {
        parts.append([])
      } else {
        parts[parts.count - 1].append(token)
      }
    }
    if hasAlternative { return [tokens] }
    guard parts.count > 1 else { return [tokens] }
    return parts.flatMap { $0.first == "(" ? split($0) : [$0] }
  }

  private static func closing(_ tokens: [String]) -> Int? {
    var depth = 0
    for (index, token) in tokens.enumerated() {
      if token == "(" { depth += 1 }
      if token == ")" { depth -= 1 }
      if depth == 0 { return index }
    }
    return nil
  }
}
