import Definition
import Document
import Foundation
import Source
import Testing

private func load(
  _ text: String,
  limits: Limits = Limits(),
  includes: MemoryIncludes = MemoryIncludes()
) -> FlowLoader.Result {
  FlowLoader.load(
    SourceFile(name: "flow.yaml", text: text),
    overlays: [],
    includes: includes,
    limits: limits
  )
}

@Suite("loader") struct LoaderTests {
  @Test("limits on states, nesting, files and findings are kept") func limits() {
    var limits = Limits()
    limits.places = 2
    let states = load("states: {a: {}, b: {}, c: {}}\ninitial_state: a\n", limits: limits)
    #expect(states.diagnostics.map(\.code) == [.flowTooMany])

    limits.definitionDepth = 1
    let nested = "planner: {type: fsm, definition: {planner: {definition: {states: {a: {}}}}}}\n"
    #expect(load(nested, limits: limits).diagnostics.map(\.code) == [.flowTooMany])

    limits.includedFiles = 0
    let file = "planner: {type: fsm, definition: a.yaml}\n"
    let includes = MemoryIncludes(["a.yaml": "states: {a: {}}\n"])
    let included = load(file, limits: limits, includes: includes)
    #expect(included.diagnostics.map(\.code) == [.flowTooMany])

    limits.diagnostics = 2
    let many = load("a1: 1\nb2: 2\nc3: 3\nd4: 4\nstates: {a: {}}\n", limits: limits)
    #expect(many.diagnostics.count == 3)
    #expect(many.diagnostics.last?.code == .flowMoreFindings)
    #expect(many.flow == nil)
  }

  @Test("the files of the identity are the flow, its overlays and its includes, once each")
  func identity() {
    let text = """
      agents:
        one: {planner: {definition: sub/../a.yaml}}
        two: {planner: {definition: ./a.yaml}}
      entry: one
      """
    let includes = MemoryIncludes(["a.yaml": "states: {a: {agent: x}}\ninitial_state: a\n"])
    let result = load(text, includes: includes)
    #expect(!result.diagnostics.hasErrors, "\(rendered(result.diagnostics))")
    #expect(result.files.map(\.name) == ["flow.yaml", "a.yaml"])
  }

  @Test("a hostile heap of mistakes is refused with few findings") func heaps() {
    let keys = (0..<20_000).map { "on_succes\($0): {a: 1}\n" }.joined()
    let words = (0..<20_000).map { _ in "timeoutx" }.joined(separator: ", ")
    let retry = "states: {a: {retry: {max_attempts: 2, on: [\(words)]}}}\ninitial_state: a\n"
    for text in [
      keys, retry, "input: {a: {\n" + keys.replacing("\n", with: ",\n") + "}}\n" + retry,
    ] {
      let result = load(text)
      #expect(result.flow == nil)
      #expect(result.diagnostics.count <= Limits().diagnostics + 1)
    }
  }

  @Test("no text crashes the loader, and a refused one says why") func mangled() throws {
    let whole = Array(
      try #require(
        CorpusFile.source(
          CorpusFile.root.appendingPathComponent("valid/support-triage.yaml")
        )
      ).bytes
    )
    var random = SplitMix(state: 20_261_121)
    for round in 0..<400 {
      var bytes = whole
      for _ in 0..<3 {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 3 {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(Array(" :{}[],\n-'\"!|".utf8)[Int(random.next() % 13)], at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + 20))
        }
      }
      let result = FlowLoader.load(
        SourceFile(name: "flow.yaml", bytes: bytes),
        overlays: [],
        includes: MemoryIncludes(),
        limits: Limits()
      )
      #expect((result.flow == nil) == result.diagnostics.hasErrors, "seed 20261121, round \(round)")
    }
  }

  @Test("the editor's schema lists the keys that the loader reads") func schema() throws {
    let url = CorpusFile.package.appendingPathComponent("grammar/flow.schema.json")
    let file = try #require(CorpusFile.source(url))
    let root = try #require(DocumentParser.parse(file, limits: Limits()).root)
    for definition in FormatKeys.definitions {
      let part = definition == "flow" ? root : root["$defs"]?[definition]
      let keys = (part?["properties"]?.entries ?? []).map(\.key)
      #expect(Set(keys) == Set(FormatKeys.keys(definition)), "\(definition)")
      #expect(!keys.isEmpty)
    }
  }

  @Test("the examples load") func examples() throws {
    let folder = CorpusFile.package.appendingPathComponent("examples")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") && !$0.hasSuffix("prices.yaml") }
    #expect(!names.isEmpty)
    for name in names {
      let file = try #require(CorpusFile.source(folder.appendingPathComponent(name)))
      let includes = MemoryIncludes(["local-prices.yaml": "models: {}\n"])
      let result = FlowLoader.load(file, includes: includes)
      #expect(result.flow != nil, "\(rendered(result.diagnostics))")
    }
  }
}

/// A small generator with a printable seed.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
