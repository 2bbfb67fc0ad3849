/// Reads EBNF.
struct GrammarReader {
  private let scalars: [Unicode.Scalar]
  private var offset = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// The rules in order.
  mutating func rules() throws(Grammar.Mistake) -> [(String, Grammar.Form)] {
    var result: [(String, Grammar.Form)] = []
    try skip()
    while offset < scalars.count {
      let name = try word()
      try take("=")
      let form = try choice()
      try take(";")
      result.append((name, form))
      try skip()
    }
    return result
  }

  private func mistake(_ message: String) -> Grammar.Mistake {
    let line = 1 + scalars[..<min(offset, scalars.count)].count { $0 == "\n" }
    return Grammar.Mistake(description: "line \(line): \(message)")
  }

  private var next: Unicode.Scalar? { offset < scalars.count ? scalars[offset] : nil }

  /// Passes white space and comments.
  private mutating func skip() throws(Grammar.Mistake) {
    while let scalar = next {
      if scalar.properties.isWhitespace {
        offset += 1
      } else if scalar == "(", offset + 1 < scalars.count, scalars[offset + 1] == "*" {
        offset += 2
        while offset + 1 < scalars.count, !(scalars[offset] == "*" && scalars[offset + 1] == ")") {
          offset += 1
        }
        guard offset + 1 < scalars.count else { throw mistake("a comment is not closed") }
        offset += 2
      } else {
        return
      }
    }
  }

  private mutating func take(_ symbol: Unicode.Scalar) throws(Grammar.Mistake) {
    try skip()
    guard next == symbol else {
      throw mistake("expected `\(symbol)` but found `\(next.map { String($0) } ?? "the end")`")
    }
    offset += 1
  }

  private mutating func takes(_ symbol: Unicode.Scalar) throws(Grammar.Mistake) -> Bool {
    try skip()
    guard next == symbol else { return false }
    offset += 1
    return true
  }

  private mutating func word() throws(Grammar.Mistake) -> String {
    try skip()
    let start = offset
    while let scalar = next, scalar.properties.isAlphabetic || scalar == "_" { offset += 1 }
    guard offset > start else { throw mistake("expected the name of a rule") }
    return text(start..<offset)
  }

  private func text(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[range])
    return String(view)
  }

  private mutating func choice() throws(Grammar.Mistake) -> Grammar.Form {
    var parts = [try sequence()]
    while try takes("|") { parts.append(try sequence()) }
    return parts.count == 1 ? parts[0] : .choice(parts)
  }

  private mutating func sequence() throws(Grammar.Mistake) -> Grammar.Form {
    var parts = [try factor()]
    while try takes(",") { parts.append(try factor()) }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func factor() throws(Grammar.Mistake) -> Grammar.Form {
    try skip()
    if let scalar = next, scalar >= "0", scalar <= "9" {
      let start = offset
      while let scalar = next, scalar >= "0", scalar <= "9" { offset += 1 }
      let count = Int(text(start..<offset)) ?? 0
      try take("*")
      return .times(count, try primary())
    }
    let form = try primary()
    guard try takes("-") else { return form }
    return .except(form, try literals(try primary()))
  }

  /// The texts of an exception, which must be a choice of literals.
  private func literals(_ form: Grammar.Form) throws(Grammar.Mistake) -> [String] {
    var result: [String] = []
    let parts: [Grammar.Form] = if case .choice(let parts) = form { parts } else { [form] }
    for part in parts {
      guard case .literal(let text) = part else {
        throw mistake("what is excepted must be texts")
      }
      result.append(text)
    }
    return result
  }

  private mutating func primary() throws(Grammar.Mistake) -> Grammar.Form {
    try skip()
    switch next {
    case "(":
      offset += 1
      let form = try choice()
      try take(")")
      return form
    case "[":
      offset += 1
      let form = try choice()
      try take("]")
      return .option(form)
    case "{":
      offset += 1
      let form = try choice()
      try take("}")
      return .many(form)
    case "'", "\"":
      let quote = scalars[offset]
      offset += 1
      let start = offset
      // A terminal of quotes only: `'''` and `"""` written in quotes of the other kind.
      while let scalar = next, scalar != quote, scalar != "\n" { offset += 1 }
      guard next == quote else { throw mistake("a terminal is not closed") }
      offset += 1
      return .literal(text(start..<(offset - 1)))
    case "?":
      offset += 1
      return .scalars(try ranges())
    default: return .rule(try word())
    }
  }

  /// `U+0041-U+005A U+005F ?`.
  private mutating func ranges() throws(Grammar.Mistake) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    while try !takes("?") {
      let low = try codePoint()
      var high = low
      if next == "-" {
        offset += 1
        high = try codePoint()
      }
      guard low <= high else { throw mistake("a range runs backwards") }
      result.append(low...high)
    }
    guard !result.isEmpty else { throw mistake("a set of code points is empty") }
    return result
  }

  private mutating func codePoint() throws(Grammar.Mistake) -> UInt32 {
    try take("U")
    try take("+")
    let start = offset
    while let scalar = next, scalar.properties.isASCIIHexDigit { offset += 1 }
    guard let code = UInt32(text(start..<offset), radix: 16), Unicode.Scalar(code) != nil else {
      throw mistake("expected a code point")
    }
    return code
  }
}
