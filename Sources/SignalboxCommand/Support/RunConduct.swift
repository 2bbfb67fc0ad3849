import Signalbox

/// Starts, resumes and drives runs for the commands that do so.
struct RunConduct {
  let console: Console
  let session: RunSession
  let format: OutputFormat
  let mayAsk: Bool
  /// Who carries out calls.
  let performing: any Performing
  let clock: any RunClock
  let redactor: Redactor

  /// The surroundings of a run of `table` with `prices`.
  ///
  /// `started` is told once its start is durable, before anything is called.
  func surroundings(
    _ table: LinkedTable,
    _ prices: PriceBook,
    started: @escaping @Sendable () -> Void = {}
  ) -> RunSurroundings {
    // From here on calls may be under way, which must not be left behind.
    Interrupt.watch()
    var surroundings = RunSurroundings(
      store: session.store,
      performing: performing,
      clock: clock,
      pricer: CallPricer(prices: prices)
    )
    surroundings.owner = "signalbox \(Program.version)"
    for name in table.table.publicEnvironment {
      if let value = console.environment(name) { surroundings.environment[name] = .string(value) }
    }
    let timeline = RunTimeline(console: console, format: format, table: table)
    surroundings.progress = { progress in
      if case .started(_, _, isResumed: false) = progress { started() }
      timeline.show(progress)
    }
    let (console, format) = (console, format)
    surroundings.progressOfChild = { table in
      let timeline = RunTimeline(console: console, format: format, table: table)
      return { timeline.show($0) }
    }
    let redactor = redactor
    surroundings.redact = { redactor.redacted($0) }
    return surroundings
  }

  /// Drives a run until it rests, prints how it stands, and returns the program's ending.
  ///
  /// Ctrl-C cancels the run in order, so that cancel edges are taken; a second one stops at once
  /// and leaves the run to `resume`, as SIGTERM does. Programs that were started are gone when
  /// this returns.
  func finish(
    _ driver: RunDriver,
    expectedPicodollars: Int64? = nil
  ) async throws(CommandFailure) -> ExitCode {
    let heeding = SignalHeed(driver)
    let watcher = Task {
      while !Task.isCancelled {
        try? await Task.sleep(nanoseconds: 200_000_000)
        await heeding.heed()
      }
    }
    defer { watcher.cancel() }
    let people = PersonPrompt(console, isForbidden: !mayAsk)
    let pause: RunPause
    do throws(CommandFailure) {
      pause = try await session.drive(driver, asking: people) { await heeding.heed() }
    } catch {
      await driver.abandon()
      await driver.awaitWithdrawn()
      _ = await driver.driveChildren()
      throw Self.failure(error, runID: driver.header.runID)
    }
    let state = await driver.state
    let ending = RunEnding(
      console: console,
      format: format,
      expectedPicodollars: expectedPicodollars,
      events: driver.table.table.awaitedEvents(state)
    )
    let exit = ending.show(
      pause,
      runID: driver.header.runID,
      spentPicodollars: await driver.spentPicodollars,
      limits: driver.table.table.runLimits
    )
    guard case .ended(let outcome) = pause else { return exit }
    for child in await driver.driveChildren() where child.isDetached {
      console.say(Self.line(of: child))
    }
    if case .cancelled = outcome, [.cancel, .stop].contains(Interrupt.wish) { return .interrupted }
    return exit
  }

  /// A stop that was asked for is no failure of the store or the run: the run goes on when resumed.
  private static func failure(_ failure: CommandFailure, runID: String) -> CommandFailure {
    let hint = "go on with: signalbox resume \(runID)"
    switch Interrupt.wish {
    case .goOn, .cancel: return failure
    case .stop:
      return CommandFailure("stopped from the keyboard", hint: hint, exit: .interrupted)
    case .end: return CommandFailure("stopped by SIGTERM", hint: hint, exit: .tryAgain)
    }
  }

  /// How a run that the run started stands when its driver rests.
  private static func line(of child: ChildRest) -> String {
    let how =
      switch child.pause {
      case .ended(.success(let final, _)): final.isEmpty ? "done" : final
      case .ended(.failure(let final, let error, _)):
        (final ?? "failed") + (error.map { ": \($0.message)" } ?? "")
      case .ended(.cancelled): "cancelled"
      case .waiting: "waiting, answer with: signalbox answer \(child.runID)"
      case .undecided: "undecided, see: signalbox resume \(child.runID)"
      case .stalled: "stalled"
      case nil: child.fault?.message ?? "not driven"
      }
    return "run \(child.runID)   \(how)"
  }
}

/// Does what signals ask for, each once.
private actor SignalHeed {
  private let driver: RunDriver
  private var heeded = Interrupt.Wish.goOn

  init(_ driver: RunDriver) { self.driver = driver }

  func heed() async {
    let wish = Interrupt.wish
    guard wish > heeded else { return }
    heeded = wish
    switch wish {
    case .goOn: return
    case .cancel: await driver.cancel(reason: "interrupted from the keyboard")
    case .stop, .end: await driver.abandon()
    }
  }
}

/// Who answers the calls of a run: the world, or a scenario.
struct CallAnswers {
  let performing: any Performing
  let clock: any RunClock
  let redactor: Redactor

  /// Calls are made for real, as the file that `SIGNALBOX_MODELS` names allows.
  static func live(_ console: Console) throws(CommandFailure) -> CallAnswers {
    var models = ModelPolicyFile()
    if let path = console.environment("SIGNALBOX_MODELS"), !path.isEmpty {
      let (file, findings) = ModelPolicyFile.load(try FlowFiles.read(path))
      Findings(console).show(findings)
      guard let file else {
        throw CommandFailure("`\(path)` is no file of model policies", exit: .badUse)
      }
      models = file
    }
    let world = ToolSurroundings(
      client: HTTPClient(egress: models.egress),
      secrets: ProcessSecrets(
        directory: console.environment("SIGNALBOX_SECRETS"),
        variables: console.environment("HOME").map { ["HOME": $0] } ?? [:]
      )
    )
    return CallAnswers(
      performing: LivePerformer(surroundings: world, models: models.policy),
      clock: SystemClock(),
      redactor: world.redactor
    )
  }

  /// Whether nothing known keeps this flow from being run with these answers; what does is shown.
  func admit(_ table: LinkedTable, _ console: Console) -> Bool {
    let findings = Preflight.findings(table, performing: performing)
    guard !findings.isEmpty else { return true }
    Findings(console).show(findings)
    console.say("refused before the first step: nothing was called, nothing was spent")
    console.say("   = --scenario NAME answers from a scenario instead")
    return false
  }
}
