import CTableFloor
import Glibc

// INVARIANT: the files are closed on every path; reads stay within the buffer.

/// The most memory that this process held at once.
enum PeakMemory {
  /// Bytes by which `body` raised the memory of the process at its highest, above where it began.
  static func growth(_ body: () throws -> Void) rethrows -> Int {
    reset()
    let before = kilobytes("VmRSS:")
    try body()
    return max(0, kilobytes("VmHWM:") - before) * 1_024
  }

  /// Forgets the peak so far; memory that is kept for later goes back first, else it hides growth.
  private static func reset() {
    table_floor_trim()
    guard let file = unsafe fopen("/proc/self/clear_refs", "w") else { return }
    unsafe fputs("5", file)
    unsafe fclose(file)
  }

  /// A figure of the process in KiB; 0 where the system does not tell.
  private static func kilobytes(_ name: String) -> Int {
    guard let file = unsafe fopen("/proc/self/status", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 8_192)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe fread($0.baseAddress, 1, $0.count, file)
    }
    for line in String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
    where line.hasPrefix(name) {
      let digits = line.utf8.filter { $0 >= 0x30 && $0 <= 0x39 }
      return Int(String(decoding: digits, as: UTF8.self)) ?? 0
    }
    return 0
  }
}
