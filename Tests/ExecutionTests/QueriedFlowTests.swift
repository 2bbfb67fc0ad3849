import Signalbox
import Testing

/// A house flow whose first state asks and then takes the edges.
private func flow(_ edges: String, more: String = "", agents: String = "") -> String {
  """
  signalbox: 1
  name: test
  input:
    items: {type: array, items: {}}
  state:
    n: {type: integer, default: 9007199254740993}
    late: {type: integer}
  agents:
    ask: {type: scripted, output: {id: {type: integer}, tags: {type: array, items: {}}}}
  \(agents)
  initial_state: a
  states:
    a:
      agent: ask
      on_success:
  \(edges.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n"))
        - {target: other}
  \(more)
  final_states: {done: {}, other: {}, bad: {outcome: failure}}
  """
}

private let items = Value.map([
  "items": .list([
    .map(["price": .int(8), "name": .string("pen")]),
    .map(["price": .int(80), "name": .string("desk")]),
  ])
])

private let answer = Value.map(["id": .int(9_007_199_254_740_993), "tags": .list([.int(1)])])

private func end(_ edge: String, agents: String = "") throws -> String? {
  var run = try Drive(flow(edge, agents: agents), input: items)
  run.answer(answer)
  return run.end
}

/// The findings of compiling a flow.
private func findings(_ text: String) throws -> [Diagnostic] {
  let loaded = FlowLoader.load(SourceFile(name: "test.yaml", text: text))
  let flow = try #require(loaded.flow, "\(loaded.diagnostics.map(\.message))")
  return FlowCompiler.compile(flow).diagnostics
}

