import Source
import Values

extension Messages {
  /// A text that is not JSON.
  static func json(_ error: JSONError, in text: SourceText, isWholeFile: Bool) -> Diagnostic {
    func place(_ offset: Int) -> SourceSpan {
      let start = isWholeFile ? offset : text.fileOffset(of: offset)
      return SourceSpan(file: text.file, start: start, end: start + 1)
    }
    var notes: [Diagnostic.Note] = []
    var code = DiagnosticCode.jsonSyntax
    var hint: String?
    switch error.flaw {
    case .duplicateKey(_, let first):
      code = .jsonDuplicateKey
      notes = [Diagnostic.Note("it stands here first", span: place(first))]
      hint = "remove one of them"
    case .invalidUTF8:
      code = .jsonBadText
      hint = "save the file as UTF-8"
    case .loneSurrogate:
      code = .jsonBadText
      hint = "write both halves, as in `\\ud83d\\ude00`, or the character itself"
    case .controlCharacter:
      code = .jsonBadText
      hint = "write it as an escape, such as `\\n` or `\\u0009`"
    case .tooManyValues: code = .documentSizeLimit
    case .tooDeep:
      code = .jsonDepthLimit
      hint = "move the inner parts into files of their own"
    case .numberOutOfRange, .digitsLost:
      code = .jsonNumberRange
      hint = "write it as a text if it is an identifier"
    case .unexpectedEnd: hint = "close every quote, bracket and brace"
    case .trailingComma: hint = "remove the comma"
    case .unknownWord(let word): hint = jsonWordHint(word)
    case .unexpectedByte(UInt8(ascii: "'")): hint = "write texts in double quotes"
    case .unexpectedByte(UInt8(ascii: "/")), .unexpectedByte(UInt8(ascii: "#")):
      hint = "JSON has no comments"
    case .badNumber: hint = "write numbers as `0.5`, `10`, `1e3`"
    case .unclosedString: hint = "close the quote"
    default: break
    }
    return Diagnostic(
      code,
      .error,
      error.message,
      at: place(error.offset),
      notes: notes,
      hint: hint
    )
  }

  private static func jsonWordHint(_ word: String) -> String {
    switch word.lowercased() {
    case "true", "false", "null": "write `\(word.lowercased())`"
    case "none", "nil", "undefined": "write `null`"
    case "nan", "infinity", "inf": "JSON has finite numbers only"
    default: "write texts in double quotes: `\"\(word)\"`"
    }
  }
}
