import Conformance
import Testing
import Values

/// Corners of messages, as the suite's cases have neighbours: with the suite's message types.
@Suite(.enabled(if: ConformanceDirectory.has("cel"), ConformanceDirectory.absence("cel")))
struct CELCornerTests {
  private static let packages = ["cel.expr.conformance.proto2", "cel.expr.conformance.proto3"]

  /// A kind of scalar: its name, the wrapper's, its zero, a value, its bounds and what lies beyond.
  private static let scalars: [(String, String, String, String, String, String, String?)] = [
    ("int32", "Int32", "0", "12345", "-2147483648", "2147483647", "2147483648"),
    ("int64", "Int64", "0", "12345", "-9223372036854775808", "9223372036854775807", nil),
    ("uint32", "UInt32", "0u", "258u", "0u", "4294967295u", "4294967296u"),
    ("uint64", "UInt64", "0u", "258u", "0u", "18446744073709551615u", nil),
    ("double", "Double", "0.0", "-12.375", "-1.75e308", "1.75e308", nil),
    ("float", "Float", "0.0", "-12.375", "-0.5", "0.5", nil),
    ("bool", "Bool", "false", "true", "false", "true", nil),
    ("string", "String", "''", "'baz'", "''", "'x'", nil),
    ("bytes", "Bytes", "b''", "b'baz'", "b''", "b'x'", nil),
  ]

  /// Values and the JSON that they are in a `google.protobuf.Value`.
  private static let json: [(String, String)] = [
    ("1", "1.0"), ("1u", "1.0"), ("-9007199254740991", "-9007199254740991.0"),
    ("9007199254740992", "'9007199254740992'"), ("-9007199254740993", "'-9007199254740993'"),
    ("18446744073709551615u", "'18446744073709551615'"), ("b'foo'", "'Zm9v'"),
    ("timestamp('2009-02-13T23:31:30Z')", "'2009-02-13T23:31:30Z'"),
    ("duration('-1ms')", "'-0.001s'"), ("google.protobuf.Empty{}", "{}"),
    ("google.protobuf.FieldMask{paths: ['foo_bar', 'baz']}", "'fooBar,baz'"),
    ("google.protobuf.FieldMask{}", "''"), ("google.protobuf.BoolValue{value: true}", "true"),
    ("google.protobuf.Struct{fields: {'a': 1.0}}", "{'a': 1.0}"), ("null", "null"),
  ]

  private static func test(
    _ text: String,
    _ package: String,
    fails: Bool,
    _ extras: ValueMap...
  ) -> Value {
    var test: ValueMap = ["expr": .string(text), "container": .string(package)]
    test["expect"] =
      fails ? .map(["error": .list([])]) : .map(["value": .map(["bool": .bool(true)])])
    test["disable_check"] = .bool(fails)
    for entry in extras.flatMap(\.entries) { test[entry.key] = entry.value }
    return .map(test)
  }

  private static func check(_ truths: [String], fails: Bool = false) throws {
    let tests = packages.flatMap { package in truths.map { test($0, package, fails: fails) } }
    let result = try CELSuite.run(tests, directory: ConformanceDirectory.root + "/cel")
    ConformanceDirectory.expectPass(result, atLeast: tests.count)
  }

