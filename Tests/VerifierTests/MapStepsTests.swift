import Relation
import Signalbox
import Testing

/// Maps against `max_steps`, and what their doors may refuse.
@Suite("maps within max_steps")
struct MapStepsTests {
  private static let edges = "on_success: done, on_error: failed"

  /// A flow whose first step is the map, its list one of at least `least` and at most `most` texts.
  private static func flow(
    _ map: String,
    list: String = "",
    steps: Int? = nil,
    more: String = ""
  ) -> String {
    """
    signalbox: 1
    name: small
    \(steps.map { "max_steps: \($0)" } ?? "description: a test")
    input:
      files: {type: array, items: {type: string, maxLength: 9}\(list.isEmpty ? "" : ", \(list)")}
    tools:
      scan: {type: http, effect: read, timeout: 5s}
      gather: {type: http, effect: read, timeout: 5s}
    flows:
      two:
        input: {files: {type: array, maxItems: 2}}
        tasks:
          - {id: first, tool: scan}
          - {id: second, tool: scan}
    initial_state: each
    states:
      each: {\(map), \(edges)}
    \(more.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
    final_states: {done: {}, failed: {outcome: failure}}

    """
  }

  private func found(_ text: String) throws -> [Diagnostic] {
    let (report, _) = try FindingTests.verify(text)
    return report.findings.filter { $0.code == .mapBeyondSteps }
  }

  struct Case: CustomTestStringConvertible {
    let name: String
    let text: String
    /// What the hint offers.
    var hint: String?
    var testDescription: String { name }

    init(_ name: String, _ text: String, _ hint: String? = nil) {
      self.name = name
      self.text = text
      self.hint = hint
    }
  }

  private static let plain = #"for_each: "input.files", max_items: 20, tool: scan"#
  private static let pair = """
    for_each: "input.files", max_items: 20, tasks: [{id: a, tool: scan}, {id: b, tool: scan}]
    """
  // Each part of an item counts one where it is skipped, and at least one where it is not.
  private static let guarded = """
    for_each: "input.files", max_items: 20, tasks: [{id: a, when: "item != ''", tasks: [{id: c,
      tool: scan}]}, {id: b, when: "item != ''", tasks: [{id: d, tool: scan}]}]
    """
  private static let call = """
    for_each: "input.files", max_items: 20, flow: two, with: {files: []}
    """

