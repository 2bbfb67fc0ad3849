import Conformance
import Testing

@Suite struct JCSSuiteTests {
  @Test(.enabled(if: ConformanceDirectory.has("jcs"), ConformanceDirectory.absence("jcs")))
  func everyCasePasses() throws {
    let result = try JCSSuite.run(directory: ConformanceDirectory.root + "/jcs")
    ConformanceDirectory.expectPass(result, atLeast: 10000)
  }
}
