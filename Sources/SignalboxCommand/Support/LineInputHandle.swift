import Glibc
import Synchronization

/// Lines of the standard input, waited for in small steps, so that signals are noticed meanwhile.
final class LineInput: Sendable {
  private let rest = Mutex<[UInt8]>([])

  /// The next line without its end; nil at the end of the input, or when `mayWait` says no.
  func line(while mayWait: () -> Bool) async -> String? {
    while mayWait() {
      if let line = takeLine() { return line }
      // INVARIANT: the structure and the buffer live on this frame for the call; read(2) writes at
      // most the count it is given and keeps no pointer.
      var request = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      if unsafe poll(&request, 1, 50) > 0 {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(0, $0.baseAddress, $0.count) }
        if count == 0 { return takeRest() }
        if count < 0, errno != EINTR, errno != EAGAIN { return nil }
        if count > 0 { rest.withLock { $0 += bytes[..<count] } }
      }
      // Whatever else this process does has its turn.
      await Task.yield()
    }
    return nil
  }

  /// A last line that has no end.
  private func takeRest() -> String? {
    rest.withLock { rest in
      defer { rest = [] }
      return rest.isEmpty ? nil : String(decoding: rest, as: UTF8.self)
    }
  }

  private func takeLine() -> String? {
    rest.withLock { rest in
      guard let end = rest.firstIndex(of: 0x0A) else { return nil }
      let line = String(decoding: rest[..<end], as: UTF8.self)
      rest.removeSubrange(...end)
      return line
    }
  }
}
