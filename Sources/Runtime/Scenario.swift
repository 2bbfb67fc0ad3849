import Execution
import Source
import Table
import Values

/// One scenario: an input, scripted answers, and what must come of them.
public struct Scenario: Sendable {
  /// A name with the place where it stands.
  public struct Name: Sendable {
    /// The name.
    public var text: String
    /// Where it stands.
    public var span: SourceSpan
  }

  /// A value with the place where it stands.
  public struct Wanted: Sendable {
    /// The value.
    public var value: Value
    /// Where it stands.
    public var span: SourceSpan
  }

  /// An amount with the place where it stands.
  public struct Amount: Sendable {
    /// In pico-dollars.
    public var picodollars: Int64
    /// Where it stands.
    public var span: SourceSpan
  }

  /// A call that must not have been made.
  public struct Selector: Sendable {
    /// What names the call.
    public enum Subject: Sendable {
      /// A step by its id.
      case step(String)
      /// An agent by its id.
      case agent(String)
      /// A tool by its id.
      case tool(String)
    }

    /// What names the call.
    public var subject: Subject
    /// Fields that its input must have; nil: any.
    public var with: Value?
    /// What must be true of its answer, `output`; nil: anything.
    public var when: SourceText?
    /// How it must have ended: a status's name; nil: any.
    public var status: String?
    /// Where it stands.
    public var span: SourceSpan
  }

  /// What must come of a scenario; what is absent is not looked at.
  public struct Expectation: Sendable {
    /// Steps entered, final state included.
    public var path: [Name]?
    /// Where the path is written.
    public var pathSpan: SourceSpan?
    /// Whether the order of the path matters.
    public var isPathOrdered = true
    /// The final state.
    public var final: Name?
    /// `success`, `failure` or `cancelled`.
    public var outcome: Name?
    /// Fields that the result must have.
    public var result: Wanted?
    /// The kind of error that the run ends with.
    public var error: Name?
    /// Least cost.
    public var costAtLeast: Amount?
    /// Highest cost.
    public var costAtMost: Amount?
    /// What must come of its proposals.
    public var plan: PlanExpectation?
    /// Calls that must not have been made.
    public var never: [Selector] = []
    /// Calls that must have been made and answered, each a call of its own.
    public var calls: [Selector] = []
    /// Expressions that must be true at the end.
    public var assertions: [SourceText] = []
  }

  /// The name.
  public var name: String
  /// Where it stands.
  public var span: SourceSpan
  /// The input.
  public var input: Value
  /// The answers, by step id or performer id.
  public var script: [MapKey: ScriptEntry]
  /// Where each key of the script stands.
  public var scriptKeys: [Name]
  /// What happens outside, in order of the file.
  public var occurrences: [ScenarioOccurrence]
  /// What must come of it.
  public var expectation: Expectation
}
