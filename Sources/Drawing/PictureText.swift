/// Texts in drawings: how wide they are, how they are cut and escaped.
enum PictureText {
  /// The columns of a text in a font where most characters are equally wide.
  ///
  /// East Asian wide characters and emoji take two (Unicode UAX 11, in ranges).
  static func columns(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { count, scalar in
      switch scalar.value {
      case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: count
      case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
        count + 2
      default: count + 1
      }
    }
  }

  /// The width that the label of an arrow takes; 0 without one.
  static func labelWidth(_ label: String) -> Double {
    guard !label.isEmpty else { return 0 }
    return Double(columns(shortened(label))) * PictureLayout.Measure.labelCharacter + 6
  }

  /// A text of at most so many columns as a label has room for.
  static func shortened(_ text: String) -> String {
    let most = PictureLayout.Measure.mostCharacters
    guard columns(text) > most else { return text }
    var result = ""
    var width = 0
    for scalar in text.unicodeScalars {
      width += columns(String(scalar))
      guard width < most else { break }
      result.unicodeScalars.append(scalar)
    }
    return result + "…"
  }
}
