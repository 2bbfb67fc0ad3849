import Glibc

extension SuiteFile {
  // INVARIANT: `read` fills at most the capacity of the buffer that lives across the call.
  /// The bytes of a file.
  package static func bytes(_ path: String) throws(SuiteUnavailable) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { throw SuiteUnavailable("cannot read \(path)") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let capacity = chunk.count
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe read(descriptor, buffer.baseAddress, capacity)
      }
      guard count > 0 else { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
  }
}

extension SuiteFile {
  // INVARIANT: `opendir` gives a stream that is read here only and closed once; each entry's name
  // is copied before the next call.
  /// The names of a folder's files, sorted.
  package static func names(_ path: String) throws(SuiteUnavailable) -> [String] {
    guard let folder = unsafe opendir(path) else {
      throw SuiteUnavailable("cannot read \(path)")
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { characters in
          unsafe String(cString: characters)
        }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
