import Synchronization

/// A result that a test did not expect.
struct Unexpected: Error {
  let what: String
}

/// Bytes collected from another thread.
final class Collected: Sendable {
  private let state = Mutex<[UInt8]>([])

  var bytes: [UInt8] { state.withLock { $0 } }

  func append(_ bytes: [UInt8]) { state.withLock { $0 += bytes } }
}
