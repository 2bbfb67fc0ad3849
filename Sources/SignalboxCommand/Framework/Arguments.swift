/// A command line that fits its declaration.
///
/// Values were validated by the parser, so that reading them cannot fail.
package struct Arguments: Sendable {
  /// The operands in order.
  package let operands: [String]
  /// The values given to each option, by long name; a flag has an empty text each time.
  private let values: [String: [String]]

  init(operands: [String], values: [String: [String]]) {
    self.operands = operands
    self.values = values
  }

  /// Whether an option was given.
  package func has(_ option: OptionDeclaration) -> Bool { values[option.name] != nil }

  /// The value of an option, nil when it was left out.
  package func text(_ option: OptionDeclaration) -> String? { values[option.name]?.last }

  /// All values of a repeated option, in order.
  package func texts(_ option: OptionDeclaration) -> [String] { values[option.name] ?? [] }

  /// The value of an option of whole numbers, nil when it was left out.
  package func integer(_ option: OptionDeclaration) -> Int? { text(option).flatMap { Int($0) } }

  /// The value of an option that is one of a closed set, nil when it was left out.
  package func choice<Choice: RawRepresentable<String>>(
    _ option: OptionDeclaration,
    as type: Choice.Type = Choice.self
  ) -> Choice? {
    text(option).flatMap { Choice(rawValue: $0) }
  }

  /// The pairs of a repeated `NAME=VALUE` option, in order.
  package func bindings(_ option: OptionDeclaration) -> [(name: String, value: String)] {
    texts(option).map { text in
      let equals = text.utf8.firstIndex(of: 0x3D) ?? text.endIndex
      let value = equals < text.endIndex ? text[text.utf8.index(after: equals)...] : ""
      return (String(text[..<equals]), String(value))
    }
  }
}
