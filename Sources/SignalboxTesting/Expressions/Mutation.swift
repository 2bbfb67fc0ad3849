import Expression

/// Spoils texts by chance: bytes, tokens and whole groups in brackets.
public struct Mutation: Sendable {
  /// What is spoiled.
  public enum Level: Sendable, CaseIterable {
    /// Single bytes, UTF-8 or not.
    case bytes
    /// Tokens of the expression language, which serve for YAML and JSON, too.
    case tokens
    /// Groups in brackets: swapped, repeated, nested hundreds of levels deep.
    case structure
    /// Lines: left out, doubled, moved, indented otherwise.
    case lines
  }

  /// The levels of which one is chosen for each change.
  public var levels: [Level]
  /// Words that are inserted.
  public var words: [String]

  /// The mutation of `levels`.
  public init(levels: [Level] = Level.allCases, words: [String] = Mutation.expressionWords) {
    precondition(!levels.isEmpty, "a mutation needs a level")
    self.levels = levels
    self.words = words
  }

  /// Operators, brackets, odd literals and names of expressions.
  public static let expressionWords = [
    "(", ")", "[", "]", "{", "}", "[?", ".?", ".", ",", ":", "?", "&&", "||", "!", "==", "!=", "<",
    "<=", "=", "===", "+", "-", "*", "/", "%", "|", "&", "in", "null", "true", "as", "while",
    "has(",
    ".all(x, ", ".map(x, x)", "cel.bind(x, ", "{{", "}}", "'", "\"", "'''", "r'", "b\"", "`", "//",
    "9223372036854775808", "-9223372036854775808", "1u", "18446744073709551616u", "0x", "1e999",
    ".5", "1.", "1e", "'\\u{110000}'", "'\\ud800'", "'\\x'", "'\\400'", "__result__", "@index0",
    "é",
    "\u{0}", "\u{FEFF}", "\u{202E}", "and", "or", "not", "not in", "??", "=>", ";", "#", "$",
  ]

  /// `text` with one to four changes.
  public func mutate(_ text: [UInt8], using random: inout RandomSource) -> [UInt8] {
    var bytes = text
    for _ in 0..<(1 + random.below(4)) {
      switch random.one(of: levels) {
      case .bytes: changeBytes(&bytes, &random)
      case .tokens: changeTokens(&bytes, &random)
      case .structure: changeStructure(&bytes, &random)
      case .lines: changeLines(&bytes, &random)
      }
      if bytes.count > 200_000 { bytes.removeLast(bytes.count - 200_000) }
    }
    return bytes
  }

