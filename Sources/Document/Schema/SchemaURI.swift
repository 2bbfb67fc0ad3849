/// Resolves URI references (RFC 3986, section 5.2), as far as schemas need it.
enum SchemaURI {
  private struct Parts {
    var scheme: Substring?
    var authority: Substring?
    var path: Substring
    var query: Substring?
  }

  /// A reference split at its `#`; the fragment is percent-decoded.
  static func split(_ reference: String) -> (uri: String, fragment: String?) {
    guard let hash = reference.firstIndex(of: "#") else { return (reference, nil) }
    return (
      String(reference[..<hash]), percentDecoded(reference[reference.index(after: hash)...])
    )
  }

  /// `reference`, without fragment, resolved against `base`.
  static func resolve(_ reference: String, base: String) -> String {
    if reference.isEmpty { return base }
    let target = parts(reference)
    if target.scheme != nil { return reference }
    var result = parts(base)
    if target.authority != nil {
      result.authority = target.authority
      result.path = target.path
    } else if target.path.hasPrefix("/") {
      result.path = Substring(withoutDots(target.path))
    } else if !target.path.isEmpty {
      let folder = result.path.lastIndex(of: "/").map { result.path[...$0] } ?? ""
      let root = folder.isEmpty && result.authority != nil ? "/" : folder
      result.path = Substring(withoutDots(root + target.path))
    }
    result.query = target.query ?? (target.path.isEmpty ? result.query : nil)
    return (result.scheme.map { $0 + ":" } ?? "") + (result.authority.map { "//" + $0 } ?? "")
      + result.path + (result.query.map { "?" + $0 } ?? "")
  }

  private static func parts(_ uri: String) -> Parts {
    var rest = Substring(uri)
    var result = Parts(path: "")
    if let colon = rest.firstIndex(of: ":"), !rest[..<colon].contains("/"),
      rest.first?.isLetter == true
    {
      result.scheme = rest[..<colon]
      rest = rest[rest.index(after: colon)...]
    }
    if rest.hasPrefix("//") {
      rest = rest.dropFirst(2)
      let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
      result.authority = rest[..<end]
      rest = rest[end...]
    }
    if let mark = rest.firstIndex(of: "?") {
      result.query = rest[rest.index(after: mark)...]
      rest = rest[..<mark]
    }
    result.path = rest
    return result
  }

  private static func withoutDots(_ path: some StringProtocol) -> String {
    var output: [Substring] = []
    let segments = String(path).split(separator: "/", omittingEmptySubsequences: false)
    for (index, segment) in segments.enumerated() {
      let isLast = index == segments.count - 1
      if segment == "." {
        if isLast { output.append("") }
      } else if segment == ".." {
        if output.count > 1 { output.removeLast() }
        if isLast { output.append("") }
      } else {
        output.append(segment)
      }
    }
    return output.joined(separator: "/")
  }

  private static func percentDecoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var utf8 = Array(text.utf8)[...]
    while let byte = utf8.popFirst() {
      if byte == UInt8(ascii: "%"), utf8.count >= 2,
        let decoded = UInt8(String(decoding: utf8.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(decoded)
        utf8 = utf8.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
