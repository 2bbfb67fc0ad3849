import Signalbox
import SignalboxTesting
import Testing

@testable import Relation

/// Flows whose analysis would grow by more than their size: what is looked at is counted.
@Suite("the size of analyses")
struct AnalysisSizeTests {
  private func table(_ text: String) throws -> LinkedTable {
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: text))
    let compiled = FlowCompiler.compile(try #require(loaded.flow))
    return try #require(compiled.table, "\(compiled.diagnostics.map(\.message))")
  }

  // MARK: Events taken inside

  /// A compound with an event for each of its states, each of which takes one of them itself.
  private func shadows(_ count: Int) -> String {
    let outer = (0..<count).map { "e\($0): done" }.joined(separator: ", ")
    let inner = (0..<count).map { number in
      "      s\(number): {on_event: {e\(number): s\((number + 1) % count)}}\n"
    }
    return "signalbox: 1\nname: f\ninitial_state: c\nstates:\n  c:\n    initial_state: s0\n"
      + "    on_success: done\n    on_event: {\(outer)}\n    states:\n\(inner.joined())"
      + "final_states: {done: {}}\n"
  }

  private func blockedPositions(_ relation: FlowRelation) -> Int {
    relation.threads.reduce(0) { $0 + $1.extraPositions.count }
  }

  @Test("what is taken inside is told apart up to a number of rows") func shadowed() throws {
    let count = 60
    let table = try table(shadows(count)).table
    var limits = Limits()
    let all = FlowRelation(table, limits: limits)
    #expect(blockedPositions(all) == count)
    limits.shadowedRows = 10 * count
    let some = FlowRelation(table, limits: limits)
    #expect((5...10).contains(blockedPositions(some)))
    #expect(some.moves.count < all.moves.count)
    limits.shadowedRows = 0
    let none = FlowRelation(table, limits: limits)
    #expect(blockedPositions(none) == 0)
    // Each event of the compound is open where all of its states are one.
    let compound = try #require(table.nodes.firstIndex { $0.name == "c" })
    let open = none.moves.filter { move in
      move.row != noIndex && Int(table.rows[Int(move.row)].place) == compound
        && move.cause == .event
    }
    #expect(Set(open.map(\.row)).count == count)
  }

  @Test("no state takes the compound's event that it takes itself") func shadowing() throws {
    let table = try table(shadows(5)).table
    let relation = FlowRelation(table)
    for number in 0..<5 {
      let node = try #require(table.nodes.firstIndex { $0.name == "s\(number)" })
      let entry = try #require(relation.entry(of: node))
      let inside = try #require(relation.moves(from: entry).first { $0.cause == .underWay }?.target)
      let names = relation.moves(from: inside).compactMap { move -> String? in
        guard move.cause == .event else { return nil }
        return table.eventNames(of: table.rows[Int(move.row)])
      }
      #expect(Set(names) == Set((0..<5).map { "e\($0)" }).subtracting(["e\(number)"]))
    }
  }

  @Test("rows that go first are those found by comparing each with each")
  func closing() {
    var random = RandomSource(seed: 16)
    let names = ["", "*", "a", "a.*", "a.b", "a.b.", "a-b", "a.b.c", "ab", "b", "b.c", "c.*"]
    func descriptors() -> [EventDescriptor] {
      if random.chance(50) {
        return [EventDescriptor(name: random.one(of: names), isExact: true)]
      }
      return (0...random.below(3)).map { _ in
        EventDescriptor(name: random.one(of: names), isExact: false)
      }
    }
    for round in 0..<300 {
      var table = TransitionTable(name: "t")
      table.nodes = [PlaceNode(name: "r", kind: .compound, parent: noIndex)]
      var taken: [[EventDescriptor]] = []
      for _ in 0...random.below(12) {
        taken.append(descriptors())
        table.rows.append(Row(place: 0, event: .external, target: noIndex))
      }
      table.nodes[0].rows = 0..<RowIndex(taken.count)
      var rows = ClosingRows()
      for (number, own) in taken.enumerated() {
        let row = table.rows[number]
        let expected = taken[..<number].firstIndex { $0.cover(own) }.map { RowIndex($0) }
        #expect(rows.first(before: row, own) == expected, "seed 16, round \(round)")
        rows.add(RowIndex(number), row, own)
      }
      let offered = OfferedRows(table, of: 0, taken)
      for (number, own) in taken.enumerated() {
        let expected = taken.indices.filter { own.cover(taken[$0]) }.map { RowIndex($0) }
        let found = Set(offered.covered(by: table.rows[number], own)).sorted()
        #expect(found == expected, "seed 16, round \(round)")
      }
    }
  }

  // MARK: Answers of calls side by side

  private func asking(_ count: Int) -> String {
    let tasks = (0..<count).map { "      - {id: t\($0), agent: boss}\n" }.joined()
    return """
      signalbox: 1
      name: f
      agents:
        boss: {type: human_task, roles: [lead], output: {decision: {enum: [yes, no]}}, timeout: 1h}
      tools:
        deploy: {type: http, effect: write, timeout: 5s}
      initial_state: p
      states:
        p:
          type: parallel
          tasks:
      \(tasks)    on_success: x
          on_error: stop
        x: {tool: deploy, on_success: done, on_error: stop}
      final_states: {done: {}, stop: {outcome: failure}}
      invariants:
        - {never: {tool: deploy}, without: {agent: boss, when: "output.decision == 'yes'"}}

      """
  }

  @Test("sets of answers that are told apart are counted", arguments: [2, 4, 12, 20])
  func answers(_ count: Int) throws {
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: asking(count)))
    let flow = try #require(loaded.flow)
    let table = try #require(FlowCompiler.compile(flow).table)
    var limits = Limits()
    limits.invariantEvents = 100_000
    let report = InvariantCheck.check(table, flow.invariants, limits: limits)
    // Nothing tests the answers, so none of them is known to be yes.
    #expect(report.proofs.isEmpty)
    #expect(report.findings.count == (count < 10 ? 1 : 0))
    #expect(report.notAnalysed.count == (count < 10 ? 0 : 1))
    #expect(report.notAnalysed.allSatisfy { $0.contains("100000 events") })
  }

  // MARK: History

  @Test("rows to what a state remembers lead to each state in it once") func history() throws {
    let count = 40
    let inner = (0..<count).map { "      s\($0): {on_event: {out: o\($0)}}\n" }.joined()
    let outer = (0..<count).map { "  o\($0): {on_event: {back: h}}\n" }.joined()
    let text =
      "signalbox: 1\nname: f\ninitial_state: o0\nstates:\n  c:\n    initial_state: s0\n"
      + "    on_success: done\n    states:\n      h: {type: history, default: s0}\n\(inner)\(outer)"
      + "final_states: {done: {}}\n"
    let table = try table(text).table
    let relation = FlowRelation(table)
    for number in 0..<count {
      let node = try #require(table.nodes.firstIndex { $0.name == "o\(number)" })
      let entry = try #require(relation.entry(of: node))
      let targets = relation.moves(from: entry).filter { $0.cause == .event }.map(\.target)
      #expect(targets.count == count)
      let names = targets.map { table.nodes[Int(relation.positions[Int($0)].node)].name }
      #expect(Set(names) == Set((0..<count).map { "s\($0)" }))
    }
  }

  // MARK: Parts, so many at a time

  @Test(
    "the longest time of parts, so many at a time",
    arguments: [(1, 22), (2, 15), (3, 11), (4, 10), (5, 9), (9, 7)]
  )
  func schedule(_ limit: Int, _ seconds: Int64) throws {
    let times = [3, 1, 2, 4, 5, 7]
    let tools = times.enumerated().map { "  k\($0): {type: http, effect: read, timeout: \($1)s}\n" }
    let tasks = times.indices.map { number in
      "  - {id: t\(number), tool: k\(number)\(number == 1 ? ", depends_on: [t0]" : "")}\n"
    }
    let text =
      "signalbox: 1\nname: f\ntools:\n\(tools.joined())concurrency: \(limit)\n"
      + "tasks:\n\(tasks.joined())"
    let report = Verifier.verify(try table(text))
    #expect(report.longestMilliseconds == seconds * 1_000)
  }

  // MARK: Steps held against the relation

  @Test("a token that nothing led to is found in a frame that the step has nothing to do with")
  func strayTokens() throws {
    let text = """
      signalbox: 1
      name: f
      tools:
        look: {type: http, effect: read, timeout: 5s}
      tasks:
        - id: m
          for_each: "[1, 2, 3]"
          max_items: 3
          tasks: [{id: a, tool: look}, {id: b, tool: look}]
        - {id: z, tool: look}

      """
    let table = try table(text)
    let check = RelationCheck(FlowRelation(table.table))
    let last = NodeIndex(try #require(table.table.nodes.firstIndex { $0.name == "z" }))
    let second = NodeIndex(try #require(table.table.nodes.firstIndex { $0.name == "b" }))
    var looked = 0
    for seed in 0..<UInt64(20) {
      var drive = RandomDrive(table, seed: seed)
      _ = drive.run(limit: 80) { before, _, after, output in
        let difference = check.difference(before: before, after: after, output: output)
        #expect(difference == nil, "seed \(seed): \(difference?.description ?? "")")
        let items = after.tokens.filter { $0.frame > 0 }
        let named = Set(
          output.trace.compactMap { entry -> Int32? in
            switch entry {
            case .entered(_, let frame, _), .took(_, let frame), .finished(_, let frame, _, _):
              return frame
            default: return nil
            }
          }
        )
        func isFound(_ place: NodeIndex, _ frame: Int32) -> Bool {
          var wrong = after
          wrong.tokens.append(Token(place: place, frame: frame))
          wrong.tokens.sort { ($0.frame, $0.place) < ($1.frame, $1.place) }
          return check.difference(before: before, after: wrong, output: output) != nil
        }
        guard !items.isEmpty else { return }
        #expect(isFound(last, 0), "seed \(seed)")
        for item in items where item.place != second && !named.contains(item.frame) {
          looked += 1
          #expect(isFound(second, item.frame), "seed \(seed)")
        }
      }
    }
    #expect(looked > 0)
  }
}
