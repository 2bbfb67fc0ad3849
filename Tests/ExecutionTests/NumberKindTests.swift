import Signalbox
import Testing

/// `2.0` where the schema says `integer`, `2` where it says `number`: what enters a run has the
/// kind that guards were checked with, and no number changes.
@Suite struct NumberKindTests {
  private static func flow(_ fields: String, _ check: String) -> String {
    """
    signalbox: 1
    name: numbers
    input: {\(fields)}
    initial_state: a
    states: {a: {check: "\(check)", on_success: right, on_error: wrong}}
    final_states: {right: {}, wrong: {outcome: failure}}
    """
  }

  private static func json(_ text: String) throws -> Value { try JSONParser.parse(text) }

  @Test(arguments: [
    ("n: {type: integer}", "input.n % 2 == 0", #"{"n": 2.0}"#),
    ("n: {type: integer}", "input.n % 5 == 0", #"{"n": 1e1}"#),
    ("n: {type: integer}", "input.n % 2 == 0", #"{"n": -0.0}"#),
    ("n: {type: [integer, 'null']}", "input.n % 2 == 0", #"{"n": 2.0}"#),
    ("n: {enum: [1, 2]}", "input.n % 2 == 0", #"{"n": 2.0}"#),
    ("n: {const: 2}", "input.n % 2 == 0", #"{"n": 2.0}"#),
    ("n: {type: integer, enum: [2.0]}", "input.n % 2 == 0", #"{"n": 2}"#),
    ("n: {anyOf: [{type: integer}, {type: string}]}", "input.n % 2 == 0", #"{"n": 2.0}"#),
    ("n: {allOf: [{type: integer}, {minimum: 1}]}", "input.n % 2 == 0", #"{"n": 2.0}"#),
    ("n: {type: array, items: {type: integer}}", "input.n[0] % 2 == 0", #"{"n": [2.0, 3]}"#),
    (
      "n: {type: array, prefixItems: [{type: integer}]}", "input.n[0] % 2 == 0",
      #"{"n": [2.0, 2.5]}"#
    ),
    (
      "n: {type: object, properties: {m: {type: integer}}, required: [m]}", "input.n.m % 2 == 0",
      #"{"n": {"m": 4.0}}"#
    ),
    (
      "n: {type: object, additionalProperties: {type: integer}}", "input.n['m'] % 2 == 0",
      #"{"n": {"m": 4.0}}"#
    ),
    (
      "n: {$ref: '#/$defs/even', $defs: {even: {type: integer, multipleOf: 2}}}",
      "input.n % 2 == 0", #"{"n": 2.0}"#
    ),
    ("n: {type: number}", "input.n * 2.0 == 4.0", #"{"n": 2}"#),
    ("n: {type: number}", "input.n + 0.5 > 1.0", #"{"n": 9007199254740992}"#),
    ("n: {type: number, enum: [1, 2.5]}", "input.n + 0.5 == 1.5", #"{"n": 1}"#),
    ("n: {type: integer}", "input.n == 9007199254740993", #"{"n": 9007199254740993}"#),
  ])
  func `numbers have the kind that the schema means`(
    _ fields: String,
    _ check: String,
    _ input: String
  ) throws {
    let run = try Drive(Self.flow(fields, check), input: Self.json(input))
    guard case .success? = run.state.outcome else {
      Issue.record("\(fields) \(check) \(input): \(String(describing: run.state.outcome))")
      return
    }
  }

  @Test(arguments: [
    ("n: {type: integer}", #"{"n": 2.5}"#), ("n: {type: integer}", #"{"n": 9223372036854775808}"#),
    ("n: {type: integer}", #"{"n": 1e19}"#), ("n: {type: integer}", #"{"n": -1e30}"#),
    ("n: {type: array, items: {type: integer}}", #"{"n": [1, 1e19]}"#),
    ("n: {type: number}", #"{"n": 125276004817190914}"#),
    ("n: {type: number}", #"{"n": 18446744073709551615}"#),
    ("n: {type: number, enum: [9007199254740992]}", #"{"n": 9007199254740993}"#),
    ("n: {type: number, maximum: 9007199254740992}", #"{"n": 9007199254740993}"#),
    ("n: {type: array, uniqueItems: true}", #"{"n": [1, 1.0]}"#),
    ("n: {$ref: '#/$defs/n', $defs: {n: {type: integer}}}", #"{"n": "x"}"#),
    ("n: {type: string, format: date-time}", #"{"n": "yesterday"}"#),
    ("n: {type: string, format: date}", #"{"n": "2026-02-30"}"#),
  ])
  func `what has no such kind is refused at the door`(_ fields: String, _ input: String) throws {
    let run = try Drive(Self.flow(fields, "true"), input: Self.json(input))
    guard case .failure(_, let error, _)? = run.state.outcome else {
      Issue.record("\(fields) \(input): \(String(describing: run.state.outcome))")
      return
    }
    #expect(error?.kind == .inputRejected, "\(String(describing: error))")
  }

  @Test func `integers that differ are different items`() throws {
    let text = Self.flow("n: {type: array, uniqueItems: true}", "true")
    let input = try Self.json(#"{"n": [9007199254740993, 9007199254740992.0]}"#)
    guard case .success? = try Drive(text, input: input).state.outcome else {
      Issue.record("unique items are taken for equal")
      return
    }
  }

  @Test func `references stay with their field and their named schema`() throws {
    let text = """
      signalbox: 1
      name: references
      input:
        a: {$ref: '#/$defs/n', $defs: {n: {type: integer}}}
        b: {type: array, items: {$ref: '#/$defs/n'}, $defs: {n: {type: string}}}
        c: {$ref: money}
        d: {type: object, properties: {next: {$ref: '#'}, m: {type: integer}}}
      schemas:
        money: {type: object, properties: {x: {$ref: '#/$defs/n'}}, $defs: {n: {type: boolean}}}
      state: {s: {$ref: '#/$defs/n', $defs: {n: {type: integer}}, default: 1}}
      initial_state: a
      states: {a: {check: "input.a % 2 == 0 && state.s % 2 == 1", on_success: right}}
      final_states: {right: {}}
      """
    let good = #"{"a": 2, "b": ["x"], "c": {"x": true}, "d": {"next": {"m": 1}}}"#
    let table = try compiled(text)
    #expect(RunInput.violations(of: try Self.json(good), for: table).isEmpty)
    for (from, to) in [
      ("2", "\"x\""), ("[\"x\"]", "[1]"), ("true", "1"), ("\"m\": 1", "\"m\": \"x\""),
    ] {
      let bad = good.replacing(from, with: to)
      #expect(RunInput.violations(of: try Self.json(bad), for: table).count == 1, "\(bad)")
    }
  }
}
