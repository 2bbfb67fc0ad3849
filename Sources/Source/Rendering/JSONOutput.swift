/// A JSON text under construction: what the renderers and the command line write.
///
/// Objects keep the order in which they are written. Reading JSON, and writing values of a run, is
/// the work of the values' own codec.
package indirect enum JSONOutput: Sendable {
  /// A text.
  case string(String)
  /// An integer.
  case int(Int)
  /// A boolean.
  case bool(Bool)
  /// Null.
  case null
  /// A sequence.
  case array([JSONOutput])
  /// Members in order; those that are nil are left out.
  case object([(String, JSONOutput?)])

  /// The compact text, without line breaks.
  package var text: String {
    var result = ""
    write(to: &result)
    return result
  }

  private func write(to result: inout String) {
    switch self {
    case .string(let string): JSONOutput.write(string, to: &result)
    case .int(let int): result += String(int)
    case .bool(let bool): result += bool ? "true" : "false"
    case .null: result += "null"
    case .array(let elements):
      result += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { result += "," }
        element.write(to: &result)
      }
      result += "]"
    case .object(let members):
      result += "{"
      var isFirst = true
      for (name, value) in members {
        guard let value else { continue }
        if !isFirst { result += "," }
        isFirst = false
        JSONOutput.write(name, to: &result)
        result += ":"
        value.write(to: &result)
      }
      result += "}"
    }
  }

  /// A JSON string: quotes, backslashes and control characters escaped, all else as it is.
  private static func write(_ string: String, to result: inout String) {
    result += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    result += "\""
  }
}

extension JSONOutput: ExpressibleByStringLiteral {
  /// A text.
  package init(stringLiteral value: String) { self = .string(value) }
}

extension JSONOutput: ExpressibleByArrayLiteral {
  /// A sequence.
  package init(arrayLiteral elements: JSONOutput...) { self = .array(elements) }
}

extension JSONOutput: ExpressibleByDictionaryLiteral {
  /// Members in order; those that are nil are left out.
  package init(dictionaryLiteral elements: (String, JSONOutput?)...) { self = .object(elements) }
}
