import Definition
import Source

// Actions.
extension SCXMLExporter {
  mutating func write(_ action: Action, _ depth: Int) {
    switch action {
    case .assign(let assignment):
      empty(
        "assign",
        [("location", assignment.field.value), ("expr", assignment.expression.text)],
        depth
      )
    case .raise(let name): empty("raise", [("event", name.value)], depth)
    case .send(let send): write(send, depth)
    case .cancel(.text(let id)): empty("cancel", [("sendid", id.value)], depth)
    case .cancel(.expression(let source)): empty("cancel", [("sendidexpr", source.text)], depth)
    case .log(let source, let label):
      empty("log", [("label", label.isEmpty ? nil : label), ("expr", source?.text)], depth)
    case .choose(let condition, let then, let otherwise):
      open("if", [("cond", condition.text)], depth)
      for action in then { write(action, depth + 1) }
      if !otherwise.isEmpty {
        empty("else", [], depth)
        for action in otherwise { write(action, depth + 1) }
      }
      close("if", depth)
    case .loop(let items, let item, let index, let actions):
      open(
        "foreach",
        [("array", items.text), ("item", item.value), ("index", index?.value)],
        depth
      )
      for action in actions { write(action, depth + 1) }
      close("foreach", depth)
    }
  }

  private mutating func write(_ send: SendAction, _ depth: Int) {
    var attributes: [(String, String?)] = []
    switch send.event {
    case .text(let name)?: attributes.append(("event", name.value))
    case .expression(let source)?: attributes.append(("eventexpr", source.text))
    case nil: break
    }
    switch send.target {
    case .text(let name)?: attributes.append(("target", name.value))
    case .expression(let source)?: attributes.append(("targetexpr", source.text))
    case nil: break
    }
    attributes.append(("id", send.id?.value))
    attributes.append(("idlocation", send.idField?.value))
    if let delay = send.delay { attributes += self.delay(delay) }
    guard send.content != nil || !send.data.isEmpty else {
      return empty("send", attributes, depth)
    }
    open("send", attributes, depth)
    if let content = send.content {
      empty("content", [("expr", content.text)], depth + 1)
    } else {
      for field in send.data {
        empty("param", [("name", field.name), ("expr", field.value.text)], depth + 1)
      }
    }
    close("send", depth)
  }

  func delay(_ delay: DelayedEdge.Delay) -> [(String, String?)] {
    switch delay {
    case .milliseconds(let time): [("delay", "\(time.value)ms")]
    case .expression(let source): [("delayexpr", source.text)]
    }
  }
}