  @Test(arguments: scalars.indices)
  func `scalars and wrappers`(_ index: Int) throws {
    let (name, type, zero, value, least, greatest, beyond) = Self.scalars[index]
    let field = "single_\(name)_wrapper"
    var truths = [
      "TestAllTypes{}.\(field) == null", "!has(TestAllTypes{}.\(field))",
      "has(TestAllTypes{\(field): \(zero)}.\(field))",
      "TestAllTypes{\(field): \(zero)} != TestAllTypes{}",
      "TestAllTypes{\(field): null} == TestAllTypes{}",
      "type(TestAllTypes{\(field): \(value)}.\(field)) == type(\(value))",
      "TestAllTypes{single_\(name): \(value)}.single_\(name) == \(value)",
      "TestAllTypes{single_any: \(value)}.single_any == \(value)",
      "TestAllTypes{repeated_\(name): [\(value)]}.repeated_\(name) == [\(value)]",
      "TestAllTypes{repeated_\(name)_wrapper: [\(value), null]}.repeated_\(name)_wrapper"
        + " == [\(value)]",
      "TestAllTypes{map_string_\(name): {'a': \(value)}}.map_string_\(name).a == \(value)",
      "google.protobuf.\(type)Value{} == \(zero)", "google.protobuf.\(type)Value{} != null",
      "google.protobuf.\(type)Value{value: \(value)} == \(value)",
    ]
    for number in [zero, value, least, greatest] {
      truths.append("TestAllTypes{\(field): \(number)}.\(field) == \(number)")
    }
    try Self.check(truths)
    var mistakes = [
      "TestAllTypes{single_\(name): null}", "google.protobuf.\(type)Value{value: \(value)}.value",
    ]
    if let beyond {
      mistakes += [
        "TestAllTypes{\(field): \(beyond)}", "TestAllTypes{single_\(name): \(beyond)}",
        "google.protobuf.\(type)Value{value: \(beyond)}",
      ]
    }
    try Self.check(mistakes, fails: true)
  }

  @Test func `values become JSON`() throws {
    try Self.check(
      Self.json.flatMap { value, json in
        [
          "TestAllTypes{single_value: \(value)}.single_value == \(json)",
          "TestAllTypes{list_value: [\(value)]}.list_value == [\(json)]",
          "TestAllTypes{single_struct: {'k': \(value)}}.single_struct == {'k': \(json)}",
          "TestAllTypes{repeated_any: [\(value)]}.repeated_any == [\(value)]",
        ]
      }
    )
    try Self.check(
      [
        "TestAllTypes{single_value: {1: 2}}", "TestAllTypes{single_struct: {true: 2}}",
        "TestAllTypes{single_struct: null}", "TestAllTypes{list_value: {}}",
        "TestAllTypes{single_value: TestAllTypes{}}",
      ],
      fails: true
    )
  }

  @Test func `packed messages`() throws {
    let url = "type.googleapis.com/"
    try Self.check([
      "TestAllTypes{single_any: TestAllTypes{single_int32: 1}}.single_any.single_int32 == 1",
      "TestAllTypes{}.single_any == null", "TestAllTypes{single_any: null}.single_any == null",
      "google.protobuf.Any{type_url: '\(url)google.protobuf.Int64Value', value: b'\\x08\\x05'}"
        + " == 5",
      "google.protobuf.Any{type_url: '\(url)google.protobuf.Duration', value: b'\\x08\\x05'}"
        + " == duration('5s')",
      "google.protobuf.Any{type_url: '\(url)google.protobuf.Struct', value: b''} == {}",
      "google.protobuf.Any{type_url: '\(url)google.protobuf.Value', value: b'\\x20\\x01'} == true",
    ])
    try Self.check(
      [
        "google.protobuf.Any{}", "google.protobuf.Any{type_url: '\(url)no.Such', value: b''}",
        "google.protobuf.Any{type_url: '\(url)google.protobuf.Int64Value', value: b'\\x08'}",
        "google.protobuf.Any{type_url: '\(url)google.protobuf.Int64Value', value: b''}.value",
      ],
      fails: true
    )
  }

