/// Base64 (RFC 4648) without padding or line breaks.
package enum Base64 {
  /// The digits of the standard alphabet.
  package static let standard = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )
  /// The digits of the alphabet for URLs and file names.
  package static let forURLs = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
  )

  /// The digits for `bytes`.
  package static func encoded(_ bytes: [UInt8], alphabet: [UInt8] = standard) -> [UInt8] {
    var digits: [UInt8] = []
    digits.reserveCapacity((bytes.count * 8 + 5) / 6)
    var pending = 0
    var bits = 0
    for byte in bytes {
      pending = pending << 8 | Int(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        digits.append(alphabet[pending >> bits & 63])
      }
      pending &= (1 << bits) - 1
    }
    if bits > 0 { digits.append(alphabet[pending << (6 - bits) & 63]) }
    return digits
  }
}
