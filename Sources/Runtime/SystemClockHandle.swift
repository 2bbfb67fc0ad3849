import Glibc

/// The machine's own clock.
public struct SystemClock: RunClock {
  /// Longest single sleep: the wall clock may be set meanwhile, so it is read again that often.
  private static let longestSleepMilliseconds: Int64 = 500

  /// The clock.
  public init() {}

  /// Milliseconds since the Unix epoch.
  public var nowMilliseconds: Int64 {
    var time = timespec()
    // INVARIANT: `time` outlives the call, which writes it and keeps no pointer.
    let result = unsafe clock_gettime(CLOCK_REALTIME, &time)
    precondition(result == 0, "the system must have a clock")
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Whether time stands still until somebody sleeps.
  public var isVirtual: Bool { false }

  /// Returns when the time has come, or earlier when the task is cancelled.
  public func sleep(untilMilliseconds: Int64) async {
    while !Task.isCancelled {
      let remaining = untilMilliseconds - nowMilliseconds
      if remaining <= 0 { return }
      let pause = min(remaining, Self.longestSleepMilliseconds)
      guard (try? await Task.sleep(for: .milliseconds(pause))) != nil else { return }
    }
  }
}
