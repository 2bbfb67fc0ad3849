import Glibc

/// A folder of its own for one test; `remove` takes it away with everything in it.
public struct TemporaryFolder: Sendable {
  /// What can go wrong.
  public enum Failure: Error {
    /// The system refused.
    case system(Int32)
  }

  /// The folder's path, without a slash at the end.
  public let path: String

  /// Makes the folder under `TMPDIR`, else the usual place.
  public init() throws {
    // INVARIANT: the environment is not changed by tests, and `mkdtemp` writes within the template.
    let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/signalbox-test-XXXXXX".utf8CString)
    let isMade = unsafe template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe mkdtemp(start) != nil
    }
    guard isMade else { throw Failure.system(errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Writes a file in the folder and returns its path.
  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String {
    let file = "\(path)/\(name)"
    let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw Failure.system(errno) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    let count = unsafe bytes.withUnsafeBytes {
      unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
    }
    guard count == bytes.count else { throw Failure.system(errno) }
    return file
  }

  /// The lines of a file in the folder; none when there is no such file.
  public func lines(_ name: String) -> [String] {
    let descriptor = unsafe open("\(path)/\(name)", O_RDONLY)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe read(descriptor, $0.baseAddress, $0.count)
      }
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Removes the folder and the files in it; folders inside are left.
  public func remove(_ names: String...) {
    for name in names + ["runs.db", "runs.db-wal", "runs.db-shm"] {
      _ = unsafe unlink("\(path)/\(name)")
    }
    _ = unsafe rmdir(path)
  }

  /// The permission bits of a file in the folder.
  public func permissions(of name: String) -> UInt32 {
    var information = stat()
    guard unsafe stat("\(path)/\(name)", &information) == 0 else { return 0 }
    return information.st_mode & 0o777
  }
}
