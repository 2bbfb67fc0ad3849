import Expression
import Source
import Testing
import Values

@Suite struct EvaluationTests {
  @Test func valuesOfWellFormedExpressions() {
    let cases: [(String, String)] = [
      ("1 + 2 * 3 - 4", "3"), ("7 / 2", "3"), ("-7 % 3", "-1"), ("2.5 * 2.0", "5.0"),
      ("'a' + 'b' + string(3)", "'ab3'"), ("[1] + [2, 3]", "[1, 2, 3]"),
      ("score < 0.8", "true"), ("score > 0 && score < 1", "true"),
      ("confidence > 0.8 && classify.category in ['technical', 'billing']", "true"),
      ("input.name == 'Ada' ? 'yes' : 'no'", "'yes'"), ("has(input.name)", "true"),
      ("has(input.other)", "false"), ("input.?other.orValue(7)", "7"),
      ("default(input.other, 'x')", "'x'"), ("default(input.nothing, 1)", "1"),
      ("items.filter(i, i.price > 10).map(i, i.price * i.qty)", "[60.0]"),
      ("items.exists(i, i.sku.startsWith('Z'))", "true"),
      ("items.all(i, i.qty >= 2)", "true"), ("items.exists_one(i, i.price == 5)", "true"),
      ("sum(items.map(i, i.price))", "25.0"), ("max(input.list)", "3"),
      ("items.map(i, i.sku).join('+')", "'A1+Z9'"), ("input.list.length", "3"),
      ("size(input.text)", "3"), ("1 / 0 == 1 || true", "true"),
      ("'x' == 'y' || score == 0.75", "true"), ("run.elapsed > duration('1m')", "true"),
      ("now.getFullYear()", "2009"), ("now().getHours('Australia/Sydney')", "10"),
      ("string(123456789.0)", "'1.23456789e+08'"), ("'\\377'", "'\u{FF}'"),
      ("cel.bind(x, score, x + x)", "1.5"), ("[1, 2].map(x, x * 2)", "[2, 4]"),
      ("{'a': 1}.transformMap(k, v, v + 1)", "{'a': 2}"), ("[3, 1, 2].sort()", "[1, 2, 3]"),
      ("['b', 'a'].sortBy(x, x)", "['a', 'b']"), ("1 < 2.5", "true"), ("1 == 1.0", "true"),
      ("input['count'] + 1", "4"), ("toJson({'a': [1, null]})", "'{\"a\":[1,null]}'"),
      ("true ? 1 : false ? 2 : 3", "1"), ("-9223372036854775808", "-9223372036854775808"),
      (".input.name", "'Ada'"), (".workflow.input.name", "'Ada'"),
      ("'%.2f %d %s'.format([1.005, 7, 'x'])", "'1.00 7 x'"),
    ]
    for (text, wanted) in cases {
      #expect(Sample.check(text) == "value: \(wanted)", "\(text)")
    }
  }

