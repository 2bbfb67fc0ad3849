import TestSupport

/// Random expressions as text: well-formed, mostly not well-typed.
struct RandomExpression {
  private var numbers: SeededNumbers

  init(seed: UInt64) { numbers = SeededNumbers(seed) }

  private mutating func pick(_ words: [String]) -> String {
    words.randomElement(using: &numbers) ?? "a"
  }

  private mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &numbers) < percent
  }

  private static let leaves = [
    "a", "b", ".c", "x", "1", "-1", "0", "2u", "1.5", "-0.0", "1e300", "0x1F", "true", "false",
    "null", "'s'", #""it's""#, #"b'\xff'"#, "'''q'''", #"r"\w""#, "[]", "{}", "T{}", "pkg.T{f: 1}",
    "-9223372036854775808", #"'\u200b'"#, "'é'",
  ]

  /// Any expression; parentheses stand where none are needed, too.
  mutating func anything(depth: Int) -> String {
    guard depth > 0, !chance(15) else { return pick(Self.leaves) }
    let text = compound(depth - 1)
    return chance(25) ? "(\(text))" : text
  }

  /// An expression that may stand before a dot.
  private mutating func receiver(_ depth: Int) -> String {
    chance(50) ? pick(["a", "b.c", ".c", "[1]", "'s'", "f(1)"]) : "(\(anything(depth: depth)))"
  }

  private mutating func compound(_ depth: Int) -> String {
    func part(_ random: inout Self) -> String {
      let text = random.anything(depth: depth)
      return random.chance(60) ? "(\(text))" : text
    }
    switch Int.random(in: 0..<15, using: &numbers) {
    case 0, 1:
      let count = Int.random(in: 2...4, using: &numbers)
      var text = part(&self)
      for _ in 1..<count { text += pick([" + ", "-", "*", " / ", "%"]) + part(&self) }
      return text
    case 2:
      return part(&self) + pick([" == ", "!=", "<", " <=", ">= ", ">", " in "]) + part(&self)
    case 3, 4:
      return part(&self) + pick([" && ", "||"]) + part(&self) + pick(["&&", " || "]) + part(&self)
    case 5: return pick(["!", "-", "- "]) + part(&self)
    case 6: return "(\(anything(depth: depth))) ? (\(part(&self))) : \(part(&self))"
    case 7: return receiver(depth) + pick([".f", ".?f", ".`a b`", ".import"])
    case 8: return receiver(depth) + pick(["[", "[?"]) + anything(depth: depth) + "]"
    case 9: return receiver(depth) + pick([".f(", ".size(", ".x("]) + anything(depth: depth) + ")"
    case 10: return "[\(anything(depth: depth)), ?\(part(&self))]"
    case 11: return "{\(part(&self)): \(part(&self)), ?'k': \(anything(depth: depth))}"
    case 12:
      let macro = pick([".all(x, ", ".exists(x, ", ".map(x, ", ".filter(i, x, ", ".optMap(x, "])
      return receiver(depth) + macro + anything(depth: depth) + ")"
    case 13: return "cel.bind(x, \(part(&self)), \(anything(depth: depth)))"
    default: return "has(" + receiver(depth) + pick([".f", ".?f"]) + ") || " + part(&self)
    }
  }
}
