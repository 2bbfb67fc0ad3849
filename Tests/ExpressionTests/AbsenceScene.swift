import Expression
import Source
import TestSupport
import Values

/// An environment with a step `a` whose result may be missing, and what else its readers find.
enum AbsenceScene {
  static let slot = 0
  static let status = 1

  static func environment(_ dialect: Dialect = .flow) -> Environment {
    var environment = Environment(
      variables: [
        .init(name: "a", type: .dyn, slot: slot),
        .init(name: "steps.a", type: .map(.string, .dyn), slot: status),
        .init(name: "b", type: .dyn, slot: 2),
        .init(name: "steps.b", type: .map(.string, .dyn), slot: 3),
        .init(name: "input", type: .map(.string, .dyn), slot: 4),
      ],
      aliases: [
        .init(name: "av", variable: "a", fields: ["v"]),
        .init(name: "st", variable: "steps.a", fields: ["status"]),
      ],
      dialect: dialect
    )
    if dialect == .flow {
      environment.queryLanguage = MemberQueries()
      environment.queryVariables = ["a", "b", "input"]
    }
    return environment
  }

  static func program(_ text: String, _ dialect: Dialect = .flow) -> Program? {
    let source = SourceText(name: "test", text: text)
    return Program.compile(source, in: environment(dialect)).program
  }

  static func template(_ text: String) -> Template? {
    Template.compile(SourceText(name: "test", text: text), in: environment()).template
  }

  /// Whether an evaluation failed for want of `a`.
  static func isMissing(_ evaluation: Evaluation) -> Bool {
    guard let error = evaluation.error else { return false }
    return error.kind == .absent && error.message.contains("`a`")
  }

  /// Memories in which `a` is missing, so that its step has not succeeded, and all else varies.
  static let memories: [Memory] = {
    var list: [Memory] = []
    let inputs: [Value?] = [
      nil, .int(5), .map([:]),
      .map([
        "x": .bool(true), "y": .bool(false), "n": .int(0), "s": .string("pending"),
        "items": .list([.int(1), .int(2)]),
      ]),
      .map([
        "x": .bool(false), "y": .bool(true), "n": .int(9), "s": .string("failure"),
        "items": .list([]),
      ]),
      .map(["x": .string("?"), "items": .map(["k": .null]), "n": .null]),
    ]
    for status in ["pending", "failure", "skipped", "cancelled", "unknown"] {
      for input in inputs {
        for other: Value? in [nil, .map(["v": .int(2)]), .bool(true)] {
          var memory = Memory(slotCount: 5)
          memory.set(Self.status, .map(["status": .string(status), "visits": .int(1)]))
          memory.set(2, other)
          memory.set(3, .map(["status": .string(other == nil ? "failure" : "success")]))
          memory.set(4, input)
          list.append(memory)
        }
      }
    }
    return list
  }()
}

/// Queries of one member, `$.name`: enough to see what a guard that is a query may come to.
private struct MemberQueries: QueryLanguage {
  private static let names = ["a", "b", "input", "v", "x"]

  func read(_ source: SourceText) -> (query: QueryReading?, diagnostics: [Diagnostic]) {
    let name = source.text.dropFirst(2)
    guard let number = Self.names.firstIndex(where: { $0 == name }) else { return (nil, []) }
    let range = TextRange(0, source.text.utf8.count)
    let way = QueryReading.Way(names: [Self.names[number]], range: range)
    return (QueryReading(number: number, ways: [way]), [])
  }

  func select(
    _ number: Int,
    in document: Value,
    isFirstEnough: Bool
  ) throws(EvaluationError) -> QuerySelection {
    guard case .map(let members) = document, let value = members[Self.names[number]] else {
      return QuerySelection(values: [], cost: 1)
    }
    return QuerySelection(values: [value], cost: 1)
  }
}

/// Random expressions that ask for `a` in good and in bad ways.
struct RandomReader {
  private var numbers: SeededNumbers

  init(seed: UInt64) { numbers = SeededNumbers(seed) }

