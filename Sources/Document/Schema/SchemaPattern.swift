/// Rewrites patterns of ECMA-262 for RE2 where both mean the same in other words.
///
/// Handled: `\uXXXX`, `\u{X}`, `\cX`, long names of general categories (`\p{Letter}`), `\/`,
/// brackets inside brackets.
/// Refused by RE2, as documented: look-around and back-references.
enum SchemaPattern {
  private static let categories: [String: String] = [
    "Letter": "L", "Lowercase_Letter": "Ll", "Uppercase_Letter": "Lu", "Titlecase_Letter": "Lt",
    "Modifier_Letter": "Lm", "Other_Letter": "Lo", "Mark": "M", "Nonspacing_Mark": "Mn",
    "Number": "N", "Decimal_Number": "Nd", "digit": "Nd", "Letter_Number": "Nl",
    "Other_Number": "No", "Punctuation": "P", "punct": "P", "Symbol": "S", "Math_Symbol": "Sm",
    "Currency_Symbol": "Sc", "Separator": "Z", "Space_Separator": "Zs", "Other": "C",
    "Control": "Cc", "Format": "Cf",
  ]

  /// The pattern for RE2.
  ///
  /// Linear.
  static func translated(_ pattern: String) -> String {
    var output: [UInt8] = []
    var rest = Array(pattern.utf8)[...]
    var isInClass = false
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
        // In ECMA-262 a bracket inside brackets stands for itself; RE2 would read `[:alpha:]`.
        if isInClass, byte == UInt8(ascii: "[") { output.append(UInt8(ascii: "\\")) }
        output.append(byte)
        if byte == UInt8(ascii: "[") { isInClass = true }
        if byte == UInt8(ascii: "]") { isInClass = false }
        continue
      }
      switch letter {
      case UInt8(ascii: "/"): output.append(letter)
      case UInt8(ascii: "u"): output += codeUnit(&rest)
      case UInt8(ascii: "c"):
        let control = rest.popFirst().map { $0 & 0x1F } ?? 0
        output += Array("\\x{\(String(control, radix: 16))}".utf8)
      case UInt8(ascii: "p"), UInt8(ascii: "P"):
        output += [byte, letter]
        output += category(&rest)
      default: output += [byte, letter]
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func codeUnit(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
    if rest.first == UInt8(ascii: "{") { return Array("\\x".utf8) }
    let digits = rest.prefix(4)
    rest = rest.dropFirst(4)
    return Array("\\x{".utf8) + digits + [UInt8(ascii: "}")]
  }

  private static func category(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
    guard rest.first == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
      return []
    }
    var name = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
    for prefix in ["General_Category=", "gc=", "Script=", "sc="] where name.hasPrefix(prefix) {
      name = String(name.dropFirst(prefix.count))
    }
    rest = rest[(end + 1)...]
    return Array("{\(categories[name] ?? name)}".utf8)
  }
}
