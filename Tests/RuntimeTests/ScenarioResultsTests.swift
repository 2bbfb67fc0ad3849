import Runtime
import Signalbox
import Source
import Table
import Testing

/// Events on the virtual clock, and results for other programs.
@Suite struct ScenarioResultsTests {
  private func reports(_ scenarios: String) async throws -> [ScenarioReport] {
    let flow = SourceFile(name: "flow.yaml", text: PathSearchTests.order)
    let table = try #require(FlowPreparation.prepare(flow).table)
    let (file, findings) = ScenarioFile.load(SourceFile(name: "t.yaml", text: scenarios))
    #expect(findings.map(\.message) == [])
    let runner = ScenarioRunner(table: table, pricer: CallPricer(prices: .standard))
    return await runner.run(try #require(file))
  }

  @Test func `events arrive on the virtual clock`() async throws {
    let reports = try await reports(
      """
      defaults:
        input: {lines: []}
        script: {marking: {after: 1h, output: {mark: 9}}, pay: {output: {id: P0001}}}
      scenarios:
        - name: in time
          events: [{at: 47h, name: submit, data: {urgent: true}}]
          expect: {path: [open, marking, paying, pay, paid, done], final: done}
        - name: after a cancellation
          events: [{at: 1h, name: submit, data: {urgent: true}}, {at: 90m, cancel: no more}]
          expect: {path: [open, marking, dropped], outcome: cancelled}
        - name: too late
          events: [{at: 3d, name: submit}]
          expect: {final: expired}
        - name: of no interest, then in order of the list
          events: [{at: 1h, name: drop}, {at: 1h, name: submit}]
          expect: {final: dropped}
      """
    )
    #expect(reports[0].failures.map(\.message) == [])
    #expect(reports[0].virtualMilliseconds == 48 * 3_600_000)
    #expect(reports[1].failures.map(\.message) == [])
    #expect(
      reports[2].failures.map(\.message) == [
        "events: the run had ended before the event `submit`"
      ]
    )
    #expect(
      reports[3].failures.map(\.message) == [
        "events: the run had ended before the event `submit`"
      ]
    )
  }

  @Test(arguments: [
    ("[{name: submit}]", "at"),
    ("[{at: soon, name: submit}]", "`soon` is no duration"),
    ("[{at: 1h}]", "one of `name`, `cancel`"),
    ("[{at: 1h, name: submit, cancel: x}]", "one of `name`, `cancel`"),
    ("[{at: 1h, nam: submit}]", "nam"),
    ("[3]", "mapping"),
  ])
  func `events with mistakes are refused`(_ events: String, _ words: String) {
    let text = "scenarios: [{name: x, events: \(events)}]"
    let (_, findings) = ScenarioFile.load(SourceFile(name: "t.yaml", text: text))
    #expect(findings.contains { $0.message.contains(words) }, "\(findings.map(\.message))")
  }

  @Test func `an event that the flow does not know is refused`() throws {
    let flow = SourceFile(name: "flow.yaml", text: PathSearchTests.order)
    let table = try #require(FlowPreparation.prepare(flow).table)
    let text = "scenarios: [{name: x, input: {lines: []}, events: [{at: 1h, name: submitt}]}]"
    let (file, _) = ScenarioFile.load(SourceFile(name: "t.yaml", text: text))
    let runner = ScenarioRunner(table: table, pricer: CallPricer(prices: .standard))
    let findings = runner.check(try #require(file))
    #expect(findings.count == 1 && findings[0].message.contains("`submitt`"))
  }

  @Test func `results are well formed whatever the names are`() async throws {
    let reports = try await reports(
      """
      scenarios:
        - name: "a <b> & \\"c\\" # d \\\\ \\u0001\\n\\u2028 ]]>"
          input: {lines: []}
          events: [{at: 1h, name: drop}]
          expect: {final: done}
        - name: fine
          input: {lines: []}
          events: [{at: 1h, name: drop}]
          expect: {final: dropped}
      """
    )
    var timed = reports
    timed[0].playedMicroseconds = 1_500
    timed[1].playedMicroseconds = 2_000_250
    let results = ScenarioResults([ScenarioResults.Suite(flow: "a&b.yaml", reports: timed)])
    #expect(
      results.junit == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="signalbox" tests="2" failures="1" errors="0" time="2.001750">
          <testsuite name="a&amp;b.yaml" tests="2" failures="1" errors="0" time="2.001750">
            <testcase classname="a&amp;b.yaml" \
        name="a &lt;b&gt; &amp; &quot;c&quot; # d \\ \u{FFFD}&#10;\u{2028} ]]&gt;" time="0.001500">
              <properties><property name="virtual_ms" value="3600000"/></properties>
              <failure type="expectation" message="final: expected done, got dropped">\
        t.yaml:5:21: final: expected done, got dropped&#10;way taken: open &gt; dropped</failure>
            </testcase>
            <testcase classname="a&amp;b.yaml" name="fine" time="2.000250">
              <properties><property name="virtual_ms" value="3600000"/></properties>
            </testcase>
          </testsuite>
        </testsuites>

        """
    )
    #expect(
      results.tap == """
        TAP version 14
        1..2
        not ok 1 - a <b> & "c" \\# d \\\\     ]]>
          ---
          failures:
            - message: "final: expected done, got dropped"
              at: "t.yaml:5:21"
          way: "open > dropped"
          ...
        ok 2 - fine

        """
    )
  }

  @Test func `guards seen only one way are told apart from rows never taken`() async throws {
    let flow = SourceFile(name: "flow.yaml", text: PathSearchTests.order)
    let table = try #require(FlowPreparation.prepare(flow).table)
    let reports = try await reports(
      """
      scenarios:
        - name: plain
          input: {lines: []}
          script: {marking: {output: {mark: 8}}, pay: {output: {id: P0001}}}
          events: [{at: 1h, name: submit, data: {urgent: false}}]
          expect: {final: done}
      """
    )
    let coverage = try #require(reports.first).coverage
    #expect(reports[0].failures.map(\.message) == [])
    let guards = coverage.missingGuards(of: table.table)
    func words(_ rows: [RowIndex]) -> [String] { rows.map { table.table.words(ofRow: $0) } }
    #expect(
      words(guards.neverTrue) == [
        "open external submit -> marking [event.data.urgent]",
        "marking success -> marking [state.rounds < 3]",
      ]
    )
    #expect(
      words(guards.neverFalse) == [
        "marking success -> paying [marking.mark >= 8]",
        "marking success -> marking [state.rounds < 3]",
      ]
    )
  }
}
