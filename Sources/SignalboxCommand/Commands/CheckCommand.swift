import Signalbox

/// `signalbox check FLOW...`.
package struct CheckCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json, .jsonLines, .sarif])
  private static let witness = OptionDeclaration(
    "witness",
    "search for runs that break the invariants, and write them as scenarios",
    kind: .file(placeholder: "FILE")
  )
  private static let explains = OptionDeclaration(
    "explain-proofs",
    "say of each proof what it rests on"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "check",
    "find the mistakes of a flow and prove what it can never do",
    discussion: "With --witness each run that breaks an invariant was executed before it is\n"
      + "written, and `signalbox test FLOW --scenarios FILE` plays it. As JSON each flow is one\n"
      + "object on a line of its own: findings, proofs, and what was not analysed. Scenario\n"
      + "files, price books, policies of models and overlays are known by their keys; a folder\n"
      + "stands for all of them in it.",
    operands: [.flows],
    options: [.overlay, .prices, witness, explains, .denyWarnings, output],
    examples: [
      "signalbox check flow.yaml",
      "signalbox check flow.yaml --with agents.yaml",
      "signalbox check flow.yaml --witness broken.yaml",
      "signalbox check flows -o sarif > findings.sarif",
      "signalbox check flows --deny-warnings",
    ]
  )

  private let paths: [String]
  private let overlays: [String]
  private let pricesPath: String?
  private let witnessPath: String?
  private let explainsProofs: Bool
  private let isStrict: Bool
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    paths = arguments.operands
    overlays = arguments.texts(.overlay)
    pricesPath = arguments.text(.prices)
    witnessPath = arguments.text(Self.witness)
    explainsProofs = arguments.has(Self.explains)
    isStrict = arguments.has(.denyWarnings)
    format = arguments.choice(Self.output) ?? .text
    if witnessPath != nil, paths.count > 1 {
      throw UsageError("`--witness` takes one flow: scenarios are of one")
    }
  }

  /// Checks each flow; the worst ending is the command's.
  package func run(_ console: Console) async throws(CommandFailure) -> ExitCode {
    var found: [Diagnostic] = []
    let files = try NamedFiles(paths)
    if witnessPath != nil, files.entries.count > 1 {
      throw CommandFailure("`--witness` takes one flow: scenarios are of one", exit: .badUse)
    }
    for check in try FileCheck.all(files, overlays: overlays) {
      var findings = check.findings
      if let prepared = check.prepared { findings = try await witnessed(prepared, console) }
      found += findings
      switch format {
      case .text: show(check, findings, console)
      case .json: console.print(line: CheckJSON.text(check, findings))
      case .jsonLines, .sarif: break
      }
    }
    switch format {
    case .text, .json: break
    case .jsonLines: console.print(JSONRenderer().lines(found))
    case .sarif: console.print(SARIFRenderer(toolVersion: Program.version).render(found) + "\n")
    }
    return Findings.exit(for: found, isStrict: isStrict)
  }

  /// The findings of a flow, with what a search for witnesses came to if one is wanted.
  private func witnessed(
    _ prepared: PreparedFlow,
    _ console: Console
  ) async throws(CommandFailure) -> [Diagnostic] {
    guard let witnessPath, let table = prepared.table else { return prepared.diagnostics }
    let prices = try PriceFile.read(pricesPath, for: prepared, console)
    let found = await FlowWitnesses.search(prepared, pricer: CallPricer(prices: prices.book))
    let text = WitnessSearch.file(found.witnesses, flow: table.table.name)
    if witnessPath == "-" {
      console.print(text)
      return found.diagnostics
    }
    do throws(FileHandle.Failure) {
      try FileHandle.write(text, to: witnessPath)
    } catch {
      let reason = if case .unreadable(let reason) = error { reason } else { "no such folder" }
      throw CommandFailure("`\(witnessPath)` cannot be written: \(reason)", exit: .inputOutput)
    }
    return found.diagnostics
  }

  private func show(
    _ check: FileCheck,
    _ findings: [Diagnostic],
    _ console: Console
  ) {
    let renderer = TerminalRenderer(color: console.usesColor(on: console.output))
    console.print(renderer.render(findings))
    let path = check.path
    guard let prepared = check.prepared else {
      console.print(
        line: findings.hasErrors
          ? "check: \(path): \(DiagnosticSummary(findings).text)" : "ok  \(path)  \(check.title)"
      )
      return
    }
    let places = prepared.table.map { table in
      // What holds tasks together has no name, and is no place that anybody wrote.
      "\(Plural.count(table.table.nodes.dropFirst().count { !$0.name.isEmpty }, "place")), "
        + Plural.count(table.table.rows.count, "row")
    }
    guard prepared.isSound, let table = prepared.table, let report = prepared.verification else {
      let summary = DiagnosticSummary(findings).text
      let parts = [summary] + [places].compactMap(\.self)
      console.print(line: "check: " + parts.joined(separator: "; "))
      return
    }
    var line = "ok  \(path)  \(table.table.digest.short)  \(places ?? "")"
    if let ways = report.waysThrough { line += ", \(Plural.count(ways, "way")) through" }
    console.print(line: line)
    for proof in report.proofs {
      console.print(line: "    proven  \(proof.claim)")
      guard explainsProofs else { continue }
      console.print(line: "        \(proof.basis.rawValue)")
      for assumption in proof.restsOn { console.print(line: "        rests on  \(assumption)") }
    }
    for wait in report.openWaits { console.print(line: "    no bound  \(wait)") }
    for gap in report.notAnalysed { console.print(line: "    not analysed  \(gap)") }
    if report.notAnalysed.isEmpty { console.print(line: "    not analysed  nothing") }
  }
}

/// What `check` says of one flow, for programs.
enum CheckJSON {
  /// One object on one line (specs/decisions/0011).
  static func text(_ check: FileCheck, _ findings: [Diagnostic]) -> String {
    let renderer = JSONRenderer()
    guard let prepared = check.prepared else {
      return JSONOutput.object([
        ("version", .int(1)), ("file", .string(check.path)), ("kind", .string(check.title)),
        ("findings", .array(findings.map { renderer.object($0) })),
      ]).text
    }
    let report = prepared.verification
    return JSONOutput.object([
      ("version", .int(1)), ("flow", .string(check.path)),
      ("digest", prepared.table.map { .string($0.table.digest.hex) }),
      ("findings", .array(findings.map { renderer.object($0) })),
      ("proofs", .array((report?.proofs ?? []).map(object))),
      ("not_analysed", .array((report?.notAnalysed ?? []).map { .string($0) })),
    ]).text
  }

  private static func object(_ proof: Proof) -> JSONOutput {
    .object([
      ("claim", .string(proof.claim)), ("basis", .string(proof.basis.rawValue)),
      ("rests_on", .array(proof.restsOn.map { .string($0) })),
    ])
  }
}

/// Numbers with their noun.
enum Plural {
  /// `1 place`, `2 places`.
  static func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }
}
