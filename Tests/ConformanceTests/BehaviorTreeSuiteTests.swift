import Conformance
import Testing

@Suite struct BehaviorTreeSuiteTests {
  /// Scenarios of the plain files whose mode makes the engine's wake-up signal decide its ticks.
  private static let skippedUnits = [
    "btcpp-unit/cpp-async-fallback-wakeup", "btcpp-unit/cpp-reactive-issue587-settle",
    "btcpp-unit/cpp-reactive-running-children-settle", "btcpp-unit/cpp-repeat-sync-wakeup",
    "btcpp-unit/cpp-wakeup-reactive-abort",
  ]

  @Test(
    .enabled(
      if: ConformanceDirectory.has("behavior-trees"),
      ConformanceDirectory.absence("behavior-trees")
    )
  )
  func `every plain recording passes, and only wake-up modes are skipped`() throws {
    let result = try BehaviorTreeSuite.run(
      directory: ConformanceDirectory.root + "/behavior-trees"
    )
    #expect(result.failures.isEmpty, "\(result.failures.prefix(20).joined(separator: "\n"))")
    #expect(result.passed == 453)
    let skipped = result.skips.compactMap { skip in
      skip.split(separator: ":").first.map { String($0) }
    }
    let wakeups = skipped.filter { $0.hasPrefix("btcpp-random-wakeup-") }
    #expect(wakeups.count == 30)
    #expect(skipped.filter { !$0.hasPrefix("btcpp-random-wakeup-") } == Self.skippedUnits)
  }
}
