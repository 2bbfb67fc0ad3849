// `benchmarks [PREFIX…]`: prints `name value unit`, one figure a line. A benchmark that cannot be
// measured says why on the standard error, and the exit status is 1.
import Glibc

let prefixes = CommandLine.arguments.dropFirst()
var hasFailed = false
let benchmarks =
  ExpressionBenchmarks.all + HostileBenchmarks.all + EngineBenchmarks.all + TaskBenchmarks.all
  + MachineBenchmarks.all + RunBenchmarks.all + CommandBenchmarks.all
  + VerifierBenchmarks.all
  + TreeBenchmarks.all + TextBenchmarks.all + DataBenchmarks.all + ModelBenchmarks.all
for benchmark in benchmarks {
  func isWanted(_ name: String) -> Bool {
    prefixes.isEmpty || prefixes.contains { name.hasPrefix($0) }
  }
  guard benchmark.names.contains(where: isWanted) else { continue }
  do {
    for figure in try await benchmark.measure() where isWanted(figure.name) { print(figure.line) }
  } catch {
    var standardError = StandardError()
    print("\(benchmark.names[0]): \(error)", to: &standardError)
    hasFailed = true
  }
}
if hasFailed { exit(1) }
