import Signalbox
import Testing

/// Codes for which `specs/diagnostics/<ID>*.yaml` does not exist yet; exact.
private let codesWithoutExample: Set<String> = [
  "SBX-CEL-001", "SBX-CEL-002", "SBX-CEL-003", "SBX-CEL-004", "SBX-CEL-005", "SBX-CEL-006",
  "SBX-CEL-007", "SBX-CEL-008", "SBX-CEL-010", "SBX-CEL-011", "SBX-CEL-012", "SBX-CEL-013",
  "SBX-CEL-014", "SBX-CEL-015", "SBX-CEL-016", "SBX-CEL-017", "SBX-CEL-018",
  "SBX-COMP-001", "SBX-COMP-002", "SBX-COMP-003", "SBX-COMP-004", "SBX-COMP-005", "SBX-COMP-006",
  "SBX-COMP-007", "SBX-COMP-008", "SBX-COMP-009", "SBX-COMP-010", "SBX-COMP-011", "SBX-COMP-012",
  "SBX-DATA-004", "SBX-DOC-001", "SBX-DOC-002", "SBX-DOC-003", "SBX-DOC-004", "SBX-DOC-005",
  "SBX-DUR-001", "SBX-DUR-002", "SBX-DUR-003", "SBX-FILE-001", "SBX-FILE-002", "SBX-FLOW-001",
  "SBX-FLOW-002", "SBX-FLOW-003", "SBX-FLOW-004", "SBX-FLOW-005", "SBX-FLOW-006", "SBX-FLOW-007",
  "SBX-FLOW-008", "SBX-FLOW-009", "SBX-FLOW-010", "SBX-FLOW-011", "SBX-FLOW-012", "SBX-FLOW-013",
  "SBX-FLOW-014", "SBX-FLOW-015", "SBX-FLOW-016", "SBX-FLOW-017", "SBX-FLOW-018", "SBX-FLOW-019",
  "SBX-FLOW-020", "SBX-FLOW-021", "SBX-FLOW-022", "SBX-FLOW-023", "SBX-FLOW-024", "SBX-JSON-001",
  "SBX-JSON-002", "SBX-JSON-003", "SBX-JSON-004", "SBX-JSON-005", "SBX-JSONPATH-001",
  "SBX-JSONPATH-002", "SBX-JSONPATH-003", "SBX-JSONPATH-004", "SBX-JSONPATH-005", "SBX-LOOP-001",
  "SBX-LOOP-002", "SBX-MONEY-001", "SBX-MONEY-002", "SBX-MONEY-003", "SBX-PATH-001", "SBX-PATH-002",
  "SBX-PATH-003", "SBX-PATH-004", "SBX-PERM-001", "SBX-QTY-001", "SBX-SCHEMA-001", "SBX-SCHEMA-002",
  "SBX-SCHEMA-003", "SBX-SCHEMA-004", "SBX-SCHEMA-005", "SBX-TABLE-001", "SBX-TABLE-002",
  "SBX-TIME-001", "SBX-TIME-003", "SBX-YAML-001", "SBX-YAML-002", "SBX-YAML-003", "SBX-YAML-004",
  "SBX-YAML-005", "SBX-YAML-006", "SBX-YAML-007", "SBX-YAML-008", "SBX-YAML-009", "SBX-YAML-010",
  "SBX-YAML-011", "SBX-YAML-012", "SBX-YAML-013", "SBX-YAML-014", "SBX-YAML-015",
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
