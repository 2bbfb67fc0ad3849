import Document
import Source

/// States that are active together (`type: parallel` with `states:`).
public struct Regions: Sendable {
  /// The regions in order.
  public var regions: [Named<Step>]
  /// Where they stand.
  public var span: SourceSpan

  /// Regions.
  public init(regions: [Named<Step>], span: SourceSpan) {
    self.regions = regions
    self.span = span
  }
}

/// `history`: stands for the configuration that the parent state had when it was last left.
public struct History: Sendable {
  /// Whether it remembers the innermost states rather than the parent's children.
  public var isDeep: Bool
  /// Where it leads before the parent was ever left.
  public var targets: [Located<String>]
  /// Done on the way to `targets`.
  public var actions: [Action]

  /// A history.
  public init(isDeep: Bool, targets: [Located<String>], actions: [Action] = []) {
    self.isDeep = isDeep
    self.targets = targets
    self.actions = actions
  }
}

/// An entry of `on_event`: descriptors and an edge.
public struct EventEdge: Sendable {
  /// Event descriptors (SCXML 3.12.1): `a.b` takes `a.b` and `a.b.c`; `*` takes every event.
  public var descriptors: [Located<String>]
  /// The edge.
  public var edge: Edge

  /// An entry.
  public init(descriptors: [Located<String>], edge: Edge) {
    self.descriptors = descriptors
    self.edge = edge
  }
}

/// An entry of `after`: a delay and an edge.
public struct DelayedEdge: Sendable {
  /// The delay.
  public enum Delay: Sendable {
    /// A written duration.
    case milliseconds(Located<Int64>)
    /// A duration, or a number of milliseconds, computed on entry.
    case expression(SourceText)
  }

  /// The delay since entry.
  public var delay: Delay
  /// The edge.
  public var edge: Edge

  /// An entry.
  public init(delay: Delay, edge: Edge) {
    self.delay = delay
    self.edge = edge
  }
}

/// `for_each` with its limits.
public struct ForEach: Sendable {
  /// What a failed item means.
  public enum ItemError: String, Sendable, Hashable {
    /// As the join says.
    case fail
    /// Its error stands in the results.
    case collect
    /// It is left out of the results.
    case skip
  }

  /// The list.
  public var items: SourceText
  /// Items at most.
  public var maxItems: Located<Int>?
  /// Items that run at a time.
  public var concurrency: Located<Int>?
  /// What a failed item means.
  public var itemError: ItemError

  /// A map over items.
  public init(
    items: SourceText,
    maxItems: Located<Int>?,
    concurrency: Located<Int>? = nil,
    itemError: ItemError = .fail
  ) {
    self.items = items
    self.maxItems = maxItems
    self.concurrency = concurrency
    self.itemError = itemError
  }
}

/// `join`: when parts that run together are finished.
public enum Join: Sendable, Hashable {
  /// All must succeed; the first failure halts the rest.
  case all
  /// The first success halts the rest.
  case any
  /// The first to finish halts the rest.
  case first
  /// All must finish; never fails.
  case finished
  /// So many successes halt the rest.
  case count(Int)
}

/// One action of an entry, an exit or an edge (SCXML 4).
public indirect enum Action: Sendable {
  /// `assign`: a state field and its value.
  case assign(Assignment)
  /// `raise`: an event on the internal queue.
  case raise(Located<String>)
  /// `send`: an event, later or elsewhere.
  case send(SendAction)
  /// `cancel`: withdraws the delayed events of an id.
  case cancel(EventText)
  /// `log`: notes a value in the trace.
  case log(SourceText?, label: String)
  /// `if`, `else`.
  case choose(SourceText, then: [Action], otherwise: [Action])
  /// `for_each` among actions: without effects, at once.
  case loop(
    items: SourceText,
    item: Located<String>,
    index: Located<String>?,
    actions: [Action]
  )
}

/// A text that may be computed.
public enum EventText: Sendable {
  /// As written.
  case text(Located<String>)
  /// Computed.
  case expression(SourceText)
}

/// `send`.
public struct SendAction: Sendable {
  /// The event's name; nil: data only.
  public var event: EventText?
  /// Where it goes: nothing for the flow itself, `#_internal`, `#_parent`, `#_<child>`.
  public var target: EventText?
  /// The id to cancel it by.
  public var id: Located<String>?
  /// The state field that receives the id.
  public var idField: Located<String>?
  /// When.
  public var delay: DelayedEdge.Delay?
  /// The data by name.
  public var data: [(name: String, value: SourceText)]
  /// The data as a whole.
  public var content: SourceText?
  /// Where it stands.
  public var span: SourceSpan

  /// An event sent to the flow itself at once.
  public init(event: EventText?, span: SourceSpan) {
    self.event = event
    self.span = span
    target = nil
    id = nil
    idField = nil
    delay = nil
    data = []
    content = nil
  }
}
