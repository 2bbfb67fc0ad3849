import CCrypto

/// A SHA-256 digest.
public struct Digest: Sendable, Hashable {
  /// The 32 bytes.
  public let bytes: [UInt8]

  /// The digest of `content`.
  public init(of content: [UInt8]) {
    var output = [UInt8](repeating: 0, count: 32)
    // INVARIANT: SHA256 reads `count` bytes and writes 32; both buffers live through the call.
    unsafe content.withUnsafeBufferPointer { input in
      unsafe output.withUnsafeMutableBufferPointer { result in
        _ = unsafe SHA256(input.baseAddress, input.count, result.baseAddress)
      }
    }
    bytes = output
  }

  /// A digest read back; nil unless 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// 64 hexadecimal digits.
  public var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
