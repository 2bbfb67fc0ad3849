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

  static func treeNodeAsState(_ type: Located<String>) -> Diagnostic {
    Diagnostic(
      .flowMisplacedKey,
      "a \(quoted(type.value)) is a node of a tree, and this is a state",
      at: type.span,
      hint: "put the tree into the state: `root: {type: \(type.value), children: […]}`"
    )
  }
}