  private func changeBytes(_ bytes: inout [UInt8], _ random: inout RandomSource) {
    let odd: [[UInt8]] = [
      [0], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x0D], [0x0D, 0x0A],
      [0x09], [0xE2, 0x80, 0xA8], [0x5C], [0x0B], [0xEF, 0xBB, 0xBF], [0x7F],
    ]
    let place = random.below(bytes.count + 1)
    switch random.below(5) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1 where place < bytes.count:
      bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(8)))
    case 2: bytes.insert(contentsOf: random.one(of: odd), at: place)
    case 3 where place < bytes.count:
      let part = bytes[place..<min(bytes.count, place + 1 + random.below(20))]
      bytes.insert(contentsOf: part, at: random.below(bytes.count + 1))
    case 4 where random.chance(40): bytes.removeLast(bytes.count - place)
    default: bytes.insert(UInt8(random.below(256)), at: place)
    }
  }

  private func changeTokens(_ bytes: inout [UInt8], _ random: inout RandomSource) {
    let tokens = ExpressionText.tokens(bytes)
    guard !tokens.isEmpty else {
      bytes += random.one(of: words).utf8
      return
    }
    let token = random.one(of: tokens)
    let other = random.one(of: tokens)
    let word = Array((" " + random.one(of: words) + " ").utf8)
    switch random.below(5) {
    case 0: bytes.removeSubrange(token)
    case 1: bytes.insert(contentsOf: Array(bytes[other]), at: token.lowerBound)
    case 2: bytes.replaceSubrange(token, with: Array(bytes[other]))
    case 3: bytes.replaceSubrange(token, with: word)
    default: bytes.insert(contentsOf: word, at: token.lowerBound)
    }
  }

  private func changeStructure(_ bytes: inout [UInt8], _ random: inout RandomSource) {
    let groups = Mutation.groups(bytes)
    let whole = 0..<bytes.count
    let group = groups.isEmpty ? whole : random.one(of: groups)
    let other = groups.isEmpty ? whole : random.one(of: groups)
    let depth = random.one(of: [1, 2, 30, 400])
    switch random.below(6) {
    case 0: bytes.replaceSubrange(group, with: Array(bytes[other]))
    case 1: bytes.insert(contentsOf: Array(bytes[other]), at: group.lowerBound)
    case 2: bytes.removeSubrange(group)
    case 3:
      let (open, close) = random.one(of: [
        ("(", ")"), ("[", "]"), ("{1: ", "}"), ("f(", ")"), ("!", ""), ("-", ""),
      ])
      let wrapped =
        Array(String(repeating: open, count: depth).utf8) + bytes[group]
        + Array(String(repeating: close, count: depth).utf8)
      bytes.replaceSubrange(group, with: wrapped)
    case 4:
      let link = random.one(of: [" + ", " && ", ", ", ".a", "[0]", " ? 1 : "])
      let part = Array(bytes[group].prefix(40)) + Array(link.utf8)
      bytes.insert(
        contentsOf: Array(repeatElement(part, count: depth).joined()),
        at: group.lowerBound
      )
    default: bytes.removeSubrange(group.lowerBound..<min(group.lowerBound + 1, group.upperBound))
    }
  }

  /// The ranges of groups in brackets, brackets included.
  private static func groups(_ bytes: [UInt8]) -> [Range<Int>] {
    var open: [Int] = []
    var result: [Range<Int>] = []
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case 0x28, 0x5B, 0x7B: open.append(index)
      case 0x29, 0x5D, 0x7D: if let start = open.popLast() { result.append(start..<(index + 1)) }
      default: break
      }
    }
    return result
  }

  private func changeLines(_ bytes: inout [UInt8], _ random: inout RandomSource) {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
    let place = random.below(lines.count)
    let other = random.below(lines.count)
    switch random.below(7) {
    case 0: lines.remove(at: place)
    case 1: lines.insert(lines[other], at: place)
    case 2: lines.swapAt(place, other)
    case 3:
      lines[place].insert(contentsOf: Array(repeating: 0x20, count: 1 + random.below(4)), at: 0)
    case 4: lines[place].removeFirst(min(lines[place].count, 1 + random.below(3)))
    case 5: lines[place] = lines[place].prefix { $0 != 0x3A } + lines[other].drop { $0 != 0x3A }
    default: lines[place] += Array(random.one(of: words).utf8)
    }
    bytes = Array(lines.joined(separator: [0x0A]))
  }
}

extension Generator where Output == String {
  /// Spoiled texts: what `source` makes, with a few changes; invalid UTF-8 is repaired.
  public static func mutants<Source: CustomStringConvertible>(
    of source: Generator<Source>,
    by mutation: Mutation = .init(levels: [.bytes, .tokens, .structure])
  ) -> Generator {
    Generator(
      smaller: { TextShrinker.smaller($0) },
      { random, size in
        let text = source.next(&random, size: size).description
        return String(decoding: mutation.mutate(Array(text.utf8), using: &random), as: UTF8.self)
      }
    )
  }
}

extension Generator where Output == [UInt8] {
  /// Spoiled texts as bytes: what `source` makes, with a few changes, UTF-8 or not.
  public static func mutants<Source: CustomStringConvertible>(
    of source: Generator<Source>,
    by mutation: Mutation
  ) -> Generator {
    Generator(
      smaller: { TextShrinker.smallerBytes($0) },
      showing: { String(decoding: $0, as: UTF8.self) },
      { random, size in
        let text = source.next(&random, size: size).description
        return mutation.mutate(Array(text.utf8), using: &random)
      }
    )
  }
}
