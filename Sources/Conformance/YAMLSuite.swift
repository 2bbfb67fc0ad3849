import Document
import Source
import Values

/// Cases of yaml-test-suite and of the core schema: values, and reason codes of refusals.
package enum YAMLSuite {
  private static let reasons: [String: DiagnosticCode] = [
    "syntax": .yamlSyntax, "bad-character": .yamlBadCharacter,
    "duplicate-key": .yamlDuplicateKey, "merge-key": .yamlMergeKey,
    "unknown-alias": .yamlUnknownAlias, "recursive-alias": .yamlRecursiveAlias,
    "complex-key": .yamlComplexKey, "unknown-tag": .yamlUnknownTag,
    "bad-tag-value": .yamlBadTagValue, "non-finite-number": .yamlNonFiniteNumber,
    "alias-limit": .yamlAliasLimit, "depth-limit": .yamlDepthLimit,
  ]

  /// Runs every case below `directory`.
  package static func run(directory: String) throws(SuiteUnavailable) -> SuiteResult {
    var result = SuiteResult(suite: "yaml")
    for item in try SuiteFile.items(directory, "cases", with: "yaml") {
      result.record(item["id"]?.text ?? "?", failure: failure(item))
    }
    return result
  }

  private static func failure(_ item: Value) -> String? {
    let text = item["yaml"]?.text ?? ""
    let (documents, diagnostics) = DocumentParser.yamlStream(
      SourceText(name: "case.yaml", text: text),
      limits: Limits()
    )
    if let error = item["error"] { return refusal(error, item, diagnostics) }
    if let first = diagnostics.first(where: { $0.severity == .error }) {
      return "refused at \(first.span?.location ?? "?"): \(first.message)"
    }
    let found = (documents ?? []).map(\.value)
    let wanted = item["documents"]?.elements ?? item["json"].map { [$0] } ?? []
    if Value.list(found).isSameJSON(as: .list(wanted)) { return nil }
    return "found \(JSONWriter.string(.list(found))), wanted \(JSONWriter.string(.list(wanted)))"
  }

  private static func refusal(
    _ error: Value,
    _ item: Value,
    _ diagnostics: [Diagnostic]
  ) -> String? {
    guard let first = diagnostics.first(where: { $0.severity == .error }) else {
      return "accepted, must be refused"
    }
    guard case .string(let reason) = error else { return nil }
    if first.code != reasons[reason] {
      return "refused as \(first.code.id) (\(first.message)), wanted \(reason)"
    }
    let position = first.span?.startPosition
    if case .int(let line) = item["line"], position?.line != Int(line) {
      return "line \(position?.line ?? 0), wanted \(line)"
    }
    if case .int(let column) = item["column"], position?.column != Int(column) {
      return "column \(position?.column ?? 0), wanted \(column)"
    }
    return nil
  }
}
