import JSONPath
import Source
import Values

/// Cases of the compliance suite of RFC 9535: values and normalized paths.
package enum JSONPathSuite {
  /// A valid case with the number of its query.
  private struct Valid {
    let query: Int
    let id: String
    let item: Value
  }

  /// Runs every case below `directory`; all valid queries are compiled as one bundle.
  package static func run(directory: String) throws(SuiteUnavailable) -> SuiteResult {
    var result = SuiteResult(suite: "jsonpath")
    var queries: [Query] = []
    var valid: [Valid] = []
    for item in try SuiteFile.items(directory, "tests", with: "selector") {
      let id = item["name"]?.text ?? "?"
      let text = item["selector"]?.text ?? ""
      let (query, diagnostics) = QueryParser.parse(SourceText(name: id, text: text))
      if case .bool(true)? = item["invalid_selector"] {
        result.record(id, failure: query == nil ? nil : "accepted `\(text)`, must be refused")
      } else if let query {
        valid.append(Valid(query: queries.count, id: id, item: item))
        queries.append(query)
      } else {
        result.record(id, failure: "refused `\(text)`: \(diagnostics.first?.message ?? "")")
      }
    }
    let (bundle, diagnostics) = QueryBundle.compile(queries)
    guard let bundle else {
      throw SuiteUnavailable(diagnostics.first?.message ?? "the queries cannot be compiled")
    }
    for one in valid { result.record(one.id, failure: failure(of: one, bundle)) }
    return result
  }

  private static func failure(of one: Valid, _ bundle: QueryBundle) -> String? {
    let document = one.item["document"] ?? .null
    let values: Value
    let paths: Value
    do throws(QueryError) {
      let nodes = try bundle.nodes(of: one.query, in: document)
      guard try bundle.exists(one.query, in: document) != nodes.isEmpty else {
        return "a test of existence disagrees"
      }
      values = .list(nodes.map(\.value))
      paths = .list(nodes.map { .string($0.path.description) })
    } catch {
      return error.message
    }
    let wantedValues = one.item["results"]?.elements ?? [one.item["result"] ?? .null]
    let wantedPaths = one.item["results_paths"]?.elements ?? [one.item["result_paths"] ?? .null]
    let isRight = zip(wantedValues, wantedPaths).contains { wanted in
      values.isSameJSON(as: wanted.0) && paths == wanted.1
    }
    if isRight { return nil }
    return "found \(JSONWriter.string(values)) at \(JSONWriter.string(paths)), wanted "
      + JSONWriter.string(.list(wantedValues)) + " at " + JSONWriter.string(.list(wantedPaths))
  }
}
