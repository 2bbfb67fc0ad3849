import Expression
import Source
import TestSupport
import Testing
import Values

/// The property that ties the static estimate to the meter, for any source and values.
enum CostProperty {
  /// What is wrong, if anything: the metered cost must lie within the static estimate.
  ///
  /// `sizes` bounds the values of variables by name; a size that nothing bounds is taken from
  /// `Limits.valueSize`. The least holds for evaluations that come to a value only.
  static func violation(
    _ source: String,
    bindings: [(name: String, type: ExpressionType, size: SizeBounds?, value: Value?)],
    records: RecordRegistry = RecordRegistry(),
    dialect: Dialect = .flow,
    limits: Limits = Limits()
  ) -> String? {
    let variables = bindings.enumerated().map { slot, binding in
      Environment.Variable(
        name: binding.name,
        type: binding.type,
        slot: slot,
        size: binding.size
      )
    }
    let environment = Environment(variables: variables, records: records, dialect: dialect)
    let text = SourceText(name: "property", text: source)
    guard let program = Program.compile(text, in: environment, limits: limits).program else {
      return nil
    }
    var memory = Memory(slotCount: bindings.count)
    for (slot, binding) in bindings.enumerated() { memory.set(slot, binding.value) }
    return violation(program, memory)
  }

  /// The same for a program and a memory.
  static func violation(_ program: Program, _ memory: Memory) -> String? {
    let (evaluation, metered) = program.measure(memory)
    // What was cut off at the limit has no cost of its own.
    if evaluation.error?.kind == .costExceeded { return nil }
    let cost = program.cost()
    if metered > cost.worst {
      return "`\(program.text)` cost \(metered), more than the worst, \(cost.worst)"
    }
    if evaluation.error == nil, metered < cost.least {
      return "`\(program.text)` cost \(metered), less than the least, \(cost.least)"
    }
    return nil
  }
}

@Suite struct MeteringTests {
  /// Expressions put together at random from well-typed parts over the variables of `CostSample`.
  private struct Parts {
    var numbers: SeededNumbers

    private mutating func pick(_ choices: [String]) -> String {
      choices.randomElement(using: &numbers) ?? ""
    }

    mutating func int(_ depth: Int) -> String {
      guard depth > 0 else {
        return pick(["number", "1", "7", "ints[0]", "absent", "record.number"])
      }
      let choice = Int.random(in: 0..<8, using: &numbers)
      switch choice {
      case 0: return "(\(int(depth - 1)) \(pick(["+", "-", "*", "/", "%"])) \(int(depth - 1)))"
      case 1: return "size(\(list(depth - 1)))"
      case 2: return "size(\(text(depth - 1)))"
      case 3: return "(\(bool(depth - 1)) ? \(int(depth - 1)) : \(int(depth - 1)))"
      case 4: return "cel.bind(b\(depth), \(int(depth - 1)), b\(depth) + b\(depth))"
      case 5: return "\(text(depth - 1)).indexOf(\(text(depth - 1)))"
      case 6: return "\(list(depth - 1))[\(int(0))]"
      default: return "-\(int(depth - 1))"
      }
    }

    mutating func text(_ depth: Int) -> String {
      guard depth > 0 else { return pick(["short", "long", "str1", "'x'", "''", "texts['key']"]) }
      switch Int.random(in: 0..<9, using: &numbers) {
      case 0, 1: return "(\(text(depth - 1)) + \(text(depth - 1)))"
      case 2: return "string(\(int(depth - 1)))"
      case 3: return "\(text(depth - 1)).lowerAscii()"
      case 4: return "\(text(depth - 1)).replace(\(text(0)), \(text(0)))"
      case 5: return "\(text(depth - 1)).split(\(text(0))).join(\(text(0)))"
      case 6: return "strings.quote(\(text(depth - 1)))"
      case 7: return "'%s %d'.format([\(text(depth - 1)), \(int(0))])"
      default: return "(\(bool(depth - 1)) ? \(text(depth - 1)) : \(text(depth - 1)))"
      }
    }

