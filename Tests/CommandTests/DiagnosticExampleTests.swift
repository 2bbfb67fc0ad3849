import Foundation
import Signalbox
import Testing

/// A broken flow of `specs/diagnostics` with the findings that `check` reports for it.
private struct DiagnosticExample {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "specs/diagnostics")

  /// What may stand beside an example: `<name>.overlay.yaml` and so on.
  static let companions = ["overlay", "prices", "scenarios", "proposal"]

  /// The names of all examples.
  static var names: [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { name in
      name.hasSuffix(".json")
        || (name.hasSuffix(".yaml") && !companions.contains { name.hasSuffix(".\($0).yaml") })
    }.sorted()
  }

  let stem: String
  /// The code that the name promises: `SBX-FLOW-001` of `SBX-FLOW-001-mistyped-edge.yaml`.
  let code: String
  let diagnostics: [Diagnostic]

  init(_ name: String) throws {
    stem = String(name.dropLast(5))
    code = stem.split(separator: "-").prefix(3).joined(separator: "-")
    let file = try Self.file(name)
    let overlays = try Self.companion("overlay", of: stem).map { [$0] } ?? []
    let limits = try Self.limits(file)
    let prepared = FlowPreparation.prepare(file, overlays: overlays, limits: limits)
    var found = prepared.diagnostics
    if prepared.isSound, let table = prepared.table {
      found += Self.priced(table, try Self.companion("prices", of: stem))
      if let scenarios = try Self.companion("scenarios", of: stem) {
        let (file, findings) = ScenarioFile.load(scenarios)
        let runner = ScenarioRunner(table: table, pricer: .declaredOnly)
        found += findings + (file.map { runner.check($0) } ?? [])
      }
      if let proposal = try Self.companion("proposal", of: stem) {
        found += Self.judged(table, proposal)
      }
      // What a run would refuse is shown where a flow is about it.
      if code.hasPrefix("SBX-RUN-"), !found.hasErrors {
        found += Preflight.findings(table, performing: LivePerformer())
      }
    }
    diagnostics = found
  }

  /// The findings on a plan that a model proposes at the flow's planner.
  private static func judged(_ table: LinkedTable, _ proposal: SourceFile) -> [Diagnostic] {
    guard let planner = table.table.planners.first else { return [] }
    let judge = PlanJudge(table, planner, prices: .standard)
    let text = String(decoding: proposal.bytes, as: UTF8.self)
    return judge.judge(text, name: proposal.name).refusals
  }

  /// The findings of pricing a flow, where it says what it may cost.
  private static func priced(_ table: LinkedTable, _ prices: SourceFile?) -> [Diagnostic] {
    var book = PriceBook.standard
    if let prices {
      let (found, findings) = PriceBook.read(prices)
      guard let found else { return findings }
      book = found
    }
    guard table.table.debug.header["budget"] != nil else { return [] }
    return BudgetGate.decide(CostAnalysis.analyse(table, prices: book)).diagnostics
  }

  private static func companion(_ kind: String, of stem: String) throws -> SourceFile? {
    let name = "\(stem).\(kind).yaml"
    return FileManager.default.fileExists(atPath: path(name)) ? try file(name) : nil
  }

  /// What a terminal shows, without colour.
  var rendering: String { TerminalRenderer().render(diagnostics) }

  /// The golden rendering, rewritten when `SIGNALBOX_GOLDEN` is 1.
  func golden() throws -> String? {
    let path = Self.path(stem + ".txt")
    if ProcessInfo.processInfo.environment["SIGNALBOX_GOLDEN"] == "1" {
      try rendering.write(toFile: path, atomically: true, encoding: .utf8)
    }
    return try? String(contentsOfFile: path, encoding: .utf8)
  }

  private static func path(_ name: String) -> String { folder.path + "/" + name }

  private static func file(_ name: String) throws -> SourceFile {
    SourceFile(name: name, bytes: Array(try Data(contentsOf: URL(filePath: path(name)))))
  }

  /// The limits that a comment `# limits: places 2` asks for, so that small files can exceed them.
  private static func limits(_ file: SourceFile) throws -> Limits {
    var limits = Limits()
    for line in String(decoding: file.bytes, as: UTF8.self).split(separator: "\n") {
      guard line.hasPrefix("# limits: ") else { continue }
      let words = line.dropFirst(10).split(separator: " ")
      let number = try #require(words.last.flatMap { Int($0) })
      switch words[0] {
      case "places": limits.places = number
      case "diagnostics": limits.diagnostics = number
      case "documentBytes": limits.documentBytes = number
      case "documentNodes": limits.documentNodes = number
      case "expressionBytes": limits.expressionBytes = number
      case "aliasNodes": limits.aliasNodes = number
      default: Issue.record("`\(words[0])` is no limit that examples can set")
      }
    }
    return limits
  }
}

@Suite struct DiagnosticExampleTests {
  @Test("each broken flow is shown as its golden text says", arguments: DiagnosticExample.names)
  func golden(_ name: String) throws {
    let example = try DiagnosticExample(name)
    #expect(example.diagnostics.contains { $0.code.id == example.code }, "\(example.rendering)")
    #expect(try example.golden() == example.rendering)
  }

  @Test func `there are many, and each golden text has its flow`() throws {
    let names = DiagnosticExample.names
    #expect(names.count >= 120)
    let stems = Set(names.map { $0.dropLast(5) })
    #expect(stems.count == names.count)
    let all = try FileManager.default.contentsOfDirectory(atPath: DiagnosticExample.folder.path)
    for name in all where name.hasSuffix(".txt") {
      #expect(stems.contains(name.dropLast(4)), "\(name) has no flow")
    }
  }
}
