import Signalbox

/// Finds what programs read by looking for the names of slots in their texts, so that the verifier
/// is tested apart from the expression compiler.
enum ReadScan {
  static func reads(of table: TransitionTable) -> [[ValuePath]] {
    table.programs.map { program in
      program.environment == 0 ? paths(Array(program.text.utf8), table) : []
    }
  }

  private static func paths(_ text: [UInt8], _ table: TransitionTable) -> [ValuePath] {
    var paths: [ValuePath] = []
    var index = 0
    while index < text.count {
      guard isLetter(text[index]) else {
        index += 1
        continue
      }
      let start = index
      var words = [""]
      var isOptional = false
      while index < text.count, isLetter(text[index]) || text[index] == UInt8(ascii: ".") {
        if text[index] == UInt8(ascii: ".") {
          words.append("")
          if index + 1 < text.count, text[index + 1] == UInt8(ascii: "?") {
            isOptional = true
            index += 1
          }
        } else {
          words[words.count - 1].unicodeScalars.append(Unicode.Scalar(text[index]))
        }
        index += 1
      }
      guard let slot = table.slots.firstIndex(where: { $0.name == words[0] }) else { continue }
      paths.append(
        ValuePath(
          slot: slot,
          variable: words[0],
          fields: Array(words.dropFirst()),
          range: TextRange(start, index),
          isOptionalAccess: isOptional
        )
      )
    }
    return paths
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
  }
}
