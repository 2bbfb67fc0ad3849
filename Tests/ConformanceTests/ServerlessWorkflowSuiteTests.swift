import Conformance
import Testing

@Suite struct ServerlessWorkflowSuiteTests {
  @Test(
    .enabled(
      if: ConformanceDirectory.has("serverless-workflow"),
      ConformanceDirectory.absence("serverless-workflow")
    )
  )
  func scenariosPassWithTheirRecordedExchanges() throws {
    let directory = ConformanceDirectory.root + "/serverless-workflow"
    let result = try ServerlessWorkflowSuite.run(directory: directory)
    #expect(result.failures.isEmpty, "\(result.failures.joined(separator: "\n"))")
    #expect(result.passed == 13 && result.skips.isEmpty, "\(result.skips)")
  }
}
