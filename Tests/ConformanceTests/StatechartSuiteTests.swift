import Conformance
import Testing

@Suite struct StatechartSuiteTests {
  @Test(
    .enabled(
      if: ConformanceDirectory.has("statecharts"),
      ConformanceDirectory.absence("statecharts")
    )
  )
  func everyImportedMachineBehaves() throws {
    let result = try StatechartSuite.run(directory: ConformanceDirectory.root + "/statecharts")
    #expect(result.failures.isEmpty, "\(result.failures.prefix(20).joined(separator: "\n"))")
    #expect(result.passed >= 168)
    #expect(result.notes.contains("core: 110 of 110 passed"))
    #expect(result.notes.contains("data: 33 of 33 passed"))
    #expect(result.notes.contains("invoke: 15 of 18 passed"))
    #expect(result.notes.contains { $0.hasPrefix("round trip: 153 behave the same") })
    #expect(result.notes.contains("data-truthiness: 8 of 8 passed"))
  }
}
