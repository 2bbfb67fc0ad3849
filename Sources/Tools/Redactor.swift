import Synchronization
import Values

/// Replaces the values of secrets in every text that leaves the program or goes into a journal.
///
/// A registered value is found as it is, in hexadecimal, percent-encoded, escaped as in JSON, and
/// in base64, also when it was encoded together with other text around it (`user:secret`).
public final class Redactor: Sendable {
  /// Values shorter than this are not registered: replacing them would make texts unreadable.
  public static let shortestBytes = 4

  private struct Pattern {
    let bytes: [UInt8]
    let mark: [UInt8]
  }

  private struct State {
    /// By the first four bytes; longest first.
    var patterns: [UInt32: [Pattern]] = [:]
    var known: Set<MapKey> = []
  }

  private let state = Mutex(State())

  /// A redactor that knows no values.
  public init() {}

  /// Makes `value` unreadable from now on; `name` stands in its place.
  public func register(_ value: String, name: String) {
    guard value.utf8.count >= Self.shortestBytes else { return }
    state.withLock { state in
      guard state.known.insert(.string(value)).inserted else { return }
      let mark = Array("[secret \(name)]".utf8)
      for form in Self.forms(of: Array(value.utf8)) where form.count >= Self.shortestBytes {
        let key = Self.key(form, at: 0)
        var patterns = state.patterns[key] ?? []
        guard !patterns.contains(where: { $0.bytes == form }) else { continue }
        let position = patterns.firstIndex { $0.bytes.count < form.count } ?? patterns.endIndex
        patterns.insert(Pattern(bytes: form, mark: mark), at: position)
        state.patterns[key] = patterns
      }
    }
  }

  /// `text` with every registered value replaced.
  ///
  /// Linear in the text unless many secrets begin alike.
  public func redacted(_ text: String) -> String {
    let patterns = state.withLock { $0.patterns }
    guard !patterns.isEmpty else { return text }
    return Self.redacted(Array(text.utf8), patterns).map { String(decoding: $0, as: UTF8.self) }
      ?? text
  }

  /// `bytes` with every registered value replaced.
  public func redacted(_ bytes: [UInt8]) -> [UInt8] {
    let patterns = state.withLock { $0.patterns }
    return patterns.isEmpty ? bytes : Self.redacted(bytes, patterns) ?? bytes
  }

  /// `value` with every registered value replaced in texts, bytes and keys at any depth.
  public func redacted(_ value: Value) -> Value {
    let patterns = state.withLock { $0.patterns }
    return patterns.isEmpty ? value : Self.redacted(value, patterns)
  }

  private static func redacted(_ value: Value, _ patterns: [UInt32: [Pattern]]) -> Value {
    switch value {
    case .string(let text):
      return .string(redacted(text, patterns))
    case .bytes(let bytes):
      return .bytes(redacted(bytes, patterns) ?? bytes)
    case .list(let items):
      return .list(items.map { redacted($0, patterns) })
    case .map(let map):
      return .map(redacted(map, patterns))
    case .record(let type, let fields):
      return .record(type: type, fields: redacted(fields, patterns))
    case .optional(let inner):
      return .optional(inner.map { redacted($0, patterns) })
    case .opaque(let type, let text):
      return .opaque(type: type, text: redacted(text, patterns))
    case .null, .bool, .int, .uint, .double, .timestamp, .duration, .type, .enumeration:
      return value
    }
  }

  private static func redacted(_ map: ValueMap, _ patterns: [UInt32: [Pattern]]) -> ValueMap {
    var result = ValueMap()
    for entry in map.entries {
      let key: MapKey =
        if case .string(let text) = entry.key { .string(redacted(text, patterns)) } else {
          entry.key
        }
      result[key] = redacted(entry.value, patterns)
    }
    return result
  }

  private static func redacted(_ text: String, _ patterns: [UInt32: [Pattern]]) -> String {
    redacted(Array(text.utf8), patterns).map { String(decoding: $0, as: UTF8.self) } ?? text
  }

