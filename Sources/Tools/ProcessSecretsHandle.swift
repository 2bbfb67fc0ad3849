import Glibc

/// Secrets from files or from the environment of this process.
///
/// A secret is the content of the file of its name in `directory`, without a final line break (the
/// custom of container platforms); without such a file, the environment variable of its name. Files
/// are read anew each time, so a rotated secret is seen at the next call.
public struct ProcessSecrets: SecretSource {
  private let directory: String?
  private let variables: [String: String]
  /// Largest file that is read, in bytes; a longer one counts as missing.
  private static let fileBytes = 64 << 10

  /// Secrets from `directory`, if given, then from the environment.
  ///
  /// `variables` stand in for variables of the environment that this process has unset.
  public init(directory: String? = nil, variables: [String: String] = [:]) {
    self.directory = directory
    self.variables = variables
  }

  /// The value of a secret, or nil when neither a file nor a variable has it.
  public func secret(_ name: String) -> String? {
    guard Self.isName(name) else { return nil }
    if let directory, let value = Self.content(ofFile: "\(directory)/\(name)") { return value }
    return environment(name)
  }

  /// The value of an environment variable, or nil when it is not set.
  public func environment(_ name: String) -> String? {
    guard Self.isName(name) else { return nil }
    if let value = variables[name] { return value }
    // INVARIANT: the text is copied at once. Nothing in this program changes its own environment
    // once threads have started.
    return unsafe getenv(name).map { value in unsafe String(cString: value) }
  }

  /// Letters, digits, `_`, `-` and inner dots: such a name cannot leave the directory.
  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.first != UInt8(ascii: ".")
      && name.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
          || (0x61...0x7a).contains(byte) || "_-.".utf8.contains(byte)
      }
  }

  // INVARIANT: the descriptor is closed on every way out; reads stay within the buffer's count.
  private static func content(ofFile path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
      guard bytes.count <= fileBytes else { return nil }
    }
    if bytes.last == 0x0a { bytes.removeLast() }
    if bytes.last == 0x0d { bytes.removeLast() }
    return String(validating: bytes, as: UTF8.self)
  }
}
