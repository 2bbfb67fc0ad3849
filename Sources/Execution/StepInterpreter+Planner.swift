import Expression
import Table
import Values

// Running the plan that a planner's asking place ended with: a run of its own, which is awaited.
extension StepInterpreter {
  /// Starts the run of an accepted plan.
  mutating func startPlan(_ place: NodeIndex, _ node: PlaceNode) {
    let fields: ValueMap
    switch render(table.effects[Int(node.effect)].input) {
    case .success(let rendered): fields = rendered
    case .failure(let error):
      fail(place, RunError(kind: .guardError, message: error.message, step: node.name))
      return
    }
    guard let digest = fields["plan"]?.text.flatMap({ Digest(hex: $0) }),
      case .int(let number)? = fields["number"], let position = token(place, currentFrame)
    else {
      let message = "no plan was accepted before"
      fail(place, RunError(kind: .failed, message: message, step: node.name))
      return
    }
    let id = nextEffect()
    state.tokens[position].phase = .calling
    state.tokens[position].effect = id
    state.tokens[position].attempt.countUp()
    state.steps[Int(place)].attempts.countUp()
    exposeStep(place)
    output.effects.append(
      .startChild(
        ChildIntent(
          id: id,
          place: place,
          frame: currentFrame,
          source: .stored(digest),
          label: "plan-\(number)",
          input: fields["input"] ?? .map([:]),
          isAwaited: true,
          limitPicodollars: table.planner(at: place)?.hardPicodollars ?? -1
        )
      )
    )
  }

  /// A plan has taken too long: its run is cancelled.
  mutating func haltPlan(_ place: NodeIndex) {
    guard let position = token(place, currentFrame), state.tokens[position].effect != 0 else {
      return
    }
    output.effects.append(.cancel(state.tokens[position].effect))
    state.tokens[position].effect = 0
  }
}