  // The map, an entry for each item, the end: items + 2. A list of tasks has an end of its own.
  @Test(
    "a map that no list lets finish is an error",
    arguments: [
      Case("minItems", flow(plain, list: "minItems: 8", steps: 9), "`max_steps: 10`"),
      Case("a literal list", flow(#"for_each: "[1, 2, 3]", max_items: 3, tool: scan"#, steps: 4)),
      Case("of two tasks an item", flow(pair, list: "minItems: 4", steps: 9), "`max_steps: 14`"),
      Case(
        "of a child flow an item",
        flow(call, list: "minItems: 3", steps: 13),
        "`max_steps: 14`"
      ),
      Case(
        "of lists that are entered or skipped",
        flow(guarded, list: "minItems: 4", steps: 9),
        "`max_steps: 14`"
      ),
      Case(
        "collected failures count as well",
        flow(plain + ", on_item_error: collect", list: "minItems: 8", steps: 9)
      ),
      Case(
        "two successes",
        flow(plain + ", join: 2", list: "minItems: 8", steps: 3),
        "`max_steps: 4`"
      ),
    ]
  )
  func neverFinishes(_ item: Case) throws {
    let findings = try found(item.text)
    #expect(findings.map(\.severity) == [.error], "\(findings.map(\.message))")
    if let hint = item.hint { #expect(findings.first?.hint?.contains(hint) == true) }
    #expect(findings.first?.span != nil)
  }

  @Test(
    "a map that only long lists keep from finishing is warned of",
    arguments: [
      Case(
        "max_items",
        flow(plain, steps: 21),
        "`max_steps: 22` or more, or write `max_items: 19`"
      ),
      Case("maxItems", flow(plain, list: "minItems: 2, maxItems: 8", steps: 9), "`max_items: 7`"),
      Case(
        "by default",
        flow(#"for_each: "input.files", max_items: 1000, tool: scan"#),
        "`max_steps: 1002` or more, or write `max_items: 998`"
      ),
      Case("of two tasks an item", flow(pair, steps: 61), "`max_items: 19`"),
      Case(
        "of two tasks an item, the first of which may fail",
        flow(pair + ", on_item_error: collect", steps: 21),
        "`max_steps: 22`"
      ),
    ]
  )
  func mayNotFinish(_ item: Case) throws {
    let findings = try found(item.text)
    #expect(findings.map(\.severity) == [.warning], "\(findings.map(\.message))")
    if let hint = item.hint {
      #expect(findings.first?.hint?.contains(hint) == true, "\(findings.first?.hint ?? "")")
    }
  }

  @Test(
    "a map that can finish is not",
    arguments: [
      Case("minItems", flow(plain, list: "minItems: 8, maxItems: 8", steps: 10)),
      Case("a literal list", flow(#"for_each: "[1, 2, 3]", max_items: 3, tool: scan"#, steps: 5)),
      Case("max_items", flow(plain, steps: 22)),
      Case("maxItems", flow(plain, list: "maxItems: 8", steps: 10)),
      Case("of two tasks an item", flow(pair, steps: 62)),
      Case("of a child flow an item", flow(call, list: "maxItems: 3", steps: 14)),
      Case("one success", flow(plain + ", join: any", list: "minItems: 8", steps: 3)),
      Case("two successes", flow(plain + ", join: 2", list: "minItems: 8", steps: 4)),
      Case("by default", flow(#"for_each: "input.files", max_items: 998, tool: scan"#)),
      Case(
        "a list that is refused at the door",
        flow(#"for_each: "input.files", max_items: 3, tool: scan"#, list: "minItems: 4", steps: 9)
      ),
    ]
  )
  func finishes(_ item: Case) throws {
    let findings = try found(item.text)
    #expect(findings.isEmpty, "\(findings.map(\.message))")
  }

  @Test("a map is counted with what stands before it and after it")
  func around() throws {
    // first, each, eight items, last, done: twelve entries.
    func text(_ steps: Int) -> String {
      Self.flow(Self.plain, list: "minItems: 8, maxItems: 8", steps: steps)
        .replacing("initial_state: each", with: "initial_state: first")
        .replacing("on_success: done", with: "on_success: last")
        .replacing(
          "states:\n",
          with: """
            states:
              first: {tool: gather, on_success: each, on_error: failed}
              last: {tool: gather, on_success: "done", on_error: failed}

            """
        )
    }
    #expect(try found(text(11)).map(\.severity) == [.error])
    #expect(try found(text(12)).isEmpty)
  }

  @Test(
    "a run enters as many places as are said to be the fewest",
    arguments: [plain, pair, call, plain + ", on_item_error: collect", plain + ", concurrency: 1"]
  )
  func exact(_ map: String) async throws {
    func text(_ steps: Int) -> String {
      Self.flow(map, list: "minItems: 4, maxItems: 4", steps: steps)
    }
    let fewest = try #require((1..<60).first { try found(text($0)).isEmpty })
    #expect(try found(text(fewest - 1)).map(\.severity) == [.error])
    #expect(try await failures(running: text(fewest)) == [])
    let failures = try await failures(running: text(fewest - 1))
    #expect(failures.count == 1 && failures[0].contains("max_steps"), "\(failures)")
  }

  private func failures(running text: String) async throws -> [String] {
    let (_, table) = try FindingTests.verify(text)
    let scenario = """
      scenarios:
        - name: four
          input: {files: [a, b, c, d]}
          script: {scan: {output: {}}}
          expect: {outcome: success}

      """
    let (file, findings) = ScenarioFile.load(SourceFile(name: "tests.yaml", text: scenario))
    let scenarios = try #require(file, "\(findings.map(\.message))")
    let runner = ScenarioRunner(table: table, pricer: .declaredOnly)
    return await runner.run(scenarios).flatMap(\.failures).map(\.message)
  }

  // MARK: The door

  private func failures(_ text: String) throws -> ErrorKindSet {
    let (_, table) = try FindingTests.verify(text)
    let map = try #require(table.table.nodes.firstIndex { $0.kind == .fork })
    return FlowRelation(table.table).failures.ownFailures(of: map)
  }

  @Test(
    "a list that its schema keeps within max_items is not refused",
    arguments: ["maxItems: 20", "maxItems: 3", "minItems: 1, maxItems: 20"]
  )
  func guaranteed(_ list: String) throws {
    #expect(try failures(Self.flow(Self.plain, list: list)).isEmpty)
  }

  @Test("nor is a literal list", arguments: ["[]", "[1, 2, 3]", #"['a', 'b']"#])
  func literal(_ list: String) throws {
    let map = #"for_each: "\#(list)", max_items: 3, tool: scan"#
    let kinds = try failures(Self.flow(map))
    // Texts in single quotes are no JSON: of those nothing is known.
    #expect(kinds.contains(.inputRejected) == list.contains("'"))
  }

  @Test(
    "other lists may be",
    arguments: ["", "maxItems: 21", "minItems: 3", "minItems: 30, maxItems: 30"]
  )
  func refused(_ list: String) throws {
    #expect(try failures(Self.flow(Self.plain, list: list)).contains(.inputRejected))
  }

  @Test("a list of which nothing is said, or that may be absent, may be no list")
  func unknownLists() throws {
    let optional = Self.flow(Self.plain, list: "maxItems: 3, optional: true")
    #expect(try failures(optional).contains(.guardError))
    #expect(!(try failures(optional).contains(.inputRejected)))
    let longer = Self.flow(#"for_each: "input.files + input.files", max_items: 20, tool: scan"#)
    #expect(try failures(longer).contains(.inputRejected))
  }

  @Test("a map whose door and items cannot fail needs no error edge of its own")
  func noErrorEdge() throws {
    let map = Self.plain + ", on_item_error: collect"
    let text = Self.flow(map, list: "maxItems: 20").replacing(", on_error: failed", with: "")
    let (report, _) = try FindingTests.verify(text)
    #expect(report.proven.contains("every step has an error edge"), "\(report.proven)")
    let open = Self.flow(map, list: "maxItems: 21").replacing(", on_error: failed", with: "")
    #expect(!(try FindingTests.verify(open).report.proven.contains("every step has an error edge")))
  }
}
