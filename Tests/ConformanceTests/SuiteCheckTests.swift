import Conformance
import Signalbox
import Testing

/// What `check` says of the flows that the open suites import, held against the suites' own runs.
@Suite struct SuiteCheckTests {
  /// A suite whose cases are imported as flows.
  enum Imported: String, CaseIterable, CustomTestStringConvertible {
    case statecharts
    case trees = "behavior-trees"
    case states = "states-language"
    case workflows = "serverless-workflow"

    var testDescription: String { rawValue }

    func flows() throws -> [SuiteFlow] {
      let directory = "\(ConformanceDirectory.root)/\(rawValue)"
      return switch self {
      case .statecharts: try StatechartSuite.flows(directory: directory)
      case .trees: try BehaviorTreeSuite.flows(directory: directory)
      case .states: try StatesLanguageSuite.flows(directory: directory)
      case .workflows: try ServerlessWorkflowSuite.flows(directory: directory)
      }
    }

    /// The number of flows that are imported.
    var count: Int {
      switch self {
      case .statecharts: 168
      case .trees: 488
      case .states: 520
      case .workflows: 13
      }
    }

    /// Flows that `check` refuses, each with the codes that it gives and why they are right.
    var refused: [String: (codes: Set<String>, reason: String)] {
      switch self {
      case .trees:
        [
          "btcpp-random-guarded/cpp-guarded-048": (
            ["SBX-PATH-002"],
            "keeps running until a failure, and never fails: an inverted forced failure"
          )
        ]
      case .statecharts, .states, .workflows: [:]
      }
    }
  }

  @Test(
    .enabled(
      if: Imported.allCases.allSatisfy { ConformanceDirectory.has($0.rawValue) },
      ConformanceDirectory.absence("imported")
    ),
    arguments: Imported.allCases
  )
  func `every flow that is imported passes check, but for the listed ones`(
    _ suite: Imported
  ) throws {
    let flows = try suite.flows()
    #expect(flows.count == suite.count)
    var refused: [String: Set<String>] = [:]
    for flow in flows {
      let prepared = FlowPreparation.prepare(flow.flow, files: [], found: flow.diagnostics)
      let errors = prepared.diagnostics.filter { $0.severity == .error }
      if !errors.isEmpty { refused[flow.id] = Set(errors.map(\.code.id)) }
    }
    #expect(refused == suite.refused.mapValues(\.codes))
  }

  @Test(
    .enabled(
      if: Imported.allCases.allSatisfy { ConformanceDirectory.has($0.rawValue) },
      ConformanceDirectory.absence("imported")
    ),
    arguments: Imported.allCases
  )
  func `nothing that a run of a suite goes through is called dead`(_ suite: Imported) throws {
    var passed = (nodes: 0, rows: 0)
    for flow in try suite.flows() {
      guard let table = FlowCompiler.compile(flow.flow).table else {
        Issue.record("\(flow.id) does not compile")
        continue
      }
      let relation = FlowRelation(table.table)
      let places = flow.passed(table)
      passed.nodes += places.nodes.count
      passed.rows += places.rows.count
      let unreached = places.nodes.filter { !relation.isReached(Int($0)) }
      let untaken = places.rows.filter { !relation.isRowTaken[Int($0)] }
      #expect(unreached.isEmpty, "\(flow.id): \(unreached.map { table.table.nodes[Int($0)].name })")
      #expect(untaken.isEmpty, "\(flow.id): rows \(untaken.sorted())")
    }
    // Runs that go through nothing would be no test.
    #expect(passed.nodes > suite.count && passed.rows > suite.count / 2, "\(passed)")
  }
}
