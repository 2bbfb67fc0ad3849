import Glibc

/// What this process holds in memory.
enum ProcessMemory {
  /// Bytes resident now; 0 where the system does not say.
  // INVARIANT: the buffer is larger than what is read into it, and the file is closed.
  static var residentBytes: Int {
    let file = unsafe open("/proc/self/statm", O_RDONLY)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = unsafe read(file, &buffer, 255)
    guard count > 0 else { return 0 }
    let fields = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
