public import Source
import Synchronization
public import Values

/// Queries that are compiled together and run on documents.
///
/// Compiling costs the same for one query and for a hundred, so the queries of a flow make one
/// bundle. It is compiled when the first query runs, once per thread that runs queries at the same
/// time; a compiled program is kept for the next caller.
///
/// Numbers: a document's number is a 64-bit integer or a 64-bit float, as its reader made it;
/// comparisons are exact, also beyond ±2^53 and between integers and floats. Values that JSON
/// lacks count as what `JSONWriter` writes for them. The nodes found are the document's own.
public final class QueryBundle: Sendable {
  /// A node that a query selects.
  public typealias Node = (path: NormalizedPath, value: Value)

  /// The queries, by the numbers that ask for them.
  public let queries: [Query]
  private let sources: [SourceText]
  private let limits: Limits
  private let translation: QueryTranslation
  /// Whether a query names its only node.
  private let plain: [Bool]
  /// Numbers of the other queries in the translation.
  private let numbers: [Int]
  private let idle = Mutex<[JQState]>([])

  /// Programs that are kept when nobody runs them.
  private static let idleStates = 8
  /// Steps of all paths of a result, per result that the limits allow.
  private static let pathSteps = 10

  private init(_ queries: [Query], sources: [SourceText], limits: Limits) {
    self.queries = queries
    self.sources = sources
    self.limits = limits
    // What needs no search is found without the engine.
    plain = queries.map(\.isSingular)
    translation = QueryTranslation(queries.filter { !$0.isSingular })
    var number = 0
    numbers = plain.map { isPlain in
      defer { if !isPlain { number += 1 } }
      return isPlain ? -1 : number
    }
  }

  /// Makes a bundle of `queries`; it is nil when a finding is an error.
  ///
  /// `sources` are the texts that the queries were parsed from, in the same order, for the places
  /// of findings. Refuses what is too large in itself (`SBX-JSONPATH-005`) and, while `$HOME/.jq`
  /// exists, all queries but those that name their only node (`SBX-JSONPATH-007`); warns of
  /// patterns that are no I-Regexp (`SBX-JSONPATH-006`), which never match.
  public static func compile(
    _ queries: [Query],
    sources: [SourceText] = [],
    limits: Limits = Limits()
  ) -> (bundle: QueryBundle?, diagnostics: [Diagnostic]) {
    var findings: [Diagnostic] = []
    for (number, query) in queries.enumerated() {
      let source = number < sources.count ? sources[number] : nil
      findings += check(query, source, limits)
    }
    guard !findings.hasErrors else { return (nil, findings) }
    return (QueryBundle(queries, sources: sources, limits: limits), findings)
  }

  /// The findings about one query that do not depend on a document.
  public static func check(
    _ query: Query,
    _ source: SourceText?,
    _ limits: Limits
  ) -> [Diagnostic] {
    let size = QuerySize(query)
    let span = source?.span(query.range)
    var findings: [Diagnostic] = []
    if !query.isSingular {
      if let path = JQEnvironment.startupFile {
        let error = QueryError.startupFile(path)
        findings.append(Diagnostic(error.code, error.message, at: span, hint: error.hint))
      }
      let length = QueryTranslation([query]).sizes.first ?? 0
      if length > QueryTranslation.largestSize {
        findings.append(Diagnostic(.jsonPathLimit, QueryMessages.tooManyTests, at: span))
      }
    }
    if size.parts > limits.querySelectors {
      findings.append(
        Diagnostic(.jsonPathLimit, QueryMessages.tooManyParts(limits.querySelectors), at: span)
      )
    }
    if size.repeats > Double(limits.queryResults) {
      let message = QueryMessages.repeatsNodes(limits.queryResults)
      findings.append(
        Diagnostic(.jsonPathLimit, message, at: span, hint: "name each selector once")
      )
    }
    for call in size.calls {
      guard case .value(.literal(.string(let pattern)))? = call.arguments.last else { continue }
      do throws(InteroperablePattern.Refusal) {
        _ = try FunctionCall.compile(pattern)
      } catch {
        let span = source?.span(call.range)
        switch error {
        case .syntax:
          let message = QueryMessages.badPattern(pattern)
          findings.append(
            Diagnostic(.jsonPathPattern, .warning, message, at: span, hint: QueryMessages.digits)
          )
        case .size:
          findings.append(
            Diagnostic(.jsonPathLimit, QueryMessages.largePattern(pattern), at: span)
          )
        }
      }
    }
    return findings
  }

  // MARK: Running

  /// A document made ready, for several queries on it by one thread.
  ///
  /// O(nodes); about 30 ms for 1 MB of JSON.
  public func document(_ value: Value) throws(QueryError) -> QueryDocument {
    let shape = try DocumentShape(value, limits: limits)
    return QueryDocument(value, shape, literals: translation.wideLiterals, of: self)
  }

