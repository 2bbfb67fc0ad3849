/// A text derived from a grammar, which knows what it was derived from.
public struct DerivedText: Sendable, CustomStringConvertible {
  /// A part of the text that may be left out, or that a part of the same kind may replace.
  struct Part: Sendable {
    /// The rule; nil for a repetition or an optional part, which may be left out.
    var rule: String?
    var range: Range<Int>
  }

  let bytes: [UInt8]
  let parts: [Part]

  /// The text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
  /// The text.
  public var description: String { text }

  /// Shorter texts of the same rule.
  func smaller() -> [DerivedText] {
    var result: [DerivedText] = []
    for part in parts where !part.range.isEmpty {
      guard let rule = part.rule else {
        result.append(replacing(part.range, by: part.range.lowerBound..<part.range.lowerBound))
        continue
      }
      for inner in parts where inner.rule == rule && inner.range.count < part.range.count {
        let isWithin =
          inner.range.lowerBound >= part.range.lowerBound
          && inner.range.upperBound <= part.range.upperBound
        if isWithin { result.append(replacing(part.range, by: inner.range)) }
      }
    }
    return Array(result.sorted { $0.bytes.count < $1.bytes.count }.prefix(400))
  }

  /// The text in which a part of `outer` stands in its place.
  private func replacing(_ outer: Range<Int>, by inner: Range<Int>) -> DerivedText {
    let left = inner.lowerBound - outer.lowerBound
    let gone = outer.count - inner.count
    let kept = parts.compactMap { part -> Part? in
      let (low, high) = (part.range.lowerBound, part.range.upperBound)
      if high <= outer.lowerBound, !(low == high && low == outer.lowerBound) { return part }
      if low >= inner.lowerBound, high <= inner.upperBound, !inner.isEmpty {
        return Part(rule: part.rule, range: (low - left)..<(high - left))
      }
      if low >= outer.upperBound {
        return Part(rule: part.rule, range: (low - gone)..<(high - gone))
      }
      let isAround = low <= outer.lowerBound && high >= outer.upperBound
      return isAround ? Part(rule: part.rule, range: low..<(high - gone)) : nil
    }
    let text = bytes[..<outer.lowerBound] + bytes[inner] + bytes[outer.upperBound...]
    return DerivedText(bytes: Array(text), parts: kept)
  }
}

extension Grammar {
  /// A random text of a rule.
  ///
  /// `size` bounds its parts softly: when that many were written, each rule takes the shortest way
  /// to its end.
  public func text(of rule: String, size: Int, using random: inout RandomSource) -> DerivedText {
    precondition(rules[rule] != nil, "the grammar must have the rule `\(rule)`")
    var derivation = Derivation(grammar: self, fuel: max(1, size) * 8, random: random)
    derivation.write(.rule(rule), isToken: false, depth: 0)
    random = derivation.random
    return DerivedText(bytes: Array(derivation.text.utf8), parts: derivation.parts)
  }
}

extension Generator where Output == DerivedText {
  /// Random texts of a rule of a grammar, such as `expression` of `Grammar.cel`: they parse, but
  /// hardly any of their names and types fit.
  public static func texts(of rule: String, in grammar: Grammar = .cel) -> Generator {
    Generator(
      smaller: { $0.smaller() },
      { random, size in grammar.text(of: rule, size: size, using: &random) }
    )
  }
}

/// One walk through a grammar.
private struct Derivation {
  let grammar: Grammar
  var fuel: Int
  var random: RandomSource
  var text = ""
  private(set) var parts: [DerivedText.Part] = []

  init(grammar: Grammar, fuel: Int, random: RandomSource) {
    self.grammar = grammar
    self.fuel = fuel
    self.random = random
  }

  /// Deeper than the parser follows, nothing is written but endings.
  private static let maximumDepth = 120

