import Foundation
import SignalboxTesting
import XCTest

/// Properties of a flow of one's own, in XCTest.
final class FlowTests: XCTestCase {
  /// Whoever edits the flow by hand is told where the mistake is, whatever the mistake.
  func testEverySlipIsFoundWithItsPlace() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "fraud-detection.yaml")
    let text = try String(contentsOf: url, encoding: .utf8)
    try checkProperty(
      "every slip is found with its place",
      over: .mutants(of: Generator<String> { _, _ in text }, by: .ofFlows),
      runs: 200
    ) { bytes in
      let loaded = FlowLoader.load(SourceFile(name: "fraud-detection.yaml", bytes: bytes))
      var found = loaded.diagnostics
      if let flow = loaded.flow {
        let compiled = FlowCompiler.compile(flow)
        if compiled.table != nil { return true }
        found += compiled.diagnostics
      }
      let errors = found.filter { $0.severity == .error }
      return !errors.isEmpty && errors.allSatisfy { $0.span != nil }
    }
  }

  func testGuardsOfAnyKindEndWithinTheirCostLimit() throws {
    var limits = Limits()
    limits.evaluationCost = 10_000
    try checkProperty(
      "guards end within their cost limit",
      over: Generator<GeneratedExpression>.expressions(in: Policy.environment)
        .paired(with: .bindings(for: Policy.environment)),
      runs: 100
    ) { expression, bindings in
      let source = SourceText(name: "guard", text: expression.text)
      let program = Program.compile(source, in: Policy.environment, limits: limits).program
      guard let program else { return false }
      let (evaluation, cost) = program.measure(bindings.memory)
      return cost <= limits.evaluationCost || evaluation.error?.kind == .costExceeded
    }
  }
}
