import Foundation
import SignalboxCommand
import TestSupport
import Testing

/// `signalbox check`: witnesses, and proofs for programs.
@Suite struct CheckCommandTests {
  private static func flow(_ invariants: String) -> String {
    """
    signalbox: 1
    name: pays
    agents: {boss: {type: human_task, roles: [lead], output: {ok: {type: boolean}}, timeout: 1h}}
    tools: {pay: {type: http, effect: write, timeout: 5s}}
    initial_state: ask
    states:
      ask: {agent: boss, on_success: [{when: "ask.ok", target: pay}, {target: pay}], on_error: stop}
      pay: {tool: pay, on_success: done, on_error: stop}
    final_states: {done: {}, stop: {outcome: failure}}
    invariants: [\(invariants)]
    """
  }
  private static let broken = "{never: {tool: pay}, without: {step: ask, when: \"ask.ok\"}}"
  private static let kept = "{at_most: 1, of: {tool: pay}}"

  private struct Answer: Decodable {
    struct Finding: Decodable {
      struct Note: Decodable { var message: String }
      var code: String
      var notes: [Note]?
    }
    struct Proof: Decodable {
      var claim: String
      var basis: String
      var restsOn: [String]
    }
    var version: Int
    var flow: String
    var digest: String?
    var findings: [Finding]
    var proofs: [Proof]
    var notAnalysed: [String]
  }

  @Test func `a run that breaks an invariant is written, and plays`() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("flow.yaml", "broken.yaml") }
    // Two invariants of one title get scenarios of two names; the one kept gets none.
    let rules = "\(Self.broken), \(Self.kept), \(Self.broken)"
    let path = try folder.write("flow.yaml", Self.flow(rules))
    let file = folder.path + "/broken.yaml"
    let checked = await Outcome("check", path, "--witness", file)
    #expect(checked.code == .badUse)
    let name = "pay never without ask[ok]"
    #expect(checked.output.contains("a run that breaks it was executed: \(name)\n"))
    #expect(checked.output.contains("a run that breaks it was executed: \(name) (2)\n"))
    let lines = folder.lines("broken.yaml")
    #expect(lines.count { $0.hasPrefix("  - name: \"\(name)") } == 2)
    #expect(lines.contains("      calls: [{tool: \"pay\"}]"))
    #expect(lines.contains { $0.hasSuffix("`pay` calls `pay` without `ask[ok]`.") })

    // The flow stays refused, but its runs can be looked at.
    let played = await Outcome("test", path, "--scenarios", file)
    #expect(played.code == .badUse)
    #expect(played.output.hasPrefix("ok    \(name)") && played.output.contains("2 ok in "))
    #expect(played.talk.contains("error[SBX-INV-001]"))
  }

  @Test func `what is not found is said, and an old file does not stay`() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("flow.yaml", "broken.yaml") }
    // No value makes this guard true, which the table does not know.
    let text = Self.flow("{never: {tool: pay}}")
      .replacing("{target: pay}]", with: "{target: stop}]")
      .replacing("when: \"ask.ok\", target", with: "when: \"!ask.ok && ask.ok\", target")
    let path = try folder.write("flow.yaml", text)
    try folder.write("broken.yaml", "old\n")
    let checked = await Outcome("check", path, "--witness", folder.path + "/broken.yaml")
    #expect(checked.code == .badUse)
    #expect(checked.output.contains("no run that breaks it was found among "))
    #expect(checked.output.contains(" states: it may need values that were not tried\n"))
    #expect(folder.lines("broken.yaml").last == "scenarios: []")
    // What is wrong otherwise is never played.
    let wrong = try folder.write("flow.yaml", text.replacing("target: stop", with: "target: gone"))
    let test = await Outcome("test", wrong, "--scenarios", folder.path + "/broken.yaml")
    #expect(test.code == .badUse && test.output.isEmpty)
  }

  @Test func `as JSON each flow is an object with its proofs`() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("good.yaml", "bad.yaml", "none.yaml") }
    let good = try folder.write("good.yaml", Self.flow(Self.kept))
    let bad = try folder.write("bad.yaml", Self.flow("\(Self.broken), \(Self.kept)"))
    let none = try folder.write("none.yaml", "signalbox: 1\n")
    let checked = await Outcome("check", good, bad, none, "-o", "json")
    #expect(checked.code == .badUse)
    let answers = try checked.output.split(separator: "\n").map { line in
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(Answer.self, from: Data(line.utf8))
    }
    #expect(answers.map(\.flow) == [good, bad, none])
    #expect(answers.allSatisfy { $0.version == 1 })
    #expect(answers.map { $0.digest?.count } == [64, 64, nil])
    #expect(answers.map { $0.findings.count { $0.code == "SBX-INV-001" } } == [0, 1, 0])
    for answer in answers.prefix(2) {
      #expect(answer.proofs.contains { $0.claim == "at most 1 pay" && $0.basis == "exact" })
    }
    #expect(answers.last?.proofs.isEmpty == true && answers.last?.findings.isEmpty == false)
    // One finding a line, as before.
    let lines = await Outcome("check", good, bad, none, "-o", "jsonl")
    let found = answers.reduce(0) { $0 + $1.findings.count }
    #expect(lines.output.split(separator: "\n").count == found)
  }

  @Test func `proofs are explained on request`() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("flow.yaml") }
    let path = try folder.write("flow.yaml", Self.flow(Self.kept))
    let plain = await Outcome("check", path)
    #expect(plain.code == .success && plain.output.contains("    proven  at most 1 pay\n"))
    #expect(!plain.output.contains("abstracted"))
    let explained = await Outcome("check", path, "--explain-proofs")
    #expect(explained.output.contains("    proven  at most 1 pay\n        exact"))
  }

  @Test func `wrong use is refused`() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("flow.yaml") }
    let path = try folder.write("flow.yaml", Self.flow(Self.broken))
    #expect(await Outcome("check", path, path, "--witness", "x.yaml").code == .badUse)
    let nowhere = await Outcome("check", path, "--witness", "/dev/null/x.yaml")
    #expect(nowhere.code == .inputOutput && nowhere.talk.contains("cannot be written"))
    #expect(await Outcome("check", path, "--witness").code == .badUse)
  }
}
