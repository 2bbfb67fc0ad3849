import Expression
import Foundation
import Source
import TestSupport
import Testing
import Values

/// Which programs bear the absence of a value that they read.
@Suite struct AbsenceTests {
  private static let securedGuards = [
    "has(a.v) && a.v > 1", "a.v > 1 && has(a.v)", "!(has(a.v)) || a.v > 1", "!has(a.v) || a.v > 1",
    "a.v > 1 || !has(a.v)", "has(a.v) ? a.v > 1 : false", "!has(a.v) ? true : a.v > 1",
    "!(has(a.v) && a.v > 1)", "!(a.v > 1 && has(a.v))", "input.x && has(a.v) && a.v > 1",
    "input.x && a.v > 1 && has(a.v)", "has(a.v.w) && a.v.w > 1",
    "has(a.v) && (input.x || a.v > 1)", "(input.x || input.y) && has(a.v) && a.v > input.n",
    "(has(a.v) && a.v > 1) || input.x", "input.x || (a.v > 1 && has(a.v))", "has(a.v) && av > 1",
    "has(a.v) ? (input.x ? a.v > 1 : a.v > 2) : false",
    "input.x ? has(a.v) && a.v > 1 : !has(a.v)", "input.x ? has(a.v) : input.y ? true : has(a.w)",
    "false && a.v > 1", "a.v > 1 || true", "has(a.v) == true && a.v > 1",
    "(has(a.v) ? a.v : 0) > input.n",
    "has(a.v) && input.a && input.b && input.c && input.d && a.v > 1", "has(a.v)", "input.x",
  ]

  private static let securedByStatus = [
    "steps.a.status == 'success' && a.v > 1", "'success' == steps.a.status && a.v > 1",
    "a.v > 1 && steps.a.status == 'success'", "steps.a.status != 'success' || a.v > 1",
    "!(steps.a.status == 'success') || a.v > 1", "steps.a.status in ['success'] && a.v > 1",
    "steps.a.status == 'success' ? a.v > 1 : input.x",
    "steps.a.status == 'success' && has(b.v) && a.v > b.v", "st == 'success' && a.v > 1",
    "!('success' != steps.a.status) && input.x && a.v > 1", "a.v > 1 || st != 'success'",
  ]

  private static let securedByOptionals = [
    "a.?v.orValue(0) > 1", "a.?v.hasValue() && a.v > input.n", "default(a.v, 0) > 1",
    "default(a.v + 1, 0) > input.n", "default(a.s, '') == 'ok' && a.v > input.n",
    "a.?v.optMap(v, v > input.n).orValue(false)", "a.?v.or(b.?v).orValue(0) > input.n",
    "has(default(a, input).v) || true", "has(a[input.s].v) || true",
  ]

  private static let securedByMacros = [
    "has(a.v) && input.items.exists(i, i == a.v)", "input.items.exists(i, has(a.v) && i == a.v)",
    "input.items.all(i, !has(a.v) || a.v > i)",
    "input.items.filter(i, has(a.v) && i > a.v).size() > 0",
    "input.items.map(i, has(a.v), a.v + i) == []",
    "input.items.transformMap(k, i, has(a.v), a.v + k) == {}",
    "cel.bind(h, has(a.v), h && a.v > input.n)", "cel.bind(v, a.v, has(a.v) && v > input.n)",
    "[1, 2].exists(i, i == 1 && has(a.v)) && a.v > input.n",
    "cel.bind(v, a.v, input.x && default(v, 0) > 1)",
  ]

  private static let failingGuards = [
    "a.v > 1", "input.x && a.v > 1", "input.x || a.v > 1", "has(a.v) || a.v > 1",
    "a.v > 1 || has(a.v)", "!has(a.v) && a.v > 1", "has(b.v) && a.v > 1",
    "has(a.v) ? true : a.v > 1", "!has(a.v) ? a.v > 1 : true", "!(has(a.v) || a.v > 1)",
    "has(input.x) && a.v > 1", "input.x ? a.v > 1 : has(a.v)", "a.v > 1 ? has(a.v) : false",
    "has(a.v) && a.v > 1 || a.w > 1", "a.v == a.v", "a.v in [1, 2]", "1 in a.list", "!(a.v > 1)",
    "-a.v < 1", "input[a.v] == 1", "a == null", "av > 1", "has(a.v) == false && a.v > 1",
    "!(!has(a.v) || a.v > 1) || a.w", "(has(a.v) || input.x) && a.v > 1",
    "a.v && input.a && input.b && input.c && has(b.v)", "string(a.v) == '1'", "[a.v].size() > 0",
    "{'k': a.v}.k > 1", "has(input.x) || has(input[a.v].w) || a", "input.x ? b : b ? a : b",
    // What fails before it reads `a` is no absence that `has` takes for false.
    "a.v > 1 && has(b[1 / input.n + a.v].w)",
  ]

