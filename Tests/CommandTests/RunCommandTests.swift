import Foundation
import SignalboxCommand
import TestSupport
import Testing

/// Commands about runs: what is looked at before one starts, events, cancellation, work, showing.
@Suite struct RunCommandTests {
  private static let asking = """
    signalbox: 1
    name: ask
    input: {text: {type: string, maxLength: 40}}
    agents:
      boss:
        type: human_task
        roles: [lead]
        prompt: "Is {{ input.text }} fine?"
        input: {text: {type: string, maxLength: 40}}
        output: {ok: {type: boolean}}
    tools:
      echo: {type: process, argv: [/bin/cat], effect: read, output: {text: {type: string}}}
    initial_state: say
    states:
      say:
        tool: echo
        with: {text: "{{ input.text }}"}
        timeout: 10m
        on_success: ask
        on_error: lost
      ask:
        agent: boss
        with: {text: "{{ input.text }}"}
        timeout: TIMEOUT
        on_success: done
        on_timeout: late
        on_error: lost
        on_cancel: gone
    final_states: {done: {}, late: {}, gone: {outcome: failure}, lost: {outcome: failure}}
    """
  private static let waiting = """
    signalbox: 1
    name: order
    initial_state: open
    states:
      open: {on_event: [{event: submit, target: done}, {event: drop, target: dropped}]}
    final_states: {done: {}, dropped: {outcome: failure}}
    """

  private final class Place {
    let folder = NSTemporaryDirectory() + "/signalbox-runs-\(UInt64.random(in: 0...UInt64.max))"
    var store: String { folder + "/runs.db" }

    init() {
      try? FileManager.default.createDirectory(
        atPath: folder,
        withIntermediateDirectories: true
      )
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func write(_ name: String, _ text: String) throws -> String {
      try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
      return folder + "/" + name
    }

    /// The ids of the runs, newest first.
    func runs(_ words: String...) async -> [String] {
      let output = CapturedText()
      let console = Console(output: output, talk: CapturedText(), environment: { _ in nil })
      _ = await Program.run(["runs", "--store", store] + words, console)
      return output.text.split(separator: "\n").compactMap { $0.split(separator: " ").first }
        .map(String.init)
    }
  }

  @Test func `an event moves a run that waits for it, and another is refused`() async throws {
    let place = Place()
    let flow = try place.write("order.yaml", Self.waiting)
    let started = await Outcome("run", flow, "--store", place.store)
    #expect(started.code == .success && started.output.hasPrefix("waiting for events submit, drop"))
    let run = try #require(await place.runs().first)
    let shown = await Outcome("show", run, "--store", place.store)
    #expect(shown.output.contains("takes events submit, drop: signalbox signal \(run) NAME\n"))
    let slip = await Outcome("signal", run, "sumbit", "--store", place.store)
    #expect(slip.code == .badUse && slip.talk.contains("did you mean `submit`?"))
    let nobody = await Outcome("signal", "r-0", "submit", "--store", place.store)
    #expect(nobody.code == .badUse)
    let signalled = await Outcome("signal", run, "submit", "--store", place.store)
    #expect(signalled.code == .success && signalled.output.hasPrefix("done"))
    let late = await Outcome("signal", run, "submit", "--store", place.store)
    #expect(late.code == .badUse && late.talk.contains("has ended: succeeded"))
    let replayed = await Outcome("replay", run, "--store", place.store)
    #expect(replayed.code == .success)
  }

  @Test func `a run is cancelled once`() async throws {
    let place = Place()
    let flow = try place.write("order.yaml", Self.waiting)
    _ = await Outcome("run", flow, "--store", place.store)
    let run = try #require(await place.runs("--status", "waiting").first)
    let reason = ["--reason", "ordered twice"]
    let cancelled = await Outcome(
      "cancel",
      run,
      "--store",
      place.store,
      reason[0],
      reason[1]
    )
    #expect(cancelled.code == .stopped && cancelled.output.contains("ordered twice"))
    #expect(await Outcome("cancel", run, "--store", place.store).code == .badUse)
    #expect(await place.runs("--status", "waiting") == [])
    #expect(await place.runs("--flow", "order", "--since", "1h") == [run])
    #expect(await place.runs("--flow", "other") == [])
    #expect(await Outcome("runs", "--since", "soon", "--store", place.store).code == .badUse)
  }

  @Test func `work drives what is due, and leaves the rest`() async throws {
    let place = Place()
    let input = try place.write("i.json", "{\"text\": \"tea\"}")
    let short = Self.asking.replacing("TIMEOUT", with: "1ms")
    let soon = try place.write("soon.yaml", short.replacing("name: ask", with: "name: soon"))
    let later = try place.write("later.yaml", Self.asking.replacing("TIMEOUT", with: "9d"))
    for flow in [soon, later] {
      _ = await Outcome("run", flow, "-i", input, "--no-input", "--store", place.store)
    }
    try await Task.sleep(nanoseconds: 5_000_000)
    let worked = await Outcome("work", "--once", "--store", place.store)
    #expect(worked.code == .success)
    #expect(await place.runs("--status", "succeeded", "--flow", "soon").count == 1)
    let left = await place.runs("--status", "waiting")
    #expect(await place.runs("--flow", "ask") == left && left.count == 1)
    // What is not due is looked at and left: nothing is journaled for it.
    let again = await Outcome("work", "--once", "--store", place.store)
    #expect(again.talk.contains("waiting: ask"))
  }

