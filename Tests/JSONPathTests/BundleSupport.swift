import JSONPath
import Source
import Testing
import Values

/// Runs of queries for tests.
enum Run {
  /// The bundle of these queries, which must be valid.
  static func bundle(_ texts: [String], limits: Limits = Limits()) throws -> QueryBundle {
    let sources = texts.map { SourceText(name: "query", text: $0) }
    let queries = try sources.map { source in
      let (query, diagnostics) = QueryParser.parse(source, limits: limits)
      return try #require(query, "\(source.text): \(diagnostics.map(\.message))")
    }
    let (bundle, diagnostics) = QueryBundle.compile(queries, sources: sources, limits: limits)
    return try #require(bundle, "\(diagnostics.map(\.message))")
  }

  /// A document from JSON.
  static func json(_ text: String) throws -> Value { try JSONParser.parse(Array(text.utf8)) }

  /// `path=value` of each node, in order.
  static func nodes(_ query: String, _ json: String) throws -> [String] {
    try bundle([query]).nodes(of: 0, in: Self.json(json)).map { node in
      "\(node.path)=\(JSONWriter.string(node.value))"
    }
  }

  /// The findings of compiling one query, or of parsing it when that fails.
  static func findings(_ text: String, limits: Limits = Limits()) -> [Diagnostic] {
    let source = SourceText(name: "query", text: text)
    let (query, diagnostics) = QueryParser.parse(source, limits: limits)
    guard let query else { return diagnostics }
    return QueryBundle.compile([query], sources: [source], limits: limits).diagnostics
  }

  /// The error of running one query; nil when it runs.
  static func error(_ query: String, in value: Value) throws -> QueryError? {
    let bundle = try bundle([query])
    do throws(QueryError) {
      _ = try bundle.nodes(of: 0, in: value)
      return nil
    } catch {
      let finding = bundle.diagnostic(for: error, of: 0)
      #expect(finding.span?.start == 0 && finding.span?.end == query.utf8.count)
      return error
    }
  }
}
