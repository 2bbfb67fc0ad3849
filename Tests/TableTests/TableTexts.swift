import Foundation
import Signalbox

/// Tables made from the repository's example flows.
enum Tables {
  static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let examples = ["customer-support", "content-pipeline", "fraud-detection"]

  /// The linked table of an example.
  static func example(_ name: String) throws -> LinkedTable {
    let data = try Data(contentsOf: package.appending(path: "examples/\(name).yaml"))
    return try compile(SourceFile(name: "\(name).yaml", bytes: Array(data)))
  }

  static func compile(_ file: SourceFile) throws -> LinkedTable {
    let loaded = FlowLoader.load(file)
    guard let flow = loaded.flow else { throw Refused(messages: loaded.diagnostics.map(\.message)) }
    let compiled = FlowCompiler.compile(flow)
    guard let table = compiled.table else {
      throw Refused(messages: compiled.diagnostics.map(\.message))
    }
    return table
  }

  struct Refused: Error {
    var messages: [String]
  }
}

/// A repeatable random number generator (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
