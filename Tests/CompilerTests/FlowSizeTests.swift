import Signalbox
import Testing

/// Flows that grow when their child flows are laid out.
@Suite struct FlowSizeTests {
  /// Child flows each of which calls the next one twice.
  private func doubling(_ levels: Int) -> String {
    let flows = (1...levels).map { level in
      let next = level < levels ? "flow: f\(level + 1)" : "agent: act"
      let first = "{id: x\(level), \(next)}"
      return "  f\(level): {tasks: [\(first), {id: y\(level), \(next), depends_on: [x\(level)]}]}"
    }
    return "signalbox: 1\nname: f\nagents: {act: {type: scripted}}\nflows:\n"
      + flows.joined(separator: "\n") + "\ntasks: [{id: top, flow: f1}]\n"
  }

  @Test(arguments: [(8, true), (11, false), (12, false), (30, false)])
  func `too many states are refused for that and for nothing else`(
    _ levels: Int,
    _ fits: Bool
  ) throws {
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: doubling(levels)))
    let compiled = FlowCompiler.compile(try #require(loaded.flow))
    let errors = compiled.diagnostics.filter { $0.severity == .error }
    #expect((compiled.table != nil) == fits)
    #expect(errors.map(\.code) == (fits ? [] : [.flowTooLarge]))
    if let error = errors.first {
      #expect(error.message.contains("those of a child flow counted at each call of it"))
    }
  }

  /// Child flows each of which calls the next one, the last a tool.
  private func chain(_ levels: Int) -> String {
    let flows = (1...levels).map { level in
      let work = level < levels ? "flow: f\(level + 1)" : "agent: act"
      return "  f\(level): {tasks: [{id: x, \(work)}]}"
    }
    return "signalbox: 1\nname: f\nagents: {act: {type: scripted}}\nflows:\n"
      + flows.joined(separator: "\n") + "\ntasks: [{id: top, flow: f1}]\n"
  }

  @Test(arguments: [(1, true), (31, true), (32, false), (400, false), (3_000, false)])
  func `flows that call each other too deep are refused where they do`(
    _ levels: Int,
    _ fits: Bool
  ) throws {
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: chain(levels)))
    let compiled = FlowCompiler.compile(try #require(loaded.flow))
    let errors = compiled.diagnostics.filter { $0.severity == .error }
    #expect((compiled.table != nil) == fits)
    #expect(errors.map(\.code) == (fits ? [] : [.flowTooLarge]))
    guard let table = compiled.table else {
      // What the 31st flow does stands at the depth of 63, what the one behind does at 65.
      #expect(errors.first?.span?.startPosition.line == 36)
      return
    }
    #expect(Verifier.verify(table).findings.allSatisfy { $0.severity != .error })
  }

  @Test(arguments: [(3, true), (4, false)])
  func `states inside each other count as well`(_ levels: Int, _ fits: Bool) throws {
    var limits = Limits()
    limits.nestedSteps = 3
    let open = (1..<levels).map { "{initial_state: s\($0), states: {s\($0): " }.joined()
    let close = String(repeating: "}}", count: levels - 1)
    let text =
      "signalbox: 1\nname: f\nagents: {act: {type: scripted}}\ninitial_state: s0\n"
      + "states: {s0: \(open){agent: act}\(close)}\n"
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: text))
    let compiled = FlowCompiler.compile(try #require(loaded.flow), limits: limits)
    let tooDeep = compiled.diagnostics.filter { $0.code == .flowTooLarge }
    #expect(tooDeep.count == (fits ? 0 : 1))
  }
}
