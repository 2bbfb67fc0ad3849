import Document
import Source
import Values

/// The seeds' types of tasks in the keys of the house form (FLOW-SEMANTICS 13, 15 to 17, 32).
///
/// Values keep their places, so that findings point into the seed.
extension FlowReader {
  /// The task with house keys; nil after a finding.
  mutating func translatedTask(_ entry: Node.Entry) -> Node.Entry? {
    guard entry.value.entries != nil else { return entry }
    guard let typeNode = entry.value["type"] else { return renamed(entry, dropping: []) }
    guard let type = typeNode.string else {
      report(Messages.wrongKind(typeNode, of: .step))
      return nil
    }
    switch type {
    case "basic", "composite", "aggregate":
      return renamed(combination(entry), dropping: ["type"])
    case "parallel": return renamed(entry, dropping: [])
    case "collection": return collection(entry)
    case "router": return router(entry)
    case "wait", "signal": return renamed(entry, dropping: ["type"])
    default:
      let types = [
        "basic", "parallel", "collection", "composite", "router", "aggregate", "wait", "signal",
      ]
      _ = word(Located(type, typeNode.span), of: "type", oneOf: types)
      return nil
    }
  }

  /// The task with each key of the seeds in its house spelling.
  private mutating func renamed(_ entry: Node.Entry, dropping: Set<String>) -> Node.Entry? {
    var entries: [Node.Entry] = []
    let type = entry.value["type"]?.string
    for part in entry.value.entries ?? [] where !dropping.contains(part.key) {
      switch part.key {
      case "$use":
        guard let used = usedPerformer(part) else { return nil }
        entries.append(used)
      case "outputs": entries.append(renamed(part, "result"))
      case "strategy":
        guard let join = strategy(part) else { return nil }
        entries.append(join)
      case "duration" where type == "wait": entries.append(renamed(part, "wait"))
      case "wait_for" where type == "wait": entries.append(part)
      case "name" where type == "signal": entries.append(renamed(part, "signal"))
      default: entries.append(part)
      }
    }
    return Node.Entry(
      key: entry.key,
      keySpan: entry.keySpan,
      value: Node(content: .mapping(entries), span: entry.value.span)
    )
  }

  private func renamed(_ entry: Node.Entry, _ key: String) -> Node.Entry {
    Node.Entry(key: key, keySpan: entry.keySpan, value: entry.value)
  }

  /// A task that runs nothing, with what stands under `with` as its result.
  ///
  /// Where `outputs` makes something else of it, the values are a task of their own inside, named
  /// `with` as they are read there (`.with.name`).
  private func combination(_ entry: Node.Entry) -> Node.Entry {
    let entries = entry.value.entries ?? []
    let working = ["$use", "agent", "tool", "flow", "wait", "check", "tasks", "nodes"]
    guard let with = entries.first(where: { $0.key == "with" }),
      !entries.contains(where: { working.contains($0.key) })
    else { return entry }
    var parts = entries.filter { $0.key != "with" }
    if entries.contains(where: { $0.key == "outputs" || $0.key == "result" }) {
      let id = Node(content: .string("with"), span: with.keySpan)
      let inner = Node(
        content: .mapping([
          Node.Entry(key: "id", keySpan: with.keySpan, value: id), renamed(with, "result"),
        ]),
        span: with.value.span
      )
      let list = Node(content: .sequence([inner]), span: with.value.span)
      parts.append(Node.Entry(key: "tasks", keySpan: with.keySpan, value: list))
    } else {
      parts.append(renamed(with, "result"))
    }
    return Node.Entry(
      key: entry.key,
      keySpan: entry.keySpan,
      value: Node(content: .mapping(parts), span: entry.value.span)
    )
  }

  /// `agent(local::agents.#(id="x"))` as `agent: x` (FLOW-SEMANTICS 25).
  private mutating func usedPerformer(_ entry: Node.Entry) -> Node.Entry? {
    guard let text = entry.value.string,
      let kind = ["agent", "tool"].first(where: { text.hasPrefix($0 + "(") }),
      let id = ReferenceSelector(reference: text)?["id"]
    else {
      report(Messages.badUse(entry))
      return nil
    }
    return Node.Entry(
      key: kind,
      keySpan: entry.keySpan,
      value: Node(content: .string(id), span: entry.value.span)
    )
  }

