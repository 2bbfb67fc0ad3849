import SignalboxTesting
import Testing

/// Properties of one guard and of all guards, in Swift Testing.
@Suite struct GuardTests {
  @Test func `the review guard decides about every payment`() throws {
    let review = try Policy.program(Policy.review)
    try checkProperty(
      "the review guard decides",
      over: .bindings(for: Policy.environment),
      runs: 300
    ) { bindings in
      switch review.test(bindings.memory) {
      case .isTrue, .isFalse: return true
      case .failure(let error): throw error
      }
    }
  }

  @Test func `more risk never means less review`() throws {
    let review = try Policy.program(Policy.review)
    try checkProperty(
      "more risk never means less review",
      over: .bindings(for: Policy.environment),
      runs: 300
    ) { bindings in
      var risky = bindings
      risky.entries[1].value = .double(1)
      let (before, after) = (review.evaluate(bindings.memory), review.evaluate(risky.memory))
      return before.value != .bool(true) || after.value == .bool(true)
    }
  }

  @Test func `negation turns every guard around`() throws {
    try checkProperty(
      "negation turns every guard around",
      over: Generator<GeneratedExpression>.expressions(in: Policy.environment, of: .bool)
        .paired(with: .bindings(for: Policy.environment)),
      runs: 200
    ) { expression, bindings in
      let plain = try Policy.program(expression.text)
      let negated = try Policy.program("!(\(expression.text))")
      switch (plain.evaluate(bindings.memory), negated.evaluate(bindings.memory)) {
      case (.value(.bool(let one)), .value(.bool(let other))): return one != other
      case (.failure(let one), .failure(let other)): return one.kind == other.kind
      default: return false
      }
    }
  }
}
