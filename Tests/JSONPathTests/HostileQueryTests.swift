import JSONPath
import Source
import Testing
import Values

@Suite struct HostileQueryTests {
  /// About 10 KB: a list of 250 objects.
  private static let rows = Value.list(
    (0..<250).map { number in
      .map(["id": .int(Int64(number)), "tags": .list([.int(1), .int(2)]), "name": .string("item")])
    }
  )

  private static func nested(_ depth: Int, _ leaf: Value = .int(0)) -> Value {
    (0..<depth).reduce(leaf) { value, _ in .list([value]) }
  }

  private static func tree(width: Int, depth: Int) -> Value {
    (0..<depth).reduce(.int(0)) { value, _ in .list(Array(repeating: value, count: width)) }
  }

  @Test func `texts that ask for too much are refused with their place`() {
    let many = { (piece: String, count: Int, separator: String) in
      Array(repeating: piece, count: count).joined(separator: separator)
    }
    let hostile = [
      "$" + many("[0,0]", 18, ""),
      "$[?" + many("@", 3_000, "||") + "]",
      "$[?" + many("@.a==1", 3_000, "||") + "]",
      "$" + many("[?@", 1_000, "") + many("]", 1_000, ""),
      "$[?" + many("(", 1_000, "") + "@" + many(")", 1_000, "") + "]",
      "$[?" + many("length(", 1_000, "") + "@" + many(")", 1_000, "") + "==1]",
      "$" + many(".a", 101, ""),
      "$[" + many("0", 1_001, ",") + "]",
      "$" + many("[*,*]", 40, ""),
      "$[?@" + many("['a','a']", 20, "") + "]",
      "$[?count($" + many("[::1,::1]", 20, "") + ")>1]",
      "$['" + many("a", 20_000, "") + "']",
      "$" + many("[*,?@]", 20, ""),
      "$[?" + many("!(@&&", 400, "") + "@" + many(")", 400, "") + "]",
      "$" + many("[-1,-1,-1]", 12, ""),
    ]
    for text in hostile {
      let findings = Run.findings(text)
      let words = findings.map(\.message)
      #expect(findings.map(\.code) == [.jsonPathLimit], "\(text.prefix(40)): \(words)")
      #expect(findings.first?.span != nil)
    }
  }

  @Test func `costly queries are refused before they run`() throws {
    let wide = Self.tree(width: 10, depth: 4)
    let deep = Self.nested(250)
    let long = Value.list([.string(String(repeating: "a", count: 1 << 21))])
    let lengths = Array(repeating: "length(@) == 1", count: 200).joined(separator: " || ")
    // About 1 MB.
    let records = Value.map([
      "items": .list(
        (0..<17_000).map { number in
          .map([
            "id": .int(number), "name": .string("article \(number)"), "price": .double(0.5),
            "tags": .list([.string("red"), .string("new")]),
          ])
        }
      )
    ])
    let cases: [(String, Value)] = [
      ("$..[?count(@..*) > 2]..*..*", wide),
      ("$..*..*..*..*..*", wide),
      ("$..[?@..[?@..[?@..[?@..*]]]]", wide),
      ("$..*..*..*..*", deep),
      ("$[*,*][*,*][*,*][*,*]..[*,*]..[*,*]", wide),
      ("$..[?@..* && @..[?@..* && @..[?@..*]]]..*", wide),
      ("$[?\(lengths)]", long),
      ("$..[?@ == $]..[?@ == $]..[?@ == $]", wide),
      ("$..[?@ < 'a' || @ > 'b']", records), ("$..[?count(@..*) > 2]", records),
      ("$..*..*", records), ("$..[?@..[?@..*]]", records), ("$..[?@ != @.items]", records),
      ("$..[::-1,::1,1::2]", records), ("$..[?length(@) > 1 && @ >= '']", records),
      ("$..[?search(@, 'a{1,500}b{1,500}')]", long),
      ("$..[?value(@..name) == value($..name)]", records),
      ("$[*,*,*,*][*,*,*,*][*,*,*,*]", records), ("$..[?@ <= @ || @ <= @]", records),
      ("$..[?@ < 'a' || @ < 'b' || @ < 'c' || @ < 'd']", records),
      ("$..['a','b','c','d','e','f','g','h']", records), ("$..[?!(@.a || @.b || @.c)]", records),
    ]
    for (query, document) in cases {
      let error = try Run.error(query, in: document)
      guard case .tooCostly(let estimate, let limit)? = error else {
        Issue.record("\(query): \(error.map(\.message) ?? "ran")")
        continue
      }
      #expect(estimate > limit)
    }
    // What people ask of as large a document runs.
    for query in ["$.items[?@.price < 10].name", "$..price", "$.items[*].tags[0]", "$..[0]"] {
      #expect(try Run.error(query, in: records) == nil, "\(query)")
    }
  }

