/// The canonical form of JSON (RFC 8785), over which digests and signatures are taken.
public enum CanonicalJSON {
  /// Why a value has no canonical form.
  public enum Refusal: Error, Sendable, Hashable {
    /// An integer beyond 2^53 in magnitude: an I-JSON reader would round it.
    case integerOutOfRange(String)
    /// NaN or an infinity.
    case nonFiniteNumber
    /// A kind of value that JSON lacks; its name.
    case notJSON(String)
  }

  /// The canonical UTF-8 bytes: no blanks, keys sorted by UTF-16 code units, numbers as ECMAScript
  /// prints them.
  ///
  /// Throws for what I-JSON cannot carry. O(n log n) in the entries of each object.
  public static func bytes(_ value: Value) throws(Refusal) -> [UInt8] {
    var output: [UInt8] = []
    try append(value, to: &output)
    return output
  }

  /// Bytes that are equal exactly when two JSON values are equal as numbers, texts, lists and
  /// objects; integers beyond 2^53 keep all digits.
  package static func identity(_ value: Value) -> [UInt8] {
    var output: [UInt8] = []
    do {
      try append(value, to: &output, allowsAnyNumber: true)
    } catch {
      return JSONWriter.bytes(value)
    }
    return output
  }

  private static func append(
    _ value: Value,
    to output: inout [UInt8],
    allowsAnyNumber: Bool = false
  ) throws(Refusal) {
    switch value {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let bool): output.append(contentsOf: (bool ? "true" : "false").utf8)
    case .int(let int):
      guard allowsAnyNumber || int.magnitude <= 1 << 53 else {
        throw .integerOutOfRange(String(int))
      }
      if int < 0 { output.append(UInt8(ascii: "-")) }
      DecimalText.append(int.magnitude, to: &output)
    case .uint(let uint):
      guard allowsAnyNumber || uint <= 1 << 53 else { throw .integerOutOfRange(String(uint)) }
      DecimalText.append(uint, to: &output)
    case .double(let double):
      guard double.isFinite else { throw .nonFiniteNumber }
      DecimalText.append(double, to: &output)
    case .string(let text): append(text, to: &output)
    case .list(let list):
      output.append(UInt8(ascii: "["))
      for (index, element) in list.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        try append(element, to: &output, allowsAnyNumber: allowsAnyNumber)
      }
      output.append(UInt8(ascii: "]"))
    case .map(let map): try append(map, to: &output, allowsAnyNumber: allowsAnyNumber)
    default: throw .notJSON(value.kindName)
    }
  }

  private static func append(_ text: String, to output: inout [UInt8]) {
    output.append(0x22)
    JSONEscape.append(text, to: &output)
    output.append(0x22)
  }

  private static func append(
    _ map: ValueMap,
    to output: inout [UInt8],
    allowsAnyNumber: Bool
  ) throws(Refusal) {
    var keyed: [(units: [UInt16], name: String, value: Value)] = []
    for entry in map.entries {
      guard case .string(let name) = entry.key else {
        throw .notJSON("key of kind " + entry.key.value.kindName)
      }
      keyed.append((Array(name.utf16), name, entry.value))
    }
    keyed.sort { $0.units.lexicographicallyPrecedes($1.units) }
    output.append(UInt8(ascii: "{"))
    for (index, entry) in keyed.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      append(entry.name, to: &output)
      output.append(UInt8(ascii: ":"))
      try append(entry.value, to: &output, allowsAnyNumber: allowsAnyNumber)
    }
    output.append(UInt8(ascii: "}"))
  }
}
