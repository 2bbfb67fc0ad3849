import Signalbox

/// `signalbox check FLOW...`.
package struct CheckCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json, .jsonLines, .sarif])

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "check",
    "find the mistakes of a flow and prove what it can never do",
    operands: [.flows],
    options: [.overlay, output],
    examples: [
      "signalbox check flow.yaml",
      "signalbox check flow.yaml --with agents.yaml",
      "signalbox check flows/*.yaml -o sarif > findings.sarif",
    ]
  )

  private let paths: [String]
  private let overlays: [String]
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) {
    paths = arguments.operands
    overlays = arguments.texts(.overlay)
    format = arguments.choice(Self.output) ?? .text
  }

  /// Checks each flow; the worst ending is the command's.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    var found: [Diagnostic] = []
    for path in paths {
      let prepared = try FlowFiles.prepare(path, overlays: overlays)
      found += prepared.diagnostics
      if format == .text { show(prepared, path: path, console) }
    }
    switch format {
    case .text: break
    case .json: console.print(JSONRenderer().array(found) + "\n")
    case .jsonLines: console.print(JSONRenderer().lines(found))
    case .sarif: console.print(SARIFRenderer(toolVersion: Program.version).render(found) + "\n")
    }
    return Findings.exit(for: found)
  }

  private func show(_ prepared: PreparedFlow, path: String, _ console: Console) {
    let renderer = TerminalRenderer(color: console.usesColor(on: console.output))
    console.print(renderer.render(prepared.diagnostics))
    let places = prepared.table.map { table in
      // What holds tasks together has no name, and is no place that anybody wrote.
      "\(Plural.count(table.table.nodes.dropFirst().count { !$0.name.isEmpty }, "place")), "
        + Plural.count(table.table.rows.count, "row")
    }
    guard prepared.isSound, let table = prepared.table, let report = prepared.verification else {
      let summary = DiagnosticSummary(prepared.diagnostics).text
      let parts = [summary] + [places].compactMap(\.self)
      console.print(line: "check: " + parts.joined(separator: "; "))
      return
    }
    var line = "ok  \(path)  \(table.table.digest.short)  \(places ?? "")"
    if let ways = report.waysThrough { line += ", \(Plural.count(ways, "way")) through" }
    console.print(line: line)
    for proof in report.proven { console.print(line: "    proven  \(proof)") }
    for wait in report.openWaits { console.print(line: "    no bound  \(wait)") }
    for gap in report.notAnalysed { console.print(line: "    not analysed  \(gap)") }
    if report.notAnalysed.isEmpty { console.print(line: "    not analysed  nothing") }
  }
}

/// Numbers with their noun.
enum Plural {
  /// `1 place`, `2 places`.
  static func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }
}
