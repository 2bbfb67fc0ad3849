import Glibc
import Synchronization

/// Whether somebody pressed Ctrl-C or asked this process to end.
enum Interrupt {
  private static let count = Atomic<Int>(0)

  /// Counts SIGINT and SIGTERM from now on instead of dying at once.
  static func watch() {
    // INVARIANT: the handler touches nothing but a lock-free atomic, which is safe in a signal
    // handler; it captures nothing, so it has no context to outlive.
    for number in [SIGINT, SIGTERM] {
      _ = signal(number) { _ in Interrupt.count.add(1, ordering: .relaxed) }
    }
  }

  /// How often it was asked.
  static var requests: Int { count.load(ordering: .relaxed) }
}
