import Foundation
import SignalboxCommand
import TestSupport
import Testing

/// `check` and `test` over folders, and files that are no flows.
@Suite struct FolderTests {
  private static let flow = """
    signalbox: 1
    name: ask
    prices: book.yaml
    budget: {hard: $1}
    agents:
      w:
        type: llm
        model: {provider: mine, model: tiny}
        limits: {prompt_tokens: 1000, output_tokens: 1000}
        prompt: "x"
    states: {ask: {agent: w, timeout: 5s, on_success: done, on_error: lost}}
    initial_state: ask
    final_states: {done: {}, lost: {outcome: failure}}
    """
  private static let book = "book: {name: mine}\nmodels: {tiny: {input: $1, output: $2}}\n"
  private static let scenarios = """
    scenarios:
      - {name: fine, script: {ask: {output: {text: hi}}}, expect: {final: done}}
    """

  private struct Files {
    let folder: String

    init() {
      folder = NSTemporaryDirectory() + "/signalbox-folder-\(UInt64.random(in: 0...UInt64.max))"
      try? FileManager.default.createDirectory(
        atPath: folder + "/tests",
        withIntermediateDirectories: true
      )
    }

    func write(_ name: String, _ text: String) throws {
      try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
  }

  @Test func `a folder's files are looked at as what they are`() async throws {
    let files = Files()
    defer { files.remove() }
    try files.write("ask.yaml", Self.flow)
    try files.write("book.yaml", Self.book)
    try files.write("part.yaml", "budget: {hard: $2}\n")
    try files.write("models.yaml", "residency: {air_gapped: true}\n")
    try files.write("input.json", "{\"text\": \"hi\"}")
    try files.write("tests/ask.yaml", Self.scenarios)
    let checked = await Outcome("check", files.folder)
    #expect(checked.code == .success, "\(checked.talk)\(checked.output)")
    let words = ["price book", "overlay", "policies of models", "scenarios"]
    for word in words { #expect(checked.output.contains("yaml  \(word)\n"), "\(checked.output)") }
    #expect(!checked.output.contains("input.json"))
    let json = await Outcome("check", files.folder, "-o", "json")
    let lines = json.output.split(separator: "\n")
    #expect(lines.count == 5 && lines.allSatisfy { $0.hasPrefix("{\"version\":1,") })

    let tested = await Outcome("test", files.folder)
    #expect(tested.code == .success && tested.output.contains("1 ok in "), "\(tested.talk)")
    // The flow's own price book is the one that counts: 1,000 tokens at $1 and 1,000 at $2.
    let plan = await Outcome("plan", files.folder + "/ask.yaml", "-o", "json")
    #expect(plan.output.contains("\"picodollars\": 3000000000"), "\(plan.output)\(plan.talk)")
    #expect(!plan.output.contains("Picodollars"))
  }

  @Test(arguments: [
    ("book.yaml", "models: {tiny: {input: $1, output: cheap}}\n", "SBX-COST-01"),
    ("part.yaml", "bugdet: {hard: $2}\nstate: {x: {type: string}}\n", "bugdet"),
    ("tests/ask.yaml", "scenarios: [{name: x, script: {aks: {output: {}}}}]\n", "SBX-TEST-002"),
    ("models.yaml", "residency: {air_gaped: true}\n", "air_gaped"),
    ("ask.yaml", "signalbox: 1\nstates: {}\n", "SBX-FLOW"),
  ])
  func `mistakes in each kind of file are found`(
    _ name: String,
    _ text: String,
    _ words: String
  ) async throws {
    let files = Files()
    defer { files.remove() }
    try files.write("ask.yaml", Self.flow)
    try files.write("book.yaml", Self.book)
    try files.write(name, text)
    let checked = await Outcome("check", files.folder + "/" + name)
    #expect(checked.code == .badUse && checked.output.contains(words), "\(checked.output)")
    #expect(await Outcome("check", files.folder).code == .badUse)
  }

  @Test func `warnings end with 2 when they are denied`() async throws {
    let files = Files()
    defer { files.remove() }
    try files.write("book.yaml", Self.book)
    try files.write("ask.yaml", Self.flow.replacing("prompt: \"x\"", with: "prompt: \"{input.x}\""))
    let path = files.folder + "/ask.yaml"
    #expect(await Outcome("check", path).code == .success)
    #expect(await Outcome("check", path, "--deny-warnings").code == .badUse)
    try files.write("ask.yaml", Self.flow)
    #expect(await Outcome("check", path, "--deny-warnings").code == .success)
  }

  @Test func `a scenario file names its flow, overlays and prices`() async throws {
    let files = Files()
    defer { files.remove() }
    try files.write("other.yaml", Self.flow.replacing("prices: book.yaml\n", with: ""))
    try files.write("book.yaml", Self.book)
    try files.write("part.yaml", "states: {ask: {on_success: lost}}\n")
    let text = "flow: ../other.yaml\nwith: [../part.yaml]\nprices: ../book.yaml\n" + Self.scenarios
    try files.write("tests/some.yaml", text)
    let path = files.folder + "/tests/some.yaml"
    let failed = await Outcome("test", path)
    #expect(failed.code == .runFailed && failed.output.contains("expected done"))
    try files.write("tests/some.yaml", text.replacing("final: done", with: "final: lost"))
    #expect(await Outcome("test", path).code == .success)
    #expect(await Outcome("test", files.folder + "/nothing").code == .inputOutput)
  }
}
