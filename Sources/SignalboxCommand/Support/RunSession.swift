import Signalbox

/// What commands that touch runs share: the store, the price book, the timeline, how a pause ends.
struct RunSession {
  let console: Console
  let store: SQLiteRunStore

  init(_ arguments: RunPlace, _ console: Console) throws(CommandFailure) {
    self.console = console
    let path = Self.path(arguments.store, console)
    if arguments.store == nil { FileHandle.makeFolder(FlowFiles.folder(of: path)) }
    do throws(StoreError) {
      store = try SQLiteRunStore(path: path)
    } catch {
      throw Self.failure(error, path: path)
    }
  }

  /// `--store`, else `SIGNALBOX_STORE`, else a file under `XDG_STATE_HOME`.
  static func path(_ option: String?, _ console: Console) -> String {
    if let option { return option }
    if let path = console.environment("SIGNALBOX_STORE"), !path.isEmpty { return path }
    if let state = console.environment("XDG_STATE_HOME"), state.hasPrefix("/") {
      return state + "/signalbox/runs.db"
    }
    return (console.environment("HOME") ?? ".") + "/.local/state/signalbox/runs.db"
  }

  /// A refusal of the store in words.
  static func failure(_ error: StoreError, path: String? = nil) -> CommandFailure {
    let place = path.map { " (`\($0)`)" } ?? ""
    switch error {
    case .locked:
      return CommandFailure(
        error.message + place,
        hint: "try again when it has finished; a run that has begun goes on with "
          + "`signalbox resume RUN`",
        exit: .tryAgain
      )
    case .diskFull:
      return CommandFailure(
        error.message + place,
        hint: "nothing that was acknowledged is lost: make room, then `signalbox resume RUN`",
        exit: .inputOutput
      )
    case .notFound, .staleOwner: return CommandFailure(error.message, exit: .badUse)
    default: return CommandFailure(error.message + place, exit: .inputOutput)
    }
  }

  /// A run that could not be driven on, in words.
  static func failure(_ fault: RunFault) -> CommandFailure {
    switch fault {
    case .store(let error): failure(error)
    case .damaged, .unproven: CommandFailure(fault.message, exit: .inputOutput)
    case .refused: CommandFailure(fault.message, exit: .badUse)
    }
  }

  /// Runs a store's method, its refusals in words.
  func asking<Result>(_ body: () throws(StoreError) -> Result) throws(CommandFailure) -> Result {
    do throws(StoreError) { return try body() } catch { throw Self.failure(error) }
  }

  /// The id of the one run that `text` is the beginning of; a whole id is one.
  func runID(_ text: String) throws(CommandFailure) -> String {
    if (try? store.summary(runID: text)) != nil { return text }
    let wanted = text.hasPrefix("r-") ? text : "r-" + text
    guard wanted.utf8.count >= 2 + Self.shortestPrefix else {
      throw CommandFailure(
        "`\(text)` is too short for a run's id",
        hint: "write \(Self.shortestPrefix) or more of the characters after `r-`",
        exit: .badUse
      )
    }
    let all = try asking { () throws(StoreError) in try store.runs(limit: Self.prefixRuns) }
    let found = all.map(\.header.runID).filter { $0.hasPrefix(wanted) }
    guard let first = found.first else {
      throw CommandFailure("there is no run `\(text)`", exit: .badUse)
    }
    guard found.count == 1 else {
      let some = found.prefix(4).map { "`\($0)`" }.joined(separator: ", ")
      throw CommandFailure(
        "`\(text)` begins the ids of \(found.count) runs",
        hint: "write more of it: \(some)\(found.count > 4 ? ", …" : "")",
        exit: .badUse
      )
    }
    return first
  }

  /// The one run that `text` is the beginning of, and that something can still happen to.
  func unended(_ text: String) throws(CommandFailure) -> RunSummary {
    let id = try runID(text)
    let summary = try asking { () throws(StoreError) in try store.summary(runID: id) }
    guard !summary.status.isEnd else {
      throw CommandFailure("run `\(id)` has ended: \(summary.status.name)", exit: .badUse)
    }
    return summary
  }

  /// How many records a run has.
  func records(of runID: String) throws(CommandFailure) -> Int64 {
    try asking { () throws(StoreError) in try store.summary(runID: runID).records }
  }

  /// Runs among which the beginning of an id is looked for.
  private static let prefixRuns = 100_000
  /// How many characters of an id name a run at least.
  private static let shortestPrefix = 4

  /// The table of a run, linked again from the store.
  func table(of summary: RunSummary) throws(CommandFailure) -> LinkedTable {
    try asking { () throws(StoreError) in
      try PinnedTable.load(summary.header.tableDigest, from: store)
    }
  }

  /// The price book that a run is pinned to.
  func prices(of summary: RunSummary) throws(CommandFailure) -> PriceBook {
    guard let digest = summary.header.priceBookDigest else { return .standard }
    let bytes = try asking { () throws(StoreError) in
      try store.artifact(.priceBook, digest: digest)
    }
    guard Digest.sha256(bytes) == digest,
      let book = PriceBook.read(SourceFile(name: "<stored prices>", bytes: bytes)).book
    else {
      throw CommandFailure("the run's price book was changed in the store", exit: .inputOutput)
    }
    return book
  }

  /// Drives a run until it rests, and says how it then stands.
  ///
  /// `heed`: does what signals ask for, when one comes while a person is asked.
  func drive(
    _ driver: RunDriver,
    asking people: PersonPrompt?,
    heed: (() async -> Void)? = nil
  ) async throws(CommandFailure)
    -> RunPause
  {
    do throws(RunFault) {
      while true {
        let pause = try await driver.drive()
        guard case .waiting(let tasks) = pause, let people, let task = tasks.first else {
          return pause
        }
        let answer: Value
        switch await people.ask(task, until: task.untilMilliseconds, driver.clock) {
        case .answer(let given): answer = given
        case .endOfInput: return pause
        case .interrupted:
          await heed?()
          continue
        }
        do throws(RunFault) {
          try await driver.answer(
            step: task.step,
            output: answer,
            by: people.person,
            roles: task.performer.roles
          )
        } catch {
          // What does not fit is said, and asked for again.
          guard case .refused(let reason) = error else { throw error }
          console.say(reason)
        }
      }
    } catch {
      throw Self.failure(error)
    }
  }
}

/// Where runs are kept, as the command line says.
struct RunPlace {
  /// `--store`.
  var store: String?

  init(_ arguments: Arguments) { store = arguments.text(.store) }
}

/// `r-` and 13 characters: the time in Crockford's base 32, so that ids sort by time, then chance.
enum RunID {
  static func make(atMilliseconds milliseconds: Int64) -> String {
    let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    var number = UInt64(bitPattern: milliseconds) << 20 | UInt64.random(in: 0..<(1 << 20))
    var text = ""
    for _ in 0..<13 {
      text = String(alphabet[Int(number & 31)]) + text
      number >>= 5
    }
    return "r-" + text
  }
}
