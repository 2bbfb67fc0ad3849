import Execution
import Runtime
import Source
import Table
import Testing
import Values

/// The form of scenario files.
@Suite struct ScenarioFileTests {
  private func load(_ text: String) -> (file: ScenarioFile?, diagnostics: [Diagnostic]) {
    ScenarioFile.load(SourceFile(name: "tests.yaml", text: text))
  }

  @Test func readsAnswersAndExpectations() throws {
    let (loaded, diagnostics) = load(
      """
      flow: ../flow.yaml
      defaults:
        input: {message: hello}
        script:
          search: {output: {hits: []}}
          send: {output: {}}
      scenarios:
        - name: first
          script:
            search: [{error: unavailable}, {after: 90ms, output: null}]
            review: {never: true}
            model: {repeat: 3, output: 1, usage: {prompt: 7, output: 2}}
          expect:
            path: [search, send]
            order: free
            final: done
            outcome: success
            result: {id: 1}
            cost: {min: 0, max: $0.005}
            never: [{tool: send, with: {to: me}}, {step: search, status: failure}]
            assert: ["steps.search.visits == 2"]
        - name: second
          input: {}
      """
    )
    #expect(diagnostics.map(\.message) == [])
    let file = try #require(loaded)
    #expect(file.flow?.text == "../flow.yaml")
    #expect(file.scenarios.map(\.name) == ["first", "second"])
    let first = file.scenarios[0]
    #expect(first.input == .map(["message": .string("hello")]))
    #expect(file.scenarios[1].input == .map(ValueMap()))
    guard case .list(let answers)? = first.script[.string("search")],
      case .failure(.unavailable, _) = answers[0].content, case .output(.null) = answers[1].content
    else {
      Issue.record("the list of answers must be read")
      return
    }
    #expect(answers[1].afterMilliseconds == 90)
    guard case .list(let repeated)? = first.script[.string("model")] else {
      Issue.record("a repetition is a list")
      return
    }
    #expect(repeated.count == 3)
    #expect(repeated[0].usage == Usage(promptTokens: 7, outputTokens: 2))
    guard case .every(let send)? = first.script[.string("send")], case .output = send.content else {
      Issue.record("defaults must be kept key by key")
      return
    }
    let expectation = first.expectation
    #expect(expectation.path?.map(\.text) == ["search", "send"])
    #expect(!expectation.isPathOrdered)
    #expect(expectation.costAtMost?.picodollars == 5_000_000_000)
    #expect(expectation.never.count == 2)
    #expect(expectation.assertions.map(\.text) == ["steps.search.visits == 2"])
  }

  @Test(arguments: [
    ("scenarios: 3", "scenarios"),
    ("flow: a.yaml", "scenarios"),
    ("[1, 2]", "mapping"),
    ("scenarios: [{nam: x, name: y}]", "nam"),
    ("scenarios: [{name: x, script: {a: {}}}]", "exactly one"),
    ("scenarios: [{name: x, script: {a: {output: 1, error: timeout}}}]", "exactly one"),
    ("scenarios: [{name: x, script: {a: {error: unavailible}}}]", "unavailible"),
    ("scenarios: [{name: x, script: {a: {output: 1, after: 3}}}]", "duration"),
    ("scenarios: [{name: x, script: {a: {output: 1, after: soon}}}]", "duration"),
    ("scenarios: [{name: x, script: {a: {output: 1, repeat: 0}}}]", "repeat"),
    ("scenarios: [{name: x, script: {a: {output: 1, usage: {prompt: -1}}}}]", "prompt"),
    ("scenarios: [{name: x, expect: {cost: {max: cheap}}}]", "money"),
    ("scenarios: [{name: x, expect: {outcome: fine}}]", "outcome"),
    ("scenarios: [{name: x, expect: {error: oops}}]", "oops"),
    ("scenarios: [{name: x, expect: {path: send}}]", "path"),
    ("scenarios: [{name: x, expect: {never: [{}]}}]", "selector"),
    ("scenarios: [{name: x, expect: {assert: [3]}}]", "assertion"),
    ("scenarios: [{name: x, expect: {plan: {chosen: nothing}}}]", "chosen"),
    ("scenarios: [{name: x, expect: {plan: {verdicts: accepted}}}]", "verdicts"),
    ("scenarios: [{name: x, script: {a: {proposal: ../up.json}}}]", "path below"),
    ("scenarios: [{name: x, script: {a: {proposal: none.json}}}]", "none.json"),
    ("scenarios: [{name: x, script: {a: {proposal: {tasks: []}, output: 1}}}]", "exactly one"),
    ("scenarios: [{name: x", ""),
  ]) func findsMistakes(_ text: String, _ part: String) {
    let (_, diagnostics) = load(text)
    #expect(diagnostics.hasErrors, "\(text)")
    #expect(
      diagnostics.contains { $0.message.contains(part) },
      "\(text): \(diagnostics.map(\.message))"
    )
    #expect(diagnostics.allSatisfy { $0.span != nil })
  }

  @Test func namesWhatTheFlowDoesNotHave() async throws {
    let table = try #require(
      HandMadeTable.line([
        HandMadeTable.Step(name: "search", performer: HandMadeTable.tool("docs", isWrite: false))
      ])
    )
    let (loaded, _) = load(
      """
      scenarios:
        - name: x
          script: {serach: {output: 1}, docs: {output: 2}}
          expect: {path: [search, doen], final: done}
      """
    )
    let runner = ScenarioRunner(table: table, pricer: pricer)
    let findings = runner.check(try #require(loaded))
    #expect(findings.map(\.code) == [.scenarioUnknownName, .scenarioUnknownName])
    #expect(findings.map(\.hint) == ["did you mean `search`?", "did you mean `done`?"])
    #expect(findings[0].span?.location == "tests.yaml:3:14")
  }
}

