import Values

/// Attributes that are not known yet: a variable, or what lies below it on a path.
///
/// A path is unknown when it leads to or through the pattern, or when its value holds something
/// that the pattern names.
public struct AttributePattern: Sendable, Hashable {
  /// One step below a variable.
  public enum Step: Sendable, Hashable {
    /// A field, or an entry with a text key.
    case name(String)
    /// An element, or an entry with a number as its key.
    case index(Int64)
    /// Any field, element or entry.
    case any

    /// Whether both may name the same part.
    func matches(_ other: Step) -> Bool {
      switch (self, other) {
      case (.any, _), (_, .any): true
      case (.name(let one), .name(let other)): one.sameScalars(as: other)
      case (.index(let one), .index(let other)): one == other
      default: false
      }
    }
  }

  /// The declared name of the variable; it may be dotted.
  public var variable: String
  /// The steps below it; none: the whole variable.
  public var steps: [Step]

  /// A pattern.
  public init(_ variable: String, _ steps: [Step] = []) {
    self.variable = variable
    self.steps = steps
  }

  /// Whether the value at a path depends on what the pattern names.
  func touches(_ path: AttributePattern) -> Bool {
    variable.sameScalars(as: path.variable)
      && zip(steps, path.steps).allSatisfy { $0.matches($1) }
  }
}
