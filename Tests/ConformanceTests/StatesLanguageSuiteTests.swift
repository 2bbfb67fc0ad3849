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
    #expect(result.passed == 571)
    #expect(result.notes.contains("intrinsic-functions, JSONata or intrinsics: 89 of 92 passed"))
    // The recordings whose definition is not the one that was run, and what a replayed run cannot
    // compute.
    let reasons = result.skips.map { skip in
      skip.contains("placeholder") ? "placeholder" : skip.contains("recording") ? "path" : skip
    }
    #expect(reasons.count { $0 == "placeholder" } == 8)
    #expect(reasons.count { $0 == "path" } == 2)
    let prefix = "intrinsic_functions/test_"
    #expect(
      reasons.filter { $0 != "placeholder" && $0 != "path" } == [
        prefix + "hash_calculations::test_hash#exec_hist_resp_2: `States.Hash` cannot be imported",
        prefix + "hash_calculations::test_hash#exec_hist_resp_4: `States.Hash` cannot be imported",
        prefix + "math_operations_jsonata::test_math_random_seeded: the function `$randomSeeded` "
          + "of JSONata cannot be imported",
      ]
    )
  }
}
