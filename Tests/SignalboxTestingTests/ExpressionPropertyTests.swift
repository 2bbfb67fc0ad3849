import Signalbox
import SignalboxTesting
import Testing

/// What must hold of every expression that anyone writes.
@Suite struct ExpressionPropertyTests {
  @Test func `what the grammar derives is parsed`() throws {
    try checkProperty(
      "what the grammar derives is parsed",
      over: .texts(of: "expression"),
      seed: Sample.seed(1),
      runs: Sample.runs(150)
    ) { text in
      let found = ExpressionText.diagnostics(SourceText(name: "g", text: text.text))
      if let first = found.first { throw Unexpected(first.message) }
      return true
    }
  }

  @Test func `what the grammar derives of templates is parsed`() throws {
    let environment = Sample.environment(.flow)
    try checkProperty(
      "what the grammar derives of templates is parsed",
      over: .texts(of: "template"),
      seed: Sample.seed(2),
      runs: Sample.runs(150)
    ) { text in
      let result = Template.compile(SourceText(name: "g", text: text.text), in: environment)
      let syntax: Set<String> = ["SBX-CEL-001", "SBX-CEL-002", "SBX-CEL-007"]
      let found = result.diagnostics.first { syntax.contains($0.code.id) }
      if let found { throw Unexpected(found.message) }
      return true
    }
  }

  @Test func `the parser survives whatever is done to an expression`() throws {
    let environment = Sample.environment(.flow)
    try checkProperty(
      "the parser survives mutants",
      over: .mutants(of: Generator<DerivedText>.texts(of: "expression")),
      seed: Sample.seed(3),
      runs: Sample.runs(150)
    ) { text in
      let source = SourceText(name: "g", text: text)
      let result = Program.compile(source, in: environment)
      return result.program != nil
        || result.diagnostics.contains { $0.severity == .error && $0.span != nil }
    }
  }

  @Test(arguments: Dialect.both)
  func `the checker accepts what is written for it`(_ dialect: Dialect) throws {
    let environment = Sample.environment(dialect)
    let writer = ExpressionGenerator(environment)
    try checkProperty(
      "the checker accepts generated expressions",
      over: Generator<GeneratedExpression> { random, size in
        writer.expression(size: size, using: &random)
      },
      seed: Sample.seed(4),
      runs: Sample.runs(100)
    ) { expression in
      let result = Sample.compile(expression.text, in: environment)
      // What always fails is refused in flows.
      let found = result.diagnostics.filter { $0.severity == .error && $0.code.id != "SBX-CEL-016" }
      if let first = found.first { throw Unexpected("\(first.code.id): \(first.message)") }
      return true
    }
  }

  @Test(arguments: Dialect.both)
  func `what passes the checker never fails for its types`(_ dialect: Dialect) throws {
    let environment = Sample.environment(dialect)
    let allowed: Set<EvaluationError.Kind> = [
      .noSuchField, .nullValue, .overflow, .divideByZero, .indexOutOfRange, .duplicateKey,
      .invalidArgument, .invalidConversion, .costExceeded, .valueTooLarge,
    ]
    try checkProperty(
      "well-typed expressions never fail for their types",
      over: Generator<GeneratedExpression>.expressions(in: environment)
        .paired(with: .bindings(for: environment)),
      seed: Sample.seed(5),
      runs: Sample.runs(150)
    ) { expression, bindings in
      guard let program = Sample.compile(expression.text, in: environment).program else {
        return true
      }
      switch program.evaluate(bindings.memory) {
      case .value(let value):
        guard TypeCheck.fits(value, program.type, environment.records) else {
          throw Unexpected("\(value) is no \(program.type.name)")
        }
        return true
      case .failure(let error):
        guard allowed.contains(error.kind) else {
          throw Unexpected("\(error.kind): \(error.message)")
        }
        return true
      }
    }
  }