  /// `wait_all`, `wait_any`, `wait_first` as a join (FLOW-SEMANTICS 15).
  private mutating func strategy(_ entry: Node.Entry) -> Node.Entry? {
    guard let name = text(entry) else { return nil }
    let joins = ["wait_all": "finished", "wait_any": "any", "wait_first": "first"]
    guard let join = joins[name.value] else {
      _ = word(name, of: "strategy", oneOf: joins.keys.sorted())
      return nil
    }
    return Node.Entry(
      key: "join",
      keySpan: entry.keySpan,
      value: Node(content: .string(join), span: entry.value.span)
    )
  }

  /// A collection: one task, run for each item, below what its own outputs make of the results.
  private mutating func collection(_ entry: Node.Entry) -> Node.Entry? {
    guard let task = entry.value.entries?.first(where: { $0.key == "task" }) else {
      report(Messages.missing("task", in: "a collection", at: entry.keySpan, hint: nil))
      return nil
    }
    guard let inner = task.value.entries else {
      report(Messages.wrongKind(task, wanted: "a task", hint: nil))
      return nil
    }
    guard entry.value["items"] != nil else {
      report(Messages.missing("items", in: "a collection", at: entry.keySpan, hint: nil))
      return nil
    }
    var outer: [Node.Entry] = []
    var mapped = inner.filter { $0.key != "id" }
    for part in entry.value.entries ?? [] {
      switch part.key {
      case "type", "task": break
      case "items": mapped.append(renamed(part, "for_each"))
      case "max": mapped.append(renamed(part, "max_items"))
      case "batch", "concurrency": mapped.append(renamed(part, "concurrency"))
      case "on_item_error": mapped.append(part)
      case "mode":
        guard
          let mode = word(
            Located(part.value.string ?? "", part.value.span),
            of: "mode",
            oneOf: ["parallel", "sequential"]
          )
        else { return nil }
        if mode.value == "sequential" {
          mapped.append(
            Node.Entry(
              key: "concurrency",
              keySpan: part.keySpan,
              value: Node(content: .int(1), span: part.value.span)
            )
          )
        }
      case "outputs": outer.append(renamed(part, "result"))
      default: outer.append(part)
      }
    }
    let id = Self.itemName(inner.first { $0.key == "id" }?.value.string, entry.key)
    mapped.append(
      Node.Entry(
        key: "id",
        keySpan: task.keySpan,
        value: Node(content: .string(id), span: task.keySpan)
      )
    )
    let list = Node(
      content: .sequence([Node(content: .mapping(mapped), span: task.value.span)]),
      span: task.value.span
    )
    outer.append(Node.Entry(key: "tasks", keySpan: task.keySpan, value: list))
    return Node.Entry(
      key: entry.key,
      keySpan: entry.keySpan,
      value: Node(content: .mapping(outer), span: entry.value.span)
    )
  }

  /// `process-{{ .index }}` names every instance of one task: the part before the template.
  private static func itemName(_ id: String?, _ collection: String) -> String {
    guard let id else { return "\(collection)_item" }
    var name = id
    if let open = id.firstRange(of: "{{") { name = String(id[..<open.lowerBound]) }
    while let last = name.last, last == "-" || last == "_" || last == " " { name.removeLast() }
    return name.isEmpty ? "\(collection)_item" : name
  }

