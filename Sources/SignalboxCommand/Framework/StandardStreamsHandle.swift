import Glibc
import Synchronization

/// A stream that is a file descriptor of this process, written without a buffer.
package final class StandardStream: TextStream {
  /// Descriptor 1: data.
  package static let output = StandardStream(descriptor: 1)
  /// Descriptor 2: talk.
  package static let error = StandardStream(descriptor: 2)

  private let descriptor: Int32
  private let stopped: Mutex<Int32?>

  private init(descriptor: Int32) {
    self.descriptor = descriptor
    stopped = Mutex(nil)
  }

  /// Makes writing to a reader that has gone an error instead of the end of this process.
  ///
  /// Child processes inherit this; whoever starts one resets the signal.
  package static func ignoreBrokenPipes() {
    // INVARIANT: SIG_IGN installs no handler, so that nothing runs in signal context.
    _ = signal(SIGPIPE, SIG_IGN)
  }

  /// Whether the descriptor is a terminal.
  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// The error that stopped the stream; a reader that has gone (`| head`) is none.
  package var failure: Int32? { stopped.withLock { $0 == EPIPE ? nil : $0 } }

  /// Writes all of `text`, after the first error nothing more.
  package func write(_ text: String) {
    var text = text
    stopped.withLock { stopped in
      guard stopped == nil else { return }
      stopped = text.withUTF8 { bytes in unsafe writeAll(bytes) }
    }
  }

  // INVARIANT: `bytes` is valid during the call only; write(2) reads at most the count it is given
  // and keeps no pointer.
  private func writeAll(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
    var written = 0
    while written < bytes.count {
      let rest = unsafe UnsafeBufferPointer(rebasing: bytes[written...])
      let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        written += count
      } else if errno == EAGAIN {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&request, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
}