  @Test func `a part without the current node is found once`() throws {
    let bundle = try Run.bundle(["$..[?count($..*)>2]", "$[?count($..[?count($..*) > 2]) > 9]"])
    #expect(try bundle.nodes(of: 0, in: Self.rows).count == 1_500)
    #expect(try bundle.nodes(of: 1, in: Self.rows).count == 250)
  }

  @Test func `results are capped`() throws {
    var limits = Limits()
    limits.queryResults = 100
    let bundle = try Run.bundle(["$[*]", "$[0:100]"], limits: limits)
    #expect(throws: QueryError.tooManyResults(limit: 100)) {
      try bundle.nodes(of: 0, in: Self.rows)
    }
    #expect(try bundle.exists(0, in: Self.rows))
    #expect(try bundle.nodes(of: 1, in: Self.rows).count == 100)
    #expect(throws: QueryError.tooManyResults(limit: 100)) {
      try bundle.nodes(of: 0, in: Self.rows)
    }
  }

  @Test func `deep and large documents are refused`() throws {
    #expect(try Run.error("$..*", in: Self.nested(256)) == nil)
    #expect(try Run.error("$[*]", in: Self.nested(257)) == .documentTooDeep(limit: 256))
    #expect(try Run.error("$[*]", in: Self.nested(5_000)) == .documentTooDeep(limit: 256))
    var limits = Limits()
    limits.documentNodes = 100
    let bundle = try Run.bundle(["$[*]"], limits: limits)
    #expect(throws: QueryError.documentTooLarge(limit: 100)) {
      try bundle.exists(0, in: Self.rows)
    }
  }

  @Test func `tables of patterns and texts from the data are bounded`() throws {
    let rows = (0..<3_000).map { number in
      Value.map(["t": .string("text \(number)"), "p": .string(".*\(number)")])
    }
    let error = try Run.error("$[?match(@.t, @.p)]", in: .list(rows))
    guard case .tooCostly? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `thousands of queries make one bundle`() throws {
    let bundle = try Run.bundle((0..<3_000).map { "$[\($0)]" })
    let document = try bundle.document(.list((0..<3_000).map { .int($0) }))
    for number in [0, 1, 255, 256, 1_499, 1_500, 2_999] {
      #expect(try bundle.nodes(of: number, in: document).map(\.value) == [.int(Int64(number))])
    }
  }

  @Test func `the largest query that is allowed compiles`() throws {
    let pieces = [
      "@[1:2:3]", "@.a<=@.b", "match(@.a,@.b)", "count(@..*)>1", "@.a==$.b", "value(@..x)<1",
    ]
    var limits = Limits()
    limits.queryBytes = 100_000
    for piece in pieces {
      var count = 1
      let text = { (count: Int) in
        "$[?" + Array(repeating: piece, count: count).joined(separator: "||") + "]"
      }
      while !Run.findings(text(count + 10), limits: limits).hasErrors { count += 10 }
      let bundle = try Run.bundle([text(count)], limits: limits)
      #expect(count > 50)
      #expect(throws: Never.self, "\(piece) \(count)") { try bundle.nodes(of: 0, in: .list([])) }
    }
  }
}
