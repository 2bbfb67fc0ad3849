/// The one dynamic value outside a run: in documents, journals, and at the edges of the API.
///
/// Strings compare by code points and never by canonical equivalence (`"é" != "e\u{301}"`), as
/// CEL, JSON and YAML demand; use `==` of `Value`, or `utf8.elementsEqual`, and never `==` of
/// `String`, on user text.
///
/// Only the rare kinds are boxed: a value of a common kind takes no allocation of its own.
public enum Value: Sendable {
  /// JSON null.
  case null
  /// A boolean.
  case bool(Bool)
  /// A signed 64-bit integer: every integral literal.
  case int(Int64)
  /// An unsigned 64-bit integer.
  case uint(UInt64)
  /// A 64-bit float.
  case double(Double)
  /// Unicode text.
  case string(String)
  /// Bytes.
  case bytes([UInt8])
  /// A sequence.
  case list([Value])
  /// A mapping in insertion order.
  case map(ValueMap)
  /// A point in time, years 1 to 9999.
  case timestamp(Timestamp)
  /// A span of time in nanoseconds.
  case duration(nanoseconds: Int64)
  /// A type as a value: `int`, `list`, `google.protobuf.Timestamp`.
  case type(String)
  /// An optional value; nil holds nothing.
  indirect case optional(Value?)
  /// A typed record (a message): its type name and the fields that are set.
  indirect case record(type: String, fields: ValueMap)
  /// A member of a strongly typed enumeration.
  indirect case enumeration(type: String, number: Int32)
  /// A value of an extension's own type in canonical text, such as an IP address.
  indirect case opaque(type: String, text: String)
}

/// A point in time: seconds since 1970-01-01T00:00:00Z and nanoseconds 0 ..< 1,000,000,000.
public struct Timestamp: Hashable, Sendable, Comparable {
  /// Seconds since the Unix epoch; negative before it.
  public var seconds: Int64
  /// 0 ..< 1,000,000,000.
  public var nanoseconds: Int32

  /// A point in time; `nanoseconds` must be in 0 ..< 1,000,000,000.
  public init(seconds: Int64, nanoseconds: Int32) {
    precondition(
      nanoseconds >= 0 && nanoseconds < 1_000_000_000,
      "the nanoseconds of a timestamp must lie within its second"
    )
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// Milliseconds since the Unix epoch as a timestamp.
  public init(millisecondsSinceEpoch milliseconds: Int64) {
    let quotient = milliseconds.quotientAndRemainder(dividingBy: 1_000)
    let remainder = quotient.remainder < 0 ? quotient.remainder + 1_000 : quotient.remainder
    self.init(
      seconds: quotient.remainder < 0 ? quotient.quotient - 1 : quotient.quotient,
      nanoseconds: Int32(remainder) * 1_000_000
    )
  }

  /// Time order.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}
