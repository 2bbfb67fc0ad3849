/// One slot of a run's memory: a name that guards and templates can read.
public struct SlotEntry: Sendable, Hashable {
  /// What the slot holds.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// The flow's input.
    case input
    /// The flow's state.
    case state
    /// The latest result of a step or performer.
    case result
    /// `steps.<id>`: `{status, visits, attempts, error: {kind, message}, failed, active}`.
    case step
    /// The step just finished (`output`, and `response` in the seed form).
    case output
    /// The error at hand: `{kind, message, step}`.
    case error
    /// The event at hand.
    case event
    /// `run`: `{id, flow, started, elapsed, spent, now}`; all journaled.
    case run
    /// `env`: the declared public names.
    case environment
    /// `item` of a map.
    case item
    /// `index` of a map.
    case index
  }

  /// The name: `input`, `classify`, `steps.classify`.
  public var name: String
  /// What it holds.
  public var kind: Kind
  /// Schema of its values in the schemas pool; `noIndex`: anything.
  public var schema: PoolIndex
  /// The scope that sees it.
  public var scope: PoolIndex

  /// A slot.
  public init(name: String, kind: Kind, schema: PoolIndex = noIndex, scope: PoolIndex = 0) {
    self.name = name
    self.kind = kind
    self.schema = schema
    self.scope = scope
  }
}

/// A bare name that stands for a field, resolved at compile time (FLOW-SEMANTICS 10).
public struct AliasEntry: Sendable, Hashable {
  /// The bare name.
  public var name: String
  /// The variable it stands in.
  public var variable: String
  /// The fields inside it.
  public var fields: [String]
  /// The scope that sees it.
  public var scope: PoolIndex

  /// An alias.
  public init(name: String, variable: String, fields: [String], scope: PoolIndex = 0) {
    self.name = name
    self.variable = variable
    self.fields = fields
    self.scope = scope
  }
}
