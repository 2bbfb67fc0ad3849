import Synchronization

/// A switch that ends calls early; once thrown it stays thrown.
///
/// One token may serve many calls at once, and tokens may be chained: cancelling the outer one
/// cancels the inner ones.
public final class Cancellation: Sendable {
  private struct State {
    var isCancelled = false
    var nextNumber = 0
    var actions: [Int: @Sendable () -> Void] = [:]
  }

  /// A registered action, for `forget`.
  package struct Registration: Sendable {
    fileprivate let number: Int
  }

  private let state = Mutex(State())

  /// A switch that is not thrown.
  public init() {}

  /// Whether `cancel` was called.
  public var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Throws the switch; every call that waits on it ends as cancelled.
  public func cancel() {
    state.withLock { state in
      guard !state.isCancelled else { return }
      state.isCancelled = true
      for action in state.actions.values { action() }
      state.actions = [:]
    }
  }

  /// Runs `action` once when the switch is thrown, or now when it is already.
  ///
  /// The action runs under the token's lock, so that none runs after `forget` has returned; it must
  /// be short and must not touch this token.
  package func whenCancelled(_ action: @escaping @Sendable () -> Void) -> Registration {
    state.withLock { state in
      state.nextNumber += 1
      if state.isCancelled {
        action()
      } else {
        state.actions[state.nextNumber] = action
      }
      return Registration(number: state.nextNumber)
    }
  }

  /// Forgets an action.
  package func forget(_ registration: Registration) {
    state.withLock { state in state.actions[registration.number] = nil }
  }
}

/// Runs `body` with a token that `cancellation` and the cancellation of the task both throw.
package func withLinkedCancellation<Answer>(
  _ cancellation: Cancellation,
  isolation: isolated (any Actor)? = #isolation,
  _ body: (Cancellation) async -> Answer
) async -> Answer {
  let linked = Cancellation()
  let registration = cancellation.whenCancelled { linked.cancel() }
  defer { cancellation.forget(registration) }
  return await withTaskCancellationHandler {
    await body(linked)
  } onCancel: {
    linked.cancel()
  }
}
