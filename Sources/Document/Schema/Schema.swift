import Source
import Values

/// A compiled JSON Schema, draft 2020-12.
///
/// Specification: <https://json-schema.org/draft/2020-12/json-schema-core>. References resolve in
/// the schema itself and in a registry, never over the network. Patterns run on RE2: look-around
/// and back-references are refused, `\d`, `\w`, `\s` are ASCII.
public struct Schema: Sendable {
  /// How schemas are read.
  public struct Options: Sendable {
    /// Whether a keyword that the draft does not define is an error.
    public var reportsUnknownKeywords = true
    /// Whether `format` asserts; by default it only annotates.
    public var assertsFormats = false
    /// Keys allowed beside the keywords of the draft.
    public var extraKeywords: Set<String> = []

    /// The defaults.
    public init() {}
  }

  let schemas: [CompiledSchema]
  let root: Int
  /// For each resource, its dynamic anchors.
  let dynamicAnchors: [[String: Int]]
  let tracksEvaluation: Bool
  let violationLimit: Int

  /// Compiles a schema; nil when any finding is an error.
  public static func compile(
    _ node: Node,
    registry: SchemaRegistry = SchemaRegistry(),
    options: Options = Options(),
    limits: Limits = Limits()
  ) -> (schema: Schema?, diagnostics: [Diagnostic]) {
    var compiler = SchemaCompiler(node, registry: registry, options: options, limits: limits)
    let schema = compiler.compile()
    return (compiler.diagnostics.hasErrors ? nil : schema, compiler.diagnostics)
  }

  /// Compiles a schema that was not read from a text.
  public static func compile(
    _ value: Value,
    registry: SchemaRegistry = SchemaRegistry(),
    options: Options = Options(),
    limits: Limits = Limits()
  ) -> (schema: Schema?, diagnostics: [Diagnostic]) {
    compile(
      Node(value, file: SourceFile(name: "<schema>", bytes: [])),
      registry: registry,
      options: options,
      limits: limits
    )
  }

  /// What `value` violates, at most as many as findings are allowed; empty when it is valid.
  public func validate(_ value: Value) -> [SchemaViolation] {
    var validator = SchemaValidator(self)
    var evaluated = Evaluated()
    let isValid = validator.check(root, value, &evaluated)
    return isValid ? [] : validator.violations
  }

  /// Whether `value` is valid; faster than asking for the violations of an invalid one.
  public func accepts(_ value: Value) -> Bool {
    var validator = SchemaValidator(self)
    validator.quiet = 1
    var evaluated = Evaluated()
    return validator.check(root, value, &evaluated)
  }
}

/// One demand of a schema that a value does not meet.
public struct SchemaViolation: Sendable, Hashable {
  /// Where in the value, as a JSON pointer; empty for the whole.
  public let instanceLocation: String
  /// Where in the schema, as a URI with a JSON pointer.
  public let schemaLocation: String
  /// The keyword that fails.
  public let keyword: String
  /// What is wrong, lower-case, without the place.
  public let message: String

  /// A violation.
  public init(
    instanceLocation: String,
    schemaLocation: String,
    keyword: String,
    message: String
  ) {
    self.instanceLocation = instanceLocation
    self.schemaLocation = schemaLocation
    self.keyword = keyword
    self.message = message
  }
}
