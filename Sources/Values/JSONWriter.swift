/// Writes values as JSON text (RFC 8259).
///
/// Integers are exact, doubles the shortest text that reads back the same, with a fraction or an
/// exponent so that they stay doubles (`1.0`). What JSON lacks becomes text as people write it:
/// bytes in base64, timestamps in RFC 3339, durations in seconds (`1.5s`). NaN and the infinities
/// become the texts `NaN`, `Infinity`, `-Infinity`. An empty optional is null.
public struct JSONWriter: ~Copyable {
  private var output = JSONOutput()
  private let isPretty: Bool
  private var depth = 0

  /// The JSON text of `value`; two spaces a level when `pretty`.
  ///
  /// Linear in the size of the text.
  public static func string(_ value: Value, pretty: Bool = false) -> String {
    String(decoding: bytes(value, pretty: pretty), as: UTF8.self)
  }

  /// The same as UTF-8 bytes.
  public static func bytes(_ value: Value, pretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(isPretty: pretty)
    writer.write(value)
    return writer.output.bytes
  }

  init(isPretty: Bool = false) { self.isPretty = isPretty }

  mutating func write(_ value: Value) {
    switch value {
    case .null: append("null")
    case .bool(let bool): append(bool ? "true" : "false")
    case .int(let int): writeInteger(int.magnitude, isNegative: int < 0)
    case .uint(let uint): writeInteger(uint, isNegative: false)
    case .double(let double): writeDouble(double)
    case .string(let string): writeString(string)
    case .bytes(let bytes): writeString(TextForm.base64(bytes))
    case .list(let list): writeList(list)
    case .map(let map): writeMap(map)
    case .timestamp(let timestamp): writeString(TextForm.text(of: timestamp))
    case .duration(let nanoseconds): writeString(TextForm.text(ofNanoseconds: nanoseconds))
    case .type(let name): writeString(name)
    case .optional(let held): held.map { write($0) } ?? append("null")
    case .record(_, let fields): writeMap(fields)
    case .enumeration(_, let number): writeInteger(UInt64(number.magnitude), isNegative: number < 0)
    case .opaque(_, let text): writeString(text)
    }
  }

  private mutating func append(_ text: String) { output.append(text) }

  private mutating func writeList(_ list: [Value]) {
    output.append(UInt8(ascii: "["))
    depth += 1
    var isFirst = true
    for element in list {
      separate(isFirst: isFirst)
      write(element)
      isFirst = false
    }
    close(UInt8(ascii: "]"), isEmpty: list.isEmpty)
  }

  private mutating func writeMap(_ map: ValueMap) {
    output.append(UInt8(ascii: "{"))
    depth += 1
    var isFirst = true
    for entry in map.entries {
      separate(isFirst: isFirst)
      writeKey(entry.key)
      output.append(UInt8(ascii: ":"))
      if isPretty { output.append(0x20) }
      write(entry.value)
      isFirst = false
    }
    close(UInt8(ascii: "}"), isEmpty: map.isEmpty)
  }

  /// A key that is not text becomes its JSON text.
  private mutating func writeKey(_ key: MapKey) {
    if case .string(let text) = key { return writeString(text) }
    output.append(0x22)
    write(key.value)
    output.append(0x22)
  }

  private mutating func separate(isFirst: Bool) {
    if !isFirst { output.append(UInt8(ascii: ",")) }
    if isPretty { newLine() }
  }

  private mutating func close(_ bracket: UInt8, isEmpty: Bool) {
    depth -= 1
    if isPretty, !isEmpty { newLine() }
    output.append(bracket)
  }

  private mutating func newLine() {
    output.append(0x0A)
    for _ in 0..<(2 * depth) { output.append(0x20) }
  }

  // MARK: Scalars

  private mutating func writeInteger(_ magnitude: UInt64, isNegative: Bool) {
    if isNegative { output.append(UInt8(ascii: "-")) }
    output.append(magnitude: magnitude)
  }

  private mutating func writeDouble(_ double: Double) {
    guard double.isFinite else {
      return append(double.isNaN ? "\"NaN\"" : double < 0 ? "\"-Infinity\"" : "\"Infinity\"")
    }
    if double.sign == .minus, double == 0 { return append("-0.0") }
    var digits: [UInt8] = []
    DecimalText.append(double, to: &digits)
    output.append(digits)
    for byte in digits where byte == 0x2E || byte == 0x65 { return }
    append(".0")
  }

  private mutating func writeString(_ text: String) {
    output.append(quoted: text)
  }
}