    mutating func list(_ depth: Int) -> String {
      guard depth > 0 else { return pick(["ints", "none", "[1, 2]", "lists[0]"]) }
      let variable = "v\(depth)"
      switch Int.random(in: 0..<9, using: &numbers) {
      case 0: return "[\(int(depth - 1)), \(int(depth - 1))]"
      case 1: return "(\(list(depth - 1)) + \(list(depth - 1)))"
      case 2: return "\(list(depth - 1)).map(\(variable), \(variable) + \(int(depth - 1)))"
      case 3: return "\(list(depth - 1)).filter(\(variable), \(variable) < \(int(depth - 1)))"
      case 4: return "\(list(depth - 1)).sort()"
      case 5: return "\(list(depth - 1)).distinct()"
      case 6: return "[\(list(depth - 1)), \(list(depth - 1))].flatten()"
      case 7: return "\(list(depth - 1)).transformList(i, \(variable), i + \(variable))"
      default: return "\(list(depth - 1)).sortBy(\(variable), \(variable) % 3)"
      }
    }

    mutating func bool(_ depth: Int) -> String {
      guard depth > 0 else {
        return pick(["flag", "no", "true", "absent == 1", "has(record.number)"])
      }
      let variable = "v\(depth)"
      switch Int.random(in: 0..<13, using: &numbers) {
      case 0: return "(\(bool(depth - 1)) && \(bool(depth - 1)) && \(bool(depth - 1)))"
      case 1: return "(\(bool(depth - 1)) || \(bool(depth - 1)))"
      case 2: return "!\(bool(depth - 1))"
      case 3: return "(\(int(depth - 1)) \(pick(["<", "==", ">="])) \(int(depth - 1)))"
      case 4: return "(\(text(depth - 1)) \(pick(["<", "==", "!="])) \(text(depth - 1)))"
      case 5: return "(\(list(depth - 1)) == \(list(depth - 1)))"
      case 6: return "(\(int(depth - 1)) in \(list(depth - 1)))"
      case 7: return "\(list(depth - 1)).all(\(variable), \(bool(depth - 1)))"
      case 8: return "\(list(depth - 1)).exists(\(variable), \(variable) == \(int(depth - 1)))"
      case 9: return "\(text(depth - 1)).contains(\(text(depth - 1)))"
      case 10: return "\(text(depth - 1)).matches('[a-z]+[0-9]')"
      case 11: return "sets.contains(\(list(depth - 1)), \(list(depth - 1)))"
      default: return "(lists == [\(list(depth - 1)), \(list(depth - 1))])"
      }
    }
  }

  @Test func meteredCostLiesWithinTheEstimate() {
    let seed: UInt64 = 0xC057
    var parts = Parts(numbers: SeededNumbers(seed))
    var compiled = 0
    for round in 0..<2_000 {
      let depth = 1 + round % 4
      let text = round % 2 == 0 ? parts.bool(depth) : parts.text(depth)
      guard let program = CostSample.compile(text) else { continue }
      compiled += 1
      if let violation = CostProperty.violation(program, CostSample.memory) {
        Issue.record("seed \(seed): \(violation)")
      }
    }
    #expect(compiled > 1_900)
  }

  @Test func theCostOfAnExpressionDoesNotDependOnHowItIsCompiled() throws {
    // The traced program has no fused forms.
    for text in [
      "number < 9", "record.number == 1", "short == 'idc'", "str1 in ['a', 'val1']",
      "ints.exists(x, x == 2)", "lists.all(l, l.all(x, x < 5))",
      "short.startsWith('id') || absent > 1",
      "absent < 3 || flag", "ints.map(x, x * 2).filter(x, x > 2) == [14, 4]",
    ] {
      let program = try #require(CostSample.compile(text))
      let cost = program.measure(CostSample.memory).cost
      var limits = Limits()
      limits.evaluationCost = cost
      let exact = try #require(CostSample.compile(text, limits: limits))
      #expect(exact.evaluate(CostSample.memory).error == nil, "\(text)")
      limits.evaluationCost = cost - 1
      let short = try #require(CostSample.compile(text, limits: limits))
      let error = short.evaluate(CostSample.memory).error
      #expect(error?.kind == .costExceeded, "\(text)")
      #expect(error?.message.contains("units") ?? false, "\(text)")
    }
  }

  @Test func theErrorOfTheLimitNamesTheCostliestPart() throws {
    var limits = Limits()
    limits.evaluationCost = 500
    let text = "number > 0 && lists.all(a, ints.map(b, b * number).all(c, c >= 0 || a == [c]))"
    let program = try #require(CostSample.compile(text, limits: limits))
    let whole = program.measure(CostSample.memory).cost
    #expect(whole < 500)
    limits.evaluationCost = 100
    let cut = try #require(CostSample.compile(text, limits: limits))
    let error = try #require(cut.evaluate(CostSample.memory).error)
    #expect(error.kind == .costExceeded)
    let part = String(
      decoding: Array(text.utf8)[Int(error.range.start)..<Int(error.range.end)],
      as: UTF8.self
    )
    #expect(part == "ints.map(b, b * number)")
    #expect(error.message.hasSuffix("% of them in `ints.map(b, b * number)`"))
  }

