import Signalbox
import Testing

/// Codes for which `specs/diagnostics/<ID>*.yaml` does not exist yet; exact.
private let codesWithoutExample: Set<String> = [
  "SBX-CHART-001", "SBX-CHART-002", "SBX-COMP-005", "SBX-COMP-006", "SBX-COMP-007", "SBX-COMP-010",
  "SBX-COST-001", "SBX-COST-002",
  "SBX-COST-003", "SBX-COST-004", "SBX-COST-005", "SBX-COST-006", "SBX-COST-007", "SBX-COST-010",
  "SBX-COST-011", "SBX-DOC-001", "SBX-DOC-002", "SBX-DOC-003", "SBX-DOC-004", "SBX-DOC-005",
  "SBX-FILE-001", "SBX-FILE-002", "SBX-IMPORT-001", "SBX-IMPORT-002", "SBX-IMPORT-003",
  "SBX-JSONPATH-001", "SBX-JSONPATH-002", "SBX-JSONPATH-003",
  "SBX-JSONPATH-004", "SBX-JSONPATH-005", "SBX-JSONPATH-006", "SBX-JSONPATH-007", "SBX-MODEL-001",
  "SBX-QTY-001",
  "SBX-RUN-001", "SBX-SCHEMA-001", "SBX-SCHEMA-005", "SBX-TABLE-001", "SBX-TABLE-002",
  "SBX-TEST-001", "SBX-TEST-002", "SBX-TEST-003", "SBX-TEST-004", "SBX-XML-001", "SBX-XML-002", "SBX-XML-003", "SBX-XML-004",
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
    #expect(lacking.sorted() == codesWithoutExample.sorted())
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
