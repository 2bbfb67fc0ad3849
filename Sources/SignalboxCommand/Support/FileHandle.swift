import Glibc
import Signalbox

/// Reads whole files, up to a limit.
enum FileHandle {
  /// Why a file could not be read.
  enum Failure: Error {
    case missing
    case unreadable(String)
    case tooLarge
  }

  /// The bytes of `path`; `-` is the standard input.
  static func read(_ path: String, limitBytes: Int) throws(Failure) -> [UInt8] {
    let descriptor: Int32
    if path == "-" {
      descriptor = 0
    } else {
      descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    }
    guard descriptor >= 0 else {
      if errno == ENOENT { throw .missing }
      throw .unreadable(systemMessage(errno))
    }
    defer { if descriptor > 0 { close(descriptor) } }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      // INVARIANT: the buffer is valid for the call and `read` writes at most its count.
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw .unreadable(systemMessage(errno))
      }
      bytes += chunk[..<count]
      if bytes.count > limitBytes { throw .tooLarge }
    }
  }

  /// Writes a file in place of what stands there.
  static func write(_ text: String, to path: String) throws(Failure) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw .missing }
      throw .unreadable(systemMessage(errno))
    }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      // INVARIANT: the buffer is valid for the call and `write` reads at most its count.
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw .unreadable(systemMessage(errno))
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Creates the folders of `path`, readable by their owner only; an existing one is left alone.
  static func makeFolder(_ path: String) {
    var prefix = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      prefix += "/" + part
      _ = unsafe mkdir(prefix, 0o700)
    }
  }

  /// Whether something exists at `path`.
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Whether `descriptor` is a terminal.
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  private static func systemMessage(_ code: Int32) -> String {
    // INVARIANT: `strerror` gives a pointer that is valid until its next call on this thread; the
    // text is copied at once.
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "system error \(code)"
  }
}