  mutating func write(_ form: Grammar.Form, isToken: Bool, depth: Int) {
    switch form {
    case .literal(let literal):
      if !isToken { separate(literal) }
      text += literal
    case .scalars(let ranges): text.unicodeScalars.append(scalar(ranges))
    case .rule(let name): rule(name, isToken: isToken, depth: depth)
    case .sequence(let parts):
      for part in parts { write(part, isToken: isToken, depth: depth) }
    case .choice(let parts): write(choose(parts, depth), isToken: isToken, depth: depth)
    case .option(let inner):
      if continues(depth), random.chance(isToken ? 50 : 35) {
        part(inner, isToken: isToken, depth: depth)
      }
    case .many(let inner):
      while continues(depth), random.chance(isToken ? 65 : 30) {
        part(inner, isToken: isToken, depth: depth)
      }
    case .times(let count, let inner):
      for _ in 0..<count { write(inner, isToken: isToken, depth: depth) }
    case .except(let inner, let excepted): attempt(inner, excepted, depth)
    }
  }

  /// Something that may be left out.
  private mutating func part(_ form: Grammar.Form, isToken: Bool, depth: Int) {
    let start = text.utf8.count
    write(form, isToken: isToken, depth: depth)
    parts.append(DerivedText.Part(rule: nil, range: start..<text.utf8.count))
  }

  private func continues(_ depth: Int) -> Bool { fuel > 0 && depth < Self.maximumDepth }

  private mutating func rule(_ name: String, isToken: Bool, depth: Int) {
    guard let form = grammar.rules[name] else { return }
    fuel -= 1
    let startsToken = !isToken && name.unicodeScalars.first?.properties.isUppercase == true
    let start = text.utf8.count
    defer {
      if !isToken { parts.append(DerivedText.Part(rule: name, range: start..<text.utf8.count)) }
    }
    guard startsToken else { return write(form, isToken: isToken, depth: depth + 1) }
    var token = Derivation(grammar: grammar, fuel: 12, random: random)
    token.write(form, isToken: true, depth: depth + 1)
    random = token.random
    separate(token.text)
    text += token.text
  }

  /// One of the parts; the shortest when it is time to end.
  private mutating func choose(_ parts: [Grammar.Form], _ depth: Int) -> Grammar.Form {
    if continues(depth) { return random.one(of: parts) }
    let least = parts.compactMap { grammar.height($0) }.min() ?? 0
    return random.one(of: parts.filter { grammar.height($0) == least })
  }

  /// Writes something that is not excepted.
  private mutating func attempt(_ form: Grammar.Form, _ excepted: [String], _ depth: Int) {
    for _ in 0..<100 {
      var part = Derivation(grammar: grammar, fuel: fuel, random: random)
      part.write(form, isToken: true, depth: depth)
      random = part.random
      guard excepted.contains(where: { $0.sameScalars(as: part.text) }) else {
        text += part.text
        return
      }
    }
  }

  private mutating func scalar(_ ranges: [ClosedRange<UInt32>]) -> Unicode.Scalar {
    // Mostly one of the first ranges, which are ASCII in practice; the last may hold a million.
    let range = random.one(of: random.chance(85) ? ranges.prefix(4) : ranges[...])
    let code = range.lowerBound + UInt32(random.below(Int(range.upperBound - range.lowerBound) + 1))
    return Unicode.Scalar(code) ?? "x"
  }

  /// Space where two words would run together, and now and then elsewhere.
  private mutating func separate(_ next: String) {
    guard let last = text.unicodeScalars.last, let first = next.unicodeScalars.first else { return }
    let joins =
      Derivation.isWord(last) && (Derivation.isWord(first) || first == "'" || first == "\"")
    // A slash before a comment would be a part of it.
    guard joins || last == "/" || random.chance(20) else { return }
    if last != "/", random.chance(15), grammar.rules["Space"] != nil {
      var space = Derivation(grammar: grammar, fuel: 6, random: random)
      space.write(.rule("Space"), isToken: true, depth: 0)
      random = space.random
      text += space.text
    } else {
      text += " "
    }
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }
}
