/// Characters that look like those of the language and are others.
package enum LookAlike {
  /// Letters of other scripts and the Latin ones that they pass for.
  private static let letters: [Unicode.Scalar: Character] = [
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "ј": "j",
    "ѕ": "s", "А": "A", "В": "B", "Е": "E", "К": "K", "М": "M", "Н": "H", "О": "O", "Р": "P",
    "С": "C", "Т": "T", "Х": "X", "ο": "o", "α": "a", "ν": "v",
  ]

  /// What to write instead of a character that begins no token; nil when there is nothing to say.
  package static func hint(_ text: String) -> String? {
    guard let scalar = text.unicodeScalars.first else { return nil }
    switch scalar {
    case "‘", "’", "‚", "‹", "›", "′": return "write straight quotes: `'…'`"
    case "“", "”", "„", "«", "»", "″": return "write straight quotes: `'…'` or `\"…\"`"
    case "–", "—", "−": return "write the minus sign `-`"
    case "×": return "write `*`"
    case "÷": return "write `/`"
    case "≤": return "write `<=`"
    case "≥": return "write `>=`"
    case "≠": return "write `!=`"
    case "\u{A0}", "\u{2000}"..."\u{200B}", "\u{202F}", "\u{2060}", "\u{3000}", "\u{FEFF}":
      return "an invisible character, U+\(code(scalar)), stands here: write a plain blank"
    default: break
    }
    guard let latin = letters[scalar] else { return nil }
    return "this letter, U+\(code(scalar)), looks like the Latin `\(latin)` and is another"
  }

  /// What is odd about `written` where `meant` was meant: a letter that passes for another, say.
  package static func remark(on written: String, meant: String) -> String? {
    for scalar in written.unicodeScalars {
      if let latin = letters[scalar], meant.contains(latin) {
        return "the `\(scalar)` in it, U+\(code(scalar)), is not the Latin letter"
      }
      if "‘’‚‹›“”„«»".unicodeScalars.contains(scalar) { return "write straight quotes, or none" }
    }
    return nil
  }

  /// The Latin letter that a scalar passes for, else the scalar itself.
  static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    letters[scalar]?.unicodeScalars.first ?? scalar
  }

  private static func code(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }
}
