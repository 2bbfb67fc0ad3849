import Synchronization

/// Where a run's times come from: a seam to the world.
public protocol RunClock: Sendable {
  /// Milliseconds since the Unix epoch.
  var nowMilliseconds: Int64 { get }
  /// Whether time stands still until somebody sleeps, and then jumps.
  var isVirtual: Bool { get }
  /// Returns when the time has come, or earlier when the task is cancelled.
  func sleep(untilMilliseconds: Int64) async
}

/// A clock that jumps to whatever is waited for: scenarios run in no time at all.
public final class VirtualClock: RunClock {
  private let now: Mutex<Int64>

  /// A clock that stands at a time.
  public init(startMilliseconds: Int64) {
    now = Mutex(startMilliseconds)
  }

  /// Milliseconds since the Unix epoch.
  public var nowMilliseconds: Int64 { now.withLock { $0 } }
  /// Whether time stands still until somebody sleeps.
  public var isVirtual: Bool { true }

  /// Returns when the time has come, or earlier when the task is cancelled.
  public func sleep(untilMilliseconds: Int64) async {
    now.withLock { $0 = max($0, untilMilliseconds) }
  }
}
