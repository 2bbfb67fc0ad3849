/// One action of an entry, exit or transition block (SCXML 4): data, done in order.
public struct ActionEntry: Sendable, Hashable {
  /// What is done.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// `state.<text> = program`.
    case assign
    /// Puts the event `text` on the internal queue.
    case raise
    /// Sends an event: to the flow itself, by `target` to its caller or a child.
    case send
    /// Withdraws the delayed events sent under an id.
    case cancel
    /// Notes a value in the trace.
    case log
    /// Does `body` when `program` is true, else `otherwise`.
    case choose
    /// Does `body` for each item of `program`.
    case loop
  }

  /// What is done.
  public var kind: Kind
  /// The value, the condition, the list; `noIndex`: none.
  public var program: PoolIndex
  /// The state field, the event's name, the id to cancel, the item's state field.
  public var text: String
  /// The event's name or id to cancel when it is computed: in the programs pool.
  public var textProgram: PoolIndex
  /// The id under which an event is sent, the index's state field; empty: none.
  public var id: String
  /// The state field that receives the id of a sent event; empty: none.
  public var idField: String
  /// Where an event goes: empty for the flow itself, `#_internal`, `#_parent`, `#_<child>`.
  public var target: String
  /// The same when it is computed: in the programs pool.
  public var targetProgram: PoolIndex
  /// The event's data by name, in the fields pool; `program` is its content as a whole.
  public var fields: Range<PoolIndex>
  /// The delay of an event.
  public var delayMilliseconds: Int64
  /// The delay when it is computed: a duration or milliseconds, in the programs pool.
  public var delayProgram: PoolIndex
  /// Actions done inside, in the actions pool.
  public var body: Range<PoolIndex>
  /// Actions done when the condition is false.
  public var otherwise: Range<PoolIndex>

  /// An action.
  public init(kind: Kind, program: PoolIndex = noIndex, text: String = "") {
    self.kind = kind
    self.program = program
    self.text = text
    textProgram = noIndex
    id = ""
    idField = ""
    target = ""
    targetProgram = noIndex
    fields = 0..<0
    delayMilliseconds = 0
    delayProgram = noIndex
    body = 0..<0
    otherwise = 0..<0
  }
}
