import Conformance
import Testing

@Suite struct CELSuiteTests {
  @Test(.enabled(if: ConformanceDirectory.has("cel"), ConformanceDirectory.absence("cel")))
  func everyCasePasses() throws {
    let result = try CELSuite.run(directory: ConformanceDirectory.root + "/cel")
    #expect(result.failures.isEmpty, "\(result.failures.prefix(20).joined(separator: "\n"))")
    let deviations = CELSuite.deviations.map { "\($0.key): \($0.value)" }
    #expect(result.skips.sorted() == deviations.sorted() && deviations.count == 2)
    #expect(result.total >= 1_503)
  }
}
