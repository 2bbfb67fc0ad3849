import Signalbox
import SignalboxTesting
import Testing

/// What must hold of every flow that anyone writes.
@Suite struct FlowPropertyTests {
  private static func check(_ file: SourceFile) -> (isAccepted: Bool, diagnostics: [Diagnostic]) {
    let loaded = FlowLoader.load(file)
    guard let flow = loaded.flow else { return (false, loaded.diagnostics) }
    let compiled = FlowCompiler.compile(flow)
    return (compiled.table != nil, loaded.diagnostics + compiled.diagnostics)
  }

  @Test func `generated flows are checked without an error`() throws {
    try checkProperty(
      "generated flows are checked without an error",
      over: .flows(),
      seed: Sample.seed(11),
      runs: Sample.runs(30)
    ) { text in
      let (isAccepted, diagnostics) = Self.check(SourceFile(name: "g.yaml", text: text))
      if let first = diagnostics.first(where: { $0.severity == .error }) {
        throw Unexpected("\(first.code.id) \(first.span?.location ?? "-"): \(first.message)")
      }
      return isAccepted
    }
  }

  @Test func `spoiled flows are refused with a place`() throws {
    var refused = 0
    try checkProperty(
      "spoiled flows are refused with a place",
      over: .mutants(of: .flows(), by: .ofFlows),
      seed: Sample.seed(12),
      runs: Sample.runs(60)
    ) { bytes in
      let file = SourceFile(name: "g.yaml", bytes: bytes)
      let (isAccepted, diagnostics) = Self.check(file)
      if isAccepted { return true }
      refused += 1
      let errors = diagnostics.filter { $0.severity == .error }
      guard !errors.isEmpty else { throw Unexpected("refused without an error") }
      for error in errors {
        guard let span = error.span else {
          throw Unexpected("no place: \(error.code.id) \(error.message)")
        }
        guard span.start >= 0, span.start <= span.end, span.end <= max(bytes.count, 1) else {
          throw Unexpected("\(error.code.id) lies at \(span.start)..<\(span.end) of \(bytes.count)")
        }
      }
      return true
    }
    #expect(refused > Sample.runs(60) / 2, "\(refused) were refused")
  }
}
