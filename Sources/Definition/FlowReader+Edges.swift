import Document
import Source
import Values

/// Edges.
extension FlowReader {
  /// After what an edge is taken.
  enum EdgeCause {
    /// A success.
    case success
    /// A failure; `when` may name its kind.
    case error
    /// An event or a time; an edge may lead nowhere and only act.
    case event
    /// A start.
    case start
  }

  /// The edges at `key`: a target, an edge, or a list of edges; none when the key is absent.
  ///
  /// `mustEnd` says whether the list holds the way without a condition: not so in
  /// `conditional_transitions`, which `on_success` completes.
  mutating func edges(
    _ key: String,
    _ mapping: Mapping,
    of cause: EdgeCause,
    mustEnd: Bool = true
  ) -> [Edge] {
    guard let entry = value(key, mapping) else { return [] }
    let path = mapping.path.isEmpty ? key : "\(mapping.path).\(key)"
    return edges(entry, of: cause, path: path, mustEnd: mustEnd)
  }

  /// The edges that `entry` holds: a target, an edge, or a list of edges.
  mutating func edges(
    _ entry: Node.Entry,
    of cause: EdgeCause,
    path: String,
    mustEnd: Bool = true
  ) -> [Edge] {
    switch entry.value.content {
    case .string:
      guard let target = target(entry) else { return [] }
      return [Edge(target: target, span: entry.value.span)]
    case .mapping:
      return edge(entry.value, cause, path: path).map { [$0] } ?? []
    case .sequence(let elements):
      guard !elements.isEmpty else {
        report(Messages.emptyEdges(entry))
        return []
      }
      return edges(elements, cause, path: path, mustEnd: mustEnd)
    default:
      report(
        Messages.wrongKind(
          entry,
          wanted: "the name of a step or a list of edges",
          hint: Messages.quoteHint(entry.value)
        )
      )
      return []
    }
  }

  private mutating func edges(
    _ elements: [Node],
    _ cause: EdgeCause,
    path: String,
    mustEnd: Bool
  ) -> [Edge] {
    var result: [Edge] = []
    var always: Edge?
    for element in elements {
      let edge: Edge?
      if element.string != nil {
        let entry = Node.Entry(key: "target", keySpan: element.span, value: element)
        edge = target(entry).map { Edge(target: $0, span: element.span) }
      } else if element.entries != nil {
        edge = self.edge(element, cause, path: path)
      } else {
        report(Messages.edgeKind(element))
        continue
      }
      guard let edge else { continue }
      if let always {
        report(Messages.deadEdge(edge, after: always))
        return result
      }
      if case .always = edge.condition {
        always = edge
        if !mustEnd { report(Messages.conditionMissing(edge)) }
      }
      result.append(edge)
    }
    return result
  }

  mutating func edge(_ node: Node, _ cause: EdgeCause, path: String) -> Edge? {
    guard let mapping = mapping(node, .edge, path: path) else { return nil }
    return edge(mapping, cause)
  }

  /// The edge whose keys stand in `mapping`.
  mutating func edge(_ mapping: Mapping, _ cause: EdgeCause) -> Edge? {
    let condition = condition(mapping, cause)
    let assignments = assignments(mapping)
    let actions = actions("actions", mapping)
    let isInternal = boolean("internal", mapping) ?? false
    var targets: [Located<String>] = []
    if mapping.entry("targets") != nil { targets = texts("targets", mapping) }
    if let target = mapping.entry("target") {
      if mapping.entry("targets") != nil { report(Messages.targetAndTargets(target)) }
      targets = name("target", mapping).map { [$0] } ?? []
      if targets.isEmpty { return nil }
    }
    if targets.isEmpty {
      let acts = mapping.entry("actions") != nil || mapping.entry("assign") != nil
      guard cause == .event, acts, mapping.entry("targets") == nil else {
        if mapping.entry("targets") == nil, !mapping.isDisordered {
          report(
            Messages.missingTarget(
              Node(content: .mapping(mapping.entries), span: mapping.span),
              mayStay: cause == .event
            )
          )
        }
        return nil
      }
      targets = [Located("", mapping.span)]
    }
    guard let condition else { return nil }
    var edge = Edge(
      condition: condition,
      assignments: assignments,
      target: targets[0],
      span: mapping.span
    )
    edge.otherTargets = Array(targets.dropFirst())
    edge.actions = actions
    edge.isInternal = isInternal
    return edge
  }

  /// The edge's condition; nil after a finding.
  private mutating func condition(_ mapping: Mapping, _ cause: EdgeCause) -> Edge.Condition? {
    let spellings = ["when", "condition", "expression"].compactMap { mapping.entry($0) }
    guard let first = spellings.first else { return .always }
    if spellings.count > 1 { report(Messages.twoSpellings(spellings[1], of: first)) }
    guard let entry = value(first.key, mapping) else { return nil }
    if cause == .error, let word = entry.value.string,
      ErrorKinds.all.contains(where: { $0.sameScalars(as: word) })
    {
      return .kind(Located(word, entry.value.span))
    }
    return expression(entry).map { .expression($0) }
  }

  private mutating func target(_ entry: Node.Entry) -> Located<String>? {
    guard let name = text(entry) else { return nil }
    guard !name.value.isEmpty else {
      report(Messages.emptyText(entry.key, name.span))
      return nil
    }
    return name
  }
}
