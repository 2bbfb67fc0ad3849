import Definition
import Foundation
import Source
import Testing

private let seeds = CorpusFile.folder("SIGNALBOX_SEEDS", default: "../shared/seeds")?
  .appendingPathComponent("yaml")

private func load(_ name: String, overlay: String? = nil) throws -> FlowLoader.Result {
  let folder = try #require(seeds)
  let file = try #require(CorpusFile.source(folder.appendingPathComponent(name)))
  let overlays = overlay.map { [SourceFile(name: "overlay.yaml", text: $0)] } ?? []
  return FlowLoader.load(file, overlays: overlays, includes: MemoryIncludes(), limits: Limits())
}

private func machine(_ result: FlowLoader.Result) throws -> Machine {
  #expect(!result.diagnostics.hasErrors, "\(rendered(result.diagnostics))")
  guard case .machine(let machine) = try #require(result.flow).body else { throw NoMachine() }
  return machine
}

private struct NoMachine: Error {}

@Suite("seeds", .enabled(if: seeds != nil, "skipped: no seed definitions (SIGNALBOX_SEEDS)"))
struct SeedTests {
  @Test(
    "machines of the seeds load unchanged",
    arguments: [
      ("s4-planner-fsm-support.yaml", "", 3), ("s4-planner-fsm-support.definition.yaml", "", 3),
      ("s4-fraud-detection.yaml", "", 4),
      ("s4-fraud-detection.risk_scorer.definition.yaml", "", 4),
      ("s4-content-moderation.yaml", "entry: decision_maker", 3),
      ("s4-content-moderation.decision_maker.definition.yaml", "", 3),
      ("s4-devops-deployment.transliterated.yaml", "entry: build_validator", 5),
    ]
  )
  func machines(_ name: String, _ overlay: String, _ states: Int) throws {
    let result = try load(name, overlay: overlay.isEmpty ? nil : overlay)
    #expect(try machine(result).states.count == states)
    #expect(result.flow?.form == .seed)
  }

  @Test("a graph of nodes and edges is a machine") func graph() throws {
    let machine = try machine(try load("s3-api-graph-create.yaml"))
    #expect(machine.states.map(\.name) == ["extract", "analyze", "report"])
    #expect(machine.initialState?.value == "extract")
    #expect(machine.states[0].content.onSuccess.map(\.target.value) == ["analyze"])
    #expect(machine.states[2].content.onSuccess.map(\.target.value) == ["done"])
  }

  @Test("steps with connections are a machine") func connections() throws {
    let machine = try machine(try load("s1-content-creation-hybrid.yaml"))
    #expect(machine.states.count == 4)
    #expect(machine.initialState?.value == "validate_input")
    #expect(
      machine.states[2].content.onSuccess.map(\.target.value) == ["optimize_content", "done"]
    )
    guard case .check(let check) = machine.states[0].content.work else {
      Issue.record("a validation is a check")
      return
    }
    #expect(check.text == "has(input.brand_id) && has(input.content_topic)")
  }

  @Test("every type of task loads") func tasks() throws {
    let result = try load("s0-task-types.yaml")
    #expect(!result.diagnostics.hasErrors, "\(rendered(result.diagnostics))")
    guard case .tasks(let list)? = result.flow?.body else {
      Issue.record("no list of tasks")
      return
    }
    #expect(
      list.tasks.map(\.name) == [
        "analyze_data", "multi_analysis", "process_documents", "route_by_type",
        "complex_workflow", "combine_results",
      ]
    )
    #expect(list.tasks[1].step.join == .finished)
  }

  @Test("spans of a definition's text point into the outer file") func spans() throws {
    let result = try load("s4-fraud-detection.yaml")
    let decision = try #require(try machine(result).states[1].content.decision)
    let span = decision.condition.span
    #expect(span.file.name == "s4-fraud-detection.yaml")
    #expect(span.file.line(span.startPosition.line).contains("risk_score < 0.7"))
  }

  @Test("limits of the fraud seed") func limits() throws {
    let flow = try #require(try load("s4-fraud-detection.yaml").flow)
    #expect(flow.budget?.hardPicodollars?.value == 10_000_000_000)
    #expect(flow.budget?.period == .run)
    #expect(flow.timeout?.afterMilliseconds.value == 2_000)
    #expect(flow.planningAgent == "risk_scorer")
    #expect(flow.inertKeys.contains { $0.value == "workflow.sla" })
  }

  @Test("an overlay completes a definition that is written as text") func overlay() throws {
    let overlay = """
      agents:
        risk_scorer:
          planner:
            definition:
              states:
                check_velocity: {on_error: flag_for_manual_review}
      final_states: [approve_transaction, flag_for_manual_review]
      """
    let result = try load("s4-fraud-detection.yaml", overlay: overlay)
    let machine = try machine(result)
    #expect(machine.finalStates.map(\.name) == ["approve_transaction", "flag_for_manual_review"])
    let velocity = machine.states[1].content
    #expect(velocity.decision != nil)
    #expect(velocity.onError.first?.target.value == "flag_for_manual_review")
    #expect(velocity.onError.first?.span.file.name == "overlay.yaml")
    #expect(velocity.decision?.onTrue.span.file.name == "s4-fraud-detection.yaml")
    #expect(result.files.map(\.name) == ["s4-fraud-detection.yaml", "overlay.yaml"])
  }

  @Test("conditions come before on_success") func order() throws {
    let search = try machine(try load("s4-planner-fsm-support.yaml")).states[1].content
    #expect(
      search.onSuccess.map(\.target.value) == ["human_review", "escalate", "generate_response"]
    )
  }

  @Test("several planners and no entry are listed") func severalPlanners() throws {
    let result = try load("s4-content-moderation.yaml")
    #expect(result.flow == nil)
    let finding = try #require(result.diagnostics.first { $0.severity == .error })
    #expect(finding.code == .flowEntry)
    #expect(finding.message.contains("`text_analyzer` and `decision_maker`"))
  }

  @Test(
    "planners that ask a model load unchanged",
    arguments: ["s4-planner-llm.yaml"]
  )
  func modelPlanner(_ name: String) throws {
    let result = try load(name)
    #expect(!result.diagnostics.hasErrors, "\(rendered(result.diagnostics))")
    guard case .planner(let planner) = try #require(result.flow).body else { throw NoMachine() }
    #expect(planner.maxSteps?.value == 10)
    #expect(planner.template?.value.text.contains("{{.goal}}") == true)
    #expect(planner.isScaffolded)
  }

  @Test(
    "trees of the seeds load unchanged",
    arguments: [
      ("s4-planner-behavior-tree-urgency.yaml", "", 6),
      ("s4-planner-behavior-tree-urgency.definition.yaml", "", 6),
      ("s4-content-moderation.yaml", "entry: text_analyzer", 6),
      ("s4-content-moderation.text_analyzer.definition.yaml", "", 6),
    ]
  )
  func trees(_ name: String, _ overlay: String, _ leaves: Int) throws {
    let result = try load(name, overlay: overlay.isEmpty ? nil : overlay)
    #expect(!result.diagnostics.hasErrors, "\(rendered(result.diagnostics))")
    guard case .tree(let tree) = try #require(result.flow).body else { throw NoMachine() }
    var nodes = [tree.root]
    var found = 0
    while let node = nodes.popLast() {
      if case .step = node.kind { found += 1 }
      nodes += node.children
    }
    #expect(found == leaves)
  }
}
