import Signalbox

/// A flow that a covering array consists of.
public struct CoveringFlow: Sendable {
  /// Its number in the array, from 0.
  public let number: Int
  /// The flow in the house form.
  public let text: String
  /// What it brings together.
  public let coverage: FlowCoverage

  /// The flow's table; nil after a finding of the loader or compiler.
  public var compiled: (table: LinkedTable?, diagnostics: [Diagnostic]) {
    let loaded = FlowLoader.load(SourceFile(name: "flow-\(number).yaml", text: text))
    guard let flow = loaded.flow, !loaded.diagnostics.hasErrors else {
      return (nil, loaded.diagnostics)
    }
    let result = FlowCompiler.compile(flow)
    return (result.table, loaded.diagnostics + result.diagnostics)
  }
}
