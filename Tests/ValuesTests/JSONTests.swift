import Testing
import Values

@Suite struct JSONTests {
  /// Texts that must be refused, with the offset of the fault.
  @Test(arguments: [
    ("", 0), ("[1,]", 2), ("{\"a\":1,}", 6), ("01", 0), ("1.", 0), ("-", 0), (".5", 0), ("NaN", 0),
    ("[1 2]", 3), ("{a:1}", 1), ("'a'", 0), ("\"a", 0), ("\"\\x\"", 1), ("\"\\ud800\"", 1),
    ("\"\\ud83d\\u0041\"", 1), ("\"a\tb\"", 2), ("1e400", 0), ("[1]x", 3), ("true false", 5),
    ("{\"a\":1,\"a\":2}", 7), ("[[[]]", 5), ("tru", 0), ("\u{FEFF}\u{FEFF}1", 3),
  ])
  func refusesWithTheOffset(_ text: String, _ offset: Int) {
    do {
      let value = try JSONParser.parse(text)
      Issue.record("`\(text)` reads as \(value)")
    } catch {
      #expect(error.offset == offset, "`\(text)`: \(error.message)")
    }
  }

  @Test(
    arguments: [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
    ] as [[UInt8]]
  )
  func refusesBytesThatAreNotUTF8(_ bytes: [UInt8]) {
    #expect(throws: JSONError(.invalidUTF8, at: 1)) { try JSONParser.parse(bytes) }
  }

  @Test func integersStayExact() throws {
    #expect(try JSONParser.parse("9007199254740993") == .int(9_007_199_254_740_993))
    #expect(try JSONParser.parse("-9223372036854775808") == .int(.min))
    #expect(try JSONParser.parse("18446744073709551615") == .uint(.max))
    #expect(try JSONParser.parse("18446744073709551616") == .double(0x1p64))
    #expect(try JSONParser.parse("1.0") == .double(1))
    #expect(try JSONParser.parse("0.1e-6") == .double(1e-7))
  }

  @Test func depthIsLimited() {
    let text = String(repeating: "[", count: 10_000)
    #expect(throws: JSONError(.tooDeep(256), at: 256)) { try JSONParser.parse(text) }
    #expect(throws: JSONError(.tooDeep(1_000), at: 1_000)) {
      try JSONParser.parse(text, depth: 5_000)
    }
  }

  @Test func duplicatesNameTheFirst() {
    let text = "[{\"x\": [1, {\"a\": 2}], \"a\": 3, \"b\":4,\"\\u0061\":5}]"
    #expect(throws: JSONError(.duplicateKey("a", first: 22), at: 36)) {
      try JSONParser.parse(text)
    }
  }

  @Test func laterKeysMayWin() throws {
    let value = try JSONParser.parse("{\"a\":1,\"b\":2,\"a\":3}", duplicateKeys: .keepLast)
    #expect(JSONWriter.string(value) == "{\"a\":3,\"b\":2}")
  }

  @Test func whatJSONLacksBecomesText() {
    let value = Value.list([
      .bytes([1, 2, 255]), .timestamp(Timestamp(seconds: -1, nanoseconds: 500_000_000)),
      .duration(nanoseconds: -1_500_000_000), .optional(nil), .double(.nan), .double(-0.0),
      .timestamp(Timestamp(seconds: 951_782_400, nanoseconds: 0)), .double(1e21), .double(1e-7),
    ])
    #expect(
      JSONWriter.string(value)
        == "[\"AQL/\",\"1969-12-31T23:59:59.500Z\",\"-1.500s\",null,\"NaN\",-0.0,"
        + "\"2000-02-29T00:00:00Z\",1e+21,1e-7]"
    )
    #expect(JSONWriter.string(.map(["a": .list([])]), pretty: true) == "{\n  \"a\": []\n}")
  }

  @Test func writingAndReadingIsTheIdentity() throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("JSON round trip, seed \(seed)")
    var random = SplitMix(state: seed)
    for round in 0..<500 {
      let value = Self.value(&random, depth: 0)
      for pretty in [false, true] {
        let text = JSONWriter.string(value, pretty: pretty)
        let again = try JSONParser.parse(text)
        #expect(again == value, "seed \(seed), round \(round): \(text)")
      }
    }
  }

  private static func value(_ random: inout SplitMix, depth: Int) -> Value {
    switch Int.random(in: 0..<(depth > 4 ? 7 : 9), using: &random) {
    case 0: return .null
    case 1: return .bool(.random(using: &random))
    case 2: return .int(.random(in: .min ... .max, using: &random))
    case 3: return .uint(.random(in: UInt64(Int64.max) + 1 ... .max, using: &random))
    case 4:
      let double = Double(bitPattern: .random(in: 0 ... .max, using: &random))
      return .double(double.isFinite ? double : 0.5)
    case 5: return .double(Double(Int.random(in: -1_000...1_000, using: &random)) / 8)
    case 6: return .string(text(&random))
    case 7:
      return .list(
        (0..<Int.random(in: 0...4, using: &random)).map { _ in value(&random, depth: depth + 1) }
      )
    default:
      var map = ValueMap()
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        map[text(&random)] = value(&random, depth: depth + 1)
      }
      return .map(map)
    }
  }

  private static func text(_ random: inout SplitMix) -> String {
    let ranges: [ClosedRange<UInt32>] = [0...0x7F, 0x20...0x7E, 0x80...0xD7FF, 0xE000...0x10FFFF]
    var scalars = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...20, using: &random) {
      let range = ranges[Int.random(in: 0..<ranges.count, using: &random)]
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) {
        scalars.append(scalar)
      }
    }
    return String(scalars)
  }
}

/// A small generator with a seed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
