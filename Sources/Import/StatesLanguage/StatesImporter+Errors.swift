import Document
import Source
import Values

// Retriers and catchers (specs/machines.md, ASL-11).
extension StatesImporter {
  /// How a state tries again: by the policy of its step, or by steps that count and pause.
  struct Repetition {
    /// `retry` of the step.
    var policy: Node?
    /// The retriers that edges follow, each with its counter and the step that pauses.
    var loops: [(retrier: StatesRetrier, counter: String, pause: String)] = []
    /// The step that does the work.
    var work: String
  }

  /// What `Retry` of a state becomes; `tool` is what it calls, nil when it holds others.
  mutating func repetition(_ name: String, _ node: Node, tool: String?) -> Repetition {
    var result = Repetition(work: name)
    let retriers = (node["Retry"]?.elements ?? []).map { StatesRetrier($0) }
    for retrier in retriers {
      if let jitter = retrier.node["JitterStrategy"], jitter.string == "FULL" {
        report(Messages.dropped("the jitter of the pauses", at: jitter.span))
      }
      if let tool, retrier.takesLostAnswers, performers.declareIdempotent(tool) {
        report(Messages.idempotent(tool, at: retrier.node.span))
      }
    }
    if tool != nil, retriers.count == 1, let retrier = retriers.first, retrier.attempts < 1_000,
      let policy = policy(retrier)
    {
      result.policy = policy
      return result
    }
    guard retriers.contains(where: { $0.attempts > 0 }) else {
      result.loops = retriers.map { ($0, "", "") }
      return result
    }
    result.work = stepName("\(name)_attempt")
    for (position, retrier) in retriers.enumerated() {
      let counter = freeField("retries_\(fields.count + 1)")
      fields.append((counter, retrier.node.span))
      counters.insert(counter)
      result.loops.append((retrier, counter, stepName("\(name)_pause_\(position + 1)")))
    }
    return result
  }

  private func policy(_ retrier: StatesRetrier) -> Node? {
    guard let kinds = retrier.kinds, let regular = retrier.regular else { return nil }
    let span = retrier.node.span
    var entries: [(String, Node)] = [
      ("max_attempts", .int(retrier.attempts + 1, at: span)),
      ("backoff", .text("\(regular.seconds)s", at: span)),
    ]
    if let rate = regular.rate { entries.append(("factor", .value(rate, at: span))) }
    if !kinds.isEmpty {
      entries.append(("on", .list(kinds.map { .text($0, at: span) }, at: span)))
    }
    return .map(entries, at: span)
  }

  /// The steps of a state with what repeats it around `work`.
  func repeated(
    _ name: String,
    _ repetition: Repetition,
    _ node: Node,
    _ work: [(String, Node)]
  ) -> [(String, Node)] {
    guard repetition.work != name else { return work }
    let zero = repetition.loops.map { ($0.counter, Node.quoted("0", at: node.span)) }
    let entry = step([("assign", .map(zero, at: node.span))], to: repetition.work, node)
    var steps = [(name, entry)] + work
    for (retrier, counter, pause) in repetition.loops where retrier.attempts > 0 {
      let span = retrier.node.span
      let count = retrier.pauses.count
      let list = retrier.pauses.map { "'\($0)ms'" }.joined(separator: ", ")
      let delay =
        count == 1
        ? "duration(\(list))"
        : "duration([\(list)][state.\(counter) > \(count) ? \(count - 1) : state.\(counter) - 1])"
      let edge = Node.map(
        [
          ("delay", .quoted("{{ \(delay) }}", at: span)),
          ("target", .text(repetition.work, at: span)),
        ],
        at: span
      )
      steps.append((pause, .map([("after", .list([edge], at: span))], at: span)))
    }
    return steps
  }

