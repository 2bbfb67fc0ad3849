import Testing
import Values

@Suite struct CanonicalJSONTests {
  @Test func refusesWhatReadersWouldRound() {
    let big: Int64 = 1 << 53
    #expect(throws: CanonicalJSON.Refusal.integerOutOfRange("9007199254740993")) {
      try CanonicalJSON.bytes(.list([.int(big), .int(big + 1)]))
    }
    #expect(throws: CanonicalJSON.Refusal.integerOutOfRange("18446744073709551615")) {
      try CanonicalJSON.bytes(.uint(.max))
    }
    #expect(throws: CanonicalJSON.Refusal.nonFiniteNumber) {
      try CanonicalJSON.bytes(.double(.infinity))
    }
    #expect(throws: CanonicalJSON.Refusal.notJSON("bytes")) {
      try CanonicalJSON.bytes(.map(["a": .bytes([1])]))
    }
  }

  @Test func sortsByUTF16CodeUnits() throws {
    // U+1F600 begins with the unit D83D, which sorts before U+FB33.
    let value = Value.map(["\u{FB33}": .int(1), "\u{1F600}": .double(2), "a": .double(-0.0)])
    let text = String(decoding: try CanonicalJSON.bytes(value), as: UTF8.self)
    #expect(text == "{\"a\":0,\"\u{1F600}\":2,\"\u{FB33}\":1}")
  }

  @Test func digestsFollowTheStandard() {
    #expect(
      Digest.sha256([]).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(Digest.sha256(Array("abc".utf8)).hex == abc)
    let hash = DigestHandle()
    hash.update(Array("a".utf8))
    hash.update([])
    hash.update(Array("bc".utf8))
    #expect(hash.finish() == Digest(hex: abc))
    hash.update(Array("abc".utf8))
    #expect(hash.finish().hex == abc)
    #expect(Digest(hex: "12") == nil)
    #expect(Digest(hex: String(repeating: "g", count: 64)) == nil)
    #expect(Digest(bytes: [1]) == nil)
  }
}
