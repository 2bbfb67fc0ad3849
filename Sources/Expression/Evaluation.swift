public import Source
public import Values

/// What an expression came to.
public enum Evaluation: Sendable {
  /// Its value.
  case value(Value)
  /// Why it has none.
  case failure(EvaluationError)

  /// The value, if there is one.
  public var value: Value? {
    if case .value(let value) = self { value } else { nil }
  }

  /// The error, if there is one.
  public var error: EvaluationError? {
    if case .failure(let error) = self { error } else { nil }
  }
}

/// What a guard came to.
public enum Truth: Sendable {
  /// The guard holds.
  case isTrue
  /// It does not.
  case isFalse
  /// It could not be evaluated, or its value is no boolean.
  case failure(EvaluationError)
}

/// Why an expression has no value: a value of its own, never thrown across modules.
public struct EvaluationError: Error, Sendable, Hashable {
  /// Kinds of error, stable for tests and for edges that select on them.
  public enum Kind: String, Sendable, CaseIterable {
    /// The record or map has no such field or key.
    case noSuchField
    /// The variable has no value in this run: what would produce it has not run.
    case absent
    /// A field was asked of null.
    case nullValue
    /// The name is not declared.
    case unknownName
    /// No function has that name.
    case unknownFunction
    /// The operands do not fit the operator or function.
    case noSuchOverload
    /// A result does not fit its type.
    case overflow
    /// Division or remainder by zero.
    case divideByZero
    /// The index lies outside the list.
    case indexOutOfRange
    /// A map literal repeats a key.
    case duplicateKey
    /// An argument is not acceptable to its function.
    case invalidArgument
    /// A conversion between types is impossible.
    case invalidConversion
    /// The cost limit was reached.
    case costExceeded
    /// The evaluation was cancelled from outside.
    case cancelled
    /// A value grew beyond the size limit.
    case valueTooLarge
    /// A guard came to something else than true or false.
    case notBoolean
  }

  /// What kind of error.
  public var kind: Kind
  /// What happened, in one line.
  public var message: String
  /// The part of the expression at fault, in bytes of its text.
  public var range: TextRange

  /// The diagnostic code of limits and cancellation, for `signalbox explain`; nil for other kinds.
  public var code: DiagnosticCode? {
    switch kind {
    case .costExceeded: .celCostExceeded
    case .cancelled: .celCancelled
    case .valueTooLarge: .celValueTooLarge
    default: nil
    }
  }

  /// An error at a part of an expression.
  public init(_ kind: Kind, _ message: String, at range: TextRange) {
    self.kind = kind
    self.message = message
    self.range = range
  }
}

/// A path that an expression reads: a variable and the fields that it selects statically.
public struct ValuePath: Sendable, Hashable {
  /// The slot of the variable.
  public var slot: Int
  /// The variable's declared name.
  public var variable: String
  /// The fields below it; what is computed ends the path.
  public var fields: [String]
  /// Where in the expression's text.
  public var range: TextRange
  /// Whether absence is asked for or tolerated (`has()`, `?.`, `default`).
  public var isOptionalAccess: Bool

  /// A path.
  public init(
    slot: Int,
    variable: String,
    fields: [String],
    range: TextRange,
    isOptionalAccess: Bool
  ) {
    self.slot = slot
    self.variable = variable
    self.fields = fields
    self.range = range
    self.isOptionalAccess = isOptionalAccess
  }
}
