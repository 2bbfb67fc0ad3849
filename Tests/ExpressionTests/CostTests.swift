import Expression
import Source
import TestSupport
import Testing
import Values

/// Cost units as cel-go counts them: the rows of its own tests, and what this engine adds.
@Suite struct CostTests {
  /// Expression, least, worst, and what a run over `CostSample.memory` is metered at.
  private typealias Row = (text: String, least: Int, worst: Int, metered: Int)

  private func check(_ rows: [Row]) {
    for row in rows {
      guard let program = CostSample.compile(row.text) else {
        Issue.record("`\(row.text)` does not compile")
        continue
      }
      let cost = program.cost()
      let measured = program.measure(CostSample.memory)
      #expect(measured.evaluation.error == nil, "\(row.text)")
      #expect(
        [cost.least, cost.worst, measured.cost] == [row.least, row.worst, row.metered],
        "\(row.text)"
      )
    }
  }

  @Test func constantsNamesAndLiterals() {
    check([
      ("\"Hello World!\"", 0, 0, 0), ("ints", 1, 1, 1), ("texts['key']", 2, 2, 2),
      ("ints[0]", 2, 2, 2), ("record.number", 2, 2, 2), ("has(record.number)", 2, 2, 2),
      ("has(record.inner.number)", 3, 3, 3), ("texts['ke' + 'y']", 3, 3, 3),
      ("ints[3 - 3]", 3, 3, 3), ("[1, 2, 3]", 10, 10, 10),
      ("{'a': 1, 'b': 2, 'c': 3}", 30, 30, 30), ("now.getFullYear()", 2, 2, 2),
      ("-number", 2, 2, 2), ("!flag", 2, 2, 2), ("dyn(number)", 2, 2, 2),
    ])
  }

  @Test func operators() {
    check([
      ("true || false", 0, 0, 0), ("true && false", 0, 0, 0), ("no || no || no || no", 1, 4, 4),
      ("flag && flag && flag && flag", 1, 4, 4), ("1 < 2", 1, 1, 1), ("1 == 2", 1, 1, 1),
      ("2 >= 1", 1, 1, 1), ("2 in [1, 2, 3]", 13, 13, 13), ("1 + 1", 1, 1, 1),
      ("1 % 1", 1, 1, 1), ("true ? 1 : 2", 0, 0, 0), ("true ? false : 1 > 3", 0, 1, 0),
      ("false ? false : 1 > 3", 0, 1, 1), ("(1 > 2 ? 5 : 3) > 1", 2, 2, 2),
      ("(1 > 2 || 2 > 1) == true", 1, 3, 3),
      ("'12345678901234567890' == '123456789012345678901234567890'", 2, 2, 2),
      ("number == 7", 2, 2, 2), ("short == ''", 1, 2, 1), ("number in ints", 2, 12, 5),
      ("number in [1, 7]", 13, 13, 13), ("[1] + [2]", 21, 21, 21),
    ])
  }

  @Test func functions() {
    check([
      ("size('123')", 1, 1, 1), ("size(long)", 2, 2, 2), ("long.size()", 2, 2, 2),
      ("string(data)", 1, 51, 51), ("bytes(long)", 1, 51, 51), ("string(1)", 1, 1, 1),
      ("long.contains(long)", 2, 2_502, 2_502), ("long.matches('[0-9]')", 3, 103, 103),
      ("'123'.matches('[0-9]')", 2, 2, 2), ("long.matches('\\\\d+a\\\\d+b')", 3, 103, 103),
      ("short.startsWith(long)", 2, 52, 52), ("short.endsWith(long)", 2, 52, 52),
      ("'abcdefg'.contains(str1 + str2)", 2, 6, 6), ("sets.contains([1, 2], [2])", 23, 23, 23),
      ("sets.equivalent([1, 2], [2])", 25, 25, 25), ("short.lowerAscii()", 2, 10, 2),
    ])
  }

  @Test func macros() {
    check([
      ("ints.all(x, true)", 2, 32, 11), ("[1, 2, 3].all(x, true)", 16, 20, 20),
      ("[{'k1': 1}, {'k2': 2}].all(x, true)", 76, 77, 77),
      ("lists.all(x, x.all(y, true))", 2, 352, 24), ("none.all(x, true)", 2, 32, 2),
      ("(number > 2 ? ints : none).all(y, true)", 4, 34, 13),
      ("(ints + ints).all(x, true)", 4, 64, 22), ("ints.exists(x, x == 1)", 2, 62, 17),
      ("ints.exists_one(x, x == 1)", 3, 43, 13), ("ints.filter(x, x == 1)", 12, 162, 33),
      ("ints.map(x, x + 1)", 12, 152, 54), ("cel.bind(x, number, x + x)", 14, 14, 14),
      ("texts.all(k, texts[k] == 'v')", 2, 72, 9),
    ])
  }

  /// 500 nested elements cost something although cel-go compares them for nothing.
  @Test func nestedComparisonsAreCharged() throws {
    let program = try #require(CostSample.compile("[ints, ints] == [ints, ints]"))
    #expect(program.measure(CostSample.memory).cost == 20 + 4 + 1 + 2)
  }

  @Test func undeclaredSizesAreLimits() throws {
    let program = try #require(CostSample.compile("anything.exists(x, x == 1)"))
    #expect(program.cost().worst > Limits().evaluationCost)
    let assumed = program.cost(undeclaredSize: 100)
    #expect(assumed.worst == 2 + 100 * (4 + 1 + 1))
    let nested = try #require(
      CostSample.compile("anything.all(a, anything.all(b, anything.all(c, anything == c)))")
    )
    #expect(nested.cost(undeclaredSize: .max).worst == .max)
  }
}

