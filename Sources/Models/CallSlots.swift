import Synchronization
import Tools

/// Lets at most a number of calls go on at once; the others wait in the order in which they came.
final class CallSlots: Sendable {
  /// What came of waiting.
  enum Admission: Sendable {
    case admitted
    /// As many wait as may wait.
    case queueIsFull
    /// The call's time was over.
    case overdue
    case cancelled
  }

  private struct State {
    var free: Int
    var nextTicket = 0
    var waiting: [(ticket: Int, continuation: CheckedContinuation<Admission, Never>)] = []
    /// Tickets that were withdrawn before they waited.
    var withdrawn: [Int: Admission] = [:]
  }

  private let state: Mutex<State>
  private let mostWaiting: Int

  init(count: Int, mostWaiting: Int) {
    state = Mutex(State(free: max(1, count)))
    self.mostWaiting = max(0, mostWaiting)
  }

  /// Waits for a slot; `release` gives an admitted one back.
  func acquire(
    withinMilliseconds limit: Int64,
    _ time: GatewayTime,
    _ cancellation: Cancellation
  ) async -> Admission {
    let ticket: Int? = state.withLock { state in
      if state.free > 0 {
        state.free -= 1
        return nil
      }
      state.nextTicket += 1
      return state.nextTicket
    }
    guard let ticket else { return .admitted }
    let registration = cancellation.whenCancelled { self.withdraw(ticket, .cancelled) }
    let alarm = Task {
      await time.sleep(limit)
      if !Task.isCancelled { self.withdraw(ticket, .overdue) }
    }
    let admission = await withCheckedContinuation { wait(ticket, $0) }
    alarm.cancel()
    cancellation.forget(registration)
    state.withLock { $0.withdrawn[ticket] = nil }
    return admission
  }

  /// Gives a slot back: to the call that has waited longest, if one does.
  func release() {
    let next = state.withLock { state -> CheckedContinuation<Admission, Never>? in
      guard !state.waiting.isEmpty else {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst().continuation
    }
    next?.resume(returning: .admitted)
  }

  private func wait(_ ticket: Int, _ continuation: CheckedContinuation<Admission, Never>) {
    let atOnce = state.withLock { state -> Admission? in
      if let withdrawn = state.withdrawn[ticket] { return withdrawn }
      if state.free > 0 {
        state.free -= 1
        return .admitted
      }
      guard state.waiting.count < mostWaiting else { return .queueIsFull }
      state.waiting.append((ticket, continuation))
      return nil
    }
    if let atOnce { continuation.resume(returning: atOnce) }
  }

  private func withdraw(_ ticket: Int, _ admission: Admission) {
    let waiting = state.withLock { state -> CheckedContinuation<Admission, Never>? in
      guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else {
        state.withdrawn[ticket] = admission
        return nil
      }
      return state.waiting.remove(at: index).continuation
    }
    waiting?.resume(returning: admission)
  }
}
