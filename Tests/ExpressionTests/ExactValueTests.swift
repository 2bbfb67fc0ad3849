import Expression
import Testing

/// Values at the edges of their kinds: texts stay whole, numbers compare on the number line.
@Suite struct ExactValueTests {
  @Test(arguments: [
    ("regex.replace('é', '', '-')", "'-é-'"), ("regex.replace('é', '', '-').size()", "3"),
    ("regex.replace('日本', '', '.')", "'.日.本.'"), ("regex.extractAll('é', '')", "['', '']"),
    ("regex.replace('😀', 'x*', '-')", "'-😀-'"), ("regex.replace('baac', 'a*', '-')", "'-b-c-'"),
    ("regex.extractAll('baac', 'a*')", "['', 'aa', '']"), ("regex.replace('', '', '-')", "'-'"),
    ("regex.replace('éé', '', '-', 2)", "'-é-é'"),
    (#"regex.replace('C\\C', r'\\C', '-')"#, "'C-'"), (#"'\\C'.matches(r'\Q\C\E')"#, "true"),
  ])
  func `empty matches step by characters`(_ text: String, _ value: String) {
    #expect(Sample.check("\(text) == \(value)", dialect: .cel) == "value: true", "\(text)")
  }

  @Test(arguments: [
    #"regex.extract('é', r'\C')"#, #"'é'.matches(r'a|\C')"#, #"regex.replace('é', r'\\\C', '-')"#,
    #"regex.extractAll('é', r'\Qa\E\C')"#, "regex.replace('a', 'b', 1)", "regex.extract('a', '(')",
  ])
  func `patterns that cut characters are refused`(_ text: String) {
    let outcome = Sample.check(text, dialect: .cel)
    #expect(!outcome.hasPrefix("value"), "\(text) gives \(outcome)")
  }

  private static let numbers = [
    "-9223372036854775808", "-9223372036854775808.0", "-9007199254740993", "-9007199254740992.0",
    "-1", "-0.5", "0", "0u", "0.5", "1u", "9007199254740992.0", "9007199254740993",
    "9007199254740993u", "9007199254740994.0", "9223372036854775807", "9223372036854775808.0",
    "9223372036854775808u", "18446744073709551615u", "18446744073709551616.0", "1e300",
  ]
  /// Positions in the list above of numbers that equal the one before.
  private static let equals: Set<Int> = [1, 7, 12, 16]

  @Test func `numbers of all kinds stand on one line`() {
    var ranks: [Int] = []
    for position in Self.numbers.indices {
      ranks.append((ranks.last ?? 0) + (Self.equals.contains(position) ? 0 : 1))
    }
    for (left, rank) in zip(Self.numbers, ranks) {
      for (right, other) in zip(Self.numbers, ranks) {
        let truths = [
          ("<", rank < other), ("<=", rank <= other), (">", rank > other), (">=", rank >= other),
          ("==", rank == other), ("!=", rank != other),
        ]
        for (symbol, truth) in truths {
          let text = "dyn(\(left)) \(symbol) dyn(\(right))"
          #expect(Sample.check(text, dialect: .cel) == "value: \(truth)", "\(text)")
        }
        let greatest = "math.greatest(\(left), \(right)) == dyn(\(rank < other ? right : left))"
        #expect(Sample.check(greatest, dialect: .cel) == "value: true", "\(greatest)")
      }
    }
  }

  @Test(arguments: [
    "[3.0, 0.0/0.0, 1.0].sort()", "[0.0/0.0].sort()", "math.greatest([1.0, 0.0/0.0])",
    "math.greatest([0.0/0.0, 1.0])", "math.least(0.0/0.0, 1.0)", "math.least(1, 0.0/0.0)",
  ])
  func `NaN has no place in an order`(_ text: String) {
    #expect(Sample.check(text, dialect: .cel) == "error: invalidArgument", "\(text)")
  }

  @Test(arguments: [
    ("[3.0, 1.0].sort() == [1.0, 3.0]", "value: true"), ("[].sort() == []", "value: true"),
    ("toJson({1: 'a', 2: 'b'})", #"value: '{"1":"a","2":"b"}'"#),
    ("toJson({input.count: 'a', '3': 'b'})", "error: invalidArgument"),
    ("toJson([{'x': {input.count > 0: 1, 'true': 2}}])", "error: invalidArgument"),
    ("toJson({'1': 'a', '2': 'b'}) != ''", "value: true"),
  ])
  func `equal keys are no JSON`(_ text: String, _ outcome: String) {
    #expect(Sample.check(text) == outcome, "\(text)")
  }

  @Test(arguments: [
    "2000-01-01T00:00:00,5Z", "2000-01-01T00:00:00.Z", "2000-01-01 00:00:00Z",
    "2000-01-01T00:00:00", "2000-01-01T24:00:00Z", "2000-1-01T00:00:00Z",
    "2000-01-01T00:00:00+0100", "2000-01-01T00:00:00Z ",
  ])
  func `timestamps are those of RFC 3339`(_ text: String) {
    let outcome = Sample.check("timestamp('\(text)')", dialect: .cel)
    #expect(!outcome.hasPrefix("value"), "\(text) gives \(outcome)")
  }

  @Test(arguments: [
    "2000-01-01T00:00:00.5Z", "2000-01-01t00:00:00z", "2000-01-01T00:00:00.123456789+23:59",
  ])
  func `good timestamps are read`(_ text: String) {
    #expect(Sample.check("timestamp('\(text)') != timestamp(0)", dialect: .cel) == "value: true")
  }
}
