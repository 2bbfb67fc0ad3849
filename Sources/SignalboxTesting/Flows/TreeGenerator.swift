import Signalbox

/// Flows whose body is a random behavior tree that always ends.
///
/// Leaves call tools (`t0`, `t1`, …, each of its own), check or write state fields `x`, `y`, `z`;
/// what `check` refuses is not made: reactive nodes ask checks only, loops have limits.
public struct TreeGenerator {
  private var random: RandomSource
  private var calls = 0
  private let span = SourceText(name: "tree", text: " ").span

  /// Trees from the numbers of `random`.
  public init(random: RandomSource) { self.random = random }

  /// A flow of so many levels at most.
  public mutating func flow(depth: Int) -> Flow {
    calls = 0
    let root = node(depth)
    var flow = Flow(
      form: .house,
      name: "tree",
      span: span,
      body: .tree(BehaviorTree(root: root, span: span))
    )
    flow.state = FieldSet(
      fields: ["x", "y", "z"].map { name in
        FieldSet.Declaration(
          name: name,
          nameSpan: span,
          schema: Node(
            content: .mapping([
              Node.Entry(
                key: "type",
                keySpan: span,
                value: Node(value: .string("integer"), at: span)
              )
            ]),
            span: span
          ),
          isOptional: false,
          defaultValue: Node(value: .int(0), at: span),
          isUntrusted: nil
        )
      },
      span: span
    )
    flow.tools = (0..<max(1, calls)).map { number in
      var tool = ToolDefinition(span: span)
      tool.type = Located("process", span)
      tool.effect = .read
      tool.costPerCallPicodollars = Located(1_000_000_000, span)
      return Named(name: "t\(number)", nameSpan: span, content: tool)
    }
    return flow
  }

  private func source(_ text: String) -> SourceText { SourceText(name: "tree", text: text) }

  private mutating func condition() -> SourceText {
    let field = random.one(of: ["x", "y", "z"])
    return source("state.\(field) \(random.one(of: ["<", "==", ">="])) \(random.below(3))")
  }

  private mutating func assignment() -> Assignment {
    let field = random.one(of: ["x", "y", "z"])
    return Assignment(
      field: Located(field, span),
      expression: source("\(random.below(3))")
    )
  }

  private mutating func node(_ depth: Int) -> TreeNode {
    guard depth > 0, !random.chance(20) else { return leaf() }
    var node = composite(depth - 1)
    if random.chance(10) { node.failureIf = condition() }
    if random.chance(10) { node.skipIf = condition() }
    if random.chance(10) { node.whileCondition = condition() }
    if random.chance(10) { node.onSuccess = [assignment()] }
    if random.chance(10) { node.onHalted = [assignment()] }
    return node
  }

  private mutating func children(_ depth: Int, _ range: ClosedRange<Int>) -> [TreeNode] {
    let count = range.lowerBound + random.below(range.count)
    return (0..<count).map { _ in node(depth) }
  }

  private mutating func composite(_ depth: Int) -> TreeNode {
    func located(_ number: Int) -> Located<Int> { Located(number, span) }
    switch random.below(14) {
    case 0, 1: return TreeNode(.sequence(.resuming), children: children(depth, 2...4), span: span)
    case 2, 3:
      return TreeNode(
        .fallback(.resuming, maxSwitches: nil),
        children: children(depth, 2...4),
        span: span
      )
    case 4:
      let children = children(depth, 2...3)
      let joins: [Join] = [.all, .any, .finished, .first, .count(children.count)]
      return TreeNode(
        .parallel(TreeJoin(.join(random.one(of: joins)), span: span)),
        children: children,
        span: span
      )
    case 5: return TreeNode(.inverter, children: [node(depth)], span: span)
    case 6:
      // Without a guard what stands behind it could never run.
      var forced = TreeNode(.forceSuccess, children: [node(depth)], span: span)
      forced.failureIf = condition()
      return forced
    case 7:
      let attempts = located(1 + random.below(3))
      return TreeNode(.retry(attempts: attempts), children: [node(depth)], span: span)
    case 8:
      let count = located(1 + random.below(3))
      return TreeNode(.rounds(count: count), children: [node(depth)], span: span)
    case 9:
      return TreeNode(
        .sequence(.reactive),
        children: [check(), check(), node(depth)],
        span: span
      )
    case 10:
      return TreeNode(
        .fallback(.reactive, maxSwitches: located(2)),
        children: [check(), node(depth)],
        span: span
      )
    case 11: return TreeNode(.ifThenElse, children: children(depth, 2...3), span: span)
    case 12:
      return TreeNode(
        .whileDoElse(maxSwitches: located(2)),
        children: [check()] + children(depth, 1...2),
        span: span
      )
    default:
      let children = children(depth, 2...3)
      var conditions: [SourceText?] = children.dropLast().map { _ in condition() }
      conditions.append(nil)
      return TreeNode(
        .select(conditions, isReactive: false, maxSwitches: nil),
        children: children,
        span: span
      )
    }
  }

  private mutating func check() -> TreeNode {
    var step = Step(span: span)
    step.work = .check(condition())
    return TreeNode(.step(step), span: span)
  }

  private mutating func leaf() -> TreeNode {
    var step = Step(span: span)
    switch random.below(6) {
    case 0: return check()
    case 1:
      step.assignments = [assignment()]
      return TreeNode(.step(step), span: span)
    default:
      step.work = .tool(Located("t\(calls)", span), action: nil)
      step.timeoutMilliseconds = Located(1_000, span)
      if random.chance(30) { step.assignments = [assignment()] }
      let id = Located("leaf\(calls)", span)
      calls += 1
      return TreeNode(.step(step), id: id, span: span)
    }
  }
}
