/// A small flow with one invariant: what it may do can be looked at in full.
public struct EnumeratedFlow: Sendable {
  /// Its number in the enumeration, from 0.
  public let number: Int
  /// The container around; directly below the whole flow, or as one of its steps.
  public let container: FlowContainer
  /// What is inside beside at most one call.
  public let content: FlowContent
  /// The flow in the house form, with its invariant.
  public let text: String
  /// The invariant alone.
  public let invariant: String

  /// What it is made of: `machine > forEach`.
  public var name: String { "\(container) > \(content.name)" }
}

/// All small flows in a fixed order: every container around every part that it holds, one to four
/// steps, with tools that cost money and an invariant over them.
///
/// Tools: `pay` writes, `look` reads, `lock` and `unlock` may be called twice; each has a price and
/// a deadline. The Nth flow is the same for ever, as long as no kind is added.
public struct EnumeratedFlows: Sendable, RandomAccessCollection {
  /// What a flow is made around.
  private struct Shape: Sendable {
    var container: FlowContainer
    var content: FlowContent
    /// Whether a call comes before the part, not behind it.
    var isLast: Bool
  }

  /// Tools in the order in which steps call them.
  private static let orders: [[EnumeratedTool]] = [
    [.lock, .pay, .unlock, .look], [.look, .pay, .pay, .unlock], [.pay, .look, .unlock, .lock],
  ]

  private static let invariants = [
    "{never: {tool: pay}}", "{never: {tool: pay}, without: {tool: look}}",
    "{never: {tool: pay}, without: {tool: lock}, since: {tool: unlock}}",
    "{after: {tool: lock}, always: {tool: unlock}}",
    "{after: {tool: pay, status: failure}, always: {tool: look}}", "{at_most: 1, of: {tool: pay}}",
    "{at_most: 2, of: {tool: look}}", "{never_together: [{tool: pay}, {tool: unlock}]}",
    "{eventually: {tool: look}}", "{eventually: {tool: unlock}}",
    "{never: {tool: unlock}, without: {tool: lock}}",
    "{at_most: 1, of: {tool: lock, status: success}}",
  ]

  /// Invariants beside each shape and order, one after the other.
  private static let invariantsEach = 2

  private static let shapes: [Shape] = FlowCoverage.contents.flatMap { container, contents in
    contents.flatMap { content -> [Shape] in
      guard container != .turns, EnumeratedWriter.holds(content, in: container) else { return [] }
      // What stands behind a node that always ends the one around could never run.
      let isStopping =
        container == .sequence && content == .container(.forceFailure)
        || container == .fallback && content == .container(.forceSuccess)
      let hasBoth = EnumeratedWriter.hasSibling(container) && !isStopping
      let positions = hasBoth ? [false, true] : [true]
      return positions.map { Shape(container: container, content: content, isLast: $0) }
    }
  }

  /// All small flows.
  public init() {}

  /// The position of the first.
  public var startIndex: Int { 0 }
  /// How many there are.
  public var endIndex: Int {
    Self.shapes.count * Self.orders.count * Self.invariantsEach
  }

  /// The flow at a position: the same for ever.
  public subscript(position: Int) -> EnumeratedFlow {
    let (rest, turn) = position.quotientAndRemainder(dividingBy: Self.invariantsEach)
    let (number, order) = rest.quotientAndRemainder(dividingBy: Self.orders.count)
    let shape = Self.shapes[number]
    // Neighbours get different invariants, and each shape gets all of them in the end.
    let choice = (number * 5 + order * 2 + turn * 7) % Self.invariants.count
    let invariant = Self.invariants[choice]
    var writer = EnumeratedWriter(Self.orders[order], variant: number + order)
    let text = writer.flow(
      shape.container,
      shape.content,
      isLast: shape.isLast,
      invariant: invariant
    )
    return EnumeratedFlow(
      number: position,
      container: shape.container,
      content: shape.content,
      text: text,
      invariant: invariant
    )
  }
}

/// The tools of enumerated flows.
enum EnumeratedTool: String, CaseIterable {
  case pay
  case look
  case lock
  case unlock

  /// Its declaration.
  var declaration: FlowText {
    switch self {
    case .pay: "{type: http, effect: write, timeout: 5s, cost_per_call: $0.05}"
    case .look: "{type: http, effect: read, timeout: 5s, cost_per_call: $0.002}"
    case .lock, .unlock:
      "{type: http, effect: write, idempotent: true, timeout: 5s, cost_per_call: $0.01}"
    }
  }
}
