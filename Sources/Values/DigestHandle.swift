import CCrypto

/// A SHA-256 digest (FIPS 180-4): 32 bytes that name a content.
public struct Digest: Hashable, Sendable {
  /// The 32 bytes.
  public let bytes: [UInt8]

  /// A digest from its 32 bytes; nil for any other number of them.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// A digest from its 64 hexadecimal digits, either case.
  public init?(hex: String) {
    let digits = Array(hex.utf8)
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 64, by: 2) {
      guard let high = Self.nibble(digits[index]), let low = Self.nibble(digits[index + 1])
      else { return nil }
      bytes.append(high << 4 | low)
    }
    self.bytes = bytes
  }

  /// The digest of `bytes`.
  ///
  /// Linear, some 1 GB a second where the processor helps.
  public static func sha256(_ bytes: [UInt8]) -> Digest {
    let hash = DigestHandle()
    hash.update(bytes)
    return hash.finish()
  }

  /// The 64 lower-case hexadecimal digits.
  public var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self
    )
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x41 + 10
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
  }
}

// INVARIANT: `context` is allocated in init and freed once in deinit; OpenSSL copies the input
// before each call returns. The class is used by one thread at a time.
/// A SHA-256 computation that takes its input in pieces.
@safe public final class DigestHandle {
  private let context: OpaquePointer

  /// A computation over no bytes yet.
  public init() {
    guard let context = unsafe EVP_MD_CTX_new() else {
      preconditionFailure("there is no memory for a digest")
    }
    unsafe self.context = context
    let started = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
    precondition(started == 1, "libcrypto must offer SHA-256")
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// Takes more bytes.
  public func update(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { buffer in
      let taken = unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
      precondition(taken == 1, "SHA-256 takes any bytes")
    }
  }

  /// The digest of all bytes taken; the computation starts anew.
  public func finish() -> Digest {
    var output = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    let finished = unsafe output.withUnsafeMutableBufferPointer { buffer in
      unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, &count)
    }
    let restarted = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
    guard finished == 1, restarted == 1, count == 32, let digest = Digest(bytes: output) else {
      preconditionFailure("SHA-256 makes 32 bytes")
    }
    return digest
  }
}
