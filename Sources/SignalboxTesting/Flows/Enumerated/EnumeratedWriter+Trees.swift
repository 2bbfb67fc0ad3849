// Behavior trees of enumerated flows.
extension EnumeratedWriter {
  /// A node that is a part: a leaf, or a container with one call.
  mutating func node(_ content: FlowContent) -> FlowText {
    switch content {
    case .leaf: .map(named(step(content)))
    case .container(let container):
      container.isTreeNode
        ? node(container, .leaf(.writeTool), true) : .map(named(step(content)))
    }
  }

  private mutating func named(_ entries: [Entry]) -> [Entry] {
    [Entry(key: "id", value: .word(fresh("n")))] + entries
  }

  /// A node with others inside: a part, and a call where it takes several.
  mutating func node(
    _ container: FlowContainer,
    _ content: FlowContent,
    _ isLast: Bool
  ) -> FlowText {
    if container == .subtree { return subtree(content) }
    var children = [node(content)]
    if Self.hasSibling(container) {
      let other = FlowText.map(named(call()))
      children = isLast ? [other] + children : children + [other]
    }
    let question = FlowText.fields(["check": .text(Self.question)])
    var entries = [Entry(key: "type", value: .word(FlowComposer.typeName(container)))]
    switch container {
    case .select:
      entries.append(
        Entry(
          key: "conditions",
          value: .list([
            .fields(["when": .text(Self.question), "child": children[0]]),
            .fields(["default": "true", "child": children[1]]),
          ])
        )
      )
    case .choose:
      entries += [
        Entry(key: "value", value: .text(Self.number)), Entry(key: "max_switches", value: "1"),
        Entry(key: "cases", value: .fields(["0": children[0]])),
        Entry(key: "default", value: children[1]),
      ]
    case .ifThenElse: entries.append(Entry(key: "children", value: .list([question] + children)))
    case .whileDoElse:
      entries.append(Entry(key: "max_switches", value: "1"))
      entries.append(Entry(key: "children", value: .list([question] + children)))
    case .parallel:
      entries.append(Entry(key: "join", value: ["all", "any", "first", "finished"][variant % 4]))
      entries.append(Entry(key: "children", value: .list(children)))
    default:
      let key = Self.hasSibling(container) ? "children" : "child"
      let value = Self.hasSibling(container) ? FlowText.list(children) : children[0]
      entries += Self.limit(of: container) + [Entry(key: key, value: value)]
    }
    return .map(entries)
  }

  private static func limit(of container: FlowContainer) -> [Entry] {
    switch container {
    case .retry: [Entry(key: "attempts", value: "2")]
    case .rounds: [Entry(key: "count", value: "2")]
    case .keepRunning: [Entry(key: "max", value: "2")]
    case .timeout: [Entry(key: "after", value: "4s")]
    case .delay: [Entry(key: "after", value: "2s")]
    default: []
    }
  }

  private mutating func subtree(_ content: FlowContent) -> FlowText {
    let name = fresh("tree")
    let root = node(content)
    let number = FlowText.word("{n: {type: integer, default: 0}}")
    let input = FlowText.word("{m: {type: integer, default: 0}}")
    flows.append(
      Entry(key: name, value: .fields(["input": input, "state": number, "root": root]))
    )
    return .fields(["id": .word(fresh("n")), "type": "subtree", "flow": .word(name)])
  }
}
