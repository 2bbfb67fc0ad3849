import Signalbox
import Testing

/// What is said about slips that people make, and that nothing is said where there is none.
@Suite struct HintTests {
  private func findings(prompt: String, guard condition: String = "true") -> [Diagnostic] {
    let text = """
      signalbox: 1
      name: t
      env: [REGION]
      input: {text: {type: string, maxLength: 40}, xs: {type: array, items: {type: integer}}}
      agents:
        w:
          type: llm
          input: {question: {type: string, maxLength: 40}}
          prompt: '\(prompt)'
      states:
        write:
          agent: w
          with: {question: "{{ input.text }}"}
          timeout: 30s
          on_success: [{when: \(condition), target: done}, done]
          on_error: done
      initial_state: write
      final_states: {done: {}}
      """
    return FlowPreparation.prepare(SourceFile(name: "t.yaml", text: text)).diagnostics
  }

  @Test(arguments: [
    ("Answer {question}", "SBX-CEL-022"), ("Answer ${question}", "SBX-CEL-022"),
    ("Answer {input.question}", "SBX-CEL-022"), ("{{ question }} {env.REGION}", "SBX-CEL-022"),
    ("Answer {{ input.text }}", "`with: {text: \"{{ input.text }}\"}` in the step"),
    ("Answer in {{ env.ZONE }}", "`env: [ZONE]`"),
  ])
  func `slips in prompts are told`(_ prompt: String, _ words: String) {
    let found = findings(prompt: prompt)
    #expect(found.contains { $0.code.id == words || ($0.hint ?? "").contains(words) }, "\(found)")
  }

  @Test(arguments: [
    "Answer {{ question }}", "Answer {{question}}", "as JSON: {answer}", "a set {1}",
    "{{ input.question }} in {{ default(env.REGION, ''eu'') }}", "braces { question }",
    "say {\"a\": 1}",
  ])
  func `prompts without slips are left alone`(_ prompt: String) {
    #expect(findings(prompt: prompt).map(\.message) == [])
  }

  @Test(arguments: [
    ("'env.ZONE == ''a'''", "`env: [ZONE]`"), ("'''a'' in ''abc'''", "contains"),
    ("'input.xs.some(x, x > 1)'", "`exists`"), ("'input.xs.any(x, x > 1)'", "`exists`"),
    ("'input.xs.find(x, x > 1) == 1'", "filter"), ("\"input.text == \"a\"\"", "write `'…'` inside"),
    ("'input.text == ‘a’'", "straight quotes"), ("'input.tеxt == \"a\"'", "Latin"),
  ])
  func `slips in guards are told`(_ condition: String, _ words: String) {
    let found = findings(prompt: "x {{ question }}", guard: condition)
    #expect(found.contains { ($0.hint ?? "").contains(words) }, "\(found)")
  }

  @Test(arguments: [
    "'env.?REGION.orValue(\"\") == \"a\"'", "'\"abc\".contains(\"a\")'",
    "'input.xs.exists(x, x > 1)'", "'size(input.xs.filter(x, x > 1)) > 0'",
    "\"input.text == 'a'\"", "'input.text == \"‘a’\"'", "'1 in input.xs'",
    "'input.text == \"тext\"'",
  ])
  func `guards without slips are left alone`(_ condition: String) {
    #expect(findings(prompt: "x {{ question }}", guard: condition).map(\.message) == [])
  }

  @Test func `a forgotten first line is told once, and only where something is wrong`() {
    func notes(_ text: String) -> [String] {
      FlowPreparation.prepare(SourceFile(name: "t.yaml", text: text)).diagnostics
        .flatMap(\.notes).map(\.message).filter { $0.contains("`signalbox: 1`") }
    }
    let body = "initial_state: a\nstates: {a: {check: 'true', on_success: b, on_error: b}}\n"
    let right = body + "final_states: {b: {}}\n"
    let wrong = body + "final_states: {c: {}}\n"
    #expect(notes(wrong).count == 1 && notes("version: 1\n" + wrong).count == 1)
    #expect(notes(right) == [] && notes("signalbox: 1\n" + wrong) == [])
    #expect(notes("version: '1.0'\n" + wrong) == [] && notes("workflow: {}\n" + wrong) == [])
  }
}
