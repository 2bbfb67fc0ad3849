import Document
import Source
import Testing
import Values

@Suite struct SchemaTests {
  private func node(_ yaml: String) throws -> Node {
    let parsed = DocumentParser.yaml(SourceText(name: "s", text: yaml), limits: Limits())
    return try #require(parsed.root)
  }

  private func violations(_ schema: String, _ data: String) throws -> [String] {
    let compiled = Schema.compile(try node(schema))
    let schema = try #require(compiled.schema, "\(compiled.diagnostics.map(\.message))")
    return schema.validate(try node(data).value).map {
      "\($0.instanceLocation) \($0.keyword): \($0.message)"
    }
  }

  /// A schema, the code of its first finding, its place, and a word of its hint.
  struct Example: Sendable {
    let yaml: String
    let code: DiagnosticCode
    let place: String
    let hint: String?

    init(_ yaml: String, _ code: DiagnosticCode, _ place: String, hint: String? = nil) {
      self.yaml = yaml
      self.code = code
      self.place = place
      self.hint = hint
    }
  }

  @Test(arguments: [
    Example("{type: object, propertis: {}}", .schemaUnknownKeyword, "1:16", hint: "`properties`"),
    Example("{type: float}", .schemaBadKeyword, "1:8", hint: "`number`"),
    Example("{minLength: -1}", .schemaBadKeyword, "1:13"),
    Example("{properties: {a: 1}}", .schemaBadKeyword, "1:18"),
    Example("{pattern: '(?!x)'}", .schemaBadPattern, "1:11"),
    Example(
      "{$ref: '#/$defs/b', $defs: {a: {}}}",
      .schemaUnresolvedReference,
      "1:8",
      hint: "/a`"
    ),
    Example("{$ref: 'http://example.com/x'}", .schemaUnresolvedReference, "1:8"),
    Example("{anyOf: 1}", .schemaBadKeyword, "1:9"),
    Example("{multipleOf: 0}", .schemaBadKeyword, "1:14"),
    Example("{required: [1]}", .schemaBadKeyword, "1:12"),
  ])
  func refuses(_ example: Example) throws {
    let (schema, diagnostics) = Schema.compile(try node(example.yaml))
    #expect(schema == nil)
    let first = diagnostics.first
    let position = first?.span?.startPosition
    #expect(first?.code == example.code, "\(first?.message ?? "accepted")")
    #expect("\(position?.line ?? 0):\(position?.column ?? 0)" == example.place)
    if let hint = example.hint {
      #expect(first?.hint?.contains(hint) == true, "\(first?.hint ?? "none")")
    }
  }