  @Test func `presence, enumerations and names`() throws {
    let words = [
      "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
      "package", "namespace", "return", "var", "void", "while",
    ]
    try Self.check(
      words.flatMap { ["TestAllTypes{\($0): true}.\($0)", "TestAllTypes{`\($0)`: true}.`\($0)`"] }
    )
    try Self.check([
      "TestAllTypes{}.null_value == 0", "TestAllTypes{null_value: null}.null_value == 0",
      "TestAllTypes{null_value: google.protobuf.NullValue.NULL_VALUE}.null_value == 0",
      "google.protobuf.NullValue.NULL_VALUE == 0", "google.protobuf.Value{null_value: 0} == null",
      "TestAllTypes{single_value: google.protobuf.NullValue.NULL_VALUE}.single_value == 0.0",
      "TestAllTypes{`in`: true}.`in`", "TestAllTypes{}.single_struct == {}",
      "TestAllTypes{}.list_value == []", "TestAllTypes{}.single_duration == duration('0s')",
      "TestAllTypes{}.single_timestamp == timestamp(0)",
      "has(TestAllTypes{single_timestamp: timestamp(0)}.single_timestamp)",
      "has(TestAllTypes{single_value: null}.single_value)",
      "TestAllTypes{single_float: 1.333}.single_float != 1.333",
      "TestAllTypes{single_float: -1e55}.single_float < -1e308",
      "TestAllTypes{single_float_wrapper: 1e-50}.single_float_wrapper == 0.0",
      "TestAllTypes{standalone_enum: 99}.standalone_enum == 99",
      "TestAllTypes{standalone_enum: -1}.standalone_enum == -1",
      "TestAllTypes{repeated_nested_enum: [0, TestAllTypes.NestedEnum.BAZ]}.repeated_nested_enum"
        + " == [0, 2]",
      "TestAllTypes{map_int32_enum: {1: TestAllTypes.NestedEnum.BAZ}}.map_int32_enum == {1: 2}",
      "has(TestAllTypes{oneof_bool: false}.oneof_bool)",
      "!has(TestAllTypes{oneof_bool: false}.oneof_msg)", "type(TestAllTypes{}) == TestAllTypes",
      "type(TestAllTypes) == type", "!has(NestedTestAllTypes{}.child.payload)",
      "NestedTestAllTypes{}.child.child.payload.single_string_wrapper == null",
      "TestAllTypes{single_double: 0.0/0.0} != TestAllTypes{single_double: 0.0/0.0}",
      "dyn(TestAllTypes{}) != dyn(TestAllTypes.NestedMessage{})",
      "!has(TestAllTypes{?single_int64_wrapper: optional.none()}.single_int64_wrapper)",
      "TestAllTypes{}.?single_nested_message.bb.orValue(9) == 9",
      "optional.ofNonZeroValue(TestAllTypes{}) == optional.none()",
      "TestAllTypes{field_mask: google.protobuf.FieldMask{paths: ['a']}}.field_mask.paths == ['a']",
    ])
    try Self.check(
      [
        "TestAllTypes{standalone_enum: 5000000000}", "TestAllTypes{}.no_such",
        "has(TestAllTypes{}.no_such)", "TestAllTypes{no_such: 1}",
        "TestAllTypes{single_int32: 1u}", "TestAllTypes{single_string: 1}",
        "TestAllTypes{single_nested_message: 1}", "TestAllTypes{repeated_int32: 1}",
        "TestAllTypes{map_string_string: [1]}", "NoSuchType{}",
      ],
      fails: true
    )
  }

  @Test func `defaults of both syntaxes`() throws {
    let (old, new) = (Self.packages[0], Self.packages[1])
    let tests = [
      "TestAllTypes{}.single_int32 == -32", "TestAllTypes{}.single_uint64 == 64u",
      "TestAllTypes{}.single_double == 6.4", "TestAllTypes{}.single_bool",
      "TestAllTypes{}.single_string == 'empty'", "TestAllTypes{}.single_bytes == b'none'",
      "TestAllTypes{}.single_nested_enum == TestAllTypes.NestedEnum.BAR",
      "has(TestAllTypes{single_int32: 0}.single_int32)",
      "TestAllTypes{single_int32: 0} != TestAllTypes{}",
      "has(TestAllTypes{standalone_enum: 0}.standalone_enum)",
      "!proto.hasExt(TestAllTypes{}, cel.expr.conformance.proto2.int32_ext)",
      "proto.getExt(TestAllTypes{}, cel.expr.conformance.proto2.int32_ext) == 0",
      "TestAllTypes{`cel.expr.conformance.proto2.int32_ext`: 42}"
        + ".`cel.expr.conformance.proto2.int32_ext` == 42",
    ].map { Self.test($0, old, fails: false) }
    let others = [
      "TestAllTypes{}.single_int32 == 0", "!TestAllTypes{}.single_bool",
      "!has(TestAllTypes{single_int32: 0}.single_int32)",
      "TestAllTypes{single_int32: 0} == TestAllTypes{}",
      "!has(TestAllTypes{standalone_enum: 0}.standalone_enum)",
      "has(TestAllTypes{single_double: -0.0}.single_double)",
    ].map { Self.test($0, new, fails: false) }
    let result = try CELSuite.run(tests + others, directory: ConformanceDirectory.root + "/cel")
    ConformanceDirectory.expectPass(result, atLeast: tests.count + others.count)
  }