  /// The bytes with the values replaced; nil when there are none.
  private static func redacted(_ bytes: [UInt8], _ patterns: [UInt32: [Pattern]]) -> [UInt8]? {
    guard bytes.count >= shortestBytes else { return nil }
    var result: [UInt8] = []
    var copied = 0
    var position = 0
    while position <= bytes.count - shortestBytes {
      let found = patterns[key(bytes, at: position)]?.first { pattern in
        bytes[position...].starts(with: pattern.bytes)
      }
      if let found {
        result += bytes[copied..<position]
        result += found.mark
        position += found.bytes.count
        copied = position
      } else {
        position += 1
      }
    }
    guard copied > 0 else { return nil }
    return result + bytes[copied...]
  }

  private static func key(_ bytes: [UInt8], at index: Int) -> UInt32 {
    UInt32(bytes[index]) << 24 | UInt32(bytes[index + 1]) << 16 | UInt32(bytes[index + 2]) << 8
      | UInt32(bytes[index + 3])
  }
}

extension Redactor {
  /// Every spelling of a secret that is looked for.
  private static func forms(of secret: [UInt8]) -> [[UInt8]] {
    var forms = [secret, hexadecimal(secret, "0123456789abcdef")]
    forms.append(hexadecimal(secret, "0123456789ABCDEF"))
    forms += percentForms(secret)
    forms += jsonForms(secret)
    for alphabet in [Base64.standard, Base64.forURLs] {
      for shift in 0..<3 { forms.append(base64Core(secret, shift: shift, alphabet)) }
    }
    return forms
  }

  private static func hexadecimal(_ bytes: [UInt8], _ digits: String) -> [UInt8] {
    let digits = Array(digits.utf8)
    return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }

  /// The digits that do not depend on what stands before and after the secret, when it begins
  /// `shift` bytes after a multiple of three.
  private static func base64Core(_ secret: [UInt8], shift: Int, _ alphabet: [UInt8]) -> [UInt8] {
    let bytes = [UInt8](repeating: 0, count: shift) + secret
    let digits = Base64.encoded(bytes, alphabet: alphabet)
    let leading = (shift * 8 + 5) / 6
    let whole = bytes.count * 8 / 6
    guard whole > leading else { return [] }
    return Array(digits[leading..<whole])
  }

  /// Percent-encodings in both letter cases, by what an encoder leaves as it is: nothing at all,
  /// letters and digits, the unreserved characters (RFC 3986), those of form fields, or those of
  /// ECMAScript's encodeURIComponent.
  private static func percentForms(_ secret: [UInt8]) -> [[UInt8]] {
    ["0123456789ABCDEF", "0123456789abcdef"].flatMap { digits in
      let digits = Array(digits.utf8)
      return ["", "-._~", "-._*", "-._~!'()*"].flatMap { kept in
        [false, true].map { isForm in percentForm(secret, kept: kept, isForm: isForm, digits) }
      } + [secret.flatMap { [UInt8(ascii: "%"), digits[Int($0 >> 4)], digits[Int($0 & 15)]] }]
    }
  }

  private static func percentForm(
    _ secret: [UInt8],
    kept: String,
    isForm: Bool,
    _ digits: [UInt8]
  ) -> [UInt8] {
    secret.flatMap { byte -> [UInt8] in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: [byte]
      case _ where kept.utf8.contains(byte): [byte]
      case 0x20 where isForm: [UInt8(ascii: "+")]
      default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
  }

  /// The inside of a JSON string, with and without escaped slashes.
  private static func jsonForms(_ secret: [UInt8]) -> [[UInt8]] {
    [false, true].map { escapesSlash in
      secret.flatMap { byte -> [UInt8] in
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
        case UInt8(ascii: "/") where escapesSlash: [UInt8(ascii: "\\"), byte]
        case 0x09: Array("\\t".utf8)
        case 0x0a: Array("\\n".utf8)
        case 0x0d: Array("\\r".utf8)
        default: [byte]
        }
      }
    }
  }
}
