import Synchronization

/// Asks an evaluation under way on another thread to stop.
///
/// Hand it to `Program.evaluate(_:cancellation:)`; from the moment `cancel` is called the
/// evaluation ends within a millisecond or so with an error of kind `cancelled`. One may serve
/// several evaluations; what was cancelled stays so.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  /// One that is not cancelled.
  public init() {}

  /// Cancels every evaluation that was given this object.
  public func cancel() { flag.store(true, ordering: .relaxed) }

  /// Whether `cancel` was called.
  public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