  @Test func `names in containers`() throws {
    let variables: [(String, Int64)] = [
      ("com.example.y", 1), ("y", 2), ("a.b.c", 3), ("com.example.a.b", 4),
    ]
    let extra: ValueMap = [
      "decls": .list(
        variables.map { .map(["name": .string($0.0), "type": .string("int")]) }
      ),
      "bindings": .map(
        ValueMap(variables.map { ($0.0, .map(["int": .string(String($0.1))])) })
      ),
    ]
    let truths = [
      "y == 1", ".y == 2", "com.example.y == 1", "example.y == 1", "a.b == 4", ".a.b.c == 3",
      "[3].exists(y, y == 3 && .y == 2)", "[3].exists(y, [4].exists(y, y == 4 && .y == 2))",
      "cel.bind(y, 5, y + .y) == 7", "[{'b': 7}].map(a, a.b) == [7]",
      "cel.bind(y, {'y': 9}, y.y) == 9",
    ]
    let mistakes = ["x", ".com.y", ".example.y", "y.z", ".a.b", "[1].map(x, x) == [.x]"]
    let unchecked: ValueMap = ["disable_check": .bool(true)]
    let tests = [false, true].flatMap { isUnchecked in
      truths.map { text -> Value in
        Self.test(text, "com.example", fails: false, extra, isUnchecked ? unchecked : [:])
      } + mistakes.map { Self.test($0, "com.example", fails: true, extra) }
    }
    let result = try CELSuite.run(tests, directory: ConformanceDirectory.root + "/cel")
    ConformanceDirectory.expectPass(result, atLeast: tests.count)
  }

  @Test func `enumerations with types of their own`() throws {
    let strong: ValueMap = ["profile": .string("strong_enums"), "disable_check": .bool(false)]
    let truths = [
      "type(GlobalEnum.GOO) == GlobalEnum", "int(TestAllTypes.NestedEnum.BAZ) == 2",
      "TestAllTypes.NestedEnum(2) == TestAllTypes.NestedEnum.BAZ",
      "TestAllTypes.NestedEnum('BAZ') == TestAllTypes.NestedEnum.BAZ",
      "int(GlobalEnum(-33)) == -33",
      "dyn(GlobalEnum.GAR) != dyn(TestAllTypes.NestedEnum.BAR)", "dyn(GlobalEnum.GAR) != 1",
      "TestAllTypes{}.standalone_enum == TestAllTypes.NestedEnum.FOO",
      "TestAllTypes{repeated_nested_enum: [TestAllTypes.NestedEnum.BAR]}.repeated_nested_enum[0]"
        + " == TestAllTypes.NestedEnum.BAR",
      "GlobalEnum.GAR in [GlobalEnum.GAR]",
    ]
    let mistakes = [
      "TestAllTypes.NestedEnum('x')", "GlobalEnum(5000000000)", "GlobalEnum(-5000000000)",
      "GlobalEnum(1.5)", "GlobalEnum.NONE",
    ]
    let tests = Self.packages.flatMap { package in
      truths.map { Self.test($0, package, fails: false, strong) }
        + mistakes.map { Self.test($0, package, fails: true, strong) }
    }
    let result = try CELSuite.run(tests, directory: ConformanceDirectory.root + "/cel")
    ConformanceDirectory.expectPass(result, atLeast: tests.count)
  }
}
