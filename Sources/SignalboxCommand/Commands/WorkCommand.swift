import Signalbox

/// `signalbox work`.
package struct WorkCommand: Command {
  private static let once = OptionDeclaration(
    "once",
    "drive what is due now, and end"
  )
  private static let pause = OptionDeclaration(
    "every",
    "seconds between two looks at the store",
    kind: .integer(1...3_600, placeholder: "SECONDS"),
    default: "1"
  )
  private static let limit = OptionDeclaration(
    "limit",
    "how many of the latest runs are looked at",
    kind: .integer(1...100_000, placeholder: "COUNT"),
    default: "10000"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "work",
    "drive all runs of a store whose time has come, until stopped",
    discussion: """
      Deadlines of people, timers and runs whose driver has died are taken care of; a run that \
      another process drives is left alone. Being asked to stop leaves every run to be resumed.
      """,
    options: [.store, once, pause, limit],
    examples: ["signalbox work --store runs.db", "signalbox work --once"]
  )

  private let place: RunPlace
  private let isOnce: Bool
  private let seconds: Int
  private let count: Int

  /// The command as asked for.
  package init(_ arguments: Arguments) {
    place = RunPlace(arguments)
    isOnce = arguments.has(Self.once)
    seconds = arguments.integer(Self.pause) ?? 1
    count = arguments.integer(Self.limit) ?? 10_000
  }

  /// Drives runs until somebody asks to stop.
  package func run(_ console: Console) async throws(CommandFailure) -> ExitCode {
    Interrupt.watch()
    let session = try RunSession(place, console)
    let answers = try CallAnswers.live(console)
    let board = WorkBoard()
    while true {
      let runs = try session.asking { () throws(StoreError) in
        try session.store.runs(limit: count)
      }
      for run in await board.due(runs, atMilliseconds: answers.clock.nowMilliseconds) {
        Task { await Self.drive(run, session, answers, board, console) }
      }
      var looks = 0
      while Interrupt.wish == .goOn, isOnce ? await !board.isIdle : looks < seconds * 20 {
        looks += 1
        try? await Task.sleep(nanoseconds: 50_000_000)
      }
      guard isOnce || Interrupt.wish != .goOn else { continue }
      await board.stop()
      // Programs under way are killed after their grace before this process ends.
      while await !board.isIdle { try? await Task.sleep(nanoseconds: 50_000_000) }
      return .success
    }
  }

  private static func drive(
    _ run: RunSummary,
    _ session: RunSession,
    _ answers: CallAnswers,
    _ board: WorkBoard,
    _ console: Console
  ) async {
    let id = run.header.runID
    do throws(CommandFailure) {
      let (_, driver) = try await ResumeCommand.resume(id, session, answers, console)
      await board.begin(id, driver)
      let rest: RunRest
      do throws(RunFault) {
        rest = try await driver.driveDue()
      } catch {
        // It is taken up from its store again, so nothing of it may go on here.
        await driver.abandon()
        await driver.awaitWithdrawn()
        throw RunSession.failure(error)
      }
      console.say("\(id)  \(words(rest))")
      await board.rest(id, records: try session.records(of: id), rest, driver)
    } catch {
      if await board.fails(run, atMilliseconds: answers.clock.nowMilliseconds) {
        console.say("\(id)  \(error.message)")
      }
    }
  }

  private static func words(_ rest: RunRest) -> String {
    switch rest {
    case .sleeps(let due): "until \(DateText.utc(due))"
    case .paused(.ended(.success(let final, _))): final.isEmpty ? "done" : final
    case .paused(.ended(.failure(let final, let error, _))):
      (final ?? "failed") + (error.map { ": \($0.message)" } ?? "")
    case .paused(.ended(.cancelled)): "cancelled"
    case .paused(.waiting(let tasks)): "waiting: " + tasks.map(\.step).joined(separator: ", ")
    case .paused(.undecided): "undecided: a person says what happened, by `signalbox resume`"
    case .paused(.stalled): "waiting for events"
    }
  }
}

/// Which runs are driven just now, and when the others are due.
actor WorkBoard {
  /// How a run rested when it was driven last.
  private struct Rest {
    /// Its records then: more of them mean that somebody else moved it on.
    var records: Int64
    /// When something is due; nil: nothing is.
    var dueMilliseconds: Int64?
    /// Whether it could not be driven: another process does, say.
    var isFailed = false
  }

  /// How long a run is left alone that could not be driven, in milliseconds.
  private static let retryMilliseconds: Int64 = 10_000

  private var driven: Set<String> = []
  private var drivers: [String: RunDriver] = [:]
  private var rests: [String: Rest] = [:]
  private(set) var isStopping = false

  /// Whether no run is driven just now.
  var isIdle: Bool { driven.isEmpty }

  /// The runs that are to be driven now; they count as driven from here on.
  func due(_ runs: [RunSummary], atMilliseconds now: Int64) -> [RunSummary] {
    let chosen = runs.filter { run in
      let id = run.header.runID
      // A child is driven with the run that started it; what was never begun has nothing to go on.
      guard !run.status.isEnd, run.status != .created, run.header.parent == nil,
        !driven.contains(id), !run.isHeldElsewhere
      else { return false }
      guard let rest = rests[id], rest.isFailed || run.status != .running,
        rest.isFailed || rest.records == run.records
      else { return true }
      return rest.dueMilliseconds.map { $0 <= now } ?? false
    }
    for run in chosen { driven.insert(run.header.runID) }
    return chosen
  }

  func begin(_ id: String, _ driver: RunDriver) async {
    drivers[id] = driver
    if isStopping { await driver.abandon() }
  }

  func rest(_ id: String, records: Int64, _ rest: RunRest?, _ driver: RunDriver?) async {
    let due = await driver?.nextDueMilliseconds()
    driven.remove(id)
    drivers[id] = nil
    if case .paused(.ended)? = rest {
      rests[id] = nil
    } else {
      rests[id] = Rest(records: records, dueMilliseconds: due)
    }
  }

  /// A run could not be driven; whether that is to be said, which it is once a run.
  func fails(_ run: RunSummary, atMilliseconds now: Int64) -> Bool {
    let id = run.header.runID
    let isKnown = rests[id]?.isFailed ?? false
    driven.remove(id)
    drivers[id] = nil
    let due = now + Self.retryMilliseconds
    rests[id] = Rest(records: run.records, dueMilliseconds: due, isFailed: true)
    return !isKnown && !isStopping
  }

  /// Stops every driver; the runs stand in their store as after a crash.
  func stop() async {
    isStopping = true
    for driver in drivers.values { await driver.abandon() }
  }
}
