import Definition
import Document
import Source
import Values
import XML

// The data model.
extension SCXMLImporter {
  /// Gives the state fields their initial values (early binding: SCXML 5.3.3).
  mutating func readData(_ root: XMLElement) {
    var pending = [root]
    while let element = pending.popLast() {
      if element.name == "data" { readData(of: element) }
      if element.name == "content" || element.name == "invoke" { continue }
      pending += element.elements.reversed()
    }
    for name in inputNames {
      guard let field = translator.fields[name] else { continue }
      initialActions.append(
        .map(
          [
            ("if", .quoted("has(input.\(field))", at: root.tagSpan)),
            (
              "then",
              .list(
                [assignment(field, .quoted("input.\(field)", at: root.tagSpan))],
                at: root.tagSpan
              )
            ),
          ],
          at: root.tagSpan
        )
      )
    }
  }

  private mutating func readData(of element: XMLElement) {
    guard let id = element.value("id"), let field = translator.fields[id] else { return }
    if let source = element.attribute("src") {
      guard let text = fileText(source) else { return }
      setInitial(field, text: text, at: source.span)
    } else if let text = element.attribute("expr")?.text {
      if !isCEL, let parsed = try? ScriptParser.parse(text.text),
        let value = ScriptTranslator.constant(parsed), value != .null
      {
        setInitial(field, .value(value, at: text.span), at: text.span)
      } else {
        initialActions.append(assignment(field, expression(text)))
      }
    } else if !element.elements.isEmpty {
      report(Messages.outOfScope("XML as a value", at: element.tagSpan, hint: "write it as JSON"))
    } else if let text = element.text {
      setInitial(field, text: text.text, at: text.span)
    }
  }

  /// A text as data: JSON if it is, else with its white space normalised (SCXML B.2.8).
  private mutating func setInitial(_ field: String, text: String, at span: SourceSpan) {
    if let value = try? JSONParser.parse(Array(text.utf8), depth: 100, duplicateKeys: .keepLast) {
      return setInitial(field, .value(value, at: span), at: span)
    }
    setInitial(field, .quoted(Self.normalized(text), at: span), at: span)
  }

  static func normalized(_ text: String) -> String {
    text.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r\n" })
      .joined(separator: " ")
  }

  private mutating func setInitial(_ field: String, _ value: Node, at span: SourceSpan) {
    guard let index = fields.firstIndex(where: { $0.name == field }) else { return }
    fields[index].value = .map([("default", value)], at: span)
  }

  /// The text of a file that an attribute names: `file:` and relative names, next to the machine.
  mutating func fileText(_ attribute: XMLElement.Attribute) -> String? {
    include(attribute).map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  mutating func include(_ attribute: XMLElement.Attribute) -> SourceFile? {
    var path = attribute.value
    if path.hasPrefix("file:") { path = String(path.dropFirst(5)) }
    if path.contains("://") {
      report(
        Messages.outOfScope(
          "a file from the network",
          at: attribute.span,
          hint: "save it beside the machine and name it here"
        )
      )
      return nil
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let isInside = !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." }
    do throws(IncludeError) {
      guard isInside else { throw .notFound }
      return try includes.read(path)
    } catch {
      let shown = Messages.shortened(path)
      let message =
        isInside
        ? "`\(shown)` cannot be read" : "`\(shown)` does not stand beside the machine"
      report(Messages.invalid(message, at: attribute.span))
      return nil
    }
  }

  /// `{assign: {field: expression}}`.
  func assignment(_ field: String, _ expression: Node) -> Node {
    .map([("assign", .map([(field, expression)], at: expression.span))], at: expression.span)
  }
}
