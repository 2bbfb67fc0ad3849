/// Makes a text that a simple regular expression matches, by its shortest way through it.
///
/// Knows literals, classes, groups, alternatives (the first), repetitions (as few as allowed) and
/// anchors; what comes of anything else is for the schema to refuse.
struct PatternSample {
  private static let maxDepth = 16
  private static let maxLength = 1_000
  private let pattern: [Unicode.Scalar]
  private var position = 0

  /// A text that `pattern` probably matches.
  static func text(_ pattern: String) -> String {
    var sample = PatternSample(pattern: Array(pattern.unicodeScalars))
    var text = ""
    text.unicodeScalars.append(contentsOf: sample.alternatives(0))
    return text
  }

  private init(pattern: [Unicode.Scalar]) { self.pattern = pattern }

  private var next: Unicode.Scalar? {
    position < pattern.count ? pattern[position] : nil
  }

  private mutating func alternatives(_ depth: Int) -> [Unicode.Scalar] {
    let first = sequence(depth)
    while next == "|" {
      position += 1
      _ = sequence(depth)
    }
    return first
  }

  private mutating func sequence(_ depth: Int) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      let part = atom(depth)
      let count = repetitions()
      guard result.count + part.count * count <= Self.maxLength else { continue }
      for _ in 0..<count { result += part }
    }
    return result
  }

  private mutating func atom(_ depth: Int) -> [Unicode.Scalar] {
    guard let scalar = next else { return [] }
    position += 1
    switch scalar {
    case "^", "$": return []
    case ".": return ["x"]
    case "[": return set()
    case "\\": return escape()
    case "(":
      guard depth < Self.maxDepth else {
        position = pattern.count
        return []
      }
      if next == "?" {
        while next != nil, next != ":", next != ">" { position += 1 }
        position += 1
      }
      let inside = alternatives(depth + 1)
      position += 1
      return inside
    default: return [scalar]
    }
  }

  private mutating func escape() -> [Unicode.Scalar] {
    guard let scalar = next else { return [] }
    position += 1
    switch scalar {
    case "d": return ["1"]
    case "w": return ["a"]
    case "s": return [" "]
    case "b", "A", "z", "B": return []
    case "n": return ["\n"]
    case "t": return ["\t"]
    case "D", "W", "S": return ["-"]
    default: return [scalar]
    }
  }

  /// The first member of a class; of a negated one, something that it does not name.
  private mutating func set() -> [Unicode.Scalar] {
    let isNegated = next == "^"
    if isNegated { position += 1 }
    var members: [ClosedRange<UInt32>] = []
    var isFirst = true
    while let scalar = next, scalar != "]" || isFirst {
      isFirst = false
      position += 1
      let low = scalar == "\\" ? escape().first ?? scalar : scalar
      var high = low
      if next == "-", position + 1 < pattern.count, pattern[position + 1] != "]" {
        high = pattern[position + 1]
        position += 2
      }
      members.append(low.value...max(low.value, high.value))
    }
    position += 1
    guard isNegated else {
      return members.first.flatMap { Unicode.Scalar($0.lowerBound) }.map { [$0] } ?? []
    }
    let wanted: [Unicode.Scalar] = ["a", "1", "-", " ", "Z"]
    return wanted.first { scalar in !members.contains { $0.contains(scalar.value) } }.map { [$0] }
      ?? []
  }

  /// How often the part before is needed.
  private mutating func repetitions() -> Int {
    var count = 1
    switch next {
    case "*", "?":
      position += 1
      count = 0
    case "+": position += 1
    case "{":
      position += 1
      var number = 0
      while let scalar = next, ("0"..."9").contains(scalar) {
        number = min(number * 10 + Int(scalar.value - 0x30), Self.maxLength)
        position += 1
      }
      while next != nil, next != "}" { position += 1 }
      position += 1
      count = number
    default: return 1
    }
    if next == "?" { position += 1 }
    return count
  }
}
