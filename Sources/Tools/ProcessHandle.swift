import CSystem

/// A program to run: an argument list, never a shell's line.
public struct ProcessCommand: Sendable {
  /// The program and its arguments, each reaching the program exactly as it stands here.
  ///
  /// The first is a path; a name without a slash is looked up in `/usr/local/bin`, `/usr/bin` and
  /// `/bin`, and nowhere else.
  public var arguments: [String]
  /// The whole environment of the program; nothing is inherited.
  public var environment: [(name: String, value: String)] = []
  /// The directory that the program starts in; nil for the caller's own.
  public var directory: String?
  /// The bytes on its standard input.
  public var input: [UInt8] = []
  /// Largest standard output; more ends the program.
  public var outputBytes = 8 << 20
  /// How much of standard error is kept; the rest is read and dropped.
  public var errorBytes = 64 << 10
  /// How long the program may live after it was asked to end (SIGTERM) before it is killed.
  public var graceMilliseconds = 1_000

  /// A command.
  public init(arguments: [String]) {
    self.arguments = arguments
  }
}

/// How a program ended, with what it wrote.
public struct ProcessEnding: Sendable {
  /// The ways to end.
  public enum Cause: Sendable, Equatable {
    /// By itself, with an exit status.
    case exited(status: Int)
    /// By a signal from elsewhere; 0 when its status was lost.
    case signalled(number: Int)
    /// At its deadline.
    case timedOut
    /// By cancellation.
    case cancelled
    /// Since it wrote more than its limit.
    case tooLarge
    /// It never began; the reason in words.
    case notStarted(reason: String)
  }

  /// Why it ended.
  public let cause: Cause
  /// Standard output, up to its limit.
  public let output: [UInt8]
  /// Standard error, up to its limit.
  public let error: [UInt8]
  /// Whether it began at all; a deadline or a cancellation may come first.
  public let wasStarted: Bool
}

/// Runs programs, each on a thread of its own and in a process group of its own.
///
/// When a program ends, whatever it started in its group is killed. Descriptors other than the
/// three standard ones are closed, signals are reset. At most `limit` programs run at once; more
/// wait, and their wait counts against their deadline.
public final class ProcessRunner: Sendable {
  private let threads: BlockingThreads

  /// Makes this process the parent of what programs leave behind, so that whatever left their group
  /// is killed with them, too.
  ///
  /// It changes the whole process: for programs that start others in no other way. Returns whether
  /// the system allows it.
  @discardableResult
  public static func adoptOrphans() -> Bool { signalbox_processes_adopt() }

  /// At most `limit` programs at once.
  public init(limit: Int = 64) {
    threads = BlockingThreads(limit: limit)
  }

  /// Runs `command` to its end, at most `deadlineMilliseconds` plus its grace.
  public func run(
    _ command: ProcessCommand,
    deadlineMilliseconds: Int,
    cancellation: Cancellation = Cancellation()
  ) async -> ProcessEnding {
    let deadline = ContinuousClock.now + .milliseconds(deadlineMilliseconds)
    return await withLinkedCancellation(cancellation) { cancellation in
      let ending = await threads.perform {
        guard !cancellation.isCancelled else { return ProcessEnding(.cancelled) }
        let left = (deadline - .now) / .milliseconds(1)
        guard left >= 1 else { return ProcessEnding(.timedOut) }
        return runBlocking(command, timeoutMilliseconds: Int64(left), cancellation)
      }
      return ending ?? ProcessEnding(.notStarted(reason: "no thread can be started"))
    }
  }
}

extension ProcessEnding {
  fileprivate init(_ cause: Cause) {
    self.init(cause: cause, output: [], error: [], wasStarted: false)
  }
}

