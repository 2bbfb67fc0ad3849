import CSystem
import Synchronization

/// Threads for work that blocks, apart from the pool that runs Swift's tasks.
///
/// Work beyond the limit waits in order. A thread ends when nothing waits. Starting one costs some
/// 20 µs, little beside the processes that run here.
package final class BlockingThreads: Sendable {
  private struct State {
    var running = 0
    var waiting: [@Sendable () -> Void] = []
  }

  private let limit: Int
  private let state = Mutex(State())

  /// At most `limit` threads at once.
  package init(limit: Int) {
    precondition(limit > 0, "blocking work needs at least one thread")
    self.limit = limit
  }

  /// Performs `work` on one of the threads; nil when no thread can be started.
  package func perform<Answer: Sendable>(
    _ work: @escaping @Sendable () -> Answer
  ) async -> Answer? {
    await withCheckedContinuation { continuation in
      start(
        { continuation.resume(returning: work()) },
        else: { continuation.resume(returning: nil) }
      )
    }
  }

  private func start(_ job: @escaping @Sendable () -> Void, else refuse: () -> Void) {
    let mayStart = state.withLock { state in
      guard state.running < limit else {
        state.waiting.append(job)
        return false
      }
      state.running += 1
      return true
    }
    guard mayStart else { return }
    if !startThread({ self.work(job) }) {
      state.withLock { $0.running -= 1 }
      refuse()
    }
  }

  private func work(_ first: @Sendable () -> Void) {
    first()
    while let next = takeNext() { next() }
  }

  private func takeNext() -> (@Sendable () -> Void)? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.running -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
  }
}

private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

// INVARIANT: the context is one retained ThreadBody, released exactly once: by the thread, or here
// when the thread does not start.
private func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  let context = unsafe Unmanaged.passRetained(ThreadBody(body))
  let started = unsafe signalbox_thread_start(
    { context in
      guard let context = unsafe context else { return }
      unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body()
    },
    context.toOpaque()
  )
  if !started { unsafe context.release() }
  return started
}
