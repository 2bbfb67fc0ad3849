import Expression
import Source
import TestSupport
import Testing
import Values

@Suite struct ResidualTests {
  private func residual(_ text: String, unknown: [AttributePattern]) throws -> Residual {
    let (program, diagnostics) = Sample.compile(text)
    return try #require(program, "\(diagnostics.map(\.message))")
      .residual(Sample.memory, unknown: unknown)
  }

  @Test func knownPartsAreFolded() throws {
    let unknown = [AttributePattern("classify"), AttributePattern("input", [.name("count")])]
    let cases: [(String, String)] = [
      ("classify.confidence > 0.8 && score > 0.5", "classify.confidence > 0.8"),
      ("score > 0.5 || classify.confidence > 0.8", "true"),
      ("score < 0.5 && classify.confidence > 0.8", "false"),
      ("classify.confidence > 0.8 && score < 0.5", "false"),
      ("confidence > score + 0.05", "confidence > 0.8"), ("input.name + 'x'", "'Adax'"),
      ("input.count + 1 + 2", "input.count + 1 + 2"), ("1 + 2 + input.count", "3 + input.count"),
      ("size(input) > 2", "size(input) > 2"),
      ("input['count'] > size(input.list)", "input['count'] > 3"),
      ("has(input.count)", "has(input.count)"), ("has(input.name)", "true"),
      ("score > 0.5 ? classify.note : 'x'", "classify.note"),
      ("score < 0.5 ? classify.note : 'x'", "'x'"),
      ("classify.confidence > 0.5 ? input.name : 'x'", "classify.confidence > 0.5 ? 'Ada' : 'x'"),
      ("classify.category in [input.name, 'y']", "classify.category in ['Ada', 'y']"),
      ("default(input.other, classify.note)", "classify.note"),
      ("default(input.name, classify.note)", "'Ada'"),
      ("input.?other.orValue(classify.note)", "classify.note"),
      ("input.list.exists(x, x > input.count)", "[1, 2, 3].exists(x, x > input.count)"),
      ("classify.tags.all(t, t != input.name)", "classify.tags.all(t, t != 'Ada')"),
      ("input.list.filter(x, x > 3).all(x, x > input.count)", "true"),
      ("cel.bind(x, score * 2.0, confidence > x)", "confidence > 1.5"),
      (
        "cel.bind(x, confidence, x > 0.5 && x < score)",
        "cel.bind(x, confidence, x > 0.5 && x < 0.75)"
      ),
      ("cel.bind(x, confidence, score > 0.5)", "true"),
      (
        "1 / (input.list[0] - 1) > 0 && confidence > 0.5",
        "1 / (input.list[0] - 1) > 0 && confidence > 0.5"
      ),
      (
        "now - duration('1h') > timestamp('2009-01-01T00:00:00Z') && confidence > 0.1",
        "confidence > 0.1"
      ),
      ("run.elapsed > duration('1m') ? confidence > 0.5 : false", "confidence > 0.5"),
      ("input[input.name] == classify.note", "input[input.name] == classify.note"),
      ("classify.tags.map(t, [t, input.text])", "classify.tags.map(t, [t, 'e\u{301}é'])"),
      ("items[0].sku == classify.note", "'A1' == classify.note"),
      ("input.list[input.count]", "[1, 2, 3][input.count]"),
    ]
    for (text, wanted) in cases {
      let found = try residual(text, unknown: unknown)
      let printed = found.expression.canonicalText
      #expect(printed == wanted, "\(text)")
      #expect(
        found.isOpen == !["true", "false", "'x'", "'Ada'", "'Adax'"].contains(wanted),
        "\(text)"
      )
    }
  }

  @Test func patternsNameParts() throws {
    func isOpen(_ text: String, _ pattern: AttributePattern) throws -> Bool {
      try residual(text, unknown: [pattern]).isOpen
    }
    let anyPrice = AttributePattern("items", [.any, .name("price")])
    #expect(try isOpen("items[0].price > 1.0", anyPrice))
    #expect(try !isOpen("items[0].sku == 'A1'", anyPrice))
    #expect(try isOpen("items == []", anyPrice))
    let second = AttributePattern("items", [.index(1)])
    #expect(try isOpen("items[1].sku == 'A1'", second))
    #expect(try !isOpen("items[0].sku == 'A1'", second))
    #expect(try !isOpen("items[size(input.list) - 3].sku == 'A1'", second))
    #expect(try isOpen("items[size(input.list) - 2].sku == 'A1'", second))
    #expect(try isOpen("confidence > 0.5", AttributePattern("classify", [.name("confidence")])))
    #expect(try !isOpen("confidence > 0.5", AttributePattern("classify", [.name("category")])))
    #expect(try !isOpen("score > 0.5", AttributePattern("other")))
  }

  @Test func statesKeepTheirMacro() throws {
    let environment = Environment(
      variables: [
        .init(name: "steps.my-step", type: .map(.string, .dyn), slot: 0),
        .init(name: "score", type: .double, slot: 1),
      ]
    )
    let source = SourceText(name: "test", text: "In('my-step') && score > 0.5")
    let program = try #require(Program.compile(source, in: environment).program)
    var memory = Memory(slotCount: 2)
    memory.set(1, .double(0.75))
    let residual = program.residual(memory, unknown: [AttributePattern("steps.my-step")])
    #expect(residual.expression.canonicalText == "in_state('my-step') && true")
    memory.set(0, .map(["active": .bool(true)]))
    #expect(residual.program.evaluate(memory).value == .bool(true))
    let inverse = program.residual(memory, unknown: [AttributePattern("score")])
    #expect(inverse.expression.canonicalText == "score > 0.5")
  }

  @Test func longValuesStayReferences() throws {
    var memory = Sample.memory
    memory.set(0, .map(["list": .list((0..<100).map { .int($0) }), "count": .int(3)]))
    let program = try #require(Sample.compile("input.count in input.list").program)
    let unknown = [AttributePattern("input", [.name("count")])]
    let residual = program.residual(memory, unknown: unknown)
    #expect(residual.expression.canonicalText == "input.count in input.list")
    #expect(residual.program.evaluate(memory).value == .bool(true))
  }

  /// Folding never changes what an expression comes to once everything is known.
  @Test(arguments: [Dialect.flow, .cel])
  func residualsAreSound(_ dialect: Dialect) throws {
    let seed: UInt64 = 0x5EED
    var world = RandomWorld(seed: seed, dialect: dialect)
    var compiled = 0
    var folded = 0
    var open = 0
    var failed = 0
    for _ in 0..<1_500 {
      let text = world.expression()
      let source = SourceText(name: "test", text: text)
      guard let program = Program.compile(source, in: world.environment).program else { continue }
      compiled += 1
      let scene = world.scene()
      let residual = program.residual(scene.known, unknown: scene.unknown)
      let whole = program.evaluate(scene.all)
      let rest = residual.program.evaluate(scene.all)
      let printed = residual.expression.canonicalText
      let isSound = Self.isSame(whole, rest)
      #expect(
        isSound,
        "seed \(seed): `\(text)` leaves `\(printed)` unknown \(scene.unknown): \(whole) \(rest)"
      )
      if let evaluation = residual.evaluation {
        let isSame = Self.isSame(whole, evaluation)
        #expect(isSame, "seed \(seed): `\(text)` \(whole) \(evaluation)")
        folded += 1
      } else {
        open += 1
      }
      if whole.error != nil { failed += 1 }
    }
    #expect(compiled > 750 && folded > 100 && open > 100 && failed > 100)
  }

  private static func isSame(_ left: Evaluation, _ right: Evaluation) -> Bool {
    switch (left, right) {
    case (.value(let left), .value(let right)):
      // NaN is no value equal to itself, but its text is.
      left == right || ValueText.text(left).sameScalars(as: ValueText.text(right))
    case (.failure(let left), .failure(let right)): left.kind == right.kind
    default: false
    }
  }
}