  private static let failingByStatus = [
    "steps.a.status != 'success' && a.v > 1", "steps.a.status == 'failure' || a.v > 1",
    "steps.a.status == 'success' || a.v > 1", "steps.a.status == 'failure' && a.v > 1",
    "steps.a.status in ['success', 'failure'] && a.v > 1", "st == 'skipped' && a.v > 1",
    "steps.b.status == 'success' && a.v > 1", "steps.a.status == input.s && a.v > 1",
    "steps.a.visits > 0 && a.v > 1", "!(steps.a.status in []) && a.v > 1",
    "steps.a.status != 'failure' && a.v > 1", "steps.a.status > 'a' && a.v > 1",
  ]

  private static let failingOptionals = [
    "a[?'v'].orValue(0) > 1", "a.?v.orValue(a.w) > 1", "default(input.z, a.v) > 1",
    "default(a.v, a.w) > 1", "a.?v.or(a[?'w']).orValue(0) > 1", "has(a[?'v'].w) && a.v > 1 || a.v",
    "a.?v.hasValue() || a.v > 1", "input.?n.optMap(n, n > a.v).orValue(true)",
    "input.?n.optFlatMap(n, optional.of(a.v)).hasValue()",
    "jsonpath_exists(a, '$.v')", "jsonpath_exists('$.input') && a.v > 1",
  ]

  private static let failingMacros = [
    "input.items.exists(i, i == a.v)", "input.items.all(i, i > a.v)",
    "a.v > 1 && input.items.exists(i, has(a.v))", "input.items.exists_one(i, i == a.v)",
    "input.items.map(i, a.v + i) == []", "input.items.map(i, !has(a.v), a.v) == []",
    "input.items.filter(i, i > a.v) == []", "input.items.transformList(k, i, a.v) == []",
    "a.list.exists(i, i == 1)", "cel.bind(v, a.v, input.x && v > 1)",
    "cel.bind(h, has(a.v), h || a.v > 1)", "cel.bind(x, has(a.v), !x) && a.v > 1",
    "[1].all(i, a.v > i)", "[1].all(i, input.x && a.v > i)",
  ]

  /// What never fails for want of `a`, but is not seen to.
  private static let doubtful = [
    // Fails for want of a value, not of the slot.
    "a.?v.value() > 1", "int(default(a.v, 'x')) > 1",
    // No test that the analysis knows.
    "steps.a['status'] == 'success' && a.v > 1",
    "cel.bind(s, steps.a.status, s == 'success' && a.v > 1)",
    "jsonpath_exists('$.a') && a.v > 1", "(input.x && has(a.v)) == true && a.v > 1",
    // A condition that stands twice.
    "(input.x ? has(a.v) : true) && (input.x ? a.v > 1 : true)",
  ]

  private func isSecured(_ text: String, _ dialect: Dialect = .flow) throws -> Bool {
    try #require(AbsenceScene.program(text, dialect), "\(text)")
      .isSecured(AbsenceScene.slot, status: AbsenceScene.status)
  }

  private func fails(_ text: String) throws -> Bool {
    let program = try #require(AbsenceScene.program(text), "\(text)")
    return AbsenceScene.memories.contains { AbsenceScene.isMissing(program.evaluate($0)) }
  }

  @Test(arguments: securedGuards + securedByStatus + securedByOptionals + securedByMacros)
  func `what asks first bears an absent value`(_ text: String) throws {
    #expect(try isSecured(text))
    #expect(try !fails(text))
  }

  @Test(arguments: failingGuards + failingByStatus + failingOptionals + failingMacros)
  func `what does not ask, or asks wrongly, fails without the value`(_ text: String) throws {
    #expect(try !isSecured(text))
    #expect(try fails(text))
  }

  @Test(arguments: doubtful)
  func `what is in doubt is not secured`(_ text: String) throws {
    #expect(try !isSecured(text))
    #expect(try !fails(text))
  }

  @Test func `as many fail as are secured`() {
    let secured =
      Self.securedGuards + Self.securedByStatus + Self.securedByOptionals + Self.securedByMacros
    let failing =
      Self.failingGuards + Self.failingByStatus + Self.failingOptionals + Self.failingMacros
    #expect(secured.count >= 40)
    #expect(failing.count >= secured.count)
  }

  @Test func `a status says nothing unless the caller says so`() throws {
    for text in Self.securedByStatus {
      let program = try #require(AbsenceScene.program(text), "\(text)")
      #expect(!program.isSecured(AbsenceScene.slot, status: nil), "\(text)")
      #expect(!program.isSecured(AbsenceScene.slot, status: 3), "\(text)")
    }
  }

  @Test func `plain CEL has no presence of absent variables`() throws {
    for text in ["has(a.v) && a.v > 1", "a.?v.hasValue() && a.v > 1", "a.?v.orValue(0) > 1"] {
      let program = try #require(AbsenceScene.program(text, .cel), "\(text)")
      #expect(!program.isSecured(AbsenceScene.slot, status: nil), "\(text)")
      #expect(program.evaluate(Memory(slotCount: 5)).error?.kind == .absent, "\(text)")
    }
    #expect(try isSecured("false && a.v > 1", .cel))
  }

