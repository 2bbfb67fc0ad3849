import Conformance
import Testing

@Suite struct StatesLanguageSuiteTests {
  @Test(
    .enabled(
      if: ConformanceDirectory.has("states-language"),
      ConformanceDirectory.absence("states-language")
    )
  )
  func whatIsImportedBehaves() throws {
    let directory = ConformanceDirectory.root + "/states-language"
    let result = try StatesLanguageSuite.run(directory: directory)
    #expect(result.failures.isEmpty, "\(result.failures.prefix(20).joined(separator: "\n"))")
    #expect(result.notes.contains("choice rules: 287 of 287 passed"))
    #expect(result.notes.contains("validation: 109 of 109 passed"))
    #expect(result.passed >= 455)
  }
}
