import Foundation
import Signalbox
import Testing

@Suite struct ReferenceTests {
  private let queries = FlowQueries(limits: Limits())

  @Test func everyFunctionHasAnEntryWithAnExample() {
    #expect(FunctionReference.mismatches.isEmpty)
    for entry in FunctionReference.entries {
      #expect(!entry.meaning.isEmpty && !entry.example.isEmpty, "\(entry.name)")
      #expect(entry.overloads.isEmpty == (entry.section == .macros), "\(entry.name)")
      let value = FunctionReference.exampleValue(entry, queries: queries)
      #expect(value != nil, "\(entry.name): \(entry.example)")
      #expect(value?.hasPrefix("error") == false, "\(entry.name): \(value ?? "")")
    }
  }

  @Test func examplesUseWhatTheyExplain() {
    for entry in FunctionReference.entries {
      let name = String(entry.name.split(separator: "(").first ?? "")
      let word = name.split(separator: ".").last.map { String($0) } ?? name
      let symbols = entry.name.split(separator: "_").map { String($0) }
      let isUsed =
        entry.section == .operators
        ? symbols.allSatisfy { entry.example.contains($0.prefix(1)) } : entry.example.contains(word)
      #expect(isUsed, "\(entry.name): \(entry.example)")
    }
  }

  @Test func costsFollowFromTheEstimate() {
    let wanted: [(String, FunctionReference.Section, FunctionReference.Cost)] = [
      ("size", .standard, .one), ("_-_", .operators, .one), ("_+_", .operators, .tenths),
      ("startsWith", .standard, .tenths), ("contains", .standard, .product),
      ("_in_", .operators, .elements), ("sum", .flow, .elements), ("sort", .extensions, .elements),
      ("distinct", .extensions, .product), ("sets.contains", .extensions, .product),
      ("lists.range", .extensions, .elements), ("jsonpath", .flow, .elements),
      ("list.map(x, result)", .macros, .body), ("has(x.field)", .macros, .one),
      ("now", .flow, .one),
    ]
    for (name, section, cost) in wanted {
      let entry = FunctionReference.entries.first { $0.name == name && $0.section == section }
      #expect(entry?.cost == cost, "\(name): \(String(describing: entry?.cost))")
    }
  }

  @Test func theDocumentIsCurrent() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "specs/expressions.md")
    let text = ReferenceText.markdown(queries: queries)
    if ProcessInfo.processInfo.environment["SIGNALBOX_GOLDEN"] == "1" {
      try text.write(to: url, atomically: true, encoding: .utf8)
    }
    let isCurrent = try String(contentsOf: url, encoding: .utf8) == text
    #expect(isCurrent, "`make golden` writes it anew")
  }
}
