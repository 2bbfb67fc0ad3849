import Glibc
import Signalbox

/// What a benchmark found: one line of output.
struct Figure {
  let name: String
  let value: Double
  let unit: String

  /// `name value unit`, with digits that mean something.
  var line: String {
    let digits: Double = value < 10 ? 1_000 : value < 1_000 ? 10 : 1
    let rounded = (value * digits).rounded() / digits
    return "\(name) \(digits == 1 ? "\(Int(rounded))" : "\(rounded)") \(unit)"
  }
}

/// Figures that are measured together.
struct Benchmark: Sendable {
  /// Names of the figures, for the filter.
  let names: [String]
  let measure: @Sendable () async throws -> [Figure]
}

/// Why a benchmark gave nothing.
struct BenchmarkFailure: Error, CustomStringConvertible {
  let description: String
}

enum Measurement {
  /// The median time of one round, in seconds; each sample takes the mean of `rounds`.
  static func median(
    samples: Int,
    rounds: Int = 1,
    _ round: () throws -> Void
  ) rethrows -> Double {
    try round()
    let watch = Stopwatch()
    var times: [Double] = []
    for _ in 0..<samples {
      let start = watch.seconds
      for _ in 0..<rounds { try round() }
      times.append((watch.seconds - start) / Double(rounds))
    }
    return middle(of: times)
  }

  /// The middle of the times.
  static func middle(of times: [Double]) -> Double { times.sorted()[times.count / 2] }

  /// A duration in seconds.
  static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}

/// Seconds that pass, or with `BENCH_CLOCK=cpu` those that this process works: the fairer figure on
/// a machine that others use, for tasks of one thread that wait for nothing.
struct Stopwatch {
  private static let countsWork = CommandProcess.environment("BENCH_CLOCK") == "cpu"
  private let start = ContinuousClock.now

  /// Seconds that this process has worked.
  static var work: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

  /// Seconds since some moment.
  var seconds: Double {
    Self.countsWork
      ? Self.work
      : Measurement.seconds(start.duration(to: .now))
  }
}

/// Swallows results, so that the optimiser cannot drop what made them.
final class Sink {
  private(set) var sum = 0

  /// Takes a number that depends on the result.
  @inline(never) func take(_ number: Int) { sum &+= number }
}
