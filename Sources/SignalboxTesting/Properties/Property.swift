/// A property that did not hold, with all that is needed to see it again.
public struct PropertyFailure: Error, CustomStringConvertible, Sendable {
  /// The property's name.
  public let name: String
  /// What `checkProperty(seed:)` takes to repeat the failure.
  public let seed: UInt64
  /// Which of the runs failed, from 0.
  public let run: Int
  /// The input that broke the property first.
  public let input: String
  /// The smallest input found that breaks it, too.
  public let smallest: String
  /// What the check of the smallest input threw, when it threw.
  public let reason: String?

  /// The report, in a few lines.
  public var description: String {
    var lines = [
      "the property `\(name)` does not hold (seed \(seed), run \(run))", "  smallest: \(smallest)",
    ]
    if let reason { lines.append("  because: \(reason)") }
    if input != smallest { lines.append("  found as: \(input)") }
    lines.append("  repeat with `seed: \(seed)`, or SIGNALBOX_SEED=\(seed)")
    return lines.joined(separator: "\n")
  }
}

/// Checks that `holds` is true for `runs` values of `generator`.
///
/// Works in any test framework, since it throws what it finds:
///
///     @Test func `guards never fail`() throws {  // in XCTest: func testGuards() throws
///       try checkProperty("guards never fail", over: .expressions(in: environment)) { guard in … }
///     }
///
/// Values start small and grow. The first value for which `holds` is false or throws is made
/// smaller as long as the property stays broken. Without a `seed`, the environment variable
/// SIGNALBOX_SEED gives it, else it is a new one in each process; the failure names it. Use
/// `try #require` or a returned false within `holds`; `#expect` and `XCTAssert` report by
/// themselves and are not noticed here.
///
/// - Throws: `PropertyFailure` with the seed and the smallest input found.
public func checkProperty<Input>(
  _ name: String,
  over generator: Generator<Input>,
  seed: UInt64? = nil,
  runs: Int = 200,
  holds: (Input) throws -> Bool
) throws(PropertyFailure) {
  let seed = seed ?? PropertySeed.ofProcess
  var source = RandomSource(seed: seed)
  for run in 0..<runs {
    var random = source.fork()
    let size = 1 + run * 100 / max(runs, 1)
    let input = generator.next(&random, size: size)
    guard let first = verdict(input, holds) else { continue }
    let (smallest, reason) = shrink(input, first, generator, holds)
    throw PropertyFailure(
      name: name,
      seed: seed,
      run: run,
      input: generator.text(input),
      smallest: generator.text(smallest),
      reason: reason
    )
  }
}

/// Nil when the property holds, else why it does not; empty when it was simply false.
private func verdict<Input>(_ input: Input, _ holds: (Input) throws -> Bool) -> String? {
  do { return try holds(input) ? nil : "" } catch { return String(describing: error) }
}

private func shrink<Input>(
  _ input: Input,
  _ reason: String,
  _ generator: Generator<Input>,
  _ holds: (Input) throws -> Bool
) -> (Input, String?) {
  var best = input
  var why = reason
  var attempts = 0
  var isSmaller = true
  while isSmaller {
    isSmaller = false
    for candidate in generator.smaller(best) {
      attempts += 1
      if attempts > 3_000 { break }
      guard let found = verdict(candidate, holds) else { continue }
      (best, why, isSmaller) = (candidate, found, true)
      break
    }
  }
  return (best, why.isEmpty ? nil : why)
}
