/// The keywords of draft 2020-12 and the shapes of their values.
enum SchemaVocabulary {
  enum Shape {
    /// One schema.
    case schema
    /// A list of schemas.
    case schemas
    /// A mapping of names to schemas.
    case schemaMap
    /// Anything else.
    case other
  }

  private static let shapes: [String: Shape] = {
    var shapes: [String: Shape] = [:]
    let single = [
      "items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else",
      "unevaluatedItems", "unevaluatedProperties", "contentSchema",
    ]
    for key in single { shapes[key] = .schema }
    for key in ["prefixItems", "allOf", "anyOf", "oneOf"] { shapes[key] = .schemas }
    let maps = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"]
    for key in maps { shapes[key] = .schemaMap }
    for key in validation + annotations { shapes[key] = .other }
    return shapes
  }()

  /// Keywords of the validation vocabulary.
  private static let validation = [
    "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum",
    "exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems",
    "maxContains", "minContains", "maxProperties", "minProperties", "required",
    "dependentRequired",
  ]

  private static let annotations = [
    "$schema", "$id", "$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary",
    "$comment", "format", "title", "description", "default", "deprecated", "readOnly", "writeOnly",
    "examples", "contentEncoding", "contentMediaType",
  ]

  /// What a keyword holds; nil for a word that the draft does not define.
  static func shape(of key: String) -> Shape? { shapes[key] }

  /// Whether a keyword belongs to the validation vocabulary.
  static func isValidation(_ key: String) -> Bool { validation.contains(key) }

  /// Every keyword, sorted, for suggestions.
  static var all: [String] { shapes.keys.sorted() }

  /// Keywords in the order of evaluation: `unevaluated…` needs what the others found.
  static func sorted(_ keywords: [SchemaKeyword]) -> [SchemaKeyword] {
    keywords.filter { !isUnevaluated($0) } + keywords.filter(isUnevaluated)
  }

  private static func isUnevaluated(_ keyword: SchemaKeyword) -> Bool {
    switch keyword {
    case .unevaluatedItems, .unevaluatedProperties: true
    default: false
    }
  }
}
