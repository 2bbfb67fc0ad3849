import TestSupport
import Testing
import Tools
import Values

@Suite("Processes")
struct ProcessTests {
  private let runner = ProcessRunner()

  private func shell(_ script: String, _ arguments: String...) -> ProcessCommand {
    ProcessCommand(arguments: ["/bin/sh", "-c", script, "sh"] + arguments)
  }

  private func run(
    _ command: ProcessCommand,
    deadlineMilliseconds: Int = 20_000
  ) async -> ProcessEnding {
    await runner.run(command, deadlineMilliseconds: deadlineMilliseconds)
  }

  @Test("hostile arguments reach the program unchanged")
  func hostileArguments() async throws {
    let hostile = [
      "|| id", "$(id)", "`id`", "${IFS}id", "\nid\n", "!!", "'\"; id #", "$HOME", "--help", "*",
      "-oProxyCommand=id", "😀", "{{7*7}}", "%0aid", "\t--flag", " --flag", "", "\u{7f}", "--", "é",
      "e\u{301}", String(repeating: "x", count: 100_000),
    ]
    let ending = await run(
      ProcessCommand(arguments: ["printf", "%s\\0"] + hostile)
    )
    #expect(ending.cause == .exited(status: 0))
    let expected: [UInt8] = hostile.flatMap { Array($0.utf8) + [UInt8(0)] }
    #expect(ending.output == expected)
    let nul = await run(ProcessCommand(arguments: ["printf", "a\u{0}b"]))
    guard case .notStarted(let reason) = nul.cause else { throw Unexpected(what: "\(nul.cause)") }
    #expect(reason.contains("NUL"))
  }

  @Test("standard input and both outputs are carried, however large")
  func streams() async {
    let input = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var command = ProcessCommand(arguments: ["cat"])
    command.input = input
    let echoed = await run(command)
    #expect(echoed.output == input)
    let both = await run(shell("echo out; echo err >&2; exit 7"))
    #expect(both.cause == .exited(status: 7))
    #expect(both.output == Array("out\n".utf8))
    #expect(both.error == Array("err\n".utf8))
    var unread = shell("exit 0")
    unread.input = input
    #expect(await run(unread).cause == .exited(status: 0))
  }

  @Test("only the given variables are in the environment")
  func environment() async {
    var command = ProcessCommand(arguments: ["env"])
    command.environment = [("ONE", "1"), ("TWO", "a=b\nc")]
    let ending = await run(command)
    #expect(ending.output == Array("ONE=1\nTWO=a=b\nc\n".utf8))
    #expect(await run(ProcessCommand(arguments: ["env"])).output.isEmpty)
    command.environment = [("BAD=NAME", "1")]
    guard case .notStarted = await run(command).cause else {
      Issue.record("a variable with = in its name was passed")
      return
    }
  }

