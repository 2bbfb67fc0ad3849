import Execution
import Source
import Table
import Values

/// One scripted answer of a scenario.
public struct ScriptedAnswer: Sendable {
  /// What is answered.
  public enum Content: Sendable {
    /// An output.
    case output(Value)
    /// A failure.
    case failure(ErrorKind, message: String)
    /// Nothing, ever.
    case never
  }

  /// What is answered.
  public var content: Content
  /// How long after the call, in milliseconds.
  public var afterMilliseconds: Int64
  /// What the call used; nil: not scripted.
  public var usage: Usage?
  /// Where the answer is written.
  public var span: SourceSpan

  /// An answer.
  public init(
    content: Content,
    afterMilliseconds: Int64 = 0,
    usage: Usage? = nil,
    span: SourceSpan
  ) {
    self.content = content
    self.afterMilliseconds = afterMilliseconds
    self.usage = usage
    self.span = span
  }
}

/// The answers to the calls of one step or performer.
public enum ScriptEntry: Sendable {
  /// The same for every attempt.
  case every(ScriptedAnswer)
  /// One an attempt; running out is a failure of the scenario.
  case list([ScriptedAnswer])
  /// One an item of a map.
  case byItem([ScriptedAnswer])
}
