import Signalbox
import TestSupport
import Testing

@testable import SignalboxCommand

/// Kills the program with SIGKILL in the middle of each step of a run, resumes it, and counts how
/// often each step was carried out.
@Suite struct CrashTests {
  private static let steps = ["fetch", "sort", "draft", "check", "store"]

  /// The program that the tests were built with.
  private static var program: String {
    let own = CommandLine.arguments[0]
    return FlowFiles.folder(of: own) + "/signalbox"
  }

  private static func flow(crashingAt step: String, idempotent: Bool, folder: String) -> String {
    var text = "signalbox: 1\nname: crash\ninput: {}\ntools:\n"
    for name in steps {
      text += """
          \(name)_tool:
            type: process
            argv: [/bin/sh, \(folder)/step.sh, \(name), \(step)]
            effect: write
            idempotent: \(idempotent)
            cost_per_call: $0

        """
    }
    text += "initial_state: \(steps[0])\nstates:\n"
    for (index, name) in steps.enumerated() {
      let next = index + 1 < steps.count ? steps[index + 1] : "done"
      text +=
        "  \(name): {tool: \(name)_tool, timeout: 20s, on_success: \(next), on_error: broken}\n"
    }
    return text + "final_states: {done: {}, broken: {outcome: failure}}\n"
  }

  /// Writes its name to the log; at the crashing step, the first time, kills the program.
  private static func script(folder: String) -> String {
    """
    echo "$1" >> \(folder)/log
    if [ "$1" = "$2" ] && [ ! -e \(folder)/crashed ]; then
      touch \(folder)/crashed
      kill -9 $PPID
      sleep 2
    fi
    echo '{"ok": true}'
    """
  }

  private static func run(_ arguments: [String], in place: TemporaryFolder) async -> ProcessEnding {
    await ProcessRunner().run(
      ProcessCommand(arguments: [program] + arguments + ["--store", "\(place.path)/runs.db"]),
      deadlineMilliseconds: 60_000
    )
  }

  private static func onlyRun(in place: TemporaryFolder) throws -> String {
    let store = try SQLiteRunStore(path: "\(place.path)/runs.db")
    return try #require(try store.runs(limit: 2).first).header.runID
  }

  @Test(arguments: steps)
  func noCompletedStepRunsTwice(crashingStep: String) async throws {
    let place = try TemporaryFolder()
    try place.write("step.sh", Self.script(folder: place.path))
    try place.write(
      "flow.yaml",
      Self.flow(crashingAt: crashingStep, idempotent: true, folder: place.path)
    )
    let first = await Self.run(["run", "\(place.path)/flow.yaml"], in: place)
    #expect(first.cause != .exited(status: 0))
    let run = try Self.onlyRun(in: place)
    let resumed = await Self.run(["resume", run], in: place)
    #expect(
      resumed.cause == .exited(status: 0),
      "\(String(decoding: resumed.error, as: UTF8.self))"
    )
    let log = place.lines("log")
    for step in Self.steps {
      // The step under way may have happened: it is repeated under the same key.
      let expected = step == crashingStep ? 2 : 1
      #expect(log.count { $0 == step } == expected, "\(step) in \(log)")
    }
    let replayed = await Self.run(["replay", run], in: place)
    #expect(replayed.cause == .exited(status: 0))
    #expect(String(decoding: replayed.output, as: UTF8.self).hasPrefix("replay identical: "))
    place.remove("step.sh", "flow.yaml", "log", "crashed")
  }

  @Test func aWriteThatMayHaveHappenedIsLeftToAPerson() async throws {
    let place = try TemporaryFolder()
    try place.write("step.sh", Self.script(folder: place.path))
    try place.write(
      "flow.yaml",
      Self.flow(crashingAt: "draft", idempotent: false, folder: place.path)
    )
    _ = await Self.run(["run", "\(place.path)/flow.yaml"], in: place)
    let run = try Self.onlyRun(in: place)
    let undecided = await Self.run(["resume", run], in: place)
    #expect(undecided.cause == .exited(status: 1))
    #expect(String(decoding: undecided.output, as: UTF8.self).contains("--assume draft=happened"))
    #expect(place.lines("log").count { $0 == "draft" } == 1)
    let decided = await Self.run(["resume", run, "--assume", "draft=happened"], in: place)
    #expect(
      decided.cause == .exited(status: 0),
      "\(String(decoding: decided.error, as: UTF8.self))"
    )
    #expect(place.lines("log") == Self.steps)
    place.remove("step.sh", "flow.yaml", "log", "crashed")
  }
}
