import Values

package enum JSONSchemaSuite {
  package static func run(directory: String) throws(SuiteUnavailable) -> SuiteResult {
    SuiteResult(suite: "json-schema")
  }
}
