import Conformance
import Testing

@Suite struct JSONSchemaSuiteTests {
  @Test(
    .enabled(
      if: ConformanceDirectory.has("json-schema"),
      ConformanceDirectory.absence("json-schema")
    )
  )
  func everyCasePasses() throws {
    let result = try JSONSchemaSuite.run(directory: ConformanceDirectory.root + "/json-schema")
    ConformanceDirectory.expectPass(result, atLeast: 700)
  }
}
