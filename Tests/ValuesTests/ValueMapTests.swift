import TestSupport
import Testing
import Values

@Suite struct ValueMapTests {
  @Test func `texts are keys by their code points`() {
    var map = ValueMap([("é", .int(1)), ("e\u{301}", .int(2)), ("E", .int(3)), ("e", .int(4))])
    #expect(map.count == 4)
    #expect(map["é"] == .int(1) && map["e\u{301}"] == .int(2))
    // The same beyond eight entries, where keys are hashed.
    for index in 0..<20 { map["key\(index)"] = .int(0) }
    #expect(map["é"] == .int(1) && map["e\u{301}"] == .int(2) && map["E"] == .int(3))
    #expect(map["\u{65}\u{301}\u{302}"] == nil)
  }

  @Test func `a map of pairs keeps the first place and the last value`() {
    for count in [0, 1, 8, 9, 10, 100, 1_000] {
      let pairs = (0..<count).map { ("k\($0 % max(1, count / 2))", Value.int(Int64($0))) }
      let map = ValueMap(pairs)
      var plain = ValueMap()
      for (key, value) in pairs { plain[key] = value }
      #expect(map.entries.map(\.key) == plain.entries.map(\.key))
      #expect(map == plain)
      for (key, _) in pairs { #expect(map[key] == plain[key]) }
      #expect(map["absent"] == nil)
      var other = map
      #expect(!other.insert(.string("k0"), .null) || count == 0)
      #expect(other.insert(.string("new"), .null) && other["new"] == .null)
    }
  }

  @Test func `kinds of keys never meet`() {
    var map = ValueMap()
    let keys: [MapKey] = [.bool(true), .int(1), .uint(1), .string("1"), .string("true")]
    for (index, key) in keys.enumerated() { map[key] = .int(Int64(index)) }
    #expect(map.count == 5)
    for (index, key) in keys.enumerated() { #expect(map[key] == .int(Int64(index))) }
    #expect(MapKey.int(1) != .uint(1))
  }

  @Test func `an entry keeps its place when it changes, and goes when it is removed`() {
    var map = ValueMap([("a", .int(1)), ("b", .int(2)), ("a", .int(3))])
    #expect(map.entries.map(\.key) == [.string("a"), .string("b")])
    #expect(map["a"] == .int(3))
    map["a"] = nil
    #expect(map.entries.map(\.key) == [.string("b")])
    #expect(map["a"] == nil)
    map["absent"] = nil
    #expect(map.count == 1)
    let isNew = map.insert(.string("b"), .null)
    #expect(!isNew)
    #expect(map["b"] == .int(2))
  }

  @Test func `equality does not depend on the order, nor numbers on their value alone`() {
    #expect(ValueMap([("a", .int(1)), ("b", .null)]) == ValueMap([("b", .null), ("a", .int(1))]))
    #expect(ValueMap([("a", .int(1))]) != ValueMap([("a", .uint(1))]))
    #expect(ValueMap([("a", .int(1))]) != ValueMap([("a", .int(1)), ("b", .null)]))
    #expect(ValueMap([("a", .null)]) != ValueMap([("b", .null)]))
    #expect(Value.double(.nan) != .double(.nan))
    #expect(Value.string("é") != .string("e\u{301}"))
    #expect(Value.optional(nil) != .optional(.null))
  }

  @Test func `a map behaves as a list of pairs does, at every size`() {
    let seed = UInt64.random(in: 0 ... .max)
    print("map against list, seed \(seed)")
    var random = SeededNumbers(seed)
    for round in 0..<100 {
      var map = ValueMap()
      var model: [(key: MapKey, value: Value)] = []
      for step in 0..<60 {
        let key = MapKey.int(.random(in: 0..<14, using: &random))
        let position = model.firstIndex { $0.key == key }
        let value = Value.int(Int64(step))
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
          map[key] = nil
          if let position { model.remove(at: position) }
        case 1:
          let isNew = map.insert(key, value)
          #expect(isNew == (position == nil), "seed \(seed), round \(round)")
          if position == nil { model.append((key, value)) }
        default:
          map[key] = value
          if let position { model[position].value = value } else { model.append((key, value)) }
        }
        let isSame =
          map.entries.map(\.key) == model.map(\.key)
          && map.entries.map(\.value) == model.map(\.value)
        #expect(isSame, "seed \(seed), round \(round), step \(step)")
        #expect(map[key] == model.first { $0.key == key }?.value)
      }
    }
  }
}
