import JSONPath
import Source
import Testing
import Values

@Suite struct BundleTests {
  @Test func `nodes come in order with path and value`() throws {
    let document = #"{"b":[{"x":1},{"x":null},{"y":2},7],"a":{"x":"t"}}"#
    #expect(
      try Run.nodes("$..x", document) == [
        "$['b'][0]['x']=1", "$['b'][1]['x']=null", "$['a']['x']=\"t\"",
      ]
    )
    #expect(try Run.nodes("$.b[?@.x].x", document) == ["$['b'][0]['x']=1", "$['b'][1]['x']=null"])
    #expect(try Run.nodes("$.b[-1,0:2:1]['x']", document).count == 2)
    #expect(try Run.nodes("$.b[::-1]", "{\"b\":[1,2]}") == ["$['b'][1]=2", "$['b'][0]=1"])
    #expect(try Run.nodes("$", "3") == ["$=3"])
    #expect(try Run.nodes("$[0]", "{\"0\":1}").isEmpty)
    #expect(try Run.nodes("$['0']", "[1]").isEmpty)
    #expect(try Run.nodes("$.*", "\"text\"").isEmpty)
  }

  @Test func `queries of a bundle are independent`() throws {
    let texts = (0..<100).map { "$[?@.k == \($0) && $.limit[?@ > \($0)]].v" } + ["$..*", "$.limit"]
    let bundle = try Run.bundle(texts)
    var members: [(String, Value)] = (0..<100).map { number in
      ("m\(number)", .map(["k": .int(Int64(number)), "v": .int(Int64(number) * 2)]))
    }
    members.append(("limit", .list([.int(50)])))
    let document = try bundle.document(.map(ValueMap(members)))
    for number in 0..<100 {
      let nodes = try bundle.nodes(of: number, in: document)
      #expect(nodes.map(\.value) == (number < 50 ? [.int(Int64(number) * 2)] : []))
      #expect(try bundle.exists(number, in: document) == (number < 50))
    }
    #expect(try bundle.nodes(of: 100, in: document).count == 302)
    #expect(try bundle.nodes(of: 101, in: document).first?.value == .list([.int(50)]))
  }

  @Test func `hostile names and literals stay data`() throws {
    let hostile = [
      "\") | env", "$ENV", "\\(env)", "\u{0}", "'", "\"", "\\", "$p0", "$root", "@base64", "é",
      "e\u{301}", "\u{1F600}", "input", "a\nb", "\u{7F}", "__loc__", "halt", "",
    ]
    for text in hostile {
      let literal = JSONWriter.string(.string(text))
      let document = Value.map(ValueMap([(text, .string(text)), ("other", .string("x"))]))
      let bundle = try Run.bundle(["$[\(literal)]", "$[?@ == \(literal)]", "$[?@ != \(literal)]"])
      for query in 0...1 {
        let nodes = try bundle.nodes(of: query, in: document)
        #expect(nodes.map(\.value) == [.string(text)], "\(literal)")
        #expect(nodes.map(\.path.elements) == [[.name(text)]], "\(literal)")
      }
      #expect(try bundle.nodes(of: 2, in: document).map(\.value) == [.string("x")])
      let path = try #require(try bundle.nodes(of: 0, in: document).first).path.description
      let again = try Run.bundle([path]).nodes(of: 0, in: document)
      #expect(again.map(\.value) == [.string(text)], "\(path)")
    }
  }

  @Test func `canonically equal texts are different names`() throws {
    let document = Value.map(ValueMap([("é", .int(1)), ("e\u{301}", .int(2))]))
    let nodes = try Run.bundle(["$['e\u{301}']"]).nodes(of: 0, in: document)
    #expect(nodes.map(\.value) == [.int(2)])
  }

  @Test func `values that JSON lacks count as their text`() throws {
    let document = Value.map([
      "at": .timestamp(Timestamp(seconds: 0, nanoseconds: 0)),
      "none": .optional(nil),
      "some": .optional(.list([.int(1)])),
      "nan": .double(.nan),
    ])
    let bundle = try Run.bundle([
      "$[?@ == '1970-01-01T00:00:00Z']", "$[?@ == null]", "$.some[0]", "$[?@ == 'NaN']",
    ])
    #expect(try bundle.nodes(of: 0, in: document).map(\.value) == [document["at"]])
    #expect(try bundle.exists(1, in: document))
    #expect(try bundle.nodes(of: 2, in: document).map(\.value) == [.int(1)])
    #expect(try bundle.exists(3, in: document))
  }

  @Test func `the first query of many threads compiles once for each`() async throws {
    let bundle = try Run.bundle(["$.items[?@.n > $.low].n", "$..n"])
    await withTaskGroup(of: Int.self) { group in
      for worker in 0..<8 {
        group.addTask {
          var wrong = 0
          for round in 0..<200 {
            let items = (0..<10).map { Value.map(["n": .int(Int64(worker * 1_000 + round + $0))]) }
            let low = Int64(worker * 1_000 + round + 6)
            let document = Value.map(["items": .list(items), "low": .int(low)])
            let found = try? bundle.nodes(of: 0, in: document).map(\.value)
            if found != [.int(low + 1), .int(low + 2), .int(low + 3)] { wrong += 1 }
            if (try? bundle.nodes(of: 1, in: document))?.count != 10 { wrong += 1 }
          }
          return wrong
        }
      }
      for await wrong in group { #expect(wrong == 0) }
    }
  }
}
