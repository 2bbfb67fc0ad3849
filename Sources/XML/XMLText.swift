/// Texts on their way into XML 1.0.
public enum XMLText {
  /// A text as the content of an element or, in double quotes, of an attribute.
  ///
  /// Line ends and tabs are written as references, so that attributes keep them; characters that
  /// XML has no place for are left out (XML 1.0, 2.2). O(n).
  public static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n": result += "&#10;"
      case "\r": result += "&#13;"
      case "\t": result += "&#9;"
      case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": continue
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
