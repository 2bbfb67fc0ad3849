/// A text with references to secrets and environment variables that are put in when it is sent.
///
/// Used where keys, headers and addresses are written: `Bearer {{ secrets.API_KEY }}`. Nothing but
/// `secrets.NAME` and `env.NAME` can stand between the braces, so no data of a run gets in.
public struct LateText: Sendable {
  /// A text that is not of that form.
  public struct Problem: Error, Sendable, Equatable {
    /// What is wrong, in lower case.
    public let message: String
  }

  /// A piece.
  public enum Part: Sendable {
    /// Text as it is.
    case text(String)
    /// The value of a secret, which is kept out of every log.
    case secret(String)
    /// The value of an environment variable.
    case environment(String)
  }

  /// The pieces in order.
  public let parts: [Part]

  /// The pieces, put together elsewhere.
  public init(parts: [Part]) {
    self.parts = parts
  }

  /// A text without references.
  public init(literal text: String) {
    parts = [.text(text)]
  }

  /// Reads a text with `{{ secrets.NAME }}` and `{{ env.NAME }}`.
  public init(_ text: String) throws(Problem) {
    var parts: [Part] = []
    var rest = Array(text.utf8)[...]
    while let open = Self.position(of: "{{", in: rest) {
      guard let close = Self.position(of: "}}", in: rest[open...]) else {
        throw Problem(message: "`{{` is not closed by `}}`")
      }
      if open > rest.startIndex {
        parts.append(.text(String(decoding: rest[..<open], as: UTF8.self)))
      }
      parts.append(try Self.reference(rest[(open + 2)..<close]))
      rest = rest[(close + 2)...]
    }
    if !rest.isEmpty { parts.append(.text(String(decoding: rest, as: UTF8.self))) }
    self.parts = parts
  }

  /// The names of the secrets and variables that are needed.
  public var names: [String] {
    parts.compactMap { part in
      switch part {
      case .text: nil
      case .secret(let name), .environment(let name): name
      }
    }
  }

  /// The text with every reference replaced.
  ///
  /// Each name must be granted and have a value. Secrets are registered with the redactor before
  /// they are used. The failure never holds a value.
  public func resolved(
    from source: some SecretSource,
    grants: Grants,
    redactor: Redactor
  ) -> Result<String, CallFailure> {
    var text = ""
    for part in parts {
      switch part {
      case .text(let literal):
        text += literal
      case .secret(let name):
        if let denial = grants.check(.environment(name)) { return .failure(denial.failure) }
        guard let value = source.secret(name) else { return .failure(Self.missing("secret", name)) }
        redactor.register(value, name: name)
        text += value
      case .environment(let name):
        if let denial = grants.check(.environment(name)) { return .failure(denial.failure) }
        guard let value = source.environment(name) else {
          return .failure(Self.missing("environment variable", name))
        }
        text += value
      }
    }
    return .success(text)
  }

  private static func missing(_ what: String, _ name: String) -> CallFailure {
    CallFailure(kind: .failed, message: "the \(what) `\(name)` is not set", requestWasSent: false)
  }

  private static func reference(_ bytes: ArraySlice<UInt8>) throws(Problem) -> Part {
    var inner = bytes
    while inner.first == 0x20 { inner = inner.dropFirst() }
    while inner.last == 0x20 { inner = inner.dropLast() }
    // Seeds write `.env.NAME`.
    if inner.first == UInt8(ascii: ".") { inner = inner.dropFirst() }
    let parts = inner.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if parts.count == 2, isName(parts[1]) {
      let name = String(decoding: parts[1], as: UTF8.self)
      if parts[0].elementsEqual("secrets".utf8) { return .secret(name) }
      if parts[0].elementsEqual("env".utf8) { return .environment(name) }
    }
    throw Problem(
      message: "only `secrets.NAME` and `env.NAME` may stand between `{{` and `}}` here"
    )
  }

  private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first, !(0x30...0x39).contains(first) else { return false }
    return bytes.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
        || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: "_")
    }
  }

  private static func position(of mark: String, in bytes: ArraySlice<UInt8>) -> Int? {
    let mark = Array(mark.utf8)
    guard bytes.count >= 2 else { return nil }
    return (bytes.startIndex..<(bytes.endIndex - 1)).first { index in
      bytes[index] == mark[0] && bytes[index + 1] == mark[1]
    }
  }
}