  @Test func namesEveryViolation() throws {
    let schema = """
      type: object
      properties:
        name: {type: string, minLength: 2}
        tags: {type: array, items: {enum: [a, b]}, uniqueItems: true}
        age: {type: integer, minimum: 0}
      required: [name, id]
      additionalProperties: false
      """
    #expect(
      try violations(schema, "{name: x, tags: [a, c], age: 1.5, nmae: 1}") == [
        "/name minLength: has 1 characters, at least 2 allowed",
        "/tags/1 enum: must be one of `\"a\"`, `\"b\"`, found `\"c\"`",
        "/age type: must be integer, found number",
        "/nmae additionalProperties: the property `nmae` is not allowed; did you mean `name`?",
        " required: lacks the property `id`",
      ]
    )
  }

  @Test func reportsTheNearestBranch() throws {
    let schema = """
      oneOf:
        - properties: {kind: {const: card}, number: {type: string}}
          required: [kind, number]
        - properties: {kind: {const: cash}, amount: {type: integer}}
          required: [kind, amount]
      """
    let found = try violations(schema, "{kind: cash, amount: lots}")
    #expect(
      found == [
        " oneOf: none of the 2 alternatives fits; the nearest is number 2",
        "/amount type: must be integer, found string",
      ]
    )
  }

  @Test func numbersCompareByValue() throws {
    #expect(try violations("{const: 1}", "1.0").isEmpty)
    #expect(try violations("{enum: [true]}", "1").count == 1)
    #expect(try violations("{multipleOf: 0.0001}", "0.0075").isEmpty)
    #expect(try violations("{multipleOf: 0.0001}", "0.00751").count == 1)
    for (divisor, number, isMultiple) in [
      ("0.1", "0.3", true), ("0.1", "0.30000000000000004", false), ("1", "7.0", true),
      ("1", "1.0000000000000002", false), ("10", "18446744073709551615", false),
      ("5", "18446744073709551615", true), ("1.0e-308", "1.0e+308", true),
      ("0.123456789", "1.0e+308", false), ("0.01", "-19.99", true), ("3", "0", true),
      ("1.0e+300", "5", false), ("0.5", "1.0e+308", true), ("7", "1.0e+308", false),
    ] {
      let found = try violations("{multipleOf: \(divisor)}", number)
      #expect(found.isEmpty == isMultiple, "\(number) of \(divisor)")
    }
    #expect(try violations("{maximum: 9007199254740992}", "9007199254740993").count == 1)
    #expect(try violations("{uniqueItems: true}", "[1, 1.0]").count == 1)
    let many = "[" + (0..<40).map(String.init).joined(separator: ", ")
    #expect(try violations("{uniqueItems: true}", many + "]").isEmpty)
    #expect(try violations("{uniqueItems: true}", many + ", 7.0]").count == 1)
  }

  @Test func formatsAssertOnlyWhenAsked() throws {
    let schema = try node("{format: date}")
    #expect(Schema.compile(schema).schema?.accepts(.string("2026-02-30")) == true)
    var options = Schema.Options()
    options.assertsFormats = true
    let strict = Schema.compile(schema, options: options).schema
    #expect(strict?.accepts(.string("2026-02-30")) == false)
    #expect(strict?.accepts(.string("2024-02-29")) == true)
    #expect(strict?.accepts(.int(1)) == true)
  }

  @Test func endlessReferencesEnd() throws {
    #expect(try violations("{$ref: '#'}", "1").count == 1)
    let loop = "{$ref: '#/$defs/a', $defs: {a: {$ref: '#/$defs/b'}, b: {$ref: '#/$defs/a'}}}"
    #expect(try violations(loop, "1").count == 1)
  }

  @Test func fieldsAreRequiredAndClosed() throws {
    let yaml = """
      amount: {type: number, minimum: 0}
      note: {type: string, optional: true, trust: untrusted}
      currency: {type: string, default: EUR}
      """
    let compiled = FieldSchemas.compile(try node(yaml))
    #expect(compiled.diagnostics.isEmpty)
    let fields = try #require(compiled.fields)
    #expect(fields.fields.map(\.name) == ["amount", "note", "currency"])
    #expect(fields["note"]?.trust == .untrusted)
    #expect(fields["currency"]?.defaultNode?.string == "EUR")
    #expect(fields.schema.accepts(.map(["amount": .int(1)])))
    #expect(!fields.schema.accepts(.map([:])))
    #expect(!fields.schema.accepts(.map(["amount": .int(1), "other": .null])))
    #expect(!fields.schema.accepts(.map(["amount": .int(-1)])))
  }

  @Test(arguments: [
    "amount: number", "- amount", "amount: {type: number, optional: maybe}",
    "amount: {type: number, trust: full}", "amount: {type: number, default: x}",
    "amount: {type: number, minumum: 1}",
  ])
  func refusesFields(_ yaml: String) throws {
    let (fields, diagnostics) = FieldSchemas.compile(try node(yaml))
    #expect(fields == nil)
    #expect(diagnostics.count == 1)
  }

  @Test func plainSchemaIsKnownByItsType() throws {
    let yaml = "{type: object, properties: {type: {type: string}, b: {}}, required: [b]}"
    let plain = try #require(FieldSchemas.compile(try node(yaml)).fields)
    #expect(plain.isPlainSchema)
    #expect(plain["b"]?.isOptional == false)
    #expect(plain["type"]?.isOptional == true)
    // A field that is called `type` has a mapping.
    let house = try #require(FieldSchemas.compile(try node("type: {type: string}")).fields)
    #expect(!house.isPlainSchema)
    #expect(house.fields.map(\.name) == ["type"])
  }

  @Test func `integers compare exactly with doubles`() throws {
    for (schema, number, fits) in [
      ("{minimum: 9007199254740993}", "9007199254740992.0", false),
      ("{maximum: 9007199254740992.0}", "9007199254740993", false),
      ("{maximum: 18446744073709551615}", "18446744073709551616.0", false),
      ("{const: 9007199254740993}", "9007199254740992.0", false),
      ("{const: 2}", "2.0", true), ("{enum: [1.0]}", "1", true),
      ("{minimum: 2.5}", "3", true), ("{exclusiveMinimum: 2.0}", "2", false),
    ] {
      #expect(try violations(schema, number).isEmpty == fits, "\(schema) \(number)")
    }
  }

  @Test func `brackets in a class stand for themselves`() throws {
    for (text, fits) in [(":]", true), ("a]", true), ("x", false), ("b]", false), ("[]", true)] {
      let found = try violations("{pattern: '^[[:alph:]]$'}", "'\(text)'")
      #expect(found.isEmpty == fits, "\(text)")
    }
    #expect(try violations("{pattern: '^[a-c]+$'}", "abc").isEmpty)
  }
}
