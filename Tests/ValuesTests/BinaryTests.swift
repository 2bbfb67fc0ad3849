import TestSupport
import Testing
import Values

@Suite struct BinaryTests {
  private func bytes(_ value: Value) -> [UInt8] {
    var writer = BinaryWriter()
    writer.write(value: value)
    return writer.bytes
  }

  private func value(_ bytes: [UInt8]) throws -> Value {
    var reader = BinaryReader(bytes)
    let value = try reader.readValue()
    if !reader.isAtEnd { throw reader.failure("more bytes than a value") }
    return value
  }

  private func message(_ bytes: [UInt8]) -> String {
    do {
      return "reads as \(try value(bytes))"
    } catch {
      return (error as? BinaryError)?.message ?? "another error"
    }
  }

  @Test func `any value comes back bit for bit`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("binary round trip, seed \(seed)")
    var random = SeededNumbers(seed)
    for round in 0..<2_000 {
      let written = bytes(Self.value(&random, depth: 0))
      #expect(bytes(try value(written)) == written, "seed \(seed), round \(round)")
    }
  }

  @Test func `doubles keep their bits, texts their code points`() throws {
    for bits in [0, 1 << 63, 0x7FF0 << 48, 0x7FF8_0000_0000_0001, 0x7FF4_0000_0000_0000] as [UInt64]
    {
      guard case .double(let double) = try value(bytes(.double(Double(bitPattern: bits)))) else {
        Issue.record("no double")
        continue
      }
      #expect(double.bitPattern == bits)
    }
    for text in ["", "e\u{301}", "é", "\u{0}", "\u{FFFF}", "\u{10FFFF}"] {
      #expect(try value(bytes(.string(text))) == .string(text))
    }
    #expect(bytes(.string("é")) != bytes(.string("e\u{301}")))
  }

  @Test func `integers take one to ten bytes and have one form`() throws {
    let lengths: [(UInt64, Int)] = [
      (0, 1), (127, 1), (128, 2), (16_383, 2), (16_384, 3), (1 << 63 - 1, 9), (1 << 63, 10),
      (.max, 10),
    ]
    for (integer, length) in lengths {
      var writer = BinaryWriter()
      writer.write(unsigned: integer)
      #expect(writer.bytes.count == length, "\(integer)")
      var reader = BinaryReader(writer.bytes)
      #expect(try reader.readUnsigned() == integer)
      #expect(reader.isAtEnd)
    }
    for integer in [0, 1, -1, 63, -64, 64, .max, .min] as [Int64] {
      #expect(try value(bytes(.int(integer))) == .int(integer))
    }
  }

  /// Bytes that are no value, and why.
  private static let broken: [([UInt8], String)] = [
    ([], "unexpected end"),
    ([18], "unknown kind of value"),
    ([255], "unknown kind of value"),
    ([3], "unexpected end"),
    ([3, 0x80], "unexpected end"),
    ([4, 0x80, 0], "integer not in its shortest form"),
    ([4] + Array(repeating: 0x80, count: 9) + [2], "integer too large"),
    ([4] + Array(repeating: 0xFF, count: 11), "integer too large"),
    ([5, 0, 0, 0], "unexpected end"),
    ([6, 2, 0x61], "count beyond the end"),
    ([6, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "count beyond the end"),
    ([6] + Array(repeating: 0xFF, count: 9) + [1], "count beyond the end"),
    ([6, 1, 0xFF], "text is not UTF-8"),
    ([6, 2, 0xC0, 0xAF], "text is not UTF-8"),
    ([6, 3, 0xED, 0xA0, 0x80], "text is not UTF-8"),
    ([7, 1], "count beyond the end"),
    ([8, 2, 0], "count beyond the end"),
    ([8, 2, 0, 6], "unexpected end"),
    ([9, 1, 0], "not a map key"),
    ([9, 1, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0], "not a map key"),
    ([9, 1, 8, 0, 0], "not a map key"),
    ([9, 1, 2], "unexpected end"),
    ([9, 2, 2, 0, 2, 0], "duplicate map key"),
    ([10, 0, 1], "bad nanoseconds"),
    ([10, 0] + [0x80, 0xA8, 0xD6, 0xB9, 0x07], "bad nanoseconds"),
    ([16, 0, 0x80, 0x80, 0x80, 0x80, 0x10], "index too large"),
    ([0, 0], "more bytes than a value"),
  ]

  @Test func `broken bytes are refused with the reason`() {
    for (bytes, reason) in Self.broken { #expect(message(bytes) == reason, "\(bytes)") }
  }

  @Test func `depth is limited on every kind that nests`() {
    let kinds: [[UInt8]] = [[8, 1], [9, 1, 2], [14], [15, 0, 1, 2]]
    for kind in kinds {
      func nested(_ depth: Int) -> [UInt8] {
        Array(repeatElement(kind, count: depth).joined()) + [0]
      }
      #expect(message(nested(511)).hasPrefix("reads as"), "\(kind)")
      #expect(message(nested(512)) == "values nest too deep", "\(kind)")
      #expect(message(nested(100_000)) == "values nest too deep", "\(kind)")
    }
  }

  @Test func `a damaged form is refused or is the form of another value`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("damaged bytes, seed \(seed)")
    var random = SeededNumbers(seed)
    var refused = 0
    for round in 0..<4_000 {
      var damaged = bytes(Self.value(&random, depth: 2))
      switch Int.random(in: 0..<4, using: &random) {
      case 0: damaged = damaged.map { _ in UInt8.random(in: 0 ... .max, using: &random) }
      case 1: damaged.removeLast(Int.random(in: 1...damaged.count, using: &random))
      default:
        damaged[Int.random(in: 0..<damaged.count, using: &random)] ^=
          1 << UInt8.random(in: 0..<8, using: &random)
      }
      do {
        #expect(bytes(try value(damaged)) == damaged, "seed \(seed), round \(round)")
      } catch is BinaryError {
        refused += 1
      }
    }
    #expect(refused > 1_000)
  }

  @Test func `the parts of larger forms read back, or are refused`() throws {
    var writer = BinaryWriter()
    writer.write(index: -1)
    writer.write(bool: true)
    writer.write(list: [1, 2, 3]) { $0.write(byte: $1) }
    writer.write(block: [9, 8])
    var reader = BinaryReader(writer.bytes)
    #expect(try reader.readIndex() == -1)
    #expect(try reader.readBool())
    #expect(
      try reader.readList { (inner) throws(BinaryError) in try inner.readByte() } == [1, 2, 3]
    )
    #expect(try reader.readBlock() == [9, 8])
    #expect(reader.isAtEnd)
    #expect(throws: BinaryError.self) { try reader.readByte() }
    var wrong = BinaryReader([2])
    #expect(throws: BinaryError.self) { try wrong.readBool() }
  }

  /// Any value, of every kind.
  private static func value(_ random: inout SeededNumbers, depth: Int) -> Value {
    switch Int.random(in: 0..<(depth > 4 ? 11 : 16), using: &random) {
    case 0: .null
    case 1: .bool(.random(using: &random))
    case 2:
      .int(.random(in: .min ... .max, using: &random) >> Int64.random(in: 0..<64, using: &random))
    case 3:
      .uint(.random(in: 0 ... .max, using: &random) >> UInt64.random(in: 0..<64, using: &random))
    case 4: .double(Double(bitPattern: .random(in: 0 ... .max, using: &random)))
    case 5: .string(text(&random))
    case 6:
      .bytes((0..<Int.random(in: 0..<40, using: &random)).map { UInt8(truncatingIfNeeded: $0) })
    case 7:
      .timestamp(
        Timestamp(
          seconds: .random(in: -62_135_596_800...253_402_300_799, using: &random),
          nanoseconds: .random(in: 0..<1_000_000_000, using: &random)
        )
      )
    case 8: .duration(nanoseconds: .random(in: .min ... .max, using: &random))
    case 9: .enumeration(type: text(&random), number: .random(in: .min ... .max, using: &random))
    case 10:
      Bool.random(using: &random) ? .type(text(&random)) : .opaque(type: "ip", text: text(&random))
    case 11: .optional(Bool.random(using: &random) ? value(&random, depth: depth + 1) : nil)
    case 12: .record(type: text(&random), fields: map(&random, depth: depth + 1))
    case 13, 14: .map(map(&random, depth: depth + 1))
    default:
      .list(
        (0..<Int.random(in: 0...4, using: &random)).map { _ in value(&random, depth: depth + 1) }
      )
    }
  }

  private static func map(_ random: inout SeededNumbers, depth: Int) -> ValueMap {
    var map = ValueMap()
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      let key: MapKey =
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .bool(.random(using: &random))
        case 1: .int(.random(in: -3...3, using: &random))
        case 2: .uint(.random(in: 0...3, using: &random))
        default: .string(text(&random))
        }
      map[key] = value(&random, depth: depth + 1)
    }
    return map
  }

  private static func text(_ random: inout SeededNumbers) -> String {
    let samples = [
      "", "a", "é", "e\u{301}", "\u{1F600}", "\u{0}", "kind", "long enough for the heap",
    ]
    return samples.randomElement(using: &random) ?? ""
  }
}