  @Test func chargesComeBeforeMemory() throws {
    let texts = [
      "lists.range(2000000000).size() > 0",
      "lists.range(90000).map(x, lists.range(90000)).size() > 0",
      "lists.range(1000).map(x, long + long + long).join('').size() > 0",
      "lists.range(20000).transformMapEntry(i, v, {1: 1, 2: 2}).size() > 0",
    ]
    var limits = Limits()
    limits.evaluationCost = 100_000
    for text in texts {
      let program = try #require(CostSample.compile(text, limits: limits))
      #expect(program.evaluate(CostSample.memory).error?.kind == .costExceeded, "\(text)")
    }
  }

  /// Lists share their elements, so that a short expression could stand for a value without end.
  @Test func valuesThatShareTheirPartsAreBounded() throws {
    var text = "a12"
    for level in stride(from: 12, through: 1, by: -1) {
      let inner = level == 1 ? "0" : "a\(level - 1)"
      let list = "[" + Array(repeating: inner, count: 10).joined(separator: ", ") + "]"
      text = "cel.bind(a\(level), \(list), \(text))"
    }
    var limits = Limits()
    limits.evaluationCost = 100_000
    limits.valueSize = 100_000
    let program = try #require(CostSample.compile(text, limits: limits))
    #expect(program.evaluate(CostSample.memory).error?.kind == .valueTooLarge)
    let same = try #require(CostSample.compile("\(text) == \(text)", limits: limits))
    #expect(same.evaluate(CostSample.memory).error?.kind == .costExceeded)
    let flow = try #require(Sample.compile("toJson(\(text))", limits: limits).program)
    #expect(flow.evaluate(Sample.memory).error?.kind == .valueTooLarge)
  }

  @Test func largePatternsAreDear() throws {
    func cost(_ text: String) throws -> (metered: Int, worst: Int) {
      let program = try #require(CostSample.compile(text))
      #expect(program.evaluate(CostSample.memory).error == nil, "\(text)")
      return (program.measure(CostSample.memory).cost, program.cost().worst)
    }
    let small = try cost("long.matches('[0-9]')")
    let long = try cost("long.matches('(a?){500}')")
    #expect(long.metered > 100 * small.metered)
    #expect(long.worst >= long.metered)
    let classes = try cost("long.matches('[^\\\\pL]')")
    #expect(classes.metered > 10 * small.metered)
    for text in [
      "long.matches(short + '[0-9]{300}')", "regex.extract(long, '[0-9]{300}').hasValue()",
      "regex.replace(long, 'x{200}', short).size() > 0",
    ] {
      let found = try cost(text)
      #expect(found.metered > small.metered && found.worst >= found.metered, "\(text)")
    }
  }

  @Test func cancellationEndsAnEvaluation() async throws {
    var limits = Limits()
    limits.evaluationCost = .max / 2
    let text = "ints.all(a, lists.range(1000000).all(b, lists.range(1000000).all(c, true)))"
    let program = try #require(CostSample.compile(text, limits: limits))
    let cancellation = Cancellation()
    let running = Task.detached {
      program.evaluate(CostSample.memory, cancellation: cancellation).error?.kind
    }
    try await Task.sleep(for: .milliseconds(5))
    cancellation.cancel()
    #expect(await running.value == .cancelled)
    #expect(cancellation.isCancelled)
    guard case .failure(let error) = program.test(CostSample.memory, cancellation: cancellation)
    else {
      Issue.record("a cancelled evaluation came to a truth")
      return
    }
    #expect(error.kind == .cancelled)
  }

  @Test func anEvaluationThatCouldBeCancelledKeepsItsLimit() throws {
    var limits = Limits()
    limits.evaluationCost = 20_000
    let text = "lists.range(1000).all(x, x >= 0 && x < 1000 && x != 2000)"
    let program = try #require(CostSample.compile(text, limits: limits))
    let cancellation = Cancellation()
    #expect(
      program.evaluate(CostSample.memory, cancellation: cancellation).value == .bool(true)
    )
    limits.evaluationCost = program.measure(CostSample.memory).cost - 1
    let short = try #require(CostSample.compile(text, limits: limits))
    #expect(
      short.evaluate(CostSample.memory, cancellation: cancellation).error?.kind == .costExceeded
    )
  }
}