// INVARIANT: the process object is made, used and freed within this function, on one thread; the
// wake descriptor is closed only after the action that writes to it was forgotten.
private func runBlocking(
  _ command: ProcessCommand,
  timeoutMilliseconds: Int64,
  _ cancellation: Cancellation
) -> ProcessEnding {
  if let reason = command.problem { return ProcessEnding(.notStarted(reason: reason)) }
  guard let program = command.arguments.first,
    let process = unsafe signalbox_process_create(ProcessCommand.resolved(program))
  else { return ProcessEnding(.notStarted(reason: "the command is empty")) }
  defer { unsafe signalbox_process_free(process) }
  guard unsafe command.fill(process) else {
    return ProcessEnding(.notStarted(reason: "out of memory"))
  }
  unsafe signalbox_process_deadline(
    process,
    timeoutMilliseconds,
    Int64(max(command.graceMilliseconds, 0))
  )
  let wake = signalbox_wake_create()
  guard wake >= 0 else {
    return ProcessEnding(.notStarted(reason: "too many descriptors are open"))
  }
  let registration = cancellation.whenCancelled { signalbox_wake_signal(wake) }
  unsafe signalbox_process_run(process, wake)
  cancellation.forget(registration)
  signalbox_wake_close(wake)

  var outputCount = 0
  var errorCount = 0
  let output = unsafe signalbox_process_output(process, &outputCount)
  let error = unsafe signalbox_process_error(process, &errorCount)
  return ProcessEnding(
    cause: unsafe cause(of: process, program: program),
    output: unsafe Array(UnsafeBufferPointer(start: output, count: outputCount)),
    error: unsafe Array(UnsafeBufferPointer(start: error, count: errorCount)),
    wasStarted: unsafe signalbox_process_result(process) != SIGNALBOX_PROCESS_NOT_STARTED
  )
}

private func cause(of process: OpaquePointer, program: String) -> ProcessEnding.Cause {
  let code = unsafe signalbox_process_code(process)
  switch unsafe signalbox_process_result(process) {
  case SIGNALBOX_PROCESS_EXITED: return .exited(status: Int(code))
  case SIGNALBOX_PROCESS_SIGNALLED: return .signalled(number: Int(code))
  case SIGNALBOX_PROCESS_TIMEOUT: return .timedOut
  case SIGNALBOX_PROCESS_CANCELLED: return .cancelled
  case SIGNALBOX_PROCESS_TOO_LARGE: return .tooLarge
  default:
    return .notStarted(
      reason: "`\(program)` cannot be run: \(unsafe String(cString: signalbox_error_text(code)))"
    )
  }
}

extension ProcessCommand {
  /// What no program could receive unchanged.
  fileprivate var problem: String? {
    if arguments.contains(where: { $0.utf8.contains(0) }) {
      return "an argument holds a NUL character, which no program can receive"
    }
    let isSound = environment.allSatisfy { entry in
      !entry.name.isEmpty && !entry.name.utf8.contains(UInt8(ascii: "="))
        && !entry.name.utf8.contains(0) && !entry.value.utf8.contains(0)
    }
    return isSound ? nil : "an environment variable has an empty name, or holds NUL"
  }

  fileprivate func fill(_ process: OpaquePointer) -> Bool {
    for argument in arguments {
      guard unsafe signalbox_process_argument(process, argument) else { return false }
    }
    for entry in environment {
      guard unsafe signalbox_process_environment(process, "\(entry.name)=\(entry.value)")
      else { return false }
    }
    if let directory {
      guard unsafe signalbox_process_directory(process, directory) else { return false }
    }
    unsafe signalbox_process_limits(process, max(outputBytes, 0), max(errorBytes, 0))
    return unsafe input.withUnsafeBufferPointer { bytes in
      unsafe signalbox_process_input(process, bytes.baseAddress, bytes.count)
    }
  }

  /// Whether `program` can be started: a file that this user may execute.
  package static func isExecutable(_ program: String) -> Bool {
    guard !program.isEmpty, !program.utf8.contains(0) else { return false }
    return unsafe signalbox_is_executable(resolved(program))
  }

  /// The path that runs for `program`: itself when it holds a slash, else the first executable of
  /// that name in the standard directories, else the name unchanged.
  package static func resolved(_ program: String) -> String {
    guard !program.utf8.contains(UInt8(ascii: "/")), !program.isEmpty else { return program }
    let candidates = ["/usr/local/bin", "/usr/bin", "/bin"].map { "\($0)/\(program)" }
    // A bare name is never looked up in the working directory.
    return candidates.first { unsafe signalbox_is_executable($0) } ?? "/usr/bin/\(program)"
  }
}
