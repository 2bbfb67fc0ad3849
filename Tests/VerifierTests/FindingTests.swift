import Signalbox
import Testing

/// What the verifier finds in small flows, and what it must not find.
@Suite("findings of the verifier")
struct FindingTests {
  /// A flow of three agents and tools with `states`; `header` may add limits.
  static func flow(_ states: String, header: String = "") -> String {
    """
    signalbox: 1
    name: small
    \(header.isEmpty ? "description: a test" : header)
    input: {text: {type: string, maxLength: 100}}
    agents:
      clerk: {type: http, endpoint: "http://a.internal/", output: {sure: {type: boolean}}}
      person: {type: human_task, roles: [lead], output: {decision: {enum: [yes, no]}}}
    tools:
      lookup: {type: http, effect: read, output: {hits: {type: array, maxItems: 3}}}
    initial_state: a
    states:
    \(states.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
    final_states: {done: {}, failed: {outcome: failure}}

    """
  }

  static func verify(
    _ text: String,
    options: VerifierOptions = VerifierOptions()
  ) throws -> (report: VerifierReport, table: LinkedTable) {
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: text))
    let flow = try #require(loaded.flow, "\(loaded.diagnostics.map(\.message))")
    let compiled = FlowCompiler.compile(flow)
    let table = try #require(compiled.table, "\(compiled.diagnostics.map(\.message))")
    let reads = ReadScan.reads(of: table.table)
    return (Verifier.verify(table.table, reads: reads, options: options), table)
  }

  private func codes(_ states: String, header: String = "") throws -> [String] {
    try Self.verify(Self.flow(states, header: header)).report.findings.map(\.code.id)
  }

  @Test("a sound flow has no findings and says what is proven")
  func sound() throws {
    let (report, _) = try Self.verify(
      Self.flow(
        """
        a: {agent: clerk, timeout: 5s, max_visits: 2, on_success: b, on_error: failed}
        b: {tool: lookup, timeout: 5s,
          on_success: [{when: "a.sure", target: done}, {target: a}], on_error: failed}
        """,
        header: "timeout: 1m"
      )
    )
    #expect(report.findings.isEmpty, "\(report.findings.map(\.message))")
    // a>failed, a>b>failed, a>b>done; then a>b>a with failed, b>failed, b>done, and b>a>failed.
    #expect(report.waysThrough == 7)
    #expect(report.longestMilliseconds == 20_000)
    #expect(report.proven.contains("ends on every way (a <= 2 visits)"))
    #expect(report.proven.contains("every step has an error edge"))
    #expect(report.proven.contains("every call has a deadline"))
    #expect(report.proven.contains("every result is written before it is read"))
  }

  @Test("a step that no edge leads to is unreachable")
  func unreachable() throws {
    let found = try Self.verify(
      Self.flow(
        """
        a: {agent: clerk, timeout: 5s, on_success: done, on_error: failed}
        b: {tool: lookup, timeout: 5s, on_success: done, on_error: failed}
        """
      )
    ).report.findings
    #expect(found.map(\.code.id) == ["SBX-PATH-001"])
    #expect(found.first?.message == "step `b` is never reached")
  }

  @Test("a step that leads nowhere but round is a trap")
  func trap() throws {
    let found = try codes(
      """
      a: {agent: clerk, timeout: 5s,
        on_success: [{when: "a.sure", target: done}, {target: b}], on_error: failed}
      b: {tool: lookup, timeout: 5s, on_success: b, on_error: b}
      """
    )
    #expect(found == ["SBX-PATH-002", "SBX-LOOP-001"])
  }

  @Test("missing error edges and deadlines are warned of")
  func missing() throws {
    #expect(
      try codes("a: {agent: clerk, on_success: done}") == [
        "SBX-PATH-001", "SBX-PATH-004", "SBX-TIME-001",
      ]
    )
    let hard = try Self.verify(
      Self.flow(
        "a: {agent: clerk, on_success: done, on_error: failed}",
        header: "budget: {hard: $1}"
      )
    ).report.findings
    #expect(hard.map(\.code.id) == ["SBX-TIME-001"])
    #expect(hard.first?.severity == .error)
  }

  @Test("a cycle without a limit is found with its witness")
  func cycle() throws {
    let found = try Self.verify(
      Self.flow(
        """
        a: {agent: clerk, timeout: 5s, on_success: b, on_error: failed}
        b: {tool: lookup, timeout: 5s,
          on_success: [{when: "a.sure", target: done}, {target: a}], on_error: failed}
        """
      )
    ).report
    let finding = try #require(found.findings.first)
    #expect(finding.code.id == "SBX-LOOP-001")
    #expect(finding.severity == .error)
    #expect(finding.message == "nothing bounds the cycle a > b > a")
    #expect(found.waysThrough == nil)
    var seed = VerifierOptions()
    seed.isStrict = false
    let lenient = try Self.verify(
      Self.flow("a: {agent: clerk, timeout: 5s, on_success: a, on_error: done}"),
      options: seed
    )
    #expect(lenient.report.findings.first { $0.code.id == "SBX-LOOP-001" }?.severity == .warning)
  }

  @Test("a limit whose refusal leads back in bounds nothing")
  func refusedDoor() throws {
    let found = try Self.verify(
      Self.flow(
        """
        a: {agent: clerk, timeout: 5s, on_success: b, on_error: failed}
        b: {tool: lookup, timeout: 5s, max_visits: 2, on_success: a, on_error: a}
        """
      )
    ).report.findings
    let finding = try #require(found.first { $0.code.id == "SBX-LOOP-001" })
    #expect(finding.notes.contains { $0.message.contains("`b` has max_visits") })
  }

  @Test("a declared max_steps bounds every cycle")
  func maxSteps() throws {
    let (report, _) = try Self.verify(
      Self.flow(
        """
        a: {agent: clerk, timeout: 5s,
          on_success: [{when: "a.sure", target: done}, {target: a}], on_error: failed}
        """,
        header: "max_steps: 9"
      )
    )
    #expect(report.findings.isEmpty, "\(report.findings.map(\.message))")
    #expect(report.proven.contains("ends on every way (max_steps 9)"))
  }

  @Test("a cycle of decisions alone is refused")
  func instant() throws {
    let found = try codes(
      """
      a: {condition: "size(input.text) > 3", on_true: done, on_false: b, on_error: failed}
      b: {condition: "size(input.text) > 2", on_true: a, on_false: done, on_error: failed}
      """
    )
    #expect(found == ["SBX-LOOP-002"])
  }

  @Test(
    "a cycle that changes what its guards read is warned of, as nothing bounds it",
    arguments: [
      """
      assign: {x: "1"},
        on_success: [{when: "state.m > 1", assign: {n: "state.n + 1"}, target: a}, {target: done}]
      """,
      #"assign: {n: "state.n + 1"}, on_success: a"#,
    ]
  )
  func counting(_ step: String) throws {
    let found = try Self.verify(Self.counter(step)).report.findings
    #expect(found.map(\.code.id) == ["SBX-LOOP-001"], "\(found.map(\.message))")
    #expect(found.first?.severity == .warning)
  }

  @Test(
    "one that changes something else, or nothing, stands still",
    arguments: [
      """
      assign: {x: "1"},
        on_success: [{when: "state.m > 1", assign: {x: "state.n + 1"}, target: a}, {target: done}]
      """,
      #"assign: {x: "state.n + 1"}, on_success: a"#,
      #"condition: "state.m > 1", on_true: a, on_false: a"#,
    ]
  )
  func standing(_ step: String) throws {
    let found = try Self.verify(Self.counter(step)).report.findings
    #expect(found.map(\.code.id) == ["SBX-LOOP-002"], "\(found.map(\.message))")
  }

  private static func counter(_ step: String) -> String {
    let fields = ["n", "m", "x"].map { "\($0): {type: integer, default: 0}" }
    return flow(
      """
      a: {condition: "state.n > 9", on_true: done, on_false: b, on_error: failed}
      b: {\(step), on_error: failed}
      """,
      header: "state: {\(fields.joined(separator: ", "))}"
    )
  }

  @Test("a result read on a way that does not write it is found with that way")
  func unwritten() throws {
    let found = try Self.verify(
      Self.flow(
        """
        a: {agent: clerk, timeout: 5s,
          on_success: [{when: "a.sure", target: b}, {target: c}], on_error: failed}
        b: {tool: lookup, timeout: 5s, on_success: c, on_error: c}
        c: {tool: lookup, with: {hits: "{{ b.hits }}"}, timeout: 5s,
          on_success: done, on_error: failed}
        """
      )
    ).report.findings
    let finding = try #require(found.first)
    #expect(found.count == 1)
    #expect(finding.code.id == "SBX-DATA-004")
    #expect(
      finding.message == "`c` reads `b.hits`, which is not written on every way to it"
    )
    #expect(finding.label == "written only by `b`")
    #expect(finding.notes.map(\.message) == ["way without it: a > c"])
    #expect(finding.hint == "lead that way through `b`, or read `b.?hits`")
    #expect(finding.span?.startPosition.line == 15)
  }

  @Test("tolerated absence, own results and earlier visits are no findings")
  func written() throws {
    #expect(
      try codes(
        """
        a: {agent: clerk, timeout: 5s, on_success: b, on_error: b}
        b: {tool: lookup, with: {sure: "{{ a.?sure }}"}, timeout: 5s,
          on_success: [{when: "size(b.hits) > 0", target: done}, {target: failed}],
            on_error: failed}
        """
      ) == []
    )
  }

  @Test("a failed step's own result is not there in its error edges")
  func ownFailure() throws {
    #expect(
      try codes(
        """
        a: {agent: clerk, timeout: 5s,
          on_success: done, on_error: [{when: "a.sure", target: done}, {target: failed}]}
        """
      ) == ["SBX-DATA-004"]
    )
  }

  @Test("a skipped step's result is not there either")
  func skipped() throws {
    #expect(
      try codes(
        """
        a: {agent: clerk, when: "size(input.text) > 3", timeout: 5s,
          on_success: b, on_error: failed}
        b: {tool: lookup, with: {sure: "{{ a.sure }}"}, timeout: 5s,
          on_success: done, on_error: failed}
        """
      ) == ["SBX-DATA-004"]
    )
  }

  @Test("what a called flow without a result gives is there only where its last step gave it")
  func calledFlows() throws {
    func found(_ onError: String) throws -> [String] {
      let text = """
        signalbox: 1
        name: reads
        tools: {look: {type: http, effect: read, timeout: 5s, output: {v: {type: integer}},
          input: {q: {type: integer, optional: true}}}}
        flows:
          inner:
            initial_state: a
            states: {a: {tool: look, on_success: ok, on_error: \(onError)}}
            final_states: {ok: {}, bad: {outcome: failure}}
        initial_state: x
        states:
          x: {flow: inner, on_success: y, on_error: stop}
          y: {tool: look, with: {q: "{{ x.v }}"}, on_success: done, on_error: stop}
        final_states: {done: {}, stop: {outcome: failure}}
        """
      let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
      let report = try #require(prepared.verification, "\(prepared.diagnostics.map(\.message))")
      return report.findings.map(\.code.id).filter { $0.hasPrefix("SBX-DATA") }
    }
    #expect(try found("bad") == [])
    #expect(try found("ok") == ["SBX-DATA-004"])
  }

  @Test("a flow's timeout below its longest way is warned of")
  func timeout() throws {
    let states = """
      a: {agent: person, timeout: 24h, max_visits: 2,
        on_success: [{when: "a.decision == 'yes'", target: done}, {target: a}], on_error: failed}
      """
    let found = try Self.verify(Self.flow(states, header: "timeout: 26h")).report.findings
    let finding = try #require(found.first)
    #expect(finding.code.id == "SBX-TIME-003")
    #expect(finding.message == "the flow may run 48h, its timeout is 26h")
    #expect(finding.label == "hit inside `a`, visit 2 (timeout 24h each)")
    #expect(finding.hint == "write `timeout: 48h`, or `timeout: 13h` in `a`")
    #expect(try codes(states, header: "timeout: 48h") == [])
  }

  @Test("every code is explained")
  func explained() {
    let codes = DiagnosticCode.verifierCodes + DiagnosticCode.costCodes
    #expect(Set(codes.map(\.id)).count == codes.count)
    for code in codes {
      #expect(CodeRegistry.code(code.id) != nil)
      #expect(code.explanation.utf8.count > 200)
    }
  }
}
