import Signalbox
import TestSupport
import Testing

@testable import SignalboxCommand

/// Signals stop a run as its help says, and nothing that a tool started goes on behind it.
@Suite struct StoppingTests {
  private static var program: String {
    FlowFiles.folder(of: CommandLine.arguments[0]) + "/signalbox"
  }

  /// A tool that ignores SIGTERM, starts another that leaves its group, and acts late; the flow
  /// tidies up when it is cancelled.
  private static func flow(_ folder: String) -> String {
    """
    signalbox: 1
    name: stopping
    tools:
      slow:
        type: process
        argv: [/bin/sh, \(folder)/slow.sh]
        effect: write
        idempotent: true
        cost_per_call: $0.01
      tidy: {type: process, argv: [/bin/sh, \(folder)/tidy.sh], effect: write, idempotent: true}
    initial_state: work
    states:
      work: {tool: slow, timeout: 30s, on_success: done, on_error: bad, on_cancel: clean}
      clean: {tool: tidy, timeout: 20s, on_success: bad, on_error: bad}
    final_states: {done: {}, bad: {outcome: failure}}
    """
  }

  private static func slow(_ folder: String) -> String {
    """
    trap '' TERM
    if [ -e \(folder)/again ]; then echo '{}'; exit 0; fi
    setsid sh -c 'trap "" TERM; sleep 3; echo escaped >> \(folder)/log' > /dev/null 2>&1 &
    echo began >> \(folder)/log
    sleep 3
    echo late >> \(folder)/log
    """
  }

  private static func shell(_ script: String, in place: TemporaryFolder) async -> ProcessEnding {
    var command = ProcessCommand(arguments: ["/bin/sh", "-c", script])
    command.environment = [("PATH", "/usr/bin:/bin"), ("STORE", place.path + "/runs.db")]
    return await ProcessRunner().run(command, deadlineMilliseconds: 60_000)
  }

  /// Runs the flow, sends `signals` once its tool has begun, and waits until all would have acted.
  private static func stopped(
    by signals: [String],
    in place: TemporaryFolder
  ) async throws -> ProcessEnding {
    try place.write("flow.yaml", flow(place.path))
    try place.write("slow.sh", slow(place.path))
    try place.write("tidy.sh", "echo tidied >> \(place.path)/log\nsleep \(signals.count - 1)\n")
    let kills = signals.map { "kill -\($0) $run; sleep 0.7" }.joined(separator: "; ")
    return await shell(
      """
      \(program) run \(place.path)/flow.yaml --store $STORE --no-input & run=$!
      until [ -s \(place.path)/log ]; do sleep 0.05; done
      \(kills)
      wait $run; status=$?
      sleep 4
      exit $status
      """,
      in: place
    )
  }

  private static func onlyRun(in place: TemporaryFolder) throws -> RunSummary {
    let store = try SQLiteRunStore(path: "\(place.path)/runs.db")
    return try #require(try store.runs(limit: 2).first)
  }

  private func remove(_ place: TemporaryFolder) {
    place.remove("flow.yaml", "slow.sh", "tidy.sh", "log", "again")
  }

  @Test func sigtermLeavesARunToBeResumed() async throws {
    let place = try TemporaryFolder()
    defer { remove(place) }
    let ending = try await Self.stopped(by: ["TERM"], in: place)
    #expect(ending.cause == .exited(status: 75))
    let words = String(decoding: ending.error, as: UTF8.self)
    let run = try Self.onlyRun(in: place)
    #expect(words.contains("signalbox resume \(run.header.runID)"), "\(words)")
    #expect(run.status == .running)
    #expect(place.lines("log") == ["began"])
    try place.write("again", "")
    let resumed = await Self.shell(
      "\(Self.program) resume \(run.header.runID) --store $STORE",
      in: place
    )
    #expect(resumed.cause == .exited(status: 0))
    let check = await Self.shell("\(Self.program) store check --store $STORE", in: place)
    #expect(check.cause == .exited(status: 0), "\(String(decoding: check.output, as: UTF8.self))")
  }

  @Test func controlCCancelsAndTidiesUp() async throws {
    let place = try TemporaryFolder()
    defer { remove(place) }
    let ending = try await Self.stopped(by: ["INT"], in: place)
    #expect(ending.cause == .exited(status: 130))
    #expect(place.lines("log") == ["began", "tidied"])
    #expect(try Self.onlyRun(in: place).status == .cancelled)
  }

  @Test func controlCTwiceStopsAtOnce() async throws {
    let place = try TemporaryFolder()
    defer { remove(place) }
    let ending = try await Self.stopped(by: ["INT", "INT"], in: place)
    #expect(ending.cause == .exited(status: 130))
    #expect(place.lines("log") == ["began", "tidied"])
    #expect(try Self.onlyRun(in: place).status == .running)
  }

  /// What a call left behind is gone when its run has ended, in its group or not.
  @Test func nothingOutlivesItsRun() async throws {
    let place = try TemporaryFolder()
    defer { remove(place) }
    try place.write(
      "flow.yaml",
      Self.flow(place.path).replacing("timeout: 30s", with: "timeout: 500ms")
    )
    try place.write("slow.sh", Self.slow(place.path))
    try place.write("tidy.sh", "")
    let ending = await Self.shell(
      """
      \(Self.program) run \(place.path)/flow.yaml --store $STORE
      status=$?
      sleep 4
      exit $status
      """,
      in: place
    )
    #expect(ending.cause == .exited(status: 1))
    #expect(place.lines("log") == ["began"])
  }
}
