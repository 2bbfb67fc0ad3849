/// An I-Regexp (RFC 9485), checked and written anew for RE2.
///
/// Every literal character leaves as itself (letters, digits) or as `\x{H}`, so that nothing of
/// RE2's own syntax can come from the pattern. `^` and `$` are anchors, as the compliance suite of
/// RFC 9535 expects, although the grammar of RFC 9485 has none; `.` is any character but line
/// feed and carriage return.
struct InteroperablePattern {
  /// Why there is no pattern.
  enum Refusal: Error {
    /// It is no I-Regexp.
    case syntax
    /// It is one, but larger than what is run.
    case size
  }

  /// The pattern in RE2's syntax.
  let text: String

  private static let groupDepth = 100
  /// RE2's own bound.
  private static let repetitions = 1_000

  /// Checks and rewrites `pattern`; linear.
  init(_ pattern: String) throws(Refusal) {
    var parser = Parser(scalars: Array(pattern.unicodeScalars))
    try parser.branches(depth: 0)
    guard parser.index == parser.scalars.count else { throw .syntax }
    text = parser.output
  }

  private struct Parser {
    let scalars: [Unicode.Scalar]
    var index = 0
    var output = ""

    init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
      guard next == scalar else { return false }
      index += 1
      return true
    }

    mutating func branches(depth: Int) throws(Refusal) {
      guard depth <= groupDepth else { throw .size }
      while true {
        while let scalar = next, scalar != "|", scalar != ")" {
          try atom(scalar, depth: depth)
          try quantifier()
        }
        guard take("|") else { return }
        output += "|"
      }
    }

    mutating func atom(_ scalar: Unicode.Scalar, depth: Int) throws(Refusal) {
      index += 1
      switch scalar {
      case "(":
        output += "(?:"
        try branches(depth: depth + 1)
        guard take(")") else { throw .syntax }
        output += ")"
      case ".": output += "[^\\n\\r]"
      case "^": output += "\\A"
      case "$": output += "\\z"
      case "[": try characterClass()
      case "\\":
        if let category = try categoryEscape() {
          output += category.alone
        } else {
          append(try singleEscape())
        }
      case "*", "+", "?", "]", "{", "}", ")", "|": throw .syntax
      default: append(scalar)
      }
    }

    mutating func append(_ scalar: Unicode.Scalar) {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9": output.unicodeScalars.append(scalar)
      default: output += "\\x{" + String(scalar.value, radix: 16) + "}"
      }
    }

    mutating func quantifier() throws(Refusal) {
      switch next {
      case "*", "+", "?":
        index += 1
        output.unicodeScalars.append(scalars[index - 1])
      case "{":
        index += 1
        guard let low = try number() else { throw .syntax }
        output += "{\(low)"
        if take(",") {
          output += ","
          if let high = try number() {
            guard high >= low else { throw .syntax }
            output += "\(high)"
          }
        }
        guard take("}") else { throw .syntax }
        output += "}"
      default: break
      }
    }

    mutating func number() throws(Refusal) -> Int? {
      let start = index
      var value = 0
      while let digit = next, ("0"..."9").contains(digit) {
        value = min(value * 10 + Int(digit.value - 0x30), 1_000_000)
        index += 1
      }
      guard index > start else { return nil }
      guard value <= repetitions else { throw .size }
      return value
    }

    /// What follows a backslash that stands for one character.
    mutating func singleEscape() throws(Refusal) -> Unicode.Scalar {
      guard let scalar = next else { throw .syntax }
      index += 1
      switch scalar {
      case "n": return "\n"
      case "r": return "\r"
      case "t": return "\t"
      case "("..."+", "-", ".", "?", "["..."^", "{"..."}": return scalar
      default: throw .syntax
      }
    }

    /// `\p{…}` or `\P{…}` behind its backslash; nil when something else stands there.
    mutating func categoryEscape() throws(Refusal) -> Category? {
      guard next == "p" || next == "P" else { return nil }
      let isComplement = next == "P"
      index += 1
      guard take("{") else { throw .syntax }
      var name = ""
      while let scalar = next, scalar != "}", name.utf8.count < 3 {
        name.unicodeScalars.append(scalar)
        index += 1
      }
      guard take("}"), Category.names.contains(name) else { throw .syntax }
      return Category(name: name, isComplement: isComplement)
    }

    /// A class behind its opening bracket.
    mutating func characterClass() throws(Refusal) {
      let isNegated = take("^")
      var body = ""
      var apart: [String] = []
      var isFirst = true
      while let scalar = next, scalar != "]" {
        index += 1
        if scalar == "-" {
          guard isFirst || next == "]" else { throw .syntax }
          body += "\\x{2d}"
        } else if scalar == "\\", let category = try categoryEscape() {
          if let inside = category.inside {
            body += inside
          } else if isNegated {
            throw .size
          } else {
            apart.append(category.alone)
          }
        } else {
          body += try range(from: scalar)
        }
        isFirst = false
      }
      guard take("]"), !isFirst else { throw .syntax }
      var parts = apart
      if !body.isEmpty { parts.append("[" + (isNegated ? "^" : "") + body + "]") }
      output += parts.count == 1 ? parts[0] : "(?:" + parts.joined(separator: "|") + ")"
    }

    private mutating func range(from first: Unicode.Scalar) throws(Refusal) -> String {
      let low = try member(first)
      guard next == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
        return hexadecimal(low)
      }
      index += 2
      let high = try member(scalars[index - 1])
      guard high.value >= low.value else { throw .syntax }
      return hexadecimal(low) + "-" + hexadecimal(high)
    }

    private mutating func member(_ scalar: Unicode.Scalar) throws(Refusal) -> Unicode.Scalar {
      switch scalar {
      case "\\": return try singleEscape()
      case "-", "[", "]": throw .syntax
      default: return scalar
      }
    }

    private func hexadecimal(_ scalar: Unicode.Scalar) -> String {
      "\\x{" + String(scalar.value, radix: 16) + "}"
    }
  }

  /// A general category of Unicode, or all characters outside it.
  private struct Category {
    static let names: Set<String> = [
      "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P", "Pc",
      "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Z", "Zl", "Zp", "Zs", "S", "Sc", "Sk", "Sm", "So", "C",
      "Cc", "Cf", "Cn", "Co",
    ]
    /// RE2 knows no unassigned characters: they are what no other category holds.
    private static let assignedButOther = "\\p{L}\\p{M}\\p{N}\\p{P}\\p{Z}\\p{S}"

    let name: String
    let isComplement: Bool

    /// As an expression of its own.
    var alone: String {
      switch name {
      case "C": "[" + (isComplement ? "" : "^") + Self.assignedButOther + "]"
      case "Cn": "[" + (isComplement ? "" : "^") + Self.assignedButOther + "\\p{C}]"
      default: inside ?? ""
      }
    }

    /// Inside brackets; nil when it needs an expression of its own.
    var inside: String? {
      switch name {
      case "C": isComplement ? Self.assignedButOther : nil
      case "Cn": isComplement ? Self.assignedButOther + "\\p{C}" : nil
      default: (isComplement ? "\\P{" : "\\p{") + name + "}"
      }
    }
  }
}
