import CRE2

/// Why a pattern was refused.
public struct PatternError: Error, Sendable {
  /// RE2's own words.
  public let message: String
}

// INVARIANT: the C++ object is immutable after construction and RE2 documents matching as
// thread-safe, so sharing the pointer is sound; it is freed exactly once, in deinit.

/// A compiled RE2 pattern: linear time in the length of the text, bounded memory.
///
/// Every regular expression that a user writes runs here, never on Swift's backtracking `Regex`.
/// Syntax: <https://github.com/google/re2/wiki/Syntax>.
@safe public final class Pattern: @unchecked Sendable {
  private let program: OpaquePointer

  /// Compiles `pattern`.
  ///
  /// Throws when RE2 refuses it or it needs more than `memoryBytes`, which is taken as at least
  /// 4 KiB: RE2 reads a budget too small for any program as none at all.
  public init(_ pattern: String, memoryBytes: Int = 1 << 20) throws(PatternError) {
    var text = pattern
    var message = [CChar](repeating: 0, count: 256)
    let compiled = text.withUTF8 { utf8 in
      unsafe utf8.withMemoryRebound(to: CChar.self) { characters in
        unsafe message.withUnsafeMutableBufferPointer { error in
          unsafe signalbox_re2_compile(
            characters.baseAddress,
            characters.count,
            Int64(max(memoryBytes, 1 << 12)),
            error.baseAddress,
            error.count
          )
        }
      }
    }
    guard let compiled = unsafe compiled else {
      let end = message.firstIndex(of: 0) ?? message.endIndex
      throw PatternError(
        message: String(
          decoding: message[..<end].map { UInt8(bitPattern: $0) },
          as: UTF8.self
        )
      )
    }
    if Self.matchesBytes(pattern) {
      unsafe signalbox_re2_free(compiled)
      throw PatternError(message: "`\\C` matches a single byte and cuts characters apart")
    }
    unsafe program = compiled
  }

  deinit { unsafe signalbox_re2_free(program) }

  /// Whether a pattern holds RE2's `\C`: its matches need not be text.
  private static func matchesBytes(_ pattern: String) -> Bool {
    var isEscaped = false
    var isLiteral = false
    for byte in pattern.utf8 {
      guard isEscaped else {
        isEscaped = byte == UInt8(ascii: "\\")
        continue
      }
      isEscaped = false
      switch byte {
      case UInt8(ascii: "E"): isLiteral = false
      case UInt8(ascii: "Q"): isLiteral = true
      case UInt8(ascii: "C") where !isLiteral: return true
      // Between `\Q` and `\E` a backslash stands for itself.
      case UInt8(ascii: "\\") where isLiteral: isEscaped = true
      default: continue
      }
    }
    return false
  }

  /// Whether the pattern matches anywhere in `text`, or the whole of it when `anchored`.
  ///
  /// Linear time.
  public func matches(_ text: String, anchored: Bool = false) -> Bool {
    var text = text
    return text.withUTF8 { utf8 in unsafe matches(utf8, anchored: anchored) }
  }

  /// The same on UTF-8 bytes in place.
  public func matches(_ utf8: UnsafeBufferPointer<UInt8>, anchored: Bool) -> Bool {
    unsafe utf8.withMemoryRebound(to: CChar.self) { characters in
      unsafe signalbox_re2_matches(program, characters.baseAddress, characters.count, anchored)
    }
  }

  /// Number of capturing groups.
  public var groupCount: Int { unsafe Int(signalbox_re2_groups(program)) }

  /// Instructions of the compiled pattern: what RE2 may have to try at each byte of a text when its
  /// automaton outgrows its memory.
  public var instructionCount: Int { unsafe max(1, Int(signalbox_re2_size(program))) }

  /// More instructions than any pattern has that fits the default `memoryBytes`.
  public static let maximumInstructionCount = 1 << 14

  /// The first match at or after byte `start`: the byte range of the whole match, then of each
  /// group, nil for a group that took no part.
  public func firstMatch(in text: String, from start: Int = 0) -> [Range<Int>?]? {
    let groups = groupCount + 1
    var offsets = [Int64](repeating: -1, count: 2 * groups)
    var text = text
    let found = text.withUTF8 { utf8 in
      unsafe utf8.withMemoryRebound(to: CChar.self) { characters in
        unsafe offsets.withUnsafeMutableBufferPointer { buffer in
          unsafe signalbox_re2_find(
            program,
            characters.baseAddress,
            characters.count,
            start,
            buffer.baseAddress,
            Int32(groups)
          )
        }
      }
    }
    guard found else { return nil }
    return (0..<groups).map { group in
      offsets[2 * group] < 0 ? nil : Int(offsets[2 * group])..<Int(offsets[2 * group + 1])
    }
  }
}