/// Variables of declared sizes, and values that use them up.
enum CostSample {
  static let records: RecordRegistry = {
    var records = RecordRegistry()
    records.declare("inner", fields: [RecordField("number", .int)])
    records.declare(
      "record",
      fields: [RecordField("number", .int), RecordField("inner", .record("inner"))]
    )
    return records
  }()

  private static let values: [(String, ExpressionType, SizeBounds?, Value?)] = [
    ("ints", .list(.int), SizeBounds(most: 10), .list([.int(7), .int(1), .int(2)])),
    ("none", .list(.int), SizeBounds(most: 10), .list([])),
    (
      "lists", .list(.list(.int)), SizeBounds(most: 10, elements: SizeBounds(most: 10)),
      .list([.list([.int(1), .int(2)]), .list([.int(1), .int(2)])])
    ),
    (
      "texts", .map(.string, .string), SizeBounds(most: 10, elements: SizeBounds(most: 10)),
      .map(["key": .string("v")])
    ),
    (
      "record", .record("record"), nil,
      .map(["number": .int(1), "inner": .map(["number": .int(2)])])
    ),
    ("number", .int, nil, .int(7)), ("flag", .bool, nil, .bool(true)),
    ("no", .bool, nil, .bool(false)), ("short", .string, SizeBounds(most: 10), .string("idc")),
    ("long", .string, SizeBounds(most: 500), .string(String(repeating: "é", count: 500))),
    ("str1", .string, SizeBounds(most: 10), .string("val1")),
    ("str2", .string, SizeBounds(most: 10), .string("val2222222")),
    (
      "data", .bytes, SizeBounds(most: 500),
      .bytes([UInt8](repeating: 0x61, count: 500))
    ), ("now", .timestamp, nil, .timestamp(Timestamp(seconds: 0, nanoseconds: 0))),
    ("anything", .dyn, nil, .list([.int(1), .string("x")])), ("absent", .int, nil, nil),
  ]

  static let environment = Environment(
    variables: values.enumerated().map { slot, entry in
      Environment.Variable(name: entry.0, type: entry.1, slot: slot, size: entry.2)
    },
    records: records,
    dialect: .cel
  )

  static let memory: Memory = {
    var memory = Memory(slotCount: values.count)
    for (slot, entry) in values.enumerated() { memory.set(slot, entry.3) }
    return memory
  }()

  static func compile(_ text: String, limits: Limits = Limits()) -> Program? {
    Program.compile(SourceText(name: "test", text: text), in: environment, limits: limits).program
  }
}
