import Source
public import Values

/// A property that every run of a flow must keep (`invariants:`).
public struct Invariant: Sendable {
  /// What is said.
  public enum Rule: Sendable {
    /// Nothing `never` selects starts before something `without` selects has happened, and not
    /// `since` that either; without `without`: it never starts at all.
    case never(Selector, without: Selector?, since: Selector?)
    /// Whatever `after` selects is followed by something that `always` selects.
    case after(Selector, always: Selector)
    /// So many times at most.
    case atMost(Int, of: Selector)
    /// No run does something of each.
    case neverTogether([Selector])
    /// Every run does it before it ends.
    case eventually(Selector)
  }

  /// What is said.
  public var rule: Rule
  /// Where it stands.
  public var span: SourceSpan

  /// An invariant.
  public init(_ rule: Rule, span: SourceSpan) {
    self.rule = rule
    self.span = span
  }

  /// The selectors in it, in order.
  public var selectors: [Selector] {
    switch rule {
    case .never(let forbidden, let without, let since):
      [forbidden] + [without, since].compactMap(\.self)
    case .after(let cause, let answer): [cause, answer]
    case .atMost(_, let selector), .eventually(let selector): [selector]
    case .neverTogether(let selectors): selectors
    }
  }

  /// `deploy(env=production) never without approve[decision == 'approve']`.
  public var title: String {
    switch rule {
    case .never(let forbidden, let without, let since):
      "\(forbidden.title) never" + (without.map { " without \($0.title)" } ?? "")
        + (since.map { " since \($0.title)" } ?? "")
    case .after(let cause, let answer): "\(cause.title) => \(answer.title) always follows"
    case .atMost(let count, let selector): "at most \(count) \(selector.title)"
    case .neverTogether(let selectors):
      "never together: " + selectors.map(\.title).joined(separator: ", ")
    case .eventually(let selector): "\(selector.title) on every way"
    }
  }
}

/// Selects what happened in a run: a step or a call, by its arguments and outcome.
public struct Selector: Sendable {
  /// What a selector looks at.
  public enum Subject: String, Sendable, Hashable {
    /// A step, by its id.
    case step
    /// Calls of an agent.
    case agent
    /// Calls of a tool.
    case tool
  }

  /// How something ended.
  public enum Status: String, Sendable, Hashable, CaseIterable {
    /// It succeeded, or may have (`unknown`).
    case success
    /// It failed for certain, or may have.
    case failure
    /// Nobody knows.
    case unknown
  }

  /// What it looks at.
  public var subject: Subject
  /// The id.
  public var name: Located<String>
  /// Arguments that the call must have.
  public var arguments: [(name: String, value: Value)]
  /// What must hold of the answer; `output` is the answer.
  public var when: SourceText?
  /// How it ended; nil: it is enough that it began, or for a requirement that it succeeded.
  public var status: Status?
  /// Where it stands.
  public var span: SourceSpan

  /// A selector.
  public init(subject: Subject, name: Located<String>, span: SourceSpan) {
    self.subject = subject
    self.name = name
    self.span = span
    arguments = []
    when = nil
    status = nil
  }

  /// `deploy(env=production)`, `approve[decision == 'approve']`, `charge success`.
  public var title: String {
    var title = name.value
    if !arguments.isEmpty {
      let parts = arguments.map { "\($0.name)=\($0.value.plainText)" }
      title += "(" + parts.joined(separator: ", ") + ")"
    }
    if let when {
      var text = when.text
      for prefix in ["\(name.value).", "output."] where text.hasPrefix(prefix) {
        text.removeFirst(prefix.count)
      }
      title += "[\(text)]"
    }
    return status.map { "\(title) \($0.rawValue)" } ?? title
  }
}

extension Value {
  /// A scalar as people write it.
  fileprivate var plainText: String {
    if case .string(let text) = self { text } else { JSONWriter.string(self) }
  }
}
