import Signalbox
import SignalboxTesting

/// Starting the command line.
enum CommandBenchmarks {
  static let all = [
    Benchmark(names: ["cli.version_start", "cli.check_start"], measure: start)
  ]

  private static func start() throws -> [Figure] {
    guard let program = CommandProcess.environment("SIGNALBOX") else {
      throw BenchmarkFailure(description: "SIGNALBOX does not name the command line's binary")
    }
    let folder = try ScratchFolder()
    defer { folder.remove(["flow.yaml"]) }
    let text = FlowGenerator.flow(states: 6, seed: 3)
    try folder.write("flow.yaml", text)
    return try [
      ("cli.version_start", ["version"]),
      ("cli.check_start", ["check", "\(folder.path)/flow.yaml"]),
    ].map { name, arguments in
      let time = try Measurement.median(samples: 41) {
        let status = try CommandProcess.run(program, arguments)
        // Findings are an honest end of `check`; a program that is not there is not.
        guard status < 64 else {
          throw BenchmarkFailure(description: "\(program) \(arguments) ended with \(status)")
        }
      }
      return Figure(name: name, value: time * 1e3, unit: "ms")
    }
  }
}