  /// The nodes that query `query` selects in `document`, in the order of RFC 9535.
  public func nodes(
    of query: Int,
    in document: QueryDocument
  ) throws(QueryError) -> [Node] {
    var nodes: [Node] = []
    if plain[query] { return document.value.node(at: queries[query]).map { [$0] } ?? [] }
    for path in try paths(query, document, isFirstEnough: false) {
      guard let value = document.value.value(at: path) else {
        throw .engine("a path leads nowhere: \(path)")
      }
      nodes.append((path, value))
    }
    return nodes
  }

  /// The same for a document that is used once.
  public func nodes(of query: Int, in value: Value) throws(QueryError) -> [Node] {
    if plain[query] { return value.node(at: queries[query]).map { [$0] } ?? [] }
    return try nodes(of: query, in: document(value))
  }

  /// The values that query `query` selects, or the first of them, with the cost of finding them.
  ///
  /// The cost is in units of about half a microsecond, estimated from above.
  public func select(
    _ query: Int,
    in value: Value,
    isFirstEnough: Bool
  ) throws(QueryError) -> (values: [Value], cost: Int) {
    if plain[query] {
      let found = value.node(at: queries[query]).map { [$0.value] } ?? []
      return (found, 1 + queries[query].segments.count)
    }
    let document = try document(value)
    let steps = steps(query, document, isFirstEnough: isFirstEnough)
    let cost = 100 + document.shape.nodes + Int(min(steps, 1e15)) / 5
    let found = try paths(query, document, isFirstEnough: isFirstEnough)
    return (found.compactMap { document.value.value(at: $0) }, cost)
  }

  /// Whether query `query` selects anything; stops at the first node.
  public func exists(_ query: Int, in document: QueryDocument) throws(QueryError) -> Bool {
    if plain[query] { return document.value.node(at: queries[query]) != nil }
    return try !paths(query, document, isFirstEnough: true).isEmpty
  }

  /// The same for a document that is used once.
  public func exists(_ query: Int, in value: Value) throws(QueryError) -> Bool {
    if plain[query] { return value.node(at: queries[query]) != nil }
    return try exists(query, in: document(value))
  }

  /// An error of query `query` as a finding at its text.
  public func diagnostic(for error: QueryError, of query: Int) -> Diagnostic {
    let span = query < sources.count ? sources[query].span(queries[query].range) : nil
    return Diagnostic(error.code, error.message, at: span, hint: error.hint)
  }

  private func steps(
    _ query: Int,
    _ document: QueryDocument,
    isFirstEnough: Bool
  ) -> Double {
    let results = isFirstEnough ? 1 : limits.queryResults
    return QueryCost(queries[query], on: document.shape, results: results).steps
  }

  private func paths(
    _ query: Int,
    _ document: QueryDocument,
    isFirstEnough: Bool
  ) throws(QueryError) -> [NormalizedPath] {
    precondition(queries.indices.contains(query), "a bundle has only the queries it was made of")
    precondition(document.bundle === self, "a document serves the bundle that made it ready")
    let steps = steps(query, document, isFirstEnough: isFirstEnough)
    guard steps <= Double(limits.queryCost) else {
      let estimate = Int(min(steps, 1e18))
      throw .tooCostly(estimate: estimate, limit: limits.queryCost)
    }
    var matching = Matching(document.value, limits: limits)
    var tables: [MatchTable] = []
    let number = numbers[query]
    for call in translation.calls[number] { tables.append(try matching.table(for: call)) }
    let state = try borrow()
    var paths: [NormalizedPath] = []
    var length = 0
    try state.run(
      query: number,
      on: document.tree,
      tables: JQTree(tables),
      standIns: document.literals,
      limit: isFirstEnough ? 1 : limits.queryResults + 1
    ) { path in
      length += path.elements.count
      if isFirstEnough || length <= limits.queryResults * Self.pathSteps { paths.append(path) }
    }
    let isTooMuch =
      paths.count > limits.queryResults || length > limits.queryResults * Self.pathSteps
    giveBack(state)
    if isTooMuch, !isFirstEnough { throw .tooManyResults(limit: limits.queryResults) }
    return paths
  }

  private func borrow() throws(QueryError) -> JQState {
    if let state = idle.withLock({ $0.popLast() }) { return state }
    return try JQState(program: translation.program, parameters: translation.parameters)
  }

  private func giveBack(_ state: JQState) {
    idle.withLock { if $0.count < Self.idleStates { $0.append(state) } }
  }
}

/// A document made ready for the queries of one bundle.
///
/// It belongs to one thread at a time.
public final class QueryDocument {
  /// The document.
  public let value: Value
  let shape: DocumentShape
  /// The document as the engine has it; made for the first query that needs the engine.
  private(set) lazy var tree = JQTree(value, standIns: standIns)
  /// Stand-ins for the bundle's literals.
  private(set) lazy var literals = JQTree(.list(wideLiterals.map { .double(standIns[$0] ?? 0) }))
  let bundle: QueryBundle
  private let standIns: [WideNumber: Double]
  private let wideLiterals: [WideNumber]

  init(_ value: Value, _ shape: DocumentShape, literals: [WideNumber], of bundle: QueryBundle) {
    self.value = value
    self.shape = shape
    self.bundle = bundle
    standIns = WideNumber.standIns(for: shape.wideNumbers.union(literals))
    wideLiterals = literals
  }
}