/// Random expressions over a small environment, with random values and unknowns.
private struct RandomWorld {
  private var numbers: SeededNumbers
  let environment: Environment

  init(seed: UInt64, dialect: Dialect) {
    numbers = SeededNumbers(seed)
    var records = RecordRegistry()
    records.declare(
      "rec",
      fields: [
        RecordField("n", .int), RecordField("s", .string), RecordField("d", .dyn),
        RecordField("o", .bool, isOptional: true),
      ]
    )
    environment = Environment(
      variables: [
        .init(name: "n", type: .int, slot: 0), .init(name: "b", type: .bool, slot: 1),
        .init(name: "s", type: .string, slot: 2), .init(name: "d", type: .dyn, slot: 3),
        .init(name: "m", type: .map(.string, .dyn), slot: 4),
        .init(name: "l", type: .list(.int), slot: 5),
        .init(name: "r", type: .record("rec"), slot: 6),
        .init(name: "f", type: .double, slot: 7), .init(name: "steps.x", type: .dyn, slot: 8),
      ],
      aliases: [.init(name: "rn", variable: "r", fields: ["n"])],
      records: records,
      dialect: dialect
    )
  }

  private mutating func pick<Element>(_ choices: [Element], _ fallback: Element) -> Element {
    choices.randomElement(using: &numbers) ?? fallback
  }

