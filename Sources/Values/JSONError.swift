/// Why a text is not JSON, and where.
public struct JSONError: Error, Sendable, Hashable {
  /// The kinds of flaws.
  public enum Flaw: Sendable, Hashable {
    /// The text ends inside a value.
    case unexpectedEnd
    /// A byte that cannot stand here.
    case unexpectedByte(UInt8)
    /// A word that is no JSON literal, such as `NaN`, `True` or `undefined`.
    case unknownWord(String)
    /// Something after the value.
    case trailingText
    /// A number with a leading zero, a missing digit and the like.
    case badNumber
    /// A number too large for a 64-bit float.
    case numberOutOfRange
    /// An integer beyond 64 bits whose digits a 64-bit float cannot keep.
    case digitsLost
    /// A backslash before a letter that means nothing.
    case badEscape
    /// A raw control character inside a string.
    case controlCharacter(UInt8)
    /// A `\u` surrogate without its other half.
    case loneSurrogate
    /// Bytes that are not UTF-8.
    case invalidUTF8
    /// A key that stands twice in an object; `first` is the offset of the first.
    case duplicateKey(String, first: Int)
    /// Deeper than the limit.
    case tooDeep(Int)
    /// More values than the limit.
    case tooManyValues(Int)
    /// A comma before the closing bracket.
    case trailingComma
    /// A quote that is not closed.
    case unclosedString
  }

  /// What is wrong.
  public let flaw: Flaw
  /// Byte offset of the fault.
  public let offset: Int

  /// A fault at a byte offset.
  public init(_ flaw: Flaw, at offset: Int) {
    self.flaw = flaw
    self.offset = offset
  }

  /// The fault in words, lower-case, without the place.
  public var message: String {
    switch flaw {
    case .unexpectedEnd: "the text ends inside a value"
    case .unexpectedByte(let byte):
      byte < 0x80 && byte > 0x20
        ? "`\(Unicode.Scalar(byte))` cannot stand here" : "a value cannot begin here"
    case .unknownWord(let word): "`\(word)` is no JSON value"
    case .trailingText: "text after the end of the value"
    case .badNumber: "this is not a JSON number"
    case .numberOutOfRange: "the number is too large for a 64-bit float"
    case .digitsLost: "the number has more digits than a 64-bit float keeps"
    case .badEscape: "unknown escape in a string"
    case .controlCharacter: "a control character inside a string"
    case .loneSurrogate: "half of a surrogate pair"
    case .invalidUTF8: "these bytes are not UTF-8"
    case .duplicateKey(let key, _): "the key `\(key)` stands twice in this object"
    case .tooDeep(let limit): "values nest deeper than \(limit) levels"
    case .tooManyValues(let limit): "the text holds more than \(limit) values"
    case .trailingComma: "a comma before the closing bracket"
    case .unclosedString: "the string is never closed"
    }
  }
}
