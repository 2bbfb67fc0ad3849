import Conformance
import Testing

@Suite struct CELSuiteTests {
  @Test(.enabled(if: ConformanceDirectory.has("cel"), ConformanceDirectory.absence("cel")))
  func everyCasePasses() throws {
    let result = try CELSuite.run(directory: ConformanceDirectory.root + "/cel")
    ConformanceDirectory.expectPass(result, atLeast: 1_503)
  }
}
