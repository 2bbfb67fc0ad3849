import Values

/// What stands in `#(…)` of a seed's reference: fields with the texts they must have
/// (FLOW-SEMANTICS 25).
///
/// `#(id="x")`, `#(provider=="openai" && model=="gpt-4")`: `=` and `==` say the same, and all of
/// the parts must hold.
struct ReferenceSelector: Equatable, Sendable {
  /// One part: a field and its text.
  struct Part: Equatable, Sendable {
    /// The field's name.
    let field: String
    /// What it must be.
    let text: String
  }

  /// The parts, in order; never empty.
  let parts: [Part]

  /// The selector of a reference such as `local::agents.#(id="x")`; nil when there is none, or
  /// when something in it is not of that form.
  init?(reference: String) {
    var rest = Array(reference.utf8)[...]
    guard let mark = rest.firstIndex(of: UInt8(ascii: "#")) else { return nil }
    rest = rest[(mark + 1)...]
    func skipBlanks() { while rest.first == 0x20 { rest.removeFirst() } }
    func take(_ byte: Character) -> Bool {
      skipBlanks()
      guard let ascii = byte.asciiValue, rest.first == ascii else { return false }
      rest.removeFirst()
      return true
    }
    func takeName() -> String? {
      skipBlanks()
      let name = rest.prefix { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
      }
      rest = rest[name.endIndex...]
      return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }
    func takeText() -> String? {
      guard take("\""), let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
      defer { rest = rest[(end + 1)...] }
      return String(decoding: rest[..<end], as: UTF8.self)
    }
    guard take("(") else { return nil }
    var parts: [Part] = []
    repeat {
      guard let field = takeName(), take("=") else { return nil }
      _ = take("=")
      guard let text = takeText(), !text.isEmpty else { return nil }
      parts.append(Part(field: field, text: text))
    } while take("&") && take("&")
    guard take(")") else { return nil }
    self.parts = parts
  }

  /// The text of a field that the selector names.
  subscript(_ field: String) -> String? {
    parts.first { $0.field.sameScalars(as: field) }?.text
  }
}