  @Test func `a call is shown with what was sent and said`() async throws {
    let place = Place()
    let input = try place.write("i.json", "{\"text\": \"tea\"}")
    let flow = try place.write("ask.yaml", Self.asking.replacing("TIMEOUT", with: "9d"))
    let run = await Outcome(
      "run",
      flow,
      "-i",
      input,
      "--no-input",
      "-o",
      "jsonl",
      "--store",
      place.store
    )
    let events = run.output.split(separator: "\n")
    #expect(events.count == 4 && events.allSatisfy { $0.contains("\"version\":1") })
    #expect(events[1].contains("\"event\":\"called\"") && events[1].contains("\"text\":\"tea\""))
    #expect(events[2].contains("\"event\":\"waiting\"") && events[2].contains("\"lead\""))
    let id = try #require(await place.runs().first)
    let first = await Outcome("show", id, "--step", "1", "--store", place.store)
    #expect(first.output.hasPrefix("call 1  say  tool echo\n"))
    #expect(first.output.contains("output        {\"text\":\"tea\"}\n"))
    let second = await Outcome("show", id, "--step", "ask", "--full", "--store", place.store)
    #expect(second.output.contains("prompt        Is tea fine?\n"))
    for wrong in ["3", "0", "aks"] {
      let outcome = await Outcome("show", id, "--step", wrong, "--store", place.store)
      #expect(outcome.code == .badUse, "\(wrong)")
    }
    // The beginning of an id will do while it is of one run.
    let short = String(id.prefix(id.count - 1))
    let shown = await Outcome("show", short, "--store", place.store)
    #expect(shown.code == .success && shown.output.contains("waits for lead at ask, until"))
    _ = await Outcome("run", flow, "-i", input, "--no-input", "--store", place.store)
    // No beginning at all names no run, not even the only one.
    for nothing in ["", "r-", "r-1"] {
      let outcome = await Outcome("cancel", nothing, "--store", place.store)
      #expect(outcome.code == .badUse && outcome.talk.contains("too short"), "\(outcome.talk)")
    }
    let many = await Outcome("show", String(id.prefix(6)), "--store", place.store)
    #expect(many.code == .badUse && many.talk.contains("begins the ids of 2 runs"))
    #expect(await Outcome("show", "nothing", "--store", place.store).code == .badUse)
  }

  @Test(arguments: [
    ("type: process, argv: [/bin/no-such-program]", "SBX-RUN-003"),
    ("type: process, argv: [/bin/cat], env: [SIGNALBOX_NOWHERE_SET]", "SBX-RUN-002"),
    (
      "type: http, endpoint: \"https://a.example\", headers: {K: \"{{ secrets.NOWHERE_SET }}\"}",
      "SBX-RUN-002"
    ),
    ("type: http, endpoint: \"ftp://a.example\"", "SBX-RUN-004"),
    ("type: http, endpoint: \"https://a.example\", headers: {\"A B\": c}", "SBX-RUN-005"),
    ("type: http, endpoint: \"https://a.example\", headers: {Host: c}", "SBX-RUN-005"),
    ("type: http", "SBX-RUN-001"),
  ])
  func `what can never be called is refused before the run`(
    _ tool: String,
    _ code: String
  ) async throws {
    let place = Place()
    let flow = try place.write(
      "flow.yaml",
      """
      signalbox: 1
      tools: {t: {\(tool), effect: read}}
      initial_state: a
      states: {a: {tool: t, timeout: 5s, on_success: done, on_error: lost}}
      final_states: {done: {}, lost: {outcome: failure}}
      """
    )
    let outcome = await Outcome("run", flow, "--store", place.store)
    #expect(outcome.code == .badUse && outcome.talk.contains("error[\(code)]"), "\(outcome.talk)")
    #expect(outcome.talk.contains("flow.yaml:2:"))
    #expect(await place.runs() == [])
  }

  @Test func `a scenario's events happen in a run, too`() async throws {
    let place = Place()
    let flow = try place.write("order.yaml", Self.waiting)
    let scenarios = try place.write(
      "scenarios.yaml",
      """
      scenarios:
        - {name: sent, events: [{at: 1h, name: submit}], expect: {final: done}}
        - {name: dropped, events: [{at: 1h, name: drop}], expect: {final: dropped}}
        - {name: cancelled, events: [{at: 1h, cancel: enough}]}
      """
    )
    let endings: [(String, ExitCode)] = [
      ("sent", .success), ("dropped", .runFailed), ("cancelled", .stopped),
    ]
    for (name, code) in endings {
      let outcome = await Outcome(
        "run",
        flow,
        "--scenario",
        name,
        "--scenarios",
        scenarios,
        "--store",
        place.store
      )
      #expect(outcome.code == code, "\(name): \(outcome.output)")
    }
  }
}
