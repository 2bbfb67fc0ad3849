import Conformance
import Testing

@Suite struct JSONSuiteTests {
  @Test(.enabled(if: ConformanceDirectory.has("json"), ConformanceDirectory.absence("json")))
  func everyCasePasses() throws {
    let result = try JSONSuite.run(directory: ConformanceDirectory.root + "/json")
    ConformanceDirectory.expectPass(result, atLeast: 150)
  }
}
