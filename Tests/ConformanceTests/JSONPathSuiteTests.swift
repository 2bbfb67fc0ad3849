import Conformance
import Testing

@Suite struct JSONPathSuiteTests {
  @Test(
    .enabled(if: ConformanceDirectory.has("jsonpath"), ConformanceDirectory.absence("jsonpath"))
  )
  func everyCasePasses() throws {
    let result = try JSONPathSuite.run(directory: ConformanceDirectory.root + "/jsonpath")
    ConformanceDirectory.expectPass(result, atLeast: 459)
  }
}
