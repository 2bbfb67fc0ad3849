import Expression

/// Simpler texts than a given one, the simplest first: parts left out, by tokens or by lines.
enum TextShrinker {
  /// Most candidates of one step.
  private static let most = 400

  /// Simpler expressions: the contents of a pair of brackets alone, runs of tokens left out, empty
  /// brackets.
  static func smaller(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    let tokens = ExpressionText.tokens(bytes)
    var result: [String] = []
    var open: [Int] = []
    for (position, token) in tokens.enumerated() {
      switch bytes[token.lowerBound] {
      case 0x28, 0x5B, 0x7B: open.append(position)
      case 0x29, 0x5D, 0x7D:
        guard let first = open.popLast() else { continue }
        let inner = tokens[first].upperBound..<token.lowerBound
        let outer = tokens[first].lowerBound..<token.upperBound
        result.append(string(bytes[inner]))
        result.append(
          string(bytes[..<outer.lowerBound] + bytes[inner] + bytes[outer.upperBound...])
        )
        if inner.count > 0 {
          result.append(
            string(bytes[..<inner.lowerBound] + bytes[inner.upperBound...])
          )
        }
      default: break
      }
    }
    result.sort { $0.utf8.count < $1.utf8.count }
    result = Array(result.prefix(most / 2))
    result += without(tokens.count) { range in
      let start = tokens[range.lowerBound].lowerBound
      let end = tokens[range.upperBound - 1].upperBound
      return string(bytes[..<start] + bytes[end...])
    }
    return result.filter { $0.utf8.count < bytes.count }
  }

  /// Simpler documents: runs of lines left out, then words of a line.
  static func smallerLines(_ text: String) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return without(lines.count) { range in
      (lines[..<range.lowerBound] + lines[range.upperBound...]).joined(separator: "\n")
    }
  }

  /// Simpler bytes: runs of them left out.
  static func smallerBytes(_ bytes: [UInt8]) -> [[UInt8]] {
    without(bytes.count) { Array(bytes[..<$0.lowerBound] + bytes[$0.upperBound...]) }
  }

  /// What `remove` makes of each half, quarter, … of a sequence, the longest runs first.
  private static func without<Part>(_ count: Int, _ remove: (Range<Int>) -> Part) -> [Part] {
    var result: [Part] = []
    var length = max(1, count / 2)
    while length >= 1, result.count < most, count > 0 {
      for start in stride(from: 0, to: count, by: length) where result.count < most {
        result.append(remove(start..<min(count, start + length)))
      }
      length /= 2
    }
    return result
  }

  private static func string(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}
