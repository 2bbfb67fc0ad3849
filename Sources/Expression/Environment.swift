public import Values

/// Which language is accepted.
public enum Dialect: Sendable {
  /// CEL as its language definition says, with the extension libraries.
  case cel
  /// CEL plus the sugar of flows: `.length` on lists and strings (with a style note), functions
  /// such as `default`, `sum`, `join`, `toJson`, and comparisons of numbers across kinds.
  case flow
}

/// What an expression may name: variables with their slots, aliases, refusals, records.
public struct Environment: Sendable {
  /// A variable of the run.
  public struct Variable: Sendable {
    /// The name; it may be dotted (`steps.classify`): the longest declared prefix wins.
    public var name: String
    /// What it holds.
    public var type: ExpressionType
    /// Where its value is in `Memory`.
    public var slot: Int
    /// How large its values may be, for estimates of cost.
    public var size: SizeBounds?

    /// A variable.
    public init(name: String, type: ExpressionType, slot: Int, size: SizeBounds? = nil) {
      self.name = name
      self.type = type
      self.slot = slot
      self.size = size
    }
  }

  /// A bare name that stands for a field of a variable, resolved when the expression is compiled.
  public struct Alias: Sendable {
    /// The bare name.
    public var name: String
    /// The declared variable that holds the field.
    public var variable: String
    /// The path of fields below it.
    public var fields: [String]

    /// An alias.
    public init(name: String, variable: String, fields: [String]) {
      self.name = name
      self.variable = variable
      self.fields = fields
    }
  }

  /// A name that is known but may not be read, with the reason to give.
  public struct Refusal: Sendable {
    /// The name; it may be dotted.
    public var name: String
    /// Why it may not be read.
    public var message: String
    /// What to write instead.
    public var hint: String?

    /// A refusal.
    public init(name: String, message: String, hint: String? = nil) {
      self.name = name
      self.message = message
      self.hint = hint
    }
  }

  /// A function that a host declares for the checker; it has no implementation.
  public struct Function: Sendable {
    /// The function's name; it may be dotted.
    public var name: String
    /// Types of its parameters, the receiver first.
    public var parameters: [ExpressionType]
    /// Type of its result.
    public var result: ExpressionType
    /// Whether it is called on its first parameter.
    public var isMember: Bool

    /// A function declaration.
    public init(
      name: String,
      parameters: [ExpressionType],
      result: ExpressionType,
      isMember: Bool = false
    ) {
      self.name = name
      self.parameters = parameters
      self.result = result
      self.isMember = isMember
    }
  }

  /// Switches of the language.
  public struct Options: Sendable {
    /// Whether types are checked; without, unknown names and functions fail when they run.
    public var checksTypes = true
    /// Whether macros are expanded.
    public var expandsMacros = true
    /// Whether enumerations have types of their own rather than being ints.
    public var hasStrongEnumerations = false
    /// Whether arithmetic with numbers of undeclared kind is warned of (FLOW-SEMANTICS 27).
    public var doubtsUndeclaredNumbers = false
    /// Whether the macros that tests of common-subexpression elimination use are known.
    public var hasBlockMacros = false
    /// Whether `in_state('id')` and `In('id')` stand for `steps.id.active` (flows only).
    var hasStateMacros = false
    /// Whether constants are folded and common forms fused: off only to compare with the plain way.
    package var isOptimized = true

    /// The usual language.
    public init() {}
  }

  /// The variables.
  public private(set) var variables: [Variable]
  /// The records.
  public let records: RecordRegistry
  /// The namespace in which names are resolved.
  public let container: String
  /// The language.
  public let dialect: Dialect
  /// Functions declared by the host.
  public var functions: [Function] = []
  /// Switches.
  public var options = Options()
  /// The language of the queries in flows (`jsonpath`); nil: there are none.
  public var queryLanguage: (any QueryLanguage)?
  /// Names of the variables that the root of a query on the flow has as members.
  ///
  /// Of a dotted name the first part is a member that holds the rest.
  public var queryVariables: [String] = []
  /// What to do instead where a record lacks a field, by the record's name; nil: nothing to say.
  public var fieldHints: [String: @Sendable (String) -> String?] = [:]
  /// Schemas that `validateSchema` may name, each as a check: nil when a value fits, else why not.
  public var schemaChecks: [String: @Sendable (Value) -> String?] = [:]
  /// The variable whose fields a leading dot reads, within a `range` block of a template.
  private(set) var element: String?
  private(set) var variableIndex: [String: Int]
  let aliasIndex: [String: Alias]
  let refusalIndex: [String: Refusal]

  /// An environment; of two variables with one name the later wins.
  public init(
    variables: [Variable],
    aliases: [Alias] = [],
    refusals: [Refusal] = [],
    records: RecordRegistry = .init(),
    container: String = "",
    dialect: Dialect = .flow
  ) {
    self.variables = variables
    self.records = records
    self.container = container
    self.dialect = dialect
    var variableIndex: [String: Int] = [:]
    for (position, variable) in variables.enumerated() { variableIndex[variable.name] = position }
    self.variableIndex = variableIndex
    aliasIndex = Dictionary(aliases.map { ($0.name, $0) }) { _, later in later }
    refusalIndex = Dictionary(refusals.map { ($0.name, $0) }) { _, later in later }
  }

  /// The same with further variables, of which `element` is what a leading dot reads.
  func inside(_ element: Variable, _ key: Variable) -> Environment {
    var inner = self
    for variable in [element, key] {
      inner.variableIndex[variable.name] = inner.variables.count
      inner.variables.append(variable)
    }
    inner.element = element.name
    return inner
  }

  /// Whether a dotted name begins with one that has a value.
  func names(_ path: String) -> Bool {
    var name = ""
    for part in path.split(separator: ".", omittingEmptySubsequences: false) {
      name += name.isEmpty ? String(part) : "." + part
      if variableIndex[name] != nil || aliasIndex[name] != nil { return !path.hasSuffix(".") }
    }
    return false
  }

  /// The variable of a name.
  func variable(_ name: String) -> Variable? { variableIndex[name].map { variables[$0] } }
}
