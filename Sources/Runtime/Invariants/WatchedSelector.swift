import Definition
import Expression
import Source
import Table
import Values

/// A selector made ready for one table: which places and performers it means, and its condition.
struct WatchedSelector: Sendable {
  /// What an invariant makes of a match.
  enum Role: Sendable {
    /// It may break something, so what may have happened counts.
    case suspect
    /// It must follow, so only what certainly happened counts.
    case required
    /// It must have succeeded before (`without`).
    case evidence
  }

  /// How sure a match is.
  enum Certainty: Comparable {
    /// It did not happen.
    case never
    /// It may have.
    case maybe
    /// It did.
    case always
  }

  /// The selector.
  let selector: Selector
  private let role: Role
  /// By place, and by performer: whether the subject means it.
  private let isMeant: [Bool]
  /// What `when` says of `output`; nil: nothing is said, or it could not be compiled.
  private let condition: Program?

  init(_ selector: Selector, _ role: Role, _ table: TransitionTable, limits: Limits) {
    self.selector = selector
    self.role = role
    let name = selector.name.value
    switch selector.subject {
    case .step:
      isMeant = table.nodes.indices.map { place in
        table.nodes[place].name.sameScalars(as: name)
          && table.standsForStep(place, hasArguments: !selector.arguments.isEmpty)
      }
    case .agent, .tool:
      let role: Performer.Role = selector.subject == .agent ? .agent : .tool
      isMeant = table.performers.map { $0.role == role && $0.id.sameScalars(as: name) }
    }
    condition = selector.when.flatMap { when in
      Program.compile(when, in: Self.environment(name), limits: limits).program
    }
  }

  /// The answer, as `output` and under the subject's own name.
  static func environment(_ name: String) -> Environment {
    Environment(
      variables: [
        Environment.Variable(name: "output", type: .dyn, slot: 0),
        Environment.Variable(name: name, type: .dyn, slot: 1),
      ]
    )
  }

  /// Whether it is enough that something starts.
  private var wantsStart: Bool {
    selector.status == nil && selector.when == nil && role != .evidence
  }

  /// Whether something that happened is what the selector means.
  func match(_ happening: Happening) -> Certainty {
    let side = selector.subject == .step ? happening.step : happening.call
    guard let side, isMeant[Int(side.index)], fits(side.input) else { return .never }
    let certainty: Certainty
    switch side.phase {
    case .start: certainty = wantsStart ? .always : .never
    case .end(let outcome): certainty = wantsStart ? .never : match(outcome)
    }
    return side.isCertain ? certainty : min(certainty, .maybe)
  }

  private func match(_ outcome: Happening.Outcome) -> Certainty {
    switch (outcome, selector.status) {
    case (.success(let answer), nil), (.success(let answer), .success?):
      return selector.when == nil ? .always : test(answer)
    case (.failure, .failure?): return selector.when == nil ? .always : .never
    case (.unknown, .unknown?): return selector.when == nil ? .always : .maybe
    // It may have happened, with any answer.
    case (.unknown, nil), (.unknown, .success?): return .maybe
    // `unknown` is a kind of failure.
    case (.unknown, .failure?): return selector.when == nil ? .always : .never
    case (.success, .failure?), (.success, .unknown?), (.failure, nil), (.failure, .success?),
      (.failure, .unknown?):
      return .never
    }
  }

  private func test(_ answer: Value?) -> Certainty {
    guard let condition else { return .maybe }
    var memory = Memory(slotCount: 2)
    memory.set(0, answer)
    memory.set(1, answer)
    return switch condition.test(memory) {
    case .isTrue: .always
    case .isFalse: .never
    case .failure: .maybe
    }
  }

  /// Whether an input has the arguments that the selector names.
  func fits(_ input: Value?) -> Bool {
    selector.arguments.allSatisfy { argument in
      guard let value = input?[argument.name] else { return false }
      return argument.value.isSameNumberwise(as: value)
    }
  }

  /// Programs of the arguments that it looks at, and what each would have to be.
  func arguments(in table: TransitionTable) -> [(program: PoolIndex, value: Value)] {
    guard !selector.arguments.isEmpty else { return [] }
    var found: [(program: PoolIndex, value: Value)] = []
    for place in table.nodes.indices {
      let node = table.nodes[place]
      var fields = node.input
      var index = place
      if node.effect != noIndex {
        let effect = table.effects[Int(node.effect)]
        fields = effect.input
        if selector.subject != .step { index = Int(effect.performer) }
      } else if selector.subject != .step {
        continue
      }
      guard isMeant[index] else { continue }
      for field in fields {
        let entry = table.fields[Int(field)]
        for argument in selector.arguments where argument.name.sameScalars(as: entry.name) {
          found.append((entry.program, argument.value))
        }
      }
    }
    return found
  }
}
