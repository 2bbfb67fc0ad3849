import Foundation
import Signalbox
import SignalboxCommand
import Testing

/// What texts say of the product is held against the product.
@Suite struct ClaimTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// README and the pages of `specs`, but for decisions, which speak of their day.
  private static func pages() throws -> [(name: String, text: String)] {
    let specs = try FileManager.default.contentsOfDirectory(atPath: root.path + "/specs")
      .filter { $0.hasSuffix(".md") }.map { "specs/" + $0 }
    #expect(specs.count > 8)
    return try (["README.md", "ARCHITECTURE.md"] + specs.sorted()).map {
      ($0, try String(contentsOf: root.appending(path: $0), encoding: .utf8))
    }
  }

  /// Everything that the program says of itself: help and explanations.
  private static var ownTexts: [(name: String, text: String)] {
    let help = Program.declarations.map { declaration in
      (declaration.name, declaration.summary + "\n" + declaration.discussion)
    }
    return help + CodeRegistry.all.map { ($0.id, CodeRegistry.explanation(of: $0)) }
  }

  @Test func `nothing that runs is said to be missing`() throws {
    let claims = [
      "later version", "not supported by this version", "does not run child flows",
      "this version runs state machines", "are child flows (later)", "not there yet",
    ]
    for (name, text) in try Self.pages() + Self.ownTexts {
      for claim in claims { #expect(!text.contains(claim), "\(name) says `\(claim)`") }
    }
    // Every body that the format names is read, but for the one key that is reserved.
    for key in ["states", "root", "nodes", "tasks", "planner"] {
      let text = "signalbox: 1\n\(key): {}\n"
      let found = FlowPreparation.prepare(SourceFile(name: "t.yaml", text: text)).diagnostics
      #expect(!found.contains { $0.code.id == "SBX-FLOW-006" }, "\(key)")
    }
    let rules = SourceFile(name: "t.yaml", text: "signalbox: 1\nrules: {hit: first}\n")
    let found = FlowPreparation.prepare(rules).diagnostics
    #expect(found.contains { $0.code.id == "SBX-FLOW-006" })
  }

  @Test func `every command that a text shows is there, and every command is shown`() throws {
    let known = Set(Program.declarations.map(\.name))
    var shown: Set<String> = []
    for (name, text) in try Self.pages() + Self.ownTexts {
      for line in text.split(separator: "\n") {
        for start in ["`signalbox ", "$ signalbox ", "    signalbox "] {
          for part in line.components(separatedBy: start).dropFirst() {
            let verb = part.drop { $0 == " " }.prefix { $0.isLetter || $0 == "-" }
            guard let first = verb.first, first.isLowercase else { continue }
            #expect(known.contains(String(verb)), "\(name) shows `signalbox \(verb)`")
            shown.insert(String(verb))
          }
        }
      }
    }
    for verb in ["check", "plan", "run", "show", "signal", "work", "test"] {
      #expect(shown.contains(verb), "\(verb)")
    }
  }
}
