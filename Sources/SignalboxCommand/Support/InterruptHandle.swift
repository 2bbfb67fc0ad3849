import Glibc
import Synchronization

/// Whether somebody pressed Ctrl-C or asked this process to end.
enum Interrupt {
  private static let interrupts = Atomic<Int>(0)
  private static let endings = Atomic<Int>(0)

  /// Counts SIGINT and SIGTERM from now on instead of dying at once.
  static func watch() {
    // INVARIANT: the handlers touch nothing but a lock-free atomic, which is safe in a signal
    // handler; they capture nothing, so they have no context to outlive.
    _ = signal(SIGINT) { _ in Interrupt.interrupts.add(1, ordering: .relaxed) }
    _ = signal(SIGTERM) { _ in Interrupt.endings.add(1, ordering: .relaxed) }
  }

  /// What the signals so far ask for.
  static var wish: Wish {
    if endings.load(ordering: .relaxed) > 0 { return .end }
    switch interrupts.load(ordering: .relaxed) {
    case 0: return .goOn
    case 1: return .cancel
    default: return .stop
    }
  }

  /// What a person, or whoever manages this process, wants.
  enum Wish: Int, Comparable {
    /// Nothing.
    case goOn
    /// Ctrl-C: the run is to be cancelled, with whatever it has to put in order.
    case cancel
    /// Ctrl-C again: the run is left as it is, to be resumed.
    case stop
    /// SIGTERM: the same, and the same command may go on elsewhere.
    case end

    static func < (left: Wish, right: Wish) -> Bool { left.rawValue < right.rawValue }
  }
}