/// What comes of scenarios on a hand-made flow.
@Suite struct ScenarioRunnerTests {
  private func reports(_ text: String) async throws -> [ScenarioReport] {
    let table = try #require(
      HandMadeTable.line([
        HandMadeTable.Step(name: "classify", performer: HandMadeTable.model("classifier")),
        HandMadeTable.Step(
          name: "review",
          performer: HandMadeTable.person("reviewer"),
          deadlineMilliseconds: 86_400_000
        ),
      ])
    )
    let (file, diagnostics) = ScenarioFile.load(SourceFile(name: "tests.yaml", text: text))
    #expect(diagnostics.map(\.message) == [])
    return await ScenarioRunner(table: table, pricer: pricer).run(try #require(file))
  }

  @Test func passesWhatHolds() async throws {
    let reports = try await reports(
      """
      defaults:
        script:
          classify: {output: a, usage: {prompt: 10, output: 1}}
          review: {after: 3h, output: ok}
      scenarios:
        - name: all is well
          expect:
            path: [classify, review, done]
            final: done
            outcome: success
            cost: {min: 0, max: $0.00000001}
        - name: nobody answers
          script: {review: {never: true}}
          expect:
            {path: [classify, review, lost], final: lost, outcome: failure, never: [{tool: x}]}
        - name: without usage the worst is charged
          script: {classify: {output: a}}
          expect: {order: free, path: [done, review, classify]}
      """
    )
    #expect(reports.flatMap(\.failures).map(\.message) == [])
    #expect(reports.map(\.virtualMilliseconds) == [10_800_000, 86_400_000, 10_800_000])
    #expect(reports.map(\.costPicodollars) == [110, 110, 1_100])
    #expect(reports.map(\.isCostEstimated) == [false, false, true])
    #expect(reports[0].path == ["classify", "review", "done"])
  }

  @Test func saysWhatDoesNotHoldAndWhere() async throws {
    let reports = try await reports(
      """
      scenarios:
        - name: wrong end
          script: {classify: {output: a}, review: {output: ok}}
          expect: {final: lost, outcome: failure, error: timeout}
        - name: wrong way
          script: {classify: {output: a}, review: {output: ok}}
          expect: {path: [classify, done]}
        - name: too dear
          script: {classify: {output: a}, review: {output: ok}}
          expect: {cost: {max: $0}, never: [{agent: classifier}]}
        - name: runs out of answers
          script: {classify: []}
          expect: {final: done}
      """
    )
    #expect(
      reports.map { $0.failures.map(\.message) } == [
        [
          "final: expected lost, got done", "outcome: expected failure, got success",
          "error: expected timeout, got none",
        ],
        ["path: expected `done`, got `review`"],
        [
          "cost: expected at most $0.000000, got $0.0000000011",
          "never: `classify` called `classifier`",
        ],
        [
          "script: the script has no answer, or no further one, for `classify`",
          "final: expected done, got lost (failed: the script has no answer, or no further one, "
            + "for `classify`)",
        ],
      ]
    )
    #expect(reports[0].failures[0].span?.location == "tests.yaml:4:21")
    #expect(reports[1].failures[0].span?.location == "tests.yaml:7:31")
  }

  @Test func scenariosRepeatExactly() async throws {
    let text = """
      scenarios:
        - name: x
          script: {classify: {after: 5s, output: a}, review: {after: 1h, output: ok}}
      """
    let first = try await reports(text)
    let second = try await reports(text)
    #expect(first.map(\.path) == second.map(\.path))
    #expect(first.map(\.virtualMilliseconds) == second.map(\.virtualMilliseconds))
  }
}