@Suite(.enabled(if: evaluatesExpressions, "this build evaluates no expressions"))
struct QueriedFlowTests {
  @Test func `a guard that starts with a dollar asks whether anything is there`() throws {
    let cases: [(String, Bool)] = [
      ("$.input.items[0]", true), ("$.input.items[2]", false), ("$.state.n", true),
      ("$.state.late", false), ("$.a.tags[?@ == 1]", true), ("$.output.tags[?@ == 2]", false),
      ("$.input.items[?@.price < 10]", true), ("$.input.items[?@.price < 8]", false),
      ("$.steps.a.status", true), ("$.steps.a[?@ == 'success']", true),
      ("$.steps[?@.status == 'pending']", false), ("$.run.id", true), ("$..name", true),
      ("$[?@.n == 9007199254740993]", true), ("$[?@.n == 9007199254740992]", false),
      ("$.a[?@ == $.state.n]", true), ("  $.state['n']  ", true), ("$.event.name", false),
      ("$[?@.late]", false), ("$..[?match(@.name, 'd.sk')]", true),
    ]
    for (query, isThere) in cases {
      let text = JSONWriter.string(.string(query))
      #expect(
        try end("- {when: \(text), target: done}") == (isThere ? "done" : "other"),
        "\(query)"
      )
    }
  }

  @Test func `expressions take values by queries`() throws {
    let cases: [(String, Bool)] = [
      ("size(jsonpath(input, '$.items[?@.price > 10]')) == 1", true),
      ("jsonpath('$..name') == ['pen', 'desk']", true),
      ("jsonpath_one('$.input.items[-1].name').orValue('') == 'desk'", true),
      ("jsonpath_one('$.input.items[9].name').hasValue()", false),
      ("jsonpath_one(a, '$.id').value() == state.n", true),
      ("jsonpath_one(a, '$.id').value() == 9007199254740992", false),
      ("input.items.exists(i, jsonpath_exists(i, '$[?@ == \\'desk\\']'))", true),
      ("jsonpath([1, 2, 3], '$[?@ > 1]') == [2, 3]", true),
      ("jsonpath_exists('$.state.late') || a.id > 1", true),
      ("sum(jsonpath(input.items, r'$[*].price')) == 88", true),
    ]
    for (guardText, isTrue) in cases {
      let text = JSONWriter.string(.string(guardText))
      #expect(
        try end("- {when: \(text), target: done}") == (isTrue ? "done" : "other"),
        "\(guardText)"
      )
    }
  }

  @Test func `an agent selects its input`() throws {
    let agents = """
        pick:
            type: scripted
            select:
              first: "$.input.items[0].name"
              names: "$.input.items[?@.name != 'it\\\\'s'].name"
              none: $.state.late
              id: $.a.id
      """
    let more = "  b: {agent: pick, with: {id: 7}, on_success: done}\n"
    var run = try Drive(
      flow("- {when: \"a.id > 5\", target: b}", more: more, agents: agents),
      input: items
    )
    run.answer(answer)
    guard case .call(let call)? = run.output.effects.first else {
      Issue.record("no call: \(run.output.effects) \(run.end)")
      return
    }
    #expect(
      call.input
        == .map([
          "id": .int(7), "first": .string("pen"),
          "names": .list([.string("pen"), .string("desk")]),
        ])
    )
  }

  @Test func `mistakes are found where they stand`() throws {
    let cases: [(String, DiagnosticCode, String)] = [
      ("$.inptu.items[0]", .celUnknownName, "$.inptu.items[0]"),
      ("$.state.laet", .celUnknownField, "$.state.laet"),
      ("$.steps.b.status", .celUnknownName, "$.steps.b.status"),
      ("$.state.n && true", .jsonPathSyntax, "&"),
      ("$.input.items[?@.price = 1]", .jsonPathSyntax, "="),
      ("$.secrets.KEY", .celRefusedName, "$.secrets.KEY"),
      ("$.a[?@.id == $.sate.n]", .celUnknownName, "$.sate.n"),
      ("jsonpath(input, '$.itmes')", .celUnknownField, "$.itmes"),
      ("size(jsonpath(input, '$.items[')) > 0", .jsonPathSyntax, ""),
      ("size(jsonpath(input, 'a' + 'b')) > 0", .celTypes, "'a' + 'b'"),
      ("jsonpath() == []", .celTypes, "jsonpath()"),
      ("jsonpath(input, '$', 1) == []", .celTypes, "jsonpath(input, '$', 1)"),
      ("jsonpath('$.input')", .celNotBoolean, "jsonpath('$.input')\""),
    ]
    for (text, code, place) in cases {
      let quoted = JSONWriter.string(.string(text))
      let found = try findings(flow("- {when: \(quoted), target: done}"))
      let finding = try #require(
        found.first { $0.code == code },
        "\(text): \(found.map(\.message))"
      )
      let span = try #require(finding.span)
      let excerpt = String(decoding: span.file.bytes[span.start..<span.end], as: UTF8.self)
      #expect(excerpt == place, "\(text): \(finding.message)")
      #expect(found.filter { $0.severity == .error }.count == 1, "\(found.map(\.message))")
    }
  }

  @Test func `a query in a template is refused with what to write`() throws {
    let more = "  b: {agent: ask, with: {x: \"{{ $.state.n }}\"}, on_success: done}\n"
    let found = try findings(flow("- {when: \"a.id > 5\", target: b}", more: more))
    #expect(found.contains { $0.code == .celSyntax && $0.hint?.contains("jsonpath_one") ?? false })
  }

  @Test func `queries are part of the digest, and a stored table runs them`() throws {
    let one = try compiled(flow("- {when: $.state.n, target: done}"))
    let other = try compiled(flow("- {when: $.state.late, target: done}"))
    #expect(one.table.digest != other.table.digest)
    let bytes = one.table.encoded()
    let stored = try TransitionTable(decoding: bytes)
    let linked = try #require(LinkedTable.link(stored).table)
    #expect(linked.table.digest == one.table.digest)
    var run = Drive(linked, input: items)
    run.answer(answer)
    #expect(run.end == "done")
  }

  @Test func `a query that costs too much is a guard error`() throws {
    let wide = (0..<4).reduce(Value.int(1)) { value, _ in .list(Array(repeating: value, count: 12))
    }
    var run = try Drive(
      flow("- {when: \"$..[?@..[?@..[?@..*]]]\", target: done}"),
      input: .map(["items": .list([wide])])
    )
    run.answer(answer)
    #expect(run.end == "failed: guard_error")
  }
}