  @Test("only the three standard descriptors are open")
  func descriptors() async throws {
    let server = try #require(LoopbackServer([.hang]))
    let ending = await run(shell("ls /proc/$$/fd"))
    withExtendedLifetime(server) {}
    #expect(
      String(decoding: ending.output, as: UTF8.self).split(separator: "\n") == ["0", "1", "2"]
    )
  }

  @Test("the working directory is the chosen one")
  func directory() async throws {
    var command = ProcessCommand(arguments: ["pwd"])
    command.directory = "/usr"
    #expect(await run(command).output == Array("/usr\n".utf8))
    command.directory = "/nowhere-at-all"
    guard case .notStarted(let reason) = await run(command).cause else {
      throw Unexpected(what: "a missing directory")
    }
    #expect(reason.contains("No such file"))
  }

  @Test("what cannot be run says so")
  func notStarted() async throws {
    for program in ["/nowhere/program", "no-such-program-anywhere", "/etc/passwd", "/usr", ""] {
      let ending = await run(ProcessCommand(arguments: [program]))
      guard case .notStarted = ending.cause else {
        throw Unexpected(what: "\(program): \(ending.cause)")
      }
    }
    guard case .notStarted = await run(ProcessCommand(arguments: [])).cause else {
      throw Unexpected(what: "an empty command")
    }
  }

  @Test("at the deadline the children of the children end too")
  func groups() async throws {
    // Each level waits for the next; the innermost ignores SIGTERM and says who it is.
    let script =
      "sh -c 'sh -c \"trap : TERM; echo \\$\\$; while :; do sleep 1; done\" & wait' & wait"
    var command = shell(script)
    command.graceMilliseconds = 100
    let ending = await run(command, deadlineMilliseconds: 2_000)
    #expect(ending.cause == .timedOut)
    let text = String(decoding: ending.output, as: UTF8.self)
    let number = try #require(Int(text.split(separator: "\n").first ?? ""))
    let probe = await run(shell("ps -o stat= -p $1", "\(number)"))
    let state = String(decoding: probe.output, as: UTF8.self)
    #expect(state.isEmpty || state.hasPrefix("Z"), "process \(number) is \(state)")
  }

  @Test("a program that cleans up on SIGTERM ends within its grace")
  func grace() async {
    let ending = await run(
      shell("trap 'echo cleaned; exit 0' TERM; sleep 100 & wait"),
      deadlineMilliseconds: 500
    )
    #expect(ending.cause == .timedOut)
    #expect(ending.output == Array("cleaned\n".utf8))
  }

  @Test("what a program leaves behind in its group is killed, and holds nothing up")
  func leftovers() async throws {
    let ending = await run(shell("sleep 300 & echo $!"))
    #expect(ending.cause == .exited(status: 0))
    let text = String(decoding: ending.output, as: UTF8.self)
    let number = try #require(Int(text.split(separator: "\n").first ?? ""))
    let probe = await run(shell("ps -o stat= -p $1", "\(number)"))
    let state = String(decoding: probe.output, as: UTF8.self)
    #expect(state.isEmpty || state.hasPrefix("Z"))
    let escaped = await run(shell("setsid sleep 3 & echo done"))
    #expect(escaped.cause == .exited(status: 0))
    #expect(escaped.output == Array("done\n".utf8))
  }

  @Test("floods are capped on standard output and dropped on standard error")
  func floods() async {
    var flood = shell("yes")
    flood.outputBytes = 100_000
    let capped = await run(flood)
    #expect(capped.cause == .tooLarge)
    #expect(capped.output.count == 100_000)
    var noisy = shell("head -c 10000000 /dev/zero >&2; echo ok")
    noisy.errorBytes = 1_000
    let ending = await run(noisy)
    #expect(ending.cause == .exited(status: 0))
    #expect(ending.output == Array("ok\n".utf8))
    #expect(ending.error.count == 1_000)
    var late = shell("head -c 5000 /dev/zero")
    late.outputBytes = 4_999
    #expect(await run(late).cause == .tooLarge)
    late.outputBytes = 5_000
    #expect(await run(late).cause == .exited(status: 0))
    let endless = await run(shell("yes >&2"), deadlineMilliseconds: 300)
    #expect(endless.cause == .timedOut)
  }

  @Test("signals and cancellation are told apart")
  func signals() async throws {
    #expect(await run(shell("kill -9 $$")).cause == .signalled(number: 9))
    let token = Cancellation()
    async let ending = runner.run(
      shell("sleep 100"),
      deadlineMilliseconds: 600_000,
      cancellation: token
    )
    try await Task.sleep(for: .milliseconds(500))
    token.cancel()
    let cancelled = await ending
    #expect(cancelled.cause == .cancelled && cancelled.wasStarted)
    let never = await runner.run(
      shell("sleep 100"),
      deadlineMilliseconds: 600_000,
      cancellation: token
    )
    #expect(never.cause == .cancelled && !never.wasStarted)
    let late = await run(shell("sleep 1"), deadlineMilliseconds: 0)
    #expect(late.cause == .timedOut && !late.wasStarted)
  }

  @Test("more programs than threads all run, in turn")
  func queue() async {
    let narrow = ProcessRunner(limit: 3)
    let command = shell("echo $1", "x")
    let count = await withTaskGroup(of: Bool.self, returning: Int.self) { group in
      for _ in 0..<40 {
        group.addTask {
          await narrow.run(command, deadlineMilliseconds: 60_000).cause == .exited(status: 0)
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(count == 40)
  }
}

@Suite("Process tools")
struct ProcessToolTests {
  private func call(
    _ script: String,
    effect: CallEffect = .read,
    idempotent: Bool = false,
    deadlineMilliseconds: Int = 20_000,
    change: (inout ProcessTool, inout Grants) -> Void = { _, _ in }
  ) async -> Result<Value, CallFailure> {
    var grants = Grants()
    grants.programs = ["sh"]
    var tool = ProcessTool(
      arguments: ["/bin/sh", "-c", script].map { LateText(literal: $0) },
      repeatability: Repeatability(effect: effect, isIdempotent: idempotent)
    )
    tool.graceMilliseconds = 50
    change(&tool, &grants)
    // The standard directories may be links to one another.
    if grants.programs == ["sh"] { grants.programs.append("/bin/sh") }
    let world = ToolSurroundings(
      secrets: GivenSecrets(
        secrets: [("TOKEN", "s3cret-value")],
        environment: [("REGION", "north")]
      )
    )
    return await tool.call(
      ToolCall(
        input: .map(["n": .int(9_007_199_254_740_993)]),
        idempotencyKey: "run-1/step-2",
        grants: grants,
        deadlineMilliseconds: deadlineMilliseconds
      ),
      in: world
    )
  }

  private func kind(_ result: Result<Value, CallFailure>) -> CallFailureKind? {
    if case .failure(let failure) = result { failure.kind } else { nil }
  }

  @Test("JSON goes in and comes out, numbers exact")
  func roundTrip() async throws {
    #expect(try await call("cat").get() == .map(["n": .int(9_007_199_254_740_993)]))
    #expect(try await call("echo ' '").get() == .null)
    let key = try await call("echo \"\\\"$SIGNALBOX_IDEMPOTENCY_KEY\\\"\"").get()
    #expect(key == .string("run-1/step-2"))
  }

  @Test("each way to fail has its kind, and lost writes are unknown")
  func failures() async {
    #expect(kind(await call("echo oops >&2; echo more >&2; exit 3")) == .failed)
    if case .failure(let failure) = await call("echo oops >&2; echo more >&2; exit 3") {
      #expect(failure.message == "the program ended with status 3: oops")
    }
    #expect(kind(await call("echo no json")) == .invalidOutput)
    #expect(kind(await call("echo no json", effect: .write)) == .unknown)
    #expect(kind(await call("sleep 9", deadlineMilliseconds: 100)) == .timeout)
    #expect(kind(await call("sleep 9", effect: .write, deadlineMilliseconds: 100)) == .unknown)
    #expect(
      kind(await call("sleep 9", effect: .write, idempotent: true, deadlineMilliseconds: 100))
        == .timeout
    )
    #expect(kind(await call("kill -9 $$", effect: .write)) == .unknown)
    #expect(kind(await call("exit 3", effect: .write)) == .failed)
    let missing = await call("", effect: .write) { tool, grants in
      tool.arguments = [LateText(literal: "/nowhere/program")]
      grants.programs = ["/nowhere/program"]
    }
    #expect(kind(missing) == .unavailable)
  }

  @Test("programs, variables and secrets that are not granted are denied")
  func denials() async {
    #expect(kind(await call("cat") { _, grants in grants.programs = ["/bin/cat"] }) == .denied)
    #expect(kind(await call("cat") { tool, _ in tool.environmentNames = ["REGION"] }) == .denied)
    #expect(kind(await call("cat") { tool, _ in tool.secretNames = ["TOKEN"] }) == .denied)
    let unset = await call("cat") { tool, grants in
      tool.secretNames = ["OTHER"]
      grants.environmentNames = ["OTHER"]
    }
    #expect(kind(unset) == .failed)
  }

  @Test("a secret reaches the program and nothing else")
  func secrets() async throws {
    let script = "printf '{\"t\": \"%s\", \"r\": \"%s\", \"l\": %d}' $TOKEN $REGION ${#TOKEN}"
    let output = try await call(script) { tool, grants in
      tool.environmentNames = ["REGION"]
      tool.secretNames = ["TOKEN"]
      grants.environmentNames = ["REGION", "TOKEN"]
    }.get()
    #expect(
      output
        == .map(["t": .string("[secret TOKEN]"), "r": .string("north"), "l": .int(12)])
    )
    let failure = await call("echo bad $TOKEN >&2; exit 1") { tool, grants in
      tool.secretNames = ["TOKEN"]
      grants.environmentNames = ["TOKEN"]
    }
    #expect(
      failure
        == .failure(
          CallFailure(
            kind: .failed,
            message: "the program ended with status 1: bad [secret TOKEN]",
            requestWasSent: true
          )
        )
    )
  }
}
