import RegularExpression
import Values

/// A compiled subschema; other subschemas are indices into the schema's table.
struct CompiledSchema: Sendable {
  /// The verdict of a boolean schema.
  var verdict: Bool?
  /// What it demands, in the order of evaluation: `unevaluated…` last.
  var keywords: [SchemaKeyword] = []
  /// The resource it belongs to, for the dynamic scope.
  var resource: Int
  /// Its absolute location.
  var location: String
}

/// The kinds of JSON values as a set.
struct SchemaTypes: OptionSet, Sendable {
  let rawValue: UInt8
  static let null = SchemaTypes(rawValue: 1)
  static let boolean = SchemaTypes(rawValue: 2)
  static let integer = SchemaTypes(rawValue: 4)
  static let number = SchemaTypes(rawValue: 8)
  static let string = SchemaTypes(rawValue: 16)
  static let array = SchemaTypes(rawValue: 32)
  static let object = SchemaTypes(rawValue: 64)

  static let names: [(String, SchemaTypes)] = [
    ("null", .null), ("boolean", .boolean), ("integer", .integer), ("number", .number),
    ("string", .string), ("array", .array), ("object", .object),
  ]
}

/// One demand of a schema.
enum SchemaKeyword: Sendable {
  /// The numeric bounds.
  enum Bound: String, Sendable {
    case maximum
    case exclusiveMaximum
    case minimum
    case exclusiveMinimum
  }

  /// The limits on sizes.
  enum Size: String, Sendable {
    case maxLength
    case minLength
    case maxItems
    case minItems
    case maxProperties
    case minProperties
  }

  /// Keywords that combine subschemas on the same value.
  enum Combination: String, Sendable {
    case allOf
    case anyOf
    case oneOf
  }

  case type(SchemaTypes)
  case enumeration([Value])
  case const(Value)
  case multipleOf(Value)
  case bound(Bound, Value)
  case size(Size, Int)
  case pattern(Pattern, String)
  case format(String)
  case uniqueItems
  case required([String])
  case dependentRequired([(key: String, keys: [String])])
  case items(prefix: [Int], rest: Int?)
  case contains(Int, minimum: Int, maximum: Int?)
  case properties(
    named: [MapKey: Int],
    patterns: [(pattern: Pattern, schema: Int)],
    additional: Int?
  )
  case propertyNames(Int)
  case dependentSchemas([(key: String, schema: Int)])
  case combination(Combination, [Int])
  case not(Int)
  case conditional(test: Int, then: Int?, otherwise: Int?)
  case reference(Int)
  case dynamicReference(String, fallback: Int)
  case unevaluatedItems(Int)
  case unevaluatedProperties(Int)
}
