public import Source

/// Why a query was not run to its end on a document.
public enum QueryError: Error, Sendable, Hashable {
  /// The document nests deeper than this.
  case documentTooDeep(limit: Int)
  /// The document has more nodes than this.
  case documentTooLarge(limit: Int)
  /// The query may take more steps on this document than allowed; nothing was run.
  case tooCostly(estimate: Int, limit: Int)
  /// The query selects more nodes than this.
  case tooManyResults(limit: Int)
  /// A file that would change how queries run; its path.
  case startupFile(String)
  /// The query engine refused the queries or is no engine that they can run on.
  case engine(String)

  /// What happened, in one line.
  public var message: String {
    switch self {
    case .documentTooDeep(let limit): QueryMessages.tooDeep(limit)
    case .documentTooLarge(let limit): QueryMessages.tooLarge(limit)
    case .tooCostly(let estimate, let limit): QueryMessages.tooCostly(estimate, limit)
    case .tooManyResults(let limit): QueryMessages.tooManyResults(limit)
    case .startupFile(let path): QueryMessages.startupFile(path)
    case .engine(let words): QueryMessages.engine(words)
    }
  }

  /// The code under which it is reported.
  public var code: DiagnosticCode {
    switch self {
    case .documentTooDeep, .documentTooLarge, .tooCostly, .tooManyResults: .jsonPathLimit
    case .startupFile, .engine: .jsonPathEngine
    }
  }

  /// What to do instead.
  public var hint: String? {
    switch self {
    case .tooCostly, .tooManyResults: QueryMessages.narrower
    case .startupFile: QueryMessages.startupFileHint
    case .documentTooDeep, .documentTooLarge, .engine: nil
    }
  }
}
