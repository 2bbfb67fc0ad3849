import Definition
import Document
import Source
import Values

// Leaves and scripts.
extension TreeExporter {
  /// A leaf: a registered node, a script or a pause.
  mutating func leaf(_ node: TreeNode, _ step: Step) -> Element {
    checkPlain(node, step)
    var element: Element
    switch step.work {
    case .check(let source):
      element = Element(name: "ScriptCondition", attributes: [("code", script(source) ?? "")])
    case .wait(let milliseconds):
      element = Element(name: "Sleep", attributes: [("msec", String(milliseconds.value))])
    case .agent(let called, let action), .tool(let called, let action):
      if let action { refuse("an `action` of an agent or tool", at: action.span) }
      element = call(node, step, called.value)
    case .none:
      element = Element(name: step.assignments.isEmpty ? "AlwaysSuccess" : "Script")
      if !step.assignments.isEmpty {
        element.attributes = [("code", statements(step.assignments))]
      }
    }
    if let when = step.when, let text = script(when) {
      element.attributes.append(("_skipIf", "!(\(text))"))
    }
    if let deadline = step.timeoutMilliseconds {
      element = Element(
        name: "Timeout",
        attributes: [("msec", String(deadline.value))],
        children: [element]
      )
    }
    return element
  }

  private mutating func checkPlain(_ node: TreeNode, _ step: Step) {
    let span = node.id?.span ?? node.span
    if step.body != nil { refuse("a leaf with a body of its own", at: span) }
    if step.forEach != nil { refuse("`for_each`", at: span) }
    if let require = step.require { refuse("`require`", at: require.span) }
    if step.retry != nil {
      refuse("`retry` of a leaf", at: span, hint: "a `retry` node around it can")
    }
    if step.result != nil { refuse("`result`", at: span) }
    if let limit = step.maxVisits { refuse("`max_visits`", at: limit.span) }
    if step.when != nil, node.skipIf != nil { refuse("`when` beside `skip_if`", at: span) }
  }

  private mutating func statements(_ assignments: [Assignment]) -> String {
    assignments.compactMap { assignment in
      script(assignment.expression).map { "\(assignment.field.value) := \($0)" }
    }.joined(separator: "; ")
  }

  private mutating func call(_ node: TreeNode, _ step: Step, _ called: String) -> Element {
    var attributes: [(String, String)] = [("ID", called)]
    if let id = node.id { attributes.append(("name", id.value)) }
    var ports: [(String, String)] = []
    for field in step.input ?? [] {
      guard let value = portValue(field.value) else {
        refuse(
          "the input `\(field.name)`",
          at: field.value.span,
          hint: "a constant or one state field can: `\"{{ state.x }}\"`"
        )
        continue
      }
      attributes.append((field.name, value))
      ports.append((field.name, "input_port"))
    }
    for assignment in step.assignments {
      let own = (node.id?.value ?? "") + "."
      let text = assignment.expression.text
      let port = text.hasPrefix(own) ? String(text.dropFirst(own.utf8.count)) : ""
      guard !port.isEmpty, port.utf8.allSatisfy({ Self.isLetter($0) || Self.isDigit($0) }) else {
        refuse(
          "this assignment",
          at: assignment.expression.span,
          hint: "a field of the leaf's own answer can, or `on_success`"
        )
        continue
      }
      if let known = ports.firstIndex(where: { $0.0.sameScalars(as: port) }) {
        ports[known].1 = "inout_port"
        let entry = "{\(assignment.field.value)}"
        if attributes.first(where: { $0.0.sameScalars(as: port) })?.1 != entry {
          refuse("a port that reads one field and writes another", at: assignment.field.span)
        }
      } else {
        attributes.append((port, "{\(assignment.field.value)}"))
        ports.append((port, "output_port"))
      }
    }
    register(called, isCondition: node.isCondition, ports)
    return Element(name: node.isCondition ? "Condition" : "Action", attributes: attributes)
  }

  /// What a port is given: a constant, or `{field}`.
  private func portValue(_ node: Node) -> String? {
    switch node.content {
    case .string(let text):
      guard text.contains("{{") else { return text.hasPrefix("{") ? nil : text }
      var inner = text
      guard inner.hasPrefix("{{"), inner.hasSuffix("}}") else { return nil }
      inner = String(inner.dropFirst(2).dropLast(2))
      let words = inner.split(separator: " ")
      guard words.count == 1, let path = words.first else { return nil }
      for start in ["state.?", "state."] where path.hasPrefix(start) {
        let name = path.dropFirst(start.utf8.count)
        guard name.utf8.allSatisfy({ Self.isLetter($0) || Self.isDigit($0) }) else { return nil }
        return "{\(name)}"
      }
      return nil
    case .int(let int): return String(int)
    case .double(let double): return JSONWriter.string(.double(double))
    case .bool(let bool): return bool ? "true" : "false"
    default: return nil
    }
  }