  /// A router: the tasks of its routes, each skipped unless the condition says its key.
  private mutating func router(_ entry: Node.Entry) -> Node.Entry? {
    let entries = entry.value.entries ?? []
    guard let condition = entries.first(where: { $0.key == "condition" }),
      let text = expression(condition)
    else {
      if entry.value["condition"] == nil {
        report(Messages.missing("condition", in: "a router", at: entry.keySpan, hint: nil))
      }
      return nil
    }
    guard let routes = entries.first(where: { $0.key == "routes" }),
      let cases = routes.value.entries, !cases.isEmpty
    else {
      let hint = "write `routes: {key: {id: …, type: basic}, default: {…}}`"
      report(Messages.missing("routes", in: "a router", at: entry.keySpan, hint: hint))
      return nil
    }
    let key = Self.withoutBraces(text)
    let words = cases.map(\.key).filter { $0 != "default" }
    if Self.isTruth(key.text) {
      for route in cases where !["true", "false", "default"].contains(route.key) {
        report(Messages.neverRouted(route))
      }
    }
    var tasks: [Node] = []
    for route in cases {
      guard let parts = route.value.entries else {
        report(Messages.wrongKind(route, wanted: "a task", hint: nil))
        return nil
      }
      // Keys are compared as texts (FLOW-SEMANTICS 17).
      let comparison =
        route.key == "default"
        ? Self.routeGuard(key, noneOf: words) : Self.routeGuard(key, oneOf: route.key)
      var task = parts.filter { $0.key != "when" }
      task.append(
        Node.Entry(
          key: "when",
          keySpan: route.keySpan,
          value: Node(content: .string(comparison.text), span: route.keySpan, text: comparison)
        )
      )
      if route.value["id"] == nil {
        task.append(
          Node.Entry(
            key: "id",
            keySpan: route.keySpan,
            value: Node(content: .string("\(entry.key)_\(route.key)"), span: route.keySpan)
          )
        )
      }
      tasks.append(Node(content: .mapping(task), span: route.value.span))
    }
    var outer = entries.filter { !["type", "condition", "routes"].contains($0.key) }
    outer.append(
      Node.Entry(
        key: "tasks",
        keySpan: routes.keySpan,
        value: Node(content: .sequence(tasks), span: routes.value.span)
      )
    )
    return renamed(
      Node.Entry(
        key: entry.key,
        keySpan: entry.keySpan,
        value: Node(content: .mapping(outer), span: entry.value.span)
      ),
      dropping: []
    )
  }

  /// Whether an expression is a comparison or a logical one as a whole, and so true or false.
  private static func isTruth(_ text: String) -> Bool {
    var depth = 0
    var quote: UInt8?
    var isTruth = false
    let bytes = Array(text.utf8)
    for (position, byte) in bytes.enumerated() {
      if let open = quote {
        if byte == open { quote = nil }
        continue
      }
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = byte
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: "?") where depth == 0: return false
      case UInt8(ascii: "<"), UInt8(ascii: ">"): isTruth = isTruth || depth == 0
      case UInt8(ascii: "="), UInt8(ascii: "&"), UInt8(ascii: "|"):
        let isPaired = position > 0 && (bytes[position - 1] == byte || bytes[position - 1] == 0x21)
        isTruth = isTruth || depth == 0 && isPaired
      default: break
      }
    }
    return isTruth
  }

  private static func routeGuard(_ key: SourceText, oneOf word: String) -> SourceText {
    wrapped(key, before: "string(", after: ") == \(quoted(word))")
  }

  private static func routeGuard(_ key: SourceText, noneOf words: [String]) -> SourceText {
    let list = words.map { quoted($0) }.joined(separator: ", ")
    return wrapped(key, before: "!(string(", after: ") in [\(list)])")
  }

  private static func quoted(_ word: String) -> String {
    "'" + word.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }

  /// A text with others around it; positions inside it stay true.
  private static func wrapped(_ text: SourceText, before: String, after: String) -> SourceText {
    let shift = before.utf8.count
    let start = text.fileOffset(of: 0)
    let segments =
      [SourceText.Segment(textOffset: 0, fileOffset: start)]
      + text.segments.map {
        SourceText.Segment(textOffset: $0.textOffset + shift, fileOffset: $0.fileOffset)
      }
    return SourceText(
      file: text.file,
      text: before + text.text + after,
      segments: segments,
      fileEnd: text.fileEnd
    )
  }
}
