import Signalbox
import Testing

/// Guards that may use up the cost limit of an evaluation are found when a flow is compiled.
@Suite struct GuardCostTests {
  /// Severity, code and marked text of the findings about cost.
  private func findings(numbers: String, when: String, limits: Limits = Limits()) -> [String] {
    let text = """
      signalbox: 1
      input:
        numbers: \(numbers)
        name: {type: string, maxLength: 20}
      agents: {ask: {type: scripted, timeout: 5s, output: {v: {type: integer}}}}
      initial_state: one
      states:
        one:
          agent: ask
          on_success:
            - {when: "\(when)", target: done}
            - {target: failed}
          on_error: failed
      final_states: {done: {}, failed: {outcome: failure}}
      """
    let file = SourceFile(name: "flow.yaml", text: text)
    let loaded = FlowLoader.load(file)
    guard let flow = loaded.flow else { return loaded.diagnostics.map(\.message) }
    let utf8 = Array(text.utf8)
    return FlowCompiler.compile(flow, limits: limits).diagnostics.compactMap { finding in
      guard finding.code == .celCostly, let span = finding.span else { return nil }
      let marked = String(decoding: utf8[Int(span.start)..<Int(span.end)], as: UTF8.self)
      return "\(finding.severity) \(marked)"
    }
  }

  private let loops = "input.numbers.all(a, input.numbers.exists(b, a == b * 2))"
  private let open = "{type: array, items: {type: integer}}"

  @Test func loopsOverListsWithoutBoundAreWarnings() {
    #expect(findings(numbers: open, when: loops) == ["warning \(loops)"])
    #expect(findings(numbers: open, when: "input.name == 'x' && \(loops)") == ["warning \(loops)"])
  }

  @Test func declaredSizesDecide() {
    let bounded = "{type: array, items: {type: integer}, maxItems: 100}"
    let large = "{type: array, items: {type: integer}, maxItems: 100000000}"
    #expect(findings(numbers: bounded, when: loops) == [])
    #expect(findings(numbers: open, when: "input.numbers.exists(a, a == 1)") == [])
    let one = "input.numbers.exists(a, a == 1)"
    #expect(findings(numbers: large, when: one) == ["warning \(one)"])
  }

  @Test func whatIsCertainToExceedIsAnError() {
    let certain = "lists.range(2000000).exists(a, a == input.numbers.size())"
    #expect(findings(numbers: open, when: certain).map { $0.prefix(5) } == ["error"])
    var limits = Limits()
    limits.evaluationCost = 1
    #expect(findings(numbers: open, when: "input.name == 'x'", limits: limits).count == 1)
    #expect(findings(numbers: open, when: "input.name == 'x'") == [])
  }
}
