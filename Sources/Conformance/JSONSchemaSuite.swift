import Document
import Source
import Values

/// Cases of JSON-Schema-Test-Suite, draft 2020-12, required part.
package enum JSONSchemaSuite {
  /// Runs every test below `directory`.
  package static func run(directory: String) throws(SuiteUnavailable) -> SuiteResult {
    var registry = SchemaRegistry()
    for (_, content) in try SuiteFile.documents(directory) {
      for document in content["documents"]?.elements ?? [] {
        guard let uri = document["uri"]?.text, let schema = document["schema"] else { continue }
        registry.add(uri: uri, schema)
      }
    }
    var result = SuiteResult(suite: "json-schema")
    for group in try SuiteFile.items(directory, "groups", with: "schema") {
      run(group, registry, &result)
    }
    return result
  }

  private static func run(
    _ group: Value,
    _ registry: SchemaRegistry,
    _ result: inout SuiteResult
  ) {
    var options = Schema.Options()
    options.reportsUnknownKeywords = false
    let (schema, diagnostics) = Schema.compile(
      group["schema"] ?? .null,
      registry: registry,
      options: options
    )
    for test in group["tests"]?.elements ?? [] {
      let id = "\(group["id"]?.text ?? "?") / \(test["description"]?.text ?? "?")"
      guard let schema else {
        result.record(id, failure: "refused: \(diagnostics.first?.message ?? "?")")
        continue
      }
      result.record(id, failure: failure(schema, test))
    }
  }

  private static func failure(_ schema: Schema, _ test: Value) -> String? {
    let data = test["data"] ?? .null
    let violations = schema.validate(data)
    guard case .bool(let isValid) = test["valid"] else { return "no verdict in the case" }
    if violations.isEmpty != isValid {
      return isValid
        ? "refused at `\(violations[0].instanceLocation)`: \(violations[0].message)" : "accepted"
    }
    return schema.accepts(data) == isValid ? nil : "both ways of validating disagree"
  }
}
