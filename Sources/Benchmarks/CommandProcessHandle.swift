import Glibc

/// Programs that are started and waited for, without their output.
enum CommandProcess {
  /// A variable of the environment.
  static func environment(_ name: String) -> String? {
    // INVARIANT: nothing here changes the environment while its pointer is read.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// Runs a program to its end; its exit status, 128 and more when a signal ended it.
  static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
    // INVARIANT: every argument is duplicated before the call and freed after it; the file actions
    // are destroyed once; the child is waited for once.
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in [1, 2] {
      unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
    }
    var texts = unsafe ([program] + arguments).map { unsafe strdup($0) }
    unsafe texts.append(nil)
    defer { for index in unsafe texts.indices { unsafe free(texts[index]) } }
    var child: pid_t = 0
    let failure = unsafe posix_spawn(&child, program, &actions, nil, texts, environ)
    guard failure == 0 else {
      throw BenchmarkFailure(description: "\(program) cannot be started, error \(failure)")
    }
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }
}

/// A fresh folder for what a benchmark writes.
struct ScratchFolder {
  let path: String

  init() throws {
    // INVARIANT: `mkdtemp` writes within the template, which ends with a zero byte.
    let base = CommandProcess.environment("TMPDIR") ?? "/var/tmp"
    var template = Array("\(base)/signalbox-bench-XXXXXX".utf8CString)
    let isMade = unsafe template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe mkdtemp(start) != nil
    }
    guard isMade else { throw BenchmarkFailure(description: "no folder under \(base)") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Writes a file of the folder.
  func write(_ name: String, _ text: String) throws {
    let file = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard file >= 0 else { throw BenchmarkFailure(description: "cannot write \(path)/\(name)") }
    defer { close(file) }
    let bytes = Array(text.utf8)
    let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
    guard count == bytes.count else {
      throw BenchmarkFailure(description: "cannot write \(path)/\(name)")
    }
  }

  /// Seconds that each append of `bytes` with fsync takes.
  func syncTimes(bytes: Int, count: Int, file name: String) throws -> [Double] {
    let file = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    guard file >= 0 else { throw BenchmarkFailure(description: "cannot write \(path)/\(name)") }
    defer { close(file) }
    let block = [UInt8](repeating: 0x41, count: bytes)
    let clock = ContinuousClock()
    return try (0..<count).map { _ in
      let start = clock.now
      let written = unsafe block.withUnsafeBytes {
        unsafe Glibc.write(file, $0.baseAddress, $0.count)
      }
      guard written == bytes, fsync(file) == 0 else {
        throw BenchmarkFailure(description: "cannot sync \(path)/\(name)")
      }
      return Measurement.seconds(start.duration(to: clock.now))
    }
  }

  /// Removes the named files and the folder.
  func remove(_ names: [String]) {
    for name in names { _ = unsafe unlink("\(path)/\(name)") }
    _ = unsafe rmdir(path)
  }
}

/// The standard error as a stream of text.
struct StandardError: TextOutputStream {
  /// Writes `text`.
  mutating func write(_ text: String) {
    // INVARIANT: the bytes outlive the call, which keeps no pointer.
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
  }
}
