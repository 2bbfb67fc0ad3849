import Signalbox
import Testing

/// What is refused in subtrees, and where.
@Suite struct SubtreeTests {
  private func findings(_ text: String, files: [String: String] = [:]) -> [String] {
    let file = SourceFile(name: "flow.yaml", text: text)
    let loaded = FlowLoader.load(file, includes: MemoryIncludes(files))
    var diagnostics = loaded.diagnostics
    if let flow = loaded.flow { diagnostics += FlowCompiler.compile(flow).diagnostics }
    return diagnostics.filter { $0.severity == .error }.map { finding in
      let line = finding.span.map { "\($0.file.name):\($0.file.position(at: $0.start).line)" } ?? ""
      return "\(line) \(finding.code.id)"
    }
  }

  private func flow(_ root: String, state: String = "{place: {type: string}}") -> String {
    """
    signalbox: 1
    state: {mode: {type: string, default: one}, n: {type: integer, default: 0}}
    agents: {a: {type: scripted, timeout: 5s}}
    root: \(root)
    flows:
      approach:
        state: \(state)
        root: {type: sequence, children: [{id: ask, agent: a}, {assign: {place: "'x'"}}]}
      states: {initial_state: s, states: {s: {agent: a, on_success: d}}, final_states: {d: {}}}
    """
  }

  @Test func `ports must be there and of one type`() {
    #expect(findings(flow("{type: subtree, id: s, flow: approach, ports: {place: mode}}")) == [])
    let refused = [
      "{type: subtree, id: s, flow: approach, ports: {goal: mode}}",
      "{type: subtree, id: s, flow: approach, ports: {place: moed}}",
      "{type: subtree, id: s, flow: approach, ports: {place: n}}",
      "{type: subtree, id: s, flow: approach, with: {goal: 1}}",
      "{type: subtree, id: s, flow: approach, ports: {place: mode}, with: {place: 1}}",
      "{type: subtree, id: s, flow: states}",
    ]
    for root in refused {
      #expect(findings(flow(root)).first == "flow.yaml:4 SBX-TREE-009", "\(root)")
    }
  }

  @Test func `a subtree needs a flow, an id and an end`() {
    #expect(findings(flow("{type: subtree, flow: approach}")) == ["flow.yaml:4 SBX-FLOW-004"])
    #expect(findings(flow("{type: subtree, id: s}")) == ["flow.yaml:4 SBX-FLOW-004"])
    #expect(
      findings(flow("{type: subtree, id: s, flow: nobody}")).first == "flow.yaml:4 SBX-TASK-006"
    )
    let loop = """
      signalbox: 1
      root: {type: subtree, id: s, flow: loop}
      flows: {loop: {root: {type: subtree, id: again, flow: loop}}}
      """
    #expect(Set(findings(loop)) == ["flow.yaml:3 SBX-TASK-007"])
  }

  @Test func `flows may stand in files of their own`() {
    let text = """
      signalbox: 1
      state: {mode: {type: string, default: one}}
      agents: {a: {type: scripted, timeout: 5s}}
      root: {type: subtree, id: s, flow: approach, ports: {place: mode}}
      flows: {approach: trees/approach.yaml}
      """
    let inner = """
      signalbox: 1
      state: {place: {type: string}}
      root:
        type: sequence
        children: [{id: ask, agent: a}, {check: "state.place == 'x'"}]
      """
    #expect(findings(text, files: ["trees/approach.yaml": inner]) == [])
    // Positions point into the file that was read.
    let wrong = inner.replacing("state.place ==", with: "state.place + 1 ==")
    #expect(
      findings(text, files: ["trees/approach.yaml": wrong]).first?
        .hasPrefix("trees/approach.yaml:5") == true
    )
    #expect(findings(text).first?.hasPrefix("flow.yaml:5") == true)
  }
}

extension String {
  fileprivate func replacing(_ text: String, with other: String) -> String {
    var parts: [Substring] = []
    var rest = self[...]
    while let start = rest.indices.first(where: { rest[$0...].hasPrefix(text) }) {
      parts.append(rest[..<start])
      rest = rest[rest.index(start, offsetBy: text.count)...]
    }
    parts.append(rest)
    return parts.joined(separator: other)
  }
}
