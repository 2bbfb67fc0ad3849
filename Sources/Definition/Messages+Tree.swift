import Document
import Source

/// Findings about behavior trees as written.
extension Messages {
  static func nodeWithoutID(_ work: Node.Entry, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .flowMissingKey,
      "the node with \(quoted(work.key)) has no `id`",
      at: span,
      hint: "results, errors and the record of a run go by it: write `id: …`"
    )
  }

  static func typeOfNode(_ entry: Node.Entry, types: [String]) -> Diagnostic {
    let type = entry.key == "conditions" ? "conditional_selector" : "sequence"
    return Diagnostic(
      .flowMissingKey,
      "the node with \(quoted(entry.key)) has no `type` that says what it does with them",
      at: entry.keySpan,
      hint: "write `type: \(type)`, or one of \(types.dropFirst().joined(separator: ", "))"
    )
  }

  static func childCount(
    _ type: Located<String>,
    _ count: Int,
    _ allowed: ClosedRange<Int>
  ) -> Diagnostic {
    let wanted =
      allowed.upperBound == allowed.lowerBound
      ? "exactly \(allowed.lowerBound)"
      : allowed.upperBound > 3
        ? "at least \(allowed.lowerBound)" : "\(allowed.lowerBound) or \(allowed.upperBound)"
    return Diagnostic(
      .treeChildren,
      "a \(quoted(type.value)) has \(wanted) children, not \(count)",
      at: type.span,
      hint: allowed == 1...1 && count > 1
        ? "put a `sequence` around the children" : "add or remove children"
    )
  }

  static func foreignKey(_ entry: Node.Entry, type: Located<String>) -> Diagnostic {
    Diagnostic(
      .treeKey,
      "\(quoted(entry.key)) says nothing in a \(quoted(type.value))",
      at: entry.keySpan,
      notes: [.init("the type is here", span: type.span)],
      hint: "remove it, or put it at the node that it is meant for"
    )
  }

  static func contradiction(_ second: Node.Entry, _ first: Node.Entry) -> Diagnostic {
    Diagnostic(
      .treeKey,
      "\(quoted(second.key)) and \(quoted(first.key)) contradict each other",
      at: second.keySpan,
      notes: [.init("\(quoted(first.key)) is here", span: first.keySpan)],
      hint: "a reactive node starts over, a keeping one never does: write one of them"
    )
  }

  static func threshold(_ number: Int, _ count: Int, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .treeThreshold,
      "\(number) is no number of children that can be reached: "
        + "there \(count == 1 ? "is" : "are") \(count)",
      at: span,
      hint: "write a number from 1 to \(count), or a negative one that counts from the end"
    )
  }

  static func unreachableChoice(_ span: SourceSpan, default first: SourceSpan) -> Diagnostic {
    Diagnostic(
      .treeUnreachable,
      "the entry can never be chosen: the default stands before it",
      at: span,
      notes: [.init("the default is here", span: first)],
      hint: "put the default last"
    )
  }

  private static func didYouMean(_ name: String, _ known: [String]) -> String? {
    Suggestion.nearest(to: name, in: known).map { "did you mean \(quoted($0))?" }
  }

  static func unknownSubtree(_ name: Located<String>, among known: [String]) -> Diagnostic {
    Diagnostic(
      .taskUnknownFlow,
      "there is no flow \(quoted(name.value))",
      at: name.span,
      notes: known.isEmpty ? [] : [.init("the flows are \(list(known))")],
      hint: didYouMean(name.value, known) ?? "declare it under `flows`, with a `root`"
    )
  }

  static func recursiveSubtree(
    _ name: Located<String>,
    through open: [String]
  ) -> Diagnostic {
    let way = (open + [name.value]).map { quoted($0) }.joined(separator: " > ")
    return Diagnostic(
      .taskRecursiveFlow,
      "the subtree \(quoted(name.value)) holds itself: \(way)",
      at: name.span,
      hint: "a tree that holds itself has no end; write the repetition as `repeat` or `retry`"
    )
  }

  static func flowWithoutTree(_ name: Located<String>, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .treePort,
      "the flow \(quoted(name.value)) is no tree, so it is no subtree either",
      at: name.span,
      notes: [.init("it is declared here", span: span)],
      hint: "give it a `root`, or let a leaf run it as a flow of its own: "
        + "`{id: …, flow: \(name.value)}`"
    )
  }

  static func unknownPort(
    _ port: Node.Entry,
    of flow: String,
    among fields: [String]
  ) -> Diagnostic {
    Diagnostic(
      .treePort,
      "the subtree \(quoted(flow)) has no field of its own called \(quoted(port.key))",
      at: port.keySpan,
      notes: fields.isEmpty ? [] : [.init("its state fields are \(list(fields))")],
      hint: didYouMean(port.key, fields) ?? "declare it under the subtree's `state`"
    )
  }

  static func unknownPortTarget(
    _ target: Located<String>,
    among fields: [String]
  ) -> Diagnostic {
    Diagnostic(
      .treePort,
      "there is no state field \(quoted(target.value)) to connect the port with",
      at: target.span,
      notes: fields.isEmpty ? [] : [.init("the state fields are \(list(fields))")],
      hint: didYouMean(target.value, fields) ?? "declare it under `state`"
    )
  }

  static func portType(
    _ port: Node.Entry,
    _ type: String,
    _ field: String,
    _ other: String,
    declared span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      .treePort,
      "the port \(quoted(port.key)) is \(quoted(type)), the field \(quoted(field)) is "
        + quoted(other),
      at: port.keySpan,
      notes: [.init("the port is declared here", span: span)],
      hint: "both are one field: give them one type"
    )
  }

  static func bodyInSubtree(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .treeKey,
      "\(quoted(entry.key)) cannot stand inside a subtree",
      at: entry.keySpan,
      hint: "put it into a flow of its own and run that: `flow: …`"
    )
  }

  static func treeNodeAsState(_ type: Located<String>) -> Diagnostic {
    Diagnostic(
      .flowMisplacedKey,
      "a \(quoted(type.value)) is a node of a tree, and this is a state",
      at: type.span,
      hint: "put the tree into the state: `root: {type: \(type.value), children: […]}`"
    )
  }
}
