/// The reference as a document: `specs/expressions.md`.
public enum ReferenceText {
  /// The whole document, from the declarations; `queries` is the language of the query functions.
  public static func markdown(queries: any QueryLanguage) -> String {
    var text = introduction
    for section in FunctionReference.Section.allCases {
      text += "\n## \(title(section))\n\n"
      if section == .flow { text += pipes }
      text += "| name | overloads | cost | meaning | example | value |\n|---|---|---|---|---|---|\n"
      for entry in FunctionReference.entries where entry.section == section {
        text += row(entry, queries)
      }
    }
    return text
  }

  private static func title(_ section: FunctionReference.Section) -> String {
    switch section {
    case .operators: "Operators"
    case .standard: "Functions of the language"
    case .extensions: "Functions of the extension libraries"
    case .flow: "Functions of flows"
    case .macros: "Macros"
    }
  }

  private static func row(
    _ entry: FunctionReference.Entry,
    _ queries: any QueryLanguage
  ) -> String {
    let overloads = entry.overloads.map { "`\(escaped(signature($0)))`" }.joined(separator: "<br>")
    let value = FunctionReference.exampleValue(entry, queries: queries) ?? "?"
    return "| `\(escaped(entry.name))` | \(overloads) | \(entry.cost.rawValue) | "
      + "\(escaped(entry.meaning)) | `\(escaped(entry.example))` | `\(escaped(value))` |\n"
  }

  /// `[string].size() int` as `string.size() -> int`.
  private static func signature(_ declaration: String) -> String {
    var bytes = Array(declaration.utf8)
    if bytes.first == 0x5B, let close = bytes.firstIndex(of: 0x5D) {
      bytes.remove(at: close)
      bytes.removeFirst()
    }
    // The result follows the parenthesis that closes the first one.
    var depth = 0
    var opened = false
    for index in bytes.indices {
      if bytes[index] == 0x28 { (depth, opened) = (depth + 1, true) }
      if bytes[index] == 0x29 { depth -= 1 }
      if opened, depth == 0, index + 1 < bytes.count, bytes[index + 1] == 0x20 {
        let call = String(decoding: bytes[...index], as: UTF8.self)
        return call + " -> " + String(decoding: bytes[(index + 2)...], as: UTF8.self)
      }
    }
    return declaration
  }

  private static func escaped(_ text: String) -> String {
    String(text.unicodeScalars.flatMap { $0 == "|" ? ["\\", $0] : [$0] }.map { Character($0) })
  }

  private static let introduction = """
    # Expressions

    <!-- Generated from the declarations; `make golden` writes it anew, a test compares. -->

    Guards, assignments and templates are CEL, the Common Expression Language; its grammar is in
    `grammar/cel.ebnf`. Upper-case letters in overloads are type parameters, `O` one whose values
    have an order; `dyn` is any type.

    *Cost* says what the cost of a call grows with at worst: `one` costs the same for all values;
    `tenths` a tenth or so for each character or byte; `elements` one or a few for each element, or
    for each character of the result; `product` the sizes of two arguments multiplied, or the square
    of one; `body` the body for each element. It follows from the static estimate, which `signalbox
    cost` uses. An evaluation ends with an error at its cost limit.

    In the examples `input` is `{'name': 'Ada', 'tags': ['a', 'b']}`.

    """

  private static let pipes = """
    These are called by name, and in templates as pipes, whose left side is the first argument:
    `{{ input.tags | join(', ') }}`. As pipes there are also `map('field')`, `map(x, result)`,
    `filter('field')`, `filter('field', value)`, `filter(x, condition)`, `size`, `string`, `int` and
    `double`. `.length` is read as `size()`; numbers of all kinds compare by value, exactly.


    """
}
