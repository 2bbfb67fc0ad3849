/// An absolute http or https URL that was read strictly, so that every reader sees the same host.
///
/// Refused rather than repaired: user information, percent signs or non-ASCII characters in the
/// host, numbers as hosts other than a plain dotted quad, IPv6 zones, backslashes, white space and
/// control characters anywhere. The fragment is dropped. What is sent is rebuilt from the parts.
public struct HTTPAddress: Sendable, Hashable {
  /// Why a text is no such URL.
  public struct Problem: Error, Sendable, Equatable {
    /// What is wrong, in lower case, without the text itself.
    public let message: String
  }

  /// Whether the scheme is https.
  public let isSecure: Bool
  /// The host in lower case without a final dot; an IPv6 address stands without brackets.
  public let host: String
  /// The port, given or the scheme's own.
  public let port: Int
  /// The path and the query as written; at least `/`.
  public let target: String

  /// Reads `text`.
  public init(_ text: String) throws(Problem) {
    let bytes = Array(text.utf8)
    guard !bytes.contains(where: { $0 <= 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "\\") }) else {
      throw Problem(message: "a URL holds no spaces, control characters or backslashes")
    }
    guard bytes.count <= 8_192 else {
      throw Problem(message: "the URL is longer than 8192 bytes")
    }
    let rest: ArraySlice<UInt8>
    if let tail = Self.dropping("https://", from: bytes) {
      isSecure = true
      rest = tail
    } else if let tail = Self.dropping("http://", from: bytes) {
      isSecure = false
      rest = tail
    } else {
      throw Problem(message: "the URL must begin with http:// or https://")
    }
    let end = rest.firstIndex { byte in
      byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }
    let authority = rest[..<(end ?? rest.endIndex)]
    (host, port) = try Self.split(authority, defaultPort: isSecure ? 443 : 80)
    target = try Self.target(rest[authority.endIndex...])
  }

  /// The same scheme, host and port with another path, which must begin with a slash.
  ///
  /// `path` goes after the path that is already there; its query, if any, is dropped.
  public func appending(path: String) throws(Problem) -> HTTPAddress {
    let base = target.utf8.prefix { $0 != UInt8(ascii: "?") }
    var text = String(decoding: base, as: UTF8.self)
    while text.utf8.last == UInt8(ascii: "/") { text.removeLast() }
    return try HTTPAddress("\(origin)\(text)\(path)")
  }

  /// The same URL with more query parameters, percent-encoded here.
  public func appending(query: [(name: String, value: String)]) -> HTTPAddress {
    guard !query.isEmpty else { return self }
    let pairs = query.map { pair in
      "\(Self.percentEncoded(pair.name))=\(Self.percentEncoded(pair.value))"
    }
    let separator = target.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
    return HTTPAddress(self, target: target + separator + pairs.joined(separator: "&"))
  }

  private init(_ other: HTTPAddress, target: String) {
    isSecure = other.isSecure
    host = other.host
    port = other.port
    self.target = target
  }

  /// The URL, rebuilt from its parts.
  public var text: String { origin + target }

  /// `host:port`, as grants and messages name it; IPv6 in brackets.
  public var hostAndPort: String { "\(bracketedHost):\(port)" }

  /// The address that the host is, when it is one and no name.
  package var literalAddress: NetworkAddress? {
    NetworkAddress(dottedQuad: host) ?? NetworkAddress(colonHex: host)
  }

  private var origin: String {
    let isDefault = port == (isSecure ? 443 : 80)
    return "\(isSecure ? "https" : "http")://\(bracketedHost)\(isDefault ? "" : ":\(port)")"
  }

  private var bracketedHost: String {
    host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
  }

  private static func dropping(_ scheme: String, from bytes: [UInt8]) -> ArraySlice<UInt8>? {
    let count = scheme.utf8.count
    guard bytes.count > count, bytes.prefix(count).map(lowercase).elementsEqual(scheme.utf8)
    else { return nil }
    return bytes[count...]
  }

  private static func split(
    _ authority: ArraySlice<UInt8>,
    defaultPort: Int
  ) throws(Problem) -> (host: String, port: Int) {
    guard !authority.contains(UInt8(ascii: "@")) else {
      throw Problem(message: "a URL with a user name or password is refused")
    }
    var host = authority
    var port = defaultPort
    let isBracketed = authority.first == UInt8(ascii: "[")
    let afterHost = isBracketed ? authority.firstIndex(of: UInt8(ascii: "]")) : authority.startIndex
    guard let afterHost else { throw Problem(message: "the bracket of the host is not closed") }
    if let colon = authority[afterHost...].firstIndex(of: UInt8(ascii: ":")) {
      host = authority[..<colon]
      let digits = authority[authority.index(after: colon)...]
      guard (1...5).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
        throw Problem(message: "the port must be a number from 1 to 65535")
      }
      port = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
      guard (1...65_535).contains(port) else {
        throw Problem(message: "the port must be a number from 1 to 65535")
      }
    }
    return (try isBracketed ? sixHost(host) : namedHost(host), port)
  }

  private static func sixHost(_ bytes: ArraySlice<UInt8>) throws(Problem) -> String {
    guard bytes.last == UInt8(ascii: "]") else {
      throw Problem(message: "only a port may follow the bracket of the host")
    }
    let text = String(decoding: bytes.dropFirst().dropLast().map(lowercase), as: UTF8.self)
    guard NetworkAddress(colonHex: text) != nil else {
      throw Problem(message: "the host in brackets is no IPv6 address")
    }
    return text
  }

  private static func namedHost(_ bytes: ArraySlice<UInt8>) throws(Problem) -> String {
    var name = bytes.map(lowercase)
    if name.last == UInt8(ascii: ".") { name.removeLast() }
    guard !name.isEmpty, name.count <= 253 else {
      throw Problem(message: "the URL names no host, or one of more than 253 bytes")
    }
    guard name.allSatisfy(isHostByte) else {
      throw Problem(
        message: "a host holds only letters, digits, `-`, `_` and dots (write others as xn--…)"
      )
    }
    let labels = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard labels.allSatisfy({ (1...63).contains($0.count) }) else {
      throw Problem(message: "a part of the host between two dots has 1 to 63 bytes")
    }
    let text = String(decoding: name, as: UTF8.self)
    // A last part that is a number makes readers take the host for an IPv4 address, each with its
    // own idea of octal, hexadecimal and missing parts.
    guard let last = labels.last, !isNumber(last) || NetworkAddress(dottedQuad: text) != nil else {
      throw Problem(message: "an IPv4 host is four decimal numbers without leading zeros")
    }
    return text
  }

  private static func isNumber(_ label: ArraySlice<UInt8>) -> Bool {
    if label.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
    return label.starts(with: "0x".utf8)
      && label.dropFirst(2).allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
      }
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
  }

  private static func target(_ bytes: ArraySlice<UInt8>) throws(Problem) -> String {
    let kept = bytes.prefix { $0 != UInt8(ascii: "#") }
    guard kept.allSatisfy({ $0 < 0x80 }) else {
      throw Problem(message: "characters beyond ASCII in a URL must be percent-encoded")
    }
    let text = String(decoding: kept, as: UTF8.self)
    return text.utf8.first == UInt8(ascii: "/") ? text : "/" + text
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 {
    (0x41...0x5a).contains(byte) ? byte + 0x20 : byte
  }

  /// `text` with everything but unreserved characters (RFC 3986, section 2.3) percent-encoded.
  package static func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