  // MARK: Scripts

  /// The field of `state.x`, as it is or as `TreeImporter` writes it for a switch.
  static func switchedField(_ text: String) -> String? {
    var path = text
    if text.hasPrefix("has("), let end = text.firstIndex(of: ")") {
      let inner = String(text[text.index(text.startIndex, offsetBy: 4)..<end])
      guard text == "has(\(inner)) ? string(\(inner)) : ''" else { return nil }
      path = inner
    }
    guard path.hasPrefix("state.") else { return nil }
    let name = String(path.dropFirst(6))
    guard !name.isEmpty, name.utf8.allSatisfy({ isLetter($0) || isDigit($0) }) else { return nil }
    return name
  }

  /// An expression as a script; nil after a finding.
  mutating func script(_ source: SourceText) -> String? {
    var writer = ScriptWriter(source.text)
    if let text = writer.write() { return text }
    refuse(
      "`\(Messages.shortened(source.text))`",
      at: source.span(TextRange(writer.fault, min(writer.fault + 1, source.text.utf8.count))),
      hint: "state fields, literals, comparison, arithmetic, `&&`, `||`, `!` and `?:` can"
    )
    return nil
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  static func isLetter(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}

/// Writes a CEL expression as a script: the two are spelt alike where scripts can say it at all.
struct ScriptWriter {
  private let bytes: [UInt8]
  private var position = 0
  /// Where the first part stands that a script cannot say.
  private(set) var fault = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  private static let signs = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "!", "?", ":", "(", ")",
  ]

  /// The script; nil when there is none.
  mutating func write() -> String? {
    var result: [String] = []
    while true {
      while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
      fault = position
      guard position < bytes.count else { break }
      let byte = bytes[position]
      if starts("!(state."), let name = truth() {
        result.append(name)
      } else if TreeExporter.isLetter(byte) {
        guard let word = word() else { return nil }
        if !word.isEmpty { result.append(word) }
      } else if TreeExporter.isDigit(byte) {
        result.append(number())
      } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        guard let text = text(byte) else { return nil }
        result.append(text)
      } else {
        guard let sign = Self.signs.first(where: { starts($0) }) else { return nil }
        position += sign.utf8.count
        result.append(sign)
      }
    }
    guard !result.isEmpty else { return nil }
    return Self.joined(result)
  }

  private static func joined(_ parts: [String]) -> String {
    var text = ""
    for (index, part) in parts.enumerated() {
      let before = index > 0 ? parts[index - 1] : "("
      let isTight = before == "(" || before == "!" || part == ")"
      text += (isTight ? "" : " ") + part
    }
    return text
  }

  /// `!(state.x in [false, 0])`: the truth of `x`.
  private mutating func truth() -> String? {
    var end = position + 8
    while end < bytes.count,
      TreeExporter.isLetter(bytes[end]) || TreeExporter.isDigit(bytes[end])
    { end += 1 }
    let rest = " in [false, 0])"
    guard bytes[end...].starts(with: rest.utf8) else { return nil }
    defer { position = end + rest.utf8.count }
    return String(decoding: bytes[(position + 8)..<end], as: UTF8.self)
  }

  /// A name; empty for a conversion that scripts make by themselves.
  private mutating func word() -> String? {
    let start = position
    while position < bytes.count,
      TreeExporter.isLetter(bytes[position]) || TreeExporter.isDigit(bytes[position])
    { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    let next = position < bytes.count ? bytes[position] : 0
    switch word {
    case "true", "false": return word
    case "state" where next == UInt8(ascii: "."):
      position += 1
      let from = position
      while position < bytes.count,
        TreeExporter.isLetter(bytes[position]) || TreeExporter.isDigit(bytes[position])
      { position += 1 }
      // A field of a field, or a method, is more than an entry.
      guard position > from,
        position == bytes.count || ![0x2E, 0x28, 0x5B].contains(bytes[position])
      else { return nil }
      return String(decoding: bytes[from..<position], as: UTF8.self)
    case "double" where next == UInt8(ascii: "("): return ""
    default: return nil
    }
  }

  private mutating func number() -> String {
    let start = position
    while position < bytes.count,
      TreeExporter.isDigit(bytes[position]) || bytes[position] == UInt8(ascii: ".")
        || bytes[position] | 0x20 == 0x65
    { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func text(_ quote: UInt8) -> String? {
    guard let end = bytes[(position + 1)...].firstIndex(of: quote) else { return nil }
    let inner = bytes[(position + 1)..<end]
    guard !inner.contains(UInt8(ascii: "\\")), !inner.contains(UInt8(ascii: "'")) else {
      return nil
    }
    position = end + 1
    return "'" + String(decoding: inner, as: UTF8.self) + "'"
  }

  private func starts(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }
}