  private mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &numbers) < percent
  }

  // MARK: Expressions

  mutating func expression() -> String {
    switch Int.random(in: 0..<4, using: &numbers) {
    case 0: int(4)
    case 1: any(4)
    default: truth(4)
    }
  }

  private mutating func truth(_ depth: Int) -> String {
    if depth == 0 || chance(10) {
      return pick(["b", "true", "false", "m.t", "d", "has(r.o)"], "b")
    }
    let down = depth - 1
    switch Int.random(in: 0..<11, using: &numbers) {
    case 0, 1: return "(\(truth(down)) && \(truth(down)))"
    case 2, 3: return "(\(truth(down)) || \(truth(down)) || \(truth(down)))"
    case 4: return "!(\(truth(down)))"
    case 5: return "\(int(down)) \(pick(["<", ">=", "==", "!="], "<")) \(int(down))"
    case 6: return "\(text(down)) == \(text(down))"
    case 7: return "(\(truth(down)) ? \(truth(down)) : \(truth(down)))"
    case 8:
      return "\(list(down)).\(pick(["all", "exists", "exists_one"], "all"))(i, i > \(int(down)))"
    case 9: return "\(any(down)) in \(list(down))"
    default: return "cel.bind(v, \(any(down)), v == \(any(down)) || \(truth(down)))"
    }
  }

  private mutating func int(_ depth: Int) -> String {
    if depth == 0 || chance(15) {
      return pick(["n", "0", "1", "r.n", "rn", "l[0]", "l[n]", "m.k", "m['k']", "steps.x.n"], "n")
    }
    let down = depth - 1
    switch Int.random(in: 0..<8, using: &numbers) {
    case 0, 1:
      return "(\(int(down)) \(pick(["+", "-", "*", "/", "%"], "+")) \(int(down)) + \(int(down)))"
    case 2: return "size(\(list(down)))"
    case 3: return "(\(truth(down)) ? \(int(down)) : \(int(down)))"
    case 4: return "cel.bind(v, \(int(down)), v + v)"
    case 5: return "-(\(int(down)))"
    case 6: return "l[\(int(down))]"
    default: return "int(\(any(down)))"
    }
  }

  private mutating func text(_ depth: Int) -> String {
    if depth == 0 || chance(30) {
      return pick(["s", "'a'", "'k'", "r.s", "m.w", "string(n)"], "s")
    }
    return "(\(text(depth - 1)) + \(text(depth - 1)))"
  }

  private mutating func list(_ depth: Int) -> String {
    if depth == 0 || chance(30) { return pick(["l", "[]", "[1, 2]", "m.z"], "l") }
    let down = depth - 1
    switch Int.random(in: 0..<4, using: &numbers) {
    case 0: return "[\(int(down)), \(int(down))]"
    case 1: return "l.map(j, j + \(int(down)))"
    case 2: return "\(list(down)).filter(j, j > \(int(down)))"
    default: return "(\(list(down)) + \(list(down)))"
    }
  }

  private mutating func any(_ depth: Int) -> String {
    if depth == 0 || chance(15) {
      return pick(
        ["d", "m.k", "m[s]", "r.d", "f", "d.k", "m.q.z", "r", "m", "null", "steps.x"],
        "d"
      )
    }
    let down = depth - 1
    switch Int.random(in: 0..<8, using: &numbers) {
    case 0: return int(down)
    case 1: return text(down)
    case 2: return list(down)
    case 3: return "{\(text(down)): \(any(down)), 'z': \(any(down))}"
    case 4: return "m[\(text(down))]"
    case 5:
      return environment.dialect == .flow
        ? "default(\(any(down)), \(any(down)))" : "m[?\(text(down))].orValue(\(any(down)))"
    case 6: return "m.?\(pick(["k", "y"], "k")).optMap(o, \(any(down))).orValue(\(any(down)))"
    default: return "[\(any(down)), \(any(down))][\(int(down))]"
    }
  }

  // MARK: Values

  private mutating func number() -> Value { .int(Int64.random(in: -1...3, using: &numbers)) }

  private mutating func value(_ depth: Int = 2) -> Value {
    switch Int.random(in: 0..<9, using: &numbers) {
    case 0: return .null
    case 1: return .bool(chance(50))
    case 2, 3: return number()
    case 4: return .double(pick([0.5, 1, .nan, -0.0], 1))
    case 5: return .string(pick(["a", "k", "e\u{301}"], "a"))
    case 6: return .timestamp(Timestamp(seconds: 1_000, nanoseconds: 5))
    case 7 where depth > 0: return .list([value(depth - 1), number()])
    case 8 where depth > 0: return .map(["k": value(depth - 1), "z": number()])
    default: return .uint(1)
    }
  }

  /// A memory where all is known, one where part is missing or wrong, and what that part is.
  mutating func scene() -> (all: Memory, known: Memory, unknown: [AttributePattern]) {
    var all: [Value?] = [
      number(), .bool(chance(50)), .string(pick(["a", "k"], "a")), value(),
      .map(["k": value(), "w": .string("a"), "t": .bool(chance(50)), "z": value()]),
      .list([number(), number()]),
      .map(["n": number(), "s": .string("k"), "d": value()]), .double(1.5), .map(["n": number()]),
    ]
    if chance(20) { all[8] = nil }
    var known = all
    var unknown: [AttributePattern] = []
    for (slot, variable) in environment.variables.enumerated() where chance(30) {
      if case .map(var map)? = all[slot], chance(60) {
        let name = pick(["k", "z", "n", "d", "q"], "k")
        map[name] = chance(50) ? nil : .string("wrong")
        known[slot] = .map(map)
        unknown.append(AttributePattern(variable.name, [.name(name)]))
      } else {
        known[slot] = chance(50) ? nil : .string("wrong")
        unknown.append(AttributePattern(variable.name))
      }
    }
    return (Self.memory(all), Self.memory(known), unknown)
  }

  private static func memory(_ values: [Value?]) -> Memory {
    var memory = Memory(slotCount: values.count)
    for (slot, value) in values.enumerated() { memory.set(slot, value) }
    return memory
  }
}
