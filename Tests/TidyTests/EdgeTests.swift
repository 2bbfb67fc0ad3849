import Testing

/// Module name to the modules it may import.
private typealias Edges = [String: Set<String>]

/// The edges that ARCHITECTURE.md lists: items `- `A` uses `B`, `C`: what it is`.
private func listed(_ text: String) -> Edges {
  var edges: Edges = [:]
  for item in ("\n" + text).split(separator: "\n- ").dropFirst() {
    guard let colon = item.firstIndex(of: ":"), item[..<colon].contains(" uses ") else { continue }
    let names = String(item[..<colon]).pieces(between: "`", and: "`")
    if let name = names.first { edges[name] = Set(names.dropFirst()) }
  }
  return edges
}

/// The edges of the manifest's modules and executables, read as plain text.
private func declared(_ manifest: String) -> Edges {
  var edges: Edges = [:]
  for start in ["    module(", "    .executableTarget("] {
    for piece in manifest.components(after: start) {
      let body = piece.prefix(piece.firstRange(of: "swiftSettings")?.lowerBound ?? piece.endIndex)
      let names = body.pieces(between: "\"", and: "\"")
      if let name = names.first { edges[name] = Set(names.dropFirst()) }
    }
  }
  return edges
}

extension String {
  fileprivate func prefix(_ end: Index) -> String { String(self[..<end]) }

  /// The texts from behind each `start` to its closing parenthesis.
  fileprivate func components(after start: String) -> [String] {
    ranges(of: start).map { range in
      var depth = 1
      var end = range.upperBound
      while end < endIndex, depth > 0 {
        if self[end] == "(" { depth += 1 }
        if self[end] == ")" { depth -= 1 }
        end = index(after: end)
      }
      return String(self[range.upperBound..<end])
    }
  }
}

@Suite struct EdgeTests {
  private let repository: Repository

  init() throws { repository = try Repository() }

  @Test func `the manifest has exactly the edges that the architecture lists`() {
    let listed = listed(repository.text("ARCHITECTURE.md"))
    let declared = declared(repository.text("Package.swift"))
    #expect(declared.count > 15, "the manifest could not be read")
    for name in Set(listed.keys).union(declared.keys).sorted() {
      #expect(listed[name]?.sorted() == declared[name]?.sorted(), "edges of \(name)")
    }
  }

  @Test func `no file imports what its module may not`() {
    let edges = listed(repository.text("ARCHITECTURE.md"))
    let modules = Set(edges.keys).union(edges.values.flatMap { $0 })
    for file in repository.swift(in: "Sources") {
      guard let module = file.path.split(separator: "/").dropFirst().first else { continue }
      // What uses the umbrella sees what the umbrella exports.
      var allowed = edges[String(module), default: []]
      if allowed.contains("Signalbox") { allowed.formUnion(edges["Signalbox", default: []]) }
      for line in file.code where line.hasWord("import") {
        guard let name = line.split(separator: " ").last.map({ String($0) }) else { continue }
        let isAllowed = !modules.contains(name) || allowed.contains(name)
        #expect(isAllowed, "\(file.path) imports \(name)")
      }
    }
  }

  @Test func `the core imports no Foundation`() {
    let core = [
      "Source", "Values", "Document", "Expression", "Definition", "Table", "Compiler", "Verifier",
      "Costing", "Execution", "Journal",
    ]
    let files = core.flatMap { repository.swift(in: "Sources/" + $0) }
    #expect(repository.places(files) { $0.contains("import Foundation") } == [])
  }
}
