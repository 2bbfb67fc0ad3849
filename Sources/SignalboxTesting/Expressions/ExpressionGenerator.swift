import Expression

/// Writes random expressions that pass the checker, for an environment of yours.
///
/// They read the environment's variables and call every function that its language declares (or
/// those that `options` let through); macros, optionals and conditionals included.
public struct ExpressionGenerator: Sendable {
  /// What is written.
  public struct Options: Sendable {
    /// Deepest nesting.
    public var maximumDepth = 6
    /// Whether macros such as `all`, `map` and `cel.bind` are written.
    public var usesMacros = true
    /// Whether macros with two variables and `sortBy` are written.
    public var usesNewMacros = true
    /// Whether optional values are written.
    public var usesOptionals = true
    /// Whether macros within each other may use one name, of which the inner one is meant.
    public var reusesNames = true
    /// Whether `dyn(…)` hides types from the checker: such expressions may fail when they run.
    public var usesDynamic = false
    /// Which functions and operators (`_+_`, `_[_]`, …) are called; all by default.
    public var accepts: @Sendable (Environment.Function) -> Bool = { _ in true }

    /// Everything but `dyn`.
    public init() {}
  }

  /// Something that a variable holds, by the text that reads it.
  struct Path: Sendable {
    var text: String
    var type: ExpressionType
    /// Whether `has()` may ask for it.
    var isField: Bool
    /// The only texts that it may hold; nil for all.
    var allowedTexts: [String]?
  }

  let environment: Environment
  let options: Options
  let functions: [Environment.Function]
  let paths: [Path]
  /// Types that are asked for where any type fits.
  let pool: [ExpressionType]

  /// Functions whose types or arguments depend on more than types: the type of `optional.none()` is
  /// told by what stands beside it, the others name queries and schemas of a flow.
  public static let unwritten: Set<String> = [
    "optional.none", "validateSchema", "jsonpath", "jsonpath_one", "jsonpath_exists",
  ]

  /// A writer of expressions in `environment`.
  public init(_ environment: Environment, options: Options = .init()) {
    self.environment = environment
    self.options = options
    let usesNetwork = environment.dialect.functions.contains {
      $0.name == "ip" && options.accepts($0)
    }
    functions = (environment.dialect.functions + environment.functions).filter { function in
      !ExpressionGenerator.unwritten.contains(function.name) && options.accepts(function)
        && (options.usesOptionals || !ExpressionGenerator.mentionsOptional(function))
        && (options.usesDynamic || !ExpressionGenerator.mentionsDynamic(function))
    }
    paths = environment.variables.flatMap { variable in
      ExpressionGenerator.paths(
        Path(text: variable.name, type: variable.type, isField: false),
        environment.records,
        depth: 3
      )
    }
    var pool: [ExpressionType] = [
      .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .list(.int),
      .list(.string), .list(.double), .map(.string, .int), .map(.int, .string), .type(.int),
    ]
    if options.usesOptionals { pool += [.optional(.int), .optional(.string)] }
    if usesNetwork { pool += [.abstract("net.IP", []), .abstract("net.CIDR", [])] }
    if options.usesDynamic { pool.append(.dyn) }
    for path in paths where !pool.contains(path.type) && ExpressionGenerator.isClosed(path.type) {
      pool.append(path.type)
    }
    self.pool = pool
  }

  /// A random expression; of a random type when none is given.
  ///
  /// `size` bounds softly how many sub-expressions it has.
  public func expression(
    of type: ExpressionType? = nil,
    size: Int = 30,
    using random: inout RandomSource
  ) -> GeneratedExpression {
    var writer = SketchWriter(plan: self, random: random.fork(), fuel: max(1, size))
    let type = type ?? writer.random.one(of: pool)
    let depth = min(options.maximumDepth, 1 + size / 4)
    return GeneratedExpression(sketch: writer.sketch(type, depth))
  }