  private mutating func pick(_ choices: [String]) -> String {
    choices.randomElement(using: &numbers) ?? "a.v"
  }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &numbers) }

  mutating func truth(_ depth: Int) -> String {
    guard depth > 0, below(10) > 0 else {
      return pick([
        "has(a.v)", "has(a.v)", "!has(a.v)", "a.v > 1", "a.v > 1", "av == 2", "input.x", "input.y",
        "has(b.v)", "b.v > 1", "b", "true", "false", "steps.a.status == 'success'",
        "steps.a.status != 'success'", "'success' == steps.a.status", "st in ['success']",
        "steps.a.status in ['failure', 'success']", "steps.b.status == 'success'",
        "a.?v.hasValue()", "jsonpath_exists('$.a')", "jsonpath_exists(a, '$.v')", "a.v in [1, 2]",
      ])
    }
    let down = depth - 1
    switch below(14) {
    case 0, 1, 2: return "(\(truth(down)) && \(truth(down)))"
    case 3, 4: return "(\(truth(down)) || \(truth(down)))"
    case 5: return "(\(truth(down)) \(pick(["&& input.x &&", "|| b ||"])) \(truth(down)))"
    case 6: return "!(\(truth(down)))"
    case 7: return "(\(truth(down)) ? \(truth(down)) : \(truth(down)))"
    case 8: return "(\(any(down)) \(pick(["==", "!=", ">", "<="])) \(any(down)))"
    case 9: return "\(list(down)).\(pick(["all", "exists", "exists_one"]))(i, \(inner(down)))"
    case 10: return "cel.bind(h, \(truth(down)), h \(pick(["&&", "||"])) \(truth(down)))"
    case 11: return "cel.bind(v, \(any(down)), \(truth(down)) && v == \(any(down)))"
    case 12: return "default(\(truth(down)), \(truth(down)))"
    default: return "has(\(holder(down)).v)"
    }
  }

  /// A predicate over `i`.
  private mutating func inner(_ depth: Int) -> String {
    pick(["i == 1 && ", "i == 1 || ", "", ""]) + truth(depth)
  }

  private mutating func holder(_ depth: Int) -> String {
    pick([
      "a", "a.v", "input", "b", "a.?v", "input[string(a.v)]", "dyn(\(any(depth)))",
      "[\(any(depth))][0]",
    ])
  }

  private mutating func list(_ depth: Int) -> String {
    guard depth > 0 else { return pick(["[1, 2]", "[]", "input.items", "a.list", "[a.v]"]) }
    let down = depth - 1
    switch below(5) {
    case 0: return "[\(any(down)), \(any(down))]"
    case 1: return "\(list(down)).filter(i, \(inner(down)))"
    case 2: return "\(list(down)).map(i, \(any(down)))"
    case 3: return "\(list(down)).map(i, \(inner(down)), \(any(down)))"
    default: return "\(list(down)).transformList(k, i, \(inner(down)), \(any(down)))"
    }
  }

  private mutating func any(_ depth: Int) -> String {
    guard depth > 0, below(4) > 0 else {
      return pick([
        "a.v", "av", "a", "b.v", "input.n", "1", "0", "'s'", "null", "a.?v", "a[?'v']",
        "steps.a.status", "a['v']", "jsonpath_one('$.b')", "1 / input.n",
      ])
    }
    let down = depth - 1
    switch below(12) {
    case 0: return "(\(any(down)) + \(any(down)))"
    case 1: return "default(\(any(down)), \(any(down)))"
    case 2: return "(\(truth(down)) ? \(any(down)) : \(any(down)))"
    case 3: return "a.?v.orValue(\(any(down)))"
    case 4: return "a.?v.or(b.?v).orValue(\(any(down)))"
    case 5: return "a.?v.optMap(o, \(any(down))).orValue(\(any(down)))"
    case 6: return "a.?v.optFlatMap(o, optional.of(\(any(down)))).hasValue()"
    case 7: return "size(\(list(down)))"
    case 8: return "cel.bind(w, \(any(down)), [w, \(any(down))])"
    case 9: return "{'k': \(any(down))}.k"
    case 10: return "string(\(any(down)))"
    default: return truth(down)
    }
  }
}
