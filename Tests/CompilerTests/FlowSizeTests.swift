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

  @Test(arguments: [(8, true), (11, false), (12, false), (40, false)])
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
}
