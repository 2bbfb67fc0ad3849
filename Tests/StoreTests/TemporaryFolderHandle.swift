import Glibc

/// A folder of a test's own, removed with its owner.
// INVARIANT: every C call below gets paths that Swift keeps alive for the call, and a buffer that
// outlives it.
final class TemporaryFolder {
  let path: String

  init() {
    path = "/tmp/signalbox-store-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    unsafe mkdir(path, 0o700)
  }

  deinit {
    for name in ["runs.db", "other"] {
      for suffix in ["", "-wal", "-shm", "-journal"] { unsafe unlink("\(path)/\(name)\(suffix)") }
    }
    unsafe rmdir(path)
  }

  /// Puts a file with a text into the folder.
  func write(_ text: String, to name: String) {
    guard let file = unsafe fopen("\(path)/\(name)", "w") else { return }
    unsafe fputs(text, file)
    unsafe fclose(file)
  }

  /// The permission bits of a file in the folder.
  func permissions(of name: String) -> UInt32 {
    var information = stat()
    guard unsafe stat("\(path)/\(name)", &information) == 0 else { return 0 }
    return information.st_mode & 0o777
  }
}
