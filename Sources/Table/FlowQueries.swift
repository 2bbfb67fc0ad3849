import Expression
import JSONPath
import Source
import Synchronization
import Values

/// The JSONPath queries of one flow: read one by one, compiled together when the first of them
/// runs.
///
/// A query is part of its program's text, and so of the table's digest; what it selects depends on
/// its text and its document only, as for any other function.
package final class FlowQueries: QueryLanguage {
  private struct Contents {
    var queries: [Query] = []
    var sources: [SourceText] = []
    var numbers: [MapKey: Int] = [:]
    /// Made of the queries read so far.
    var bundle: QueryBundle?
  }

  private let limits: Limits
  private let contents = Mutex(Contents())

  /// No queries yet.
  package init(limits: Limits) { self.limits = limits }

  /// Reads and checks the text of a query (RFC 9535).
  package func read(
    _ source: SourceText
  ) -> (query: QueryReading?, diagnostics: [Diagnostic]) {
    let (query, mistakes) = QueryParser.parse(source, limits: limits)
    guard let query else { return (nil, mistakes) }
    let findings = mistakes + QueryBundle.check(query, source, limits)
    guard !findings.hasErrors else { return (nil, findings) }
    let number = contents.withLock { contents in
      if let known = contents.numbers[.string(source.text)] { return known }
      let number = contents.queries.count
      contents.queries.append(query)
      contents.sources.append(source)
      contents.numbers[.string(source.text)] = number
      contents.bundle = nil
      return number
    }
    let ways = query.ways.map { QueryReading.Way(names: $0.names, range: $0.range) }
    return (QueryReading(number: number, ways: ways), findings)
  }

  /// Runs a query of this flow.
  package func select(
    _ number: Int,
    in document: Value,
    isFirstEnough: Bool
  ) throws(EvaluationError) -> QuerySelection {
    do throws(QueryError) {
      let selection = try bundle().select(number, in: document, isFirstEnough: isFirstEnough)
      return QuerySelection(values: selection.values, cost: selection.cost)
    } catch {
      let kind: EvaluationError.Kind =
        switch error {
        case .tooCostly: .costExceeded
        case .documentTooDeep, .documentTooLarge, .tooManyResults: .valueTooLarge
        case .startupFile, .engine: .invalidArgument
        }
      throw EvaluationError(kind, error.message, at: TextRange(0, 0))
    }
  }

  /// The expression that selects by a query from the flow, with the query's places.
  ///
  /// A query of names and indices gives its value or nothing, any other the list of its values.
  package static func selection(_ query: SourceText) -> SourceText {
    let parsed = QueryParser.parse(query).query
    let function = parsed.map(\.isSingular) ?? false ? "jsonpath_one" : "jsonpath"
    var text = Array("\(function)('".utf8)
    var segments = [SourceText.Segment(textOffset: 0, fileOffset: query.fileOffset(of: 0))]
    var starts = Set(query.segments.map(\.textOffset))
    for (offset, byte) in query.text.utf8.enumerated() {
      let escaped: [UInt8]
      switch byte {
      case 0x27, 0x5C: escaped = [0x5C, byte]
      case 0x0A: escaped = [0x5C, 0x6E]
      case 0x0D: escaped = [0x5C, 0x72]
      default: escaped = [byte]
      }
      if starts.contains(offset) || escaped.count > 1 {
        let place = query.fileOffset(of: offset)
        segments.append(SourceText.Segment(textOffset: text.count, fileOffset: place))
      }
      // What follows an escape is placed anew.
      if escaped.count > 1 { starts.insert(offset + 1) }
      text += escaped
    }
    text += Array("')".utf8)
    return SourceText(
      file: query.file,
      text: String(decoding: text, as: UTF8.self),
      segments: segments,
      fileEnd: query.fileEnd
    )
  }

  private func bundle() throws(QueryError) -> QueryBundle {
    let found = contents.withLock { contents -> (bundle: QueryBundle?, finding: Diagnostic?) in
      if let bundle = contents.bundle { return (bundle, nil) }
      let (bundle, findings) = QueryBundle.compile(
        contents.queries,
        sources: contents.sources,
        limits: limits
      )
      contents.bundle = bundle
      return (bundle, findings.first { $0.severity == .error })
    }
    guard let bundle = found.bundle else {
      // Each query was checked when it was read; what is left depends on the surroundings.
      if let path = JQEnvironment.startupFile { throw .startupFile(path) }
      throw .engine(found.finding?.message ?? "it takes no queries")
    }
    return bundle
  }
}
