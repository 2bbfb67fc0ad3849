import Signalbox
import Testing

/// Codes that no flow can show, with the reason; exact.
private let codesWithoutExample: [String: String] = [
  "SBX-CEL-030": "an evaluation shows it, not a flow as written",
  "SBX-CEL-031": "an evaluation shows it, not a flow as written",
  "SBX-CEL-032": "an evaluation shows it, not a flow as written",
  "SBX-MODEL-001": "only a file of model policies shows it",
  "SBX-CHART-002": "the loader refuses such a file first, as SBX-FLOW-004",
  "SBX-COMP-005": "the loader refuses such a file first, as SBX-FLOW-021",
  "SBX-COMP-007": "the loader refuses such a file first, as SBX-FLOW-004",
  "SBX-COMP-010": "the loader refuses such a file first, as SBX-FLOW-011",
  "SBX-EXPORT-001": "only an export shows it",
  "SBX-FILE-001": "found by the command line before there is a flow",
  "SBX-FILE-002": "found by the command line before there is a flow",
  "SBX-IMPORT-001": "only a file of another format shows it",
  "SBX-IMPORT-002": "only a file of another format shows it",
  "SBX-IMPORT-003": "only a file of another format shows it",
  "SBX-JSONPATH-007": "depends on the home folder; tested in a process of its own",
  "SBX-PLAN-005": "depends on what a run has spent; tested with runs",
  "SBX-PLAN-008": "depends on what an earlier plan did; tested with runs",
  "SBX-PLAN-009": "takes a plan too large to show",
  "SBX-PROOF-001": "a fault of Signalbox itself: no flow shows it",
  "SBX-QTY-001": "no key of a flow takes percentages, rates or sizes yet",
  "SBX-TREE-008": "only a file of another format shows it",
  "SBX-SCHEMA-001": "in flows SBX-FLOW-022 says it, with the place of the field",
  "SBX-SCHEMA-005": "in flows SBX-FLOW-007 and its kin say it; for schemas that a program reads",
  "SBX-TABLE-001": "only a damaged or foreign table shows it",
  "SBX-TABLE-002": "only a damaged or foreign table shows it",
  "SBX-XML-001": "only a file of another format shows it",
  "SBX-XML-002": "only a file of another format shows it",
  "SBX-XML-003": "only a file of another format shows it",
  "SBX-XML-004": "only a file of another format shows it",
]

@Suite struct CodeTests {
  private let repository: Repository

  init() throws { repository = try Repository() }

  @Test func `every code is declared in the codes folder and registered once`() {
    var declared: [String] = []
    for file in repository.swift(in: "Sources") {
      let text = file.code.joined(separator: "\n")
      let ids = text.components(separated: "DiagnosticCode(").dropFirst().compactMap { piece in
        piece.pieces(between: "\"", and: "\"").first.flatMap { $0.hasPrefix("SBX-") ? $0 : nil }
      }
      let isCodes = file.path.hasPrefix("Sources/Source/Codes/")
      #expect(isCodes || ids.isEmpty, "\(file.path) declares \(ids)")
      declared += ids
    }
    let registered = CodeRegistry.all.map(\.id)
    #expect(declared.sorted() == registered.sorted())
    #expect(Set(registered).count == registered.count, "an id is registered twice")
  }

  @Test func `every code has the form SBX-AREA-NNN and says why, with an example`() {
    for code in CodeRegistry.all {
      let parts = code.id.split(separator: "-")
      #expect(parts.count == 3 && parts[0] == "SBX", "\(code.id)")
      #expect(parts.last?.count == 3 && parts.last.flatMap { Int($0) } != nil, "\(code.id)")
      #expect(!code.title.isEmpty && code.title.last != ".", "\(code.id)")
      let lines = code.explanation.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(code.explanation.count >= 80, "\(code.id) says too little")
      #expect(lines.contains { $0.hasPrefix("    ") }, "\(code.id) has no indented example")
      #expect(lines.allSatisfy { $0.count <= 100 }, "\(code.id) has a long line")
    }
  }

  @Test func `every code but the listed ones has an example file`() {
    let names = repository.files.filter { $0.path.hasPrefix("specs/diagnostics/") }.map(\.name)
    let lacking = CodeRegistry.all.map(\.id).filter { id in !names.contains { $0.hasPrefix(id) } }
    #expect(lacking.sorted() == codesWithoutExample.keys.sorted())
  }
}

extension String {
  fileprivate func components(separated separator: String) -> [String] {
    var result: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      result.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return result + [String(rest)]
  }
}
