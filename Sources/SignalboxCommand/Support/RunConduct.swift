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
  func surroundings(_ table: LinkedTable, _ prices: PriceBook) -> RunSurroundings {
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
    surroundings.progress = { timeline.show($0) }
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
  /// and leaves the run to `resume`.
  func finish(
    _ driver: RunDriver,
    expectedPicodollars: Int64? = nil
  ) async throws(CommandFailure) -> ExitCode {
    Interrupt.watch()
    let watcher = Task {
      var seen = 0
      while !Task.isCancelled {
        try? await Task.sleep(nanoseconds: 50_000_000)
        let requests = Interrupt.requests
        guard requests > seen else { continue }
        seen = requests
        await requests == 1
          ? driver.cancel(reason: "interrupted from the keyboard") : driver.abandon()
      }
    }
    defer { watcher.cancel() }
    let people = PersonPrompt(console, isForbidden: !mayAsk)
    let pause = try await session.drive(driver, asking: people)
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
      state: state,
      limits: driver.table.table.runLimits
    )
    guard case .ended = pause else { return exit }
    for child in await driver.driveChildren() where child.isDetached {
      console.say(Self.line(of: child))
    }
    return exit
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