  /// The edges after a failure: retriers that are followed by edges, catchers in order, then the
  /// failure of the machine or branch.
  mutating func handlers(
    _ node: Node,
    _ source: StatesErrors.Source,
    _ repetition: Repetition,
    _ scope: Scope
  ) -> Node {
    let errors = StatesErrors(source: source)
    var edges: [Node] = []
    var earlier: [String] = []
    for (retrier, counter, pause) in repetition.loops {
      let (tests, takesAll) = tests(retrier.names, errors)
      guard takesAll || !tests.isEmpty else { continue }
      let own = takesAll ? "true" : tests.joined(separator: " || ")
      if retrier.attempts > 0 {
        var parts = earlier.map { "!(\($0))" }
        if !takesAll { parts.append(tests.count > 1 ? "(\(own))" : own) }
        parts.append("state.\(counter) < \(retrier.attempts)")
        let span = retrier.node.span
        let count = Node.quoted("state.\(counter) + 1", at: span)
        edges.append(
          .map(
            [
              ("when", .quoted(parts.joined(separator: " && "), at: span)),
              ("assign", .map([(counter, count)], at: span)), ("target", .text(pause, at: span)),
            ],
            at: span
          )
        )
      }
      if takesAll { break }
      earlier.append(own)
    }
    let failure = errors.failure(toldNames(node))
    for catcher in node["Catch"]?.elements ?? [] {
      let (tests, takesAll) = tests(catcher["ErrorEquals"]?.elements ?? [], errors)
      guard takesAll || !tests.isEmpty else { continue }
      var edge: [(String, Node)] = []
      if !takesAll {
        edge.append(("when", .quoted(tests.joined(separator: " || "), at: catcher.span)))
      }
      edge += caught(catcher, failure, scope)
      edges.append(.map(edge, at: catcher.span))
      if takesAll { return .list(edges, at: node.span) }
    }
    edges.append(.map(failing(failure, to: scope.failed, at: node.span), at: node.span))
    return .list(edges, at: node.span)
  }

  /// The edges of a state whose parts left `failure`; what its own expressions cannot make is an
  /// error of its own.
  mutating func partHandlers(
    _ node: Node,
    failure: String,
    _ repetition: Repetition,
    _ scope: Scope
  ) -> Node {
    guard dataError == nil else {
      let own = "dyn({'Error': '\(dataError ?? "")', 'Cause': error.message})"
      let either = "(error.kind == 'guard_error' ? \(own) : dyn(\(failure)))"
      return handlers(node, .parts(failure: either), repetition, scope)
    }
    let text = "{'Error': 'States.Runtime', 'Cause': error.message}"
    let own = Node.map(
      [("when", .text("guard_error", at: node.span))]
        + failing(text, to: scope.failed, at: node.span),
      at: node.span
    )
    let others = handlers(node, .parts(failure: failure), repetition, scope)
    return .list([own] + (others.elements ?? []), at: node.span)
  }

  /// What a catcher's edge sets, and where it leads.
  private mutating func caught(
    _ catcher: Node,
    _ failure: String,
    _ scope: Scope
  ) -> [(String, Node)] {
    let data: String
    if isJSONata {
      jsonataNames["errorOutput"] = failure
      data = catcher["Output"].map { template($0, base: failure) } ?? failure
    } else {
      data = output(catcher, result: failure, raw: scope.data)
    }
    let values = [(scope.field, Node.quoted(data, at: catcher.span))]
    let assign = Node.map(values + variables(catcher, base: failure), at: catcher.span)
    jsonataNames["errorOutput"] = nil
    return [("assign", assign), ("target", .text(next(catcher, scope), at: catcher.span))]
  }

  private func tests(
    _ names: [Node],
    _ errors: StatesErrors
  ) -> (tests: [String], takesAll: Bool) {
    var tests: [String] = []
    for name in names {
      switch errors.match(name.string ?? "") {
      case .never: continue
      case .always: return ([], true)
      case .when(let test): tests.append(test)
      }
    }
    return (tests, false)
  }

  /// The names of errors that handlers of a state list and that only the failure's message or its
  /// kind tells.
  private mutating func toldNames(_ node: Node) -> [String] {
    var names: [String] = []
    for field in ["Retry", "Catch"] {
      for handler in node[field]?.elements ?? [] {
        for name in handler["ErrorEquals"]?.elements ?? [] {
          guard let text = name.string, !names.contains(text) else { continue }
          if StatesErrors.isTold(text) {
            names.append(text)
            if node["Type"]?.string == "Task", told.insert(name.span.start).inserted {
              report(Messages.told(text, at: name.span))
            }
          } else if StatesErrors.kinds(text) != nil {
            names.append(text)
          }
        }
      }
    }
    return names
  }
}