  @Test func errorsOfExpressionsThatFail() {
    let cases: [(String, String)] = [
      ("1 / 0", "divideByZero"), ("9223372036854775807 + 1", "overflow"),
      ("-(-9223372036854775807 - 1)", "overflow"), ("input.other", "noSuchField"),
      ("input.nothing.x", "nullValue"), ("steps.classify.status", "absent"),
      ("input.list[3]", "indexOutOfRange"), ("input.name + 1", "noSuchOverload"),
      ("int(input.name)", "invalidConversion"),
      ("input.name.matches(input.name + '(')", "invalidArgument"),
      ("{1: 1, 1u: 2}", "duplicateKey"), ("optional.none().value()", "invalidArgument"),
      ("lists.range(2000000000)", "costExceeded"), ("uint(input.count - 9)", "overflow"),
      ("input.count ? 1 : 2", "noSuchOverload"), ("input.list.exists(x, x.y)", "noSuchOverload"),
      ("now.getHours('Mars/Base')", "invalidArgument"),
    ]
    for (text, kind) in cases { #expect(Sample.check(text) == "error: \(kind)", "\(text)") }
  }

  @Test func refusalsWithTheirCodes() {
    let cases: [(String, String)] = [
      ("", "SBX-CEL-001"), ("1 +", "SBX-CEL-001"), ("(1", "SBX-CEL-001"),
      ("a === b", "SBX-CEL-001"),
      ("score > 1 and true", "SBX-CEL-001"), ("score = 1", "SBX-CEL-001"), ("'abc", "SBX-CEL-002"),
      ("true ? 1", "SBX-CEL-001"), ("0x", "SBX-CEL-001"), ("5m", "SBX-CEL-002"),
      ("'\\ud800'", "SBX-CEL-002"), ("99999999999999999999", "SBX-CEL-002"),
      ("if == 1", "SBX-CEL-005"), ("has(input)", "SBX-CEL-006"), ("[1].map(1, 2)", "SBX-CEL-006"),
      ("scoer > 1", "SBX-CEL-010"), ("steps.clasify.status", "SBX-CEL-010"),
      ("len(items)", "SBX-CEL-011"), ("input.name.toLowerCase()", "SBX-CEL-011"),
      ("classify.confidense", "SBX-CEL-012"), ("'a' + 1", "SBX-CEL-013"),
      ("1 + 1.0", "SBX-CEL-013"), ("!score", "SBX-CEL-013"), ("secrets.key", "SBX-CEL-014"),
      ("classify.category == 'tecnical'", "SBX-CEL-015"), ("duration('5 minutes')", "SBX-CEL-016"),
      ("input.name.matches('(')", "SBX-CEL-016"),
    ]
    for (text, code) in cases { #expect(Sample.check(text) == "refused: \(code)", "\(text)") }
  }

  @Test func strictDialectRefusesSugar() {
    #expect(Sample.check("[1].length", dialect: .cel) == "refused: SBX-CEL-013")
    #expect(Sample.check("1 == 1.0", dialect: .cel) == "refused: SBX-CEL-013")
    #expect(Sample.check("sum([1])", dialect: .cel) == "refused: SBX-CEL-011")
    #expect(Sample.check("dyn(1) == 1.0", dialect: .cel) == "value: true")
  }

  @Test func guardsSayWhyTheyAreNotTrue() throws {
    let guardProgram = try #require(Sample.compile("input.count").program)
    guard case .failure(let error) = guardProgram.test(Sample.memory) else {
      Issue.record("a number was taken as a truth")
      return
    }
    #expect(error.kind == .notBoolean)
    let program = try #require(Sample.compile("score > 0.7").program)
    guard case .isTrue = program.test(Sample.memory) else {
      Issue.record("the guard should hold")
      return
    }
  }

  @Test func memoryIsAValue() {
    var copy = Sample.memory
    copy.set(4, .double(0.1))
    #expect(Sample.memory.value(4) == .double(0.75))
    #expect(copy.value(4) == .double(0.1))
    copy.set(4, nil)
    #expect(!copy.contains(4))
    #expect(copy.contains(0))
  }

  @Test func readsNameSlotsAndFields() throws {
    let program = try #require(
      Sample.compile("confidence > 0.5 && has(input.name) && input['list'].size() > 0").program
    )
    let reads = program.reads.map {
      "\($0.variable).\($0.fields.joined(separator: "."))\($0.isOptionalAccess ? "?" : "")"
    }
    #expect(reads == ["classify.confidence", "input.name?", "input.list"])
    // `.?` bears that the variable has no value; `[?` only asks for the key.
    let asking = try #require(Sample.compile("input.?name == input[?'name']").program).reads
    #expect(asking.map(\.isOptionalAccess) == [true, false])
  }

  @Test func traceShowsEverySubexpression() throws {
    let program = try #require(Sample.compile("score > 0.7 && input.count < 2").program)
    let trace = program.trace(Sample.memory).map {
      "\($0.text) = \($0.value.value.map(Sample.shown) ?? "error")"
    }
    #expect(
      trace == [
        "score > 0.7 && input.count < 2 = false", "score > 0.7 = true", "score = 0.75",
        "input.count < 2 = false", "input.count = 3",
        "input = \(Sample.shown(Sample.memory.value(0) ?? .null))",
      ]
    )
  }

  @Test func diagnosticsSuggestTheNearestName() {
    let hint = Sample.compile("scoer > 1").diagnostics.first?.hint
    #expect(hint == "did you mean `score`?")
    let field = Sample.compile("classify.confidense > 1").diagnostics.first
    #expect(field?.hint == "did you mean `confidence`?")
    let several = Sample.compile("scoer > 1 && inptu.name == 'x'").diagnostics
    #expect(several.count == 2)
  }
}
