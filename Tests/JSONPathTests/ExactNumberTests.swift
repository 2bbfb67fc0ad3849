import JSONPath
import Source
import Testing
import Values

@Suite struct ExactNumberTests {
  @Test func `ids of 64 bits are read and compared exactly`() throws {
    let document = """
      [9007199254740992, 9007199254740993, 9223372036854775807, 9223372036854775806, \
      18446744073709551615, 18446744073709551614, -9223372036854775808, -9223372036854775807]
      """
    func values(_ query: String) throws -> [String] {
      try Run.bundle([query]).nodes(of: 0, in: Run.json(document)).map {
        JSONWriter.string($0.value)
      }
    }
    #expect(try values("$[?@ == 9007199254740993]") == ["9007199254740993"])
    #expect(try values("$[?@ == 9007199254740992]") == ["9007199254740992"])
    #expect(try values("$[?@ == $[2]]") == ["9223372036854775807"])
    #expect(try values("$[?@ > 9223372036854775806 && @ < 18446744073709551615]").count == 2)
    #expect(try values("$[?@ > 18446744073709551614]") == ["18446744073709551615"])
    #expect(try values("$[?@ < -9223372036854775807]") == ["-9223372036854775808"])
    #expect(try values("$[?@ <= 9007199254740993 && @ >= 0]").count == 2)
    #expect(try values("$[?@ == 9007199254740994]").isEmpty)
    #expect(try values("$[?@ != 9007199254740993]").count == 7)
  }

  @Test func `integers and floats of one value are equal`() throws {
    let bundle = try Run.bundle([
      "$[?@ == 1e19]", "$[?@ == 9223372036854775808]", "$[?@ < 1e300]", "$[?@ < 1.5e300]",
      "$[?@ == 1]",
    ])
    let document = Value.list([
      .uint(10_000_000_000_000_000_000), .double(1e19), .double(0x1p63), .double(1e300), .double(1),
      .int(1),
    ])
    #expect(try bundle.nodes(of: 0, in: document).count == 2)
    #expect(try bundle.nodes(of: 1, in: document).count == 1)
    #expect(try bundle.nodes(of: 2, in: document).count == 5)
    #expect(try bundle.nodes(of: 3, in: document).count == 6)
    #expect(try bundle.nodes(of: 4, in: document).count == 2)
  }

  @Test func `random numbers compare as exact arithmetic does`() throws {
    let seed = UInt64.random(in: .min ... .max)
    var state = seed
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }
    let numbers = (0..<60).map { _ in
      Int64(bitPattern: next() >> 9 &* 512 &+ next() >> 62) >> Int64(next() >> 60)
    }
    let document = Value.list(numbers.map { .int($0) })
    let pivots = numbers.prefix(20)
    let bundle = try Run.bundle(pivots.flatMap { ["$[?@ < \($0)]", "$[?@ == \($0)]"] })
    let ready = try bundle.document(document)
    for (place, pivot) in pivots.enumerated() {
      let less = try bundle.nodes(of: 2 * place, in: ready).map(\.value)
      let same = try bundle.nodes(of: 2 * place + 1, in: ready).map(\.value)
      #expect(less == numbers.filter { $0 < pivot }.map { .int($0) }, "seed \(seed)")
      #expect(same == numbers.filter { $0 == pivot }.map { .int($0) }, "seed \(seed)")
    }
  }
}