  /// A random expression that surely passes the checker: a constant that always fails does not in a
  /// flow, so what was written is tried.
  func accepted(
    of type: ExpressionType?,
    size: Int,
    using random: inout RandomSource
  ) -> GeneratedExpression {
    for attempt in 0..<20 {
      let expression = expression(of: type, size: size / (1 + attempt / 4), using: &random)
      if isAccepted(expression.text) { return expression }
    }
    return GeneratedExpression(sketch: Sketch("true", .bool))
  }

  /// Simpler expressions that still pass the checker.
  func smaller(_ expression: GeneratedExpression) -> [GeneratedExpression] {
    var random = RandomSource(seed: 0)
    let candidates = expression.sketch.smaller { type in
      var writer = SketchWriter(plan: self, random: random.fork(), fuel: 1)
      return writer.literal(type, depth: 0)
    }
    return candidates.lazy.map { GeneratedExpression(sketch: $0) }
      .filter { $0.text.utf8.count < expression.text.utf8.count && isAccepted($0.text) }
  }

  /// Whether the checker accepts a text.
  func isAccepted(_ text: String) -> Bool {
    Program.compile(SourceText(name: "generated", text: text), in: environment).program != nil
  }

  // MARK: What there is to read

  private static func paths(
    _ path: Path,
    _ records: RecordRegistry,
    depth: Int
  ) -> [Path] {
    var result = [path]
    guard depth > 0 else { return result }
    switch path.type {
    case .record(let name):
      for field in records.fields(of: name) ?? [] {
        let text = path.text + "." + (isWord(field.name) ? field.name : "`\(field.name)`")
        result += paths(
          Path(text: text, type: field.type, isField: true, allowedTexts: field.allowedTexts),
          records,
          depth: depth - 1
        )
      }
    case .map(.string, let value):
      for key in BindingGenerator.keys.prefix(2) {
        let inner = Path(text: path.text + "." + key, type: value, isField: true)
        result += paths(inner, records, depth: depth - 1)
      }
    default: break
    }
    return result
  }

  private static func isWord(_ name: String) -> Bool {
    let words: Set<String> = ["in", "true", "false", "null"]
    guard let first = name.utf8.first, !(first >= 0x30 && first <= 0x39), !words.contains(name)
    else { return false }
    return name.utf8.allSatisfy { byte in
      byte == 0x5F || (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
    }
  }

  /// Whether values of the type can be written without reading a variable.
  static func isClosed(_ type: ExpressionType) -> Bool {
    switch type {
    case .record, .any, .error, .wrapper, .enumeration, .parameter, .dyn: false
    case .list(let inner), .optional(let inner): isClosed(inner)
    case .map(let key, let value): isClosed(key) && isClosed(value)
    default: true
    }
  }

  private static func mentions(
    _ function: Environment.Function,
    _ test: (ExpressionType) -> Bool
  ) -> Bool {
    func holds(_ type: ExpressionType) -> Bool {
      if test(type) { return true }
      switch type {
      case .list(let inner), .optional(let inner), .type(let inner): return holds(inner)
      case .map(let key, let value): return holds(key) || holds(value)
      default: return false
      }
    }
    return holds(function.result) || function.parameters.contains(where: holds)
  }

  private static func mentionsOptional(_ function: Environment.Function) -> Bool {
    mentions(function) { if case .optional = $0 { true } else { false } }
  }

  private static func mentionsDynamic(_ function: Environment.Function) -> Bool {
    function.name != "format" && mentions(function) { $0 == .dyn }
  }
}

extension Generator where Output == GeneratedExpression {
  /// Random expressions that pass the checker in `environment`; of any type, or of the one given.
  ///
  /// What breaks a property is made smaller part by part, and passes the checker all the time.
  public static func expressions(
    in environment: Environment,
    of type: ExpressionType? = nil,
    options: ExpressionGenerator.Options = .init()
  ) -> Generator {
    let writer = ExpressionGenerator(environment, options: options)
    return Generator(
      smaller: { writer.smaller($0) },
      { random, size in writer.accepted(of: type, size: size, using: &random) }
    )
  }
}
