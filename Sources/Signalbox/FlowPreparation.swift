/// A flow on the road from text to a table that may run.
public struct PreparedFlow: Sendable {
  /// Everything that is part of the flow's identity: the file, overlays, included files.
  public let files: [SourceFile]
  /// The flow as written; nil when it could not be read.
  public let flow: Flow?
  /// The linked table; nil when a finding is an error.
  public let table: LinkedTable?
  /// What was proven and found on the table; nil without a table.
  public let verification: VerifierReport?
  /// Every finding of every stage, in order of the stages.
  public let diagnostics: [Diagnostic]
  /// Invariants that some way of the table breaks, each with the position of its finding.
  public var broken: [(invariant: Invariant, finding: Int)] = []

  /// Whether the flow may go on to pricing.
  public var isSound: Bool { table != nil && !diagnostics.hasErrors }

  /// Whether scenarios of it can be played: nothing but invariants that may be broken is wrong.
  public var isPlayable: Bool {
    let known = Set(broken.map(\.finding))
    return table != nil
      && diagnostics.indices.allSatisfy { position in
        diagnostics[position].severity < .error || known.contains(position)
      }
  }

  /// The files in their stored form: count, then name and bytes of each.
  public var encodedSources: [UInt8] {
    var writer = BinaryWriter()
    writer.write(list: files) { writer, file in
      writer.write(text: file.name)
      writer.write(block: file.bytes)
    }
    return writer.bytes
  }
}

/// The road that every flow takes before it is priced: load, compile, link, verify.
public enum FlowPreparation {
  /// Takes the flow in `file`, with `overlays` merged on top, as far as it gets.
  ///
  /// No stage runs on the result of one that found errors.
  public static func prepare(
    _ file: SourceFile,
    overlays: [SourceFile] = [],
    includes: any IncludeReader = MemoryIncludes(),
    limits: Limits = Limits()
  ) -> PreparedFlow {
    let loaded = FlowLoader.load(file, overlays: overlays, includes: includes, limits: limits)
    guard let flow = loaded.flow, !loaded.diagnostics.hasErrors else {
      return PreparedFlow(
        files: loaded.files,
        flow: loaded.flow,
        table: nil,
        verification: nil,
        diagnostics: loaded.diagnostics
      )
    }
    return prepare(flow, files: loaded.files, found: loaded.diagnostics, limits: limits)
  }

  /// Takes a flow that was loaded without errors as far as it gets.
  package static func prepare(
    _ flow: Flow,
    files: [SourceFile],
    found loading: [Diagnostic],
    limits: Limits = Limits()
  ) -> PreparedFlow {
    let compiled = FlowCompiler.compile(flow, limits: limits)
    let inCompiling = compiled.diagnostics
    let mentions = flow.lacksForm && flow.inertKeys.isEmpty && inCompiling.hasErrors
    let literals = PerformerLiterals.findings(flow)
    let found =
      loading + literals
      + (mentions ? FlowLoader.formMentioned(in: inCompiling) : inCompiling)
    guard let table = compiled.table, !found.hasErrors else {
      return PreparedFlow(
        files: files,
        flow: flow,
        table: nil,
        verification: nil,
        diagnostics: found
      )
    }
    let (report, broken) = verify(table, of: flow, limits: limits)
    return PreparedFlow(
      files: files,
      flow: flow,
      table: table,
      verification: report,
      diagnostics: found + report.findings,
      broken: broken.map { ($0.invariant, found.count + $0.finding) }
    )
  }

  /// What is proven and found on the table of a flow, its invariants among it; and those of them
  /// that some way breaks, each with the position of its finding.
  public static func verify(
    _ table: LinkedTable,
    of flow: Flow,
    limits: Limits = Limits()
  ) -> (report: VerifierReport, broken: [(invariant: Invariant, finding: Int)]) {
    var options = VerifierOptions()
    options.isStrict = flow.form == .house
    var report = Verifier.verify(table, options: options, limits: limits)
    let invariants = InvariantCheck.check(
      table,
      flow.invariants,
      declared: (flow.agents.map(\.name), flow.tools.map(\.name)),
      limits: limits
    )
    let before = report.findings.count
    report.proofs += invariants.proofs
    report.findings += invariants.findings
    report.notAnalysed += invariants.notAnalysed
    return (report, invariants.broken.map { ($0.invariant, before + $0.finding) })
  }
}
