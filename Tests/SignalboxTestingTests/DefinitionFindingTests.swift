import Signalbox
import SignalboxTesting
import Testing

/// What the comparison with another engine, and the properties, showed to be against the definition
/// of CEL.
@Suite struct DefinitionFindingTests {
  /// Expressions and what they come to; nil where they must be refused.
  private static let cases: [(String, String?)] = [
    ("[,] == [] && {,} == {}", "true"), ("!-1 == 2", nil), ("-!true", nil), ("-(-1)", "1"),
    ("0X1F", nil), ("0x1F", "31"), ("rb'a'", nil), ("br'\\' == b'\\\\'", "true"),
    ("size('a',)", nil), ("[?]", nil), ("{'a': 1}. ?a.orValue(2)", "1"),
    ("[1][ ?0].orValue(2)", "1"), ("m.``", nil), ("-1u", nil), (".cel.bind(x, 1, x)", nil),
    ("uint('-0')", "invalidConversion"), ("base64.decode('YW\\nJj') == b'abc'", "true"),
    ("1.0 / math.sign(-0.0)", "inf"),
    ("timestamp('2024-01-01T10:00:00Z').getHours('')", "10"),
    ("optional.ofNonZeroValue(optional.none()).hasValue()", "true"),
    ("{b'a': 1}", "invalidArgument"), ("{1.0: 1}", "invalidArgument"),
    ("{'a': 1, dyn(b'b'): 2}", "invalidArgument"), ("[{}].sort()", nil), ("[[1]].sort()", nil),
    ("[2, 1].sort() == [1, 2]", "true"),
  ]

  private static let flowCases: [(String, String?)] = [
    ("sum([1.5].filter(x, false)) + 0.5", "0.5"), ("sum(['a'].filter(x, false)) + 'b'", "b"),
    ("sum([true])", nil), ("max([{}])", nil), ("distinct(sum([]))", nil), ("avg(['a'])", nil),
    ("max([1, 2])", "2"),
  ]

  private static func outcome(_ text: String, _ dialect: Dialect) -> String? {
    let environment = Environment(
      variables: [.init(name: "m", type: .map(.string, .int), slot: 0)],
      dialect: dialect
    )
    let program = Sample.compile(text, in: environment).program
    switch program?.evaluate(Memory(slotCount: 1)) {
    case nil: return nil
    case .failure(let error): return error.kind.rawValue
    case .value(.bool(let bool)): return String(bool)
    case .value(.int(let int)): return String(int)
    case .value(.double(let double)): return String(double)
    case .value(.string(let text)): return text
    case .value(let value): return String(describing: value)
    }
  }

  @Test func `expressions are read and evaluated as the definition says`() {
    for (text, expected) in Self.cases { #expect(Self.outcome(text, .cel) == expected, "\(text)") }
    for (text, expected) in Self.flowCases {
      #expect(Self.outcome(text, .flow) == expected, "\(text)")
    }
  }

  @Test(arguments: [
    ("{{ r'\\' }}x", "\\x"), ("{{ '''}}''' }}", "}}"), ("{{ \"it's }}\" }}", "it's }}"),
    ("{{ 1 // don't }}y", "1y"),
  ])
  func `texts and comments of templates hide no end`(_ text: String, _ expected: String) throws {
    let source = SourceText(name: "t", text: text)
    let template = Template.compile(source, in: Environment(variables: [])).template
    let memory = Memory(slotCount: 0)
    guard case .value(.string(let found))? = template?.evaluate(memory) else {
      Issue.record("\(text) has no value")
      return
    }
    #expect(found.sameScalars(as: expected), "\(text)")
  }
}