  @Test func `a query selects less where a value is missing`() throws {
    for text in [
      "$.a", "jsonpath_exists('$.a') || input.x", "jsonpath('$.a').size() > 0",
      "jsonpath_one('$.a').orValue(1) == 1", "jsonpath_exists('$.input') && has(a.v) && a.v > 1",
    ] {
      #expect(try isSecured(text), "\(text)")
      #expect(try !fails(text), "\(text)")
    }
  }

  @Test func `long chains of operators absorb errors, too`() throws {
    let many = Array(repeating: "input.x", count: 40).joined(separator: " && ")
    #expect(try isSecured("\(many) && a.v > 1 && has(a.v)"))
    #expect(try !isSecured("\(many) && a.v > 1"))
    #expect(try !isSecured("default(\(many) && a.v > 1, false) && a.w"))
  }

  @Test func `what costs too much to evaluate is judged by its parts`() throws {
    let list = "[\(Array(repeating: "1", count: 60).joined(separator: ", "))]"
    let heavy = "\(list).all(i, \(list).all(j, \(list).all(k, i + j + k > 0)))"
    #expect(try isSecured("(\(heavy) || true) && has(a.v) && a.v > 1"))
    #expect(try !isSecured("\(heavy) && a.v > 1"))
  }

  // MARK: Templates

  @Test(
    arguments: [
      "{{ a.?v }}", "{{ if has(a.v) }}{{ a.v }}{{ end }}", "{{ has(a.v) ? a.v : 'none' }}",
      "{{ if input.x }}x{{ else if has(a.v) }}{{ a.v }}{{ end }}", "x",
      "{{ if !has(a.v) }}none{{ else }}{{ a.v }}{{ end }}", "x {{ default(a.v, 1) }}",
      "{{ range i in [1] }}{{ if has(a.v) }}{{ a.v }}{{ end }}{{ end }}", "{{ a.v | default(2) }}",
      "{{ if steps.a.status == 'success' }}{{ a.v }}{{ end }}",
      "{{ range [1] }}{{ .a.?v }}{{ end }}",
      "{{ if steps.a.status != 'success' }}none{{ else if input.x }}{{ a.v }}{{ end }}",
    ]
  )
  func `templates that ask first bear an absent value`(_ text: String) throws {
    let template = try #require(AbsenceScene.template(text))
    #expect(template.isSecured(AbsenceScene.slot, status: AbsenceScene.status))
    for memory in AbsenceScene.memories {
      #expect(!AbsenceScene.isMissing(template.evaluate(memory)))
    }
  }

  @Test(
    arguments: [
      "{{ a.v }}", "x {{ a.v }}", "{{ if has(a.v) }}{{ end }}{{ a.v }}",
      "{{ if has(a.v) }}{{ a.v }}{{ else }}{{ a.w }}{{ end }}",
      "{{ if input.x }}{{ a.v }}{{ end }}", "{{ range a.list }}x{{ end }}",
      "{{ range i in [1] }}{{ a.v }}{{ end }}", "{{ if a.v }}x{{ end }}",
      "{{ has(a.v) && a.v > 1 }}{{ a.v }}", "{{ range [] }}x{{ else }}{{ a.v }}{{ end }}",
      "{{ if has(a.v) }}x{{ else if input.y }}{{ a.v }}{{ end }}", "{{ a | toJson }}",
    ]
  )
  func `other templates fail without the value`(_ text: String) throws {
    let template = try #require(AbsenceScene.template(text))
    #expect(!template.isSecured(AbsenceScene.slot, status: AbsenceScene.status))
    #expect(AbsenceScene.memories.contains { AbsenceScene.isMissing(template.evaluate($0)) })
  }

  // MARK: Property

  private static let isSoak = ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1"

  /// What is secured never fails for want of the value; most of what is not, does.
  @Test func securedProgramsAreSound() {
    let seed: UInt64 = 0xAB5E
    var reader = RandomReader(seed: seed)
    var (compiled, secured, failing, doubtful) = (0, 0, 0, 0)
    for _ in 0..<(Self.isSoak ? 200_000 : 4_000) {
      let text = reader.truth(4)
      guard let program = AbsenceScene.program(text),
        program.reads.contains(where: { $0.slot == AbsenceScene.slot && !$0.isOptionalAccess })
      else { continue }
      compiled += 1
      let isSecured = program.isSecured(AbsenceScene.slot, status: AbsenceScene.status)
      let fails = AbsenceScene.memories.contains { AbsenceScene.isMissing(program.evaluate($0)) }
      if isSecured { secured += 1 } else if fails { failing += 1 } else { doubtful += 1 }
      #expect(!(isSecured && fails), "seed \(seed): `\(text)`")
    }
    print(
      "absence, seed \(seed): \(compiled) programs, \(secured) secured, \(failing) shown to fail, "
        + "\(doubtful) in doubt"
    )
    #expect(secured > compiled / 10 && failing > compiled / 10 && doubtful < compiled / 4)
  }
}