  @Test(arguments: Dialect.both)
  func `folding and fused forms change no result`(_ dialect: Dialect) throws {
    let environment = Sample.environment(dialect)
    let plain = Sample.plain(environment)
    var options = ExpressionGenerator.Options()
    options.usesDynamic = true
    try checkProperty(
      "optimised equals unoptimised",
      over: Generator<GeneratedExpression>.expressions(in: environment, options: options)
        .paired(with: .bindings(for: environment, absentPercent: 5)),
      seed: Sample.seed(6),
      runs: Sample.runs(150)
    ) { expression, bindings in
      guard let quick = Sample.compile(expression.text, in: environment).program else {
        return true
      }
      guard let slow = Sample.compile(expression.text, in: plain).program else {
        throw Unexpected("only the optimised form compiles")
      }
      let (one, other) = (
        Sample.shown(quick.evaluate(bindings.memory)), Sample.shown(slow.evaluate(bindings.memory))
      )
      let isCostly = one.hasPrefix("failure cost") || other.hasPrefix("failure cost")
      if one != other, !isCostly { throw Unexpected("optimised \(one), plain \(other)") }
      return true
    }
  }

  @Test func `what is printed is what was parsed`() throws {
    try checkProperty(
      "print∘parse is the identity",
      over: .texts(of: "expression"),
      seed: Sample.seed(7),
      runs: Sample.runs(150)
    ) { text in
      let source = SourceText(name: "g", text: text.text)
      guard let expression = ParsedExpression.parse(source).expression else { return false }
      let printed = expression.canonicalText
      let again = ParsedExpression.parse(SourceText(name: "p", text: printed)).expression
      guard let again, again.isSame(as: expression) else { throw Unexpected("printed: \(printed)") }
      return again.canonicalText == printed
    }
  }

  @Test(arguments: Dialect.both)
  func `a residual comes to what the whole expression comes to`(_ dialect: Dialect) throws {
    let environment = Sample.environment(dialect)
    let names = ["n", "answer", "numbers", "flag", "table"]
    try checkProperty(
      "residuals are sound",
      over: Generator<GeneratedExpression>.expressions(in: environment)
        .paired(with: .bindings(for: environment)),
      seed: Sample.seed(9),
      runs: Sample.runs(80)
    ) { expression, bindings in
      guard let program = Sample.compile(expression.text, in: environment).program else {
        return true
      }
      // Which variables are unknown follows from the text, so that a seed repeats it.
      let unknown = names.filter { (expression.text.utf8.count + $0.utf8.count) % 3 != 0 }
      let residual = program.residual(
        bindings.memory,
        unknown: unknown.map { AttributePattern($0) }
      )
      let whole = program.evaluate(bindings.memory)
      let left = residual.program.evaluate(bindings.memory)
      let isCostly = [whole, left].contains { $0.error?.kind == .costExceeded }
      if !isCostly, Sample.shown(whole) != Sample.shown(left) {
        let text = residual.expression.canonicalText
        throw Unexpected("unknown \(unknown): \(whole) but \(text) gives \(left)")
      }
      return true
    }
  }

  @Test(arguments: Dialect.both)
  func `no evaluation costs more than was estimated`(_ dialect: Dialect) throws {
    let environment = Sample.environment(dialect)
    try checkProperty(
      "static cost bounds metered cost",
      over: Generator<GeneratedExpression>.expressions(in: environment)
        .paired(with: .bindings(for: environment)),
      seed: Sample.seed(10),
      runs: Sample.runs(100)
    ) { expression, bindings in
      guard let program = Sample.compile(expression.text, in: environment).program else {
        return true
      }
      // No generated value is larger.
      let estimate = program.cost(undeclaredSize: 64)
      let (evaluation, cost) = program.measure(bindings.memory)
      if evaluation.error?.kind == .costExceeded { return true }
      guard cost <= estimate.worst, evaluation.value == nil || cost >= estimate.least else {
        throw Unexpected("metered \(cost), estimated \(estimate.least) to \(estimate.worst)")
      }
      return true
    }
  }
}

/// What a property has to say about its input.
struct Unexpected: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
