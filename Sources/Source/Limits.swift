/// Every limit on depth, size, time and count, in one value.
///
/// What exceeds a limit is refused with a diagnostic that names the limit. The defaults suit a
/// service that takes flows from strangers; an embedding application may set its own.
public struct Limits: Sendable, Hashable {
  /// Largest file or text that is parsed at all, in bytes.
  public var documentBytes = 16 << 20
  /// Deepest nesting of collections in YAML and JSON.
  public var documentDepth = 100
  /// Nodes that aliases may add to one YAML document.
  public var aliasNodes = 10_000
  /// Bytes of texts and keys that aliases may add to one YAML document.
  public var aliasBytes = 16 << 20
  /// Nodes of one document.
  public var documentNodes = 1_000_000
  /// Deepest nesting of JSON data (inputs, answers, journals).
  public var jsonDepth = 256
  /// Longest expression, in bytes.
  public var expressionBytes = 100_000
  /// Deepest nesting of an expression.
  public var expressionDepth = 256
  /// Longest JSONPath query, in bytes.
  public var queryBytes = 10_000
  /// Segments of one query.
  public var querySegments = 100
  /// Selectors of one query, filters' queries included.
  public var querySelectors = 1_000
  /// Deepest nesting of filters and functions in a query.
  public var queryDepth = 64
  /// Nodes that one query may select.
  public var queryResults = 100_000
  /// Estimated steps of one query on one document, at most about 0.1 microseconds each.
  public var queryCost = 7_000_000
  /// Deepest nesting of `range` and `if` blocks in a template.
  public var blockDepth = 16
  /// Abstract cost of one evaluation, in CEL cost units.
  public var evaluationCost = 1_000_000
  /// Elements or code points that values are taken to have at most where no schema says, when the
  /// cost of a guard is judged before it runs.
  public var assumedSize = 1_000
  /// Cost of evaluating the known parts of one expression that is judged, in CEL cost units.
  public var knownPartsCost = 20_000
  /// Bytes of expressions that are searched in all for what they ask before they read a result.
  public var securedReadBytes = 20_000_000
  /// Elements or bytes of one value that an expression makes.
  public var valueSize = 1_000_000
  /// Constants, lists and maps of one known value that a residual expression writes out.
  public var inlinedNodes = 32
  /// Longest text or bytes that a residual expression writes out, in bytes.
  public var inlinedBytes = 256
  /// Findings reported for one input; the rest is counted.
  public var diagnostics = 100
  /// States, nodes or tasks of one flow.
  public var places = 10_000
  /// Steps inside each other, those of child flows included; a call counts as two.
  public var nestedSteps = 64
  /// Rows of one table.
  public var rows = 200_000
  /// Pairs of a place and an event among which those are found that a machine decides by itself;
  /// with more, runs go the general way.
  public var flatPairs = 4_000_000
  /// Eventless rows and events of its own that a run takes in one step before it faults.
  public var microsteps = 1_000
  /// Actions that one entry, exit or row does at most, loops counted out.
  public var actions = 100_000
  /// Moves of a run's behavior trees in one step.
  public var treeMoves = 100_000
  /// Timers that a run waits for at the same time: delays of states and events sent with a delay.
  public var timers = 10_000
  /// Journal records of one run.
  public var journalRecords = 1_000_000
  /// Bytes of one answer of an agent or tool.
  public var answerBytes = 8 << 20
  /// Memory of one compiled regular expression, in bytes.
  public var patternBytes = 1 << 20
  /// Attempts that one `retry` may ask for.
  public var attempts = 1_000
  /// States of an unrolled graph, visits counted, that are looked at for exact figures; also
  /// combinations of counted visits in one part that an invariant tells apart.
  public var unfoldedStates = 20_000
  /// Positions and states that are looked at for one invariant.
  public var invariantStates = 500_000
  /// Events of parts side by side that are applied to states for one invariant.
  public var invariantEvents = 20_000_000
  /// Rows around steps that are told apart by what those steps always take first; of what comes
  /// after so many, all of them are taken to be open.
  public var shadowedRows = 100_000
  /// Parts side by side of which it is worked out who awaits whom.
  public var orderedParts = 2_000
  /// Items that one `for_each` may allow.
  public var items = 10_000
  /// Items that a collection of the seed form takes when it says nothing.
  public var seedItems = 100
  /// Selectors of one invariant, and the number that an `at_most` may allow.
  public var invariantCount = 16
  /// Planner definitions inside each other.
  public var definitionDepth = 8
  /// Steps that one planner may allow in a plan.
  public var planSteps = 200
  /// Repairs, and further plans, that one planner may allow.
  public var planRepairs = 20
  /// Bytes of one proposal.
  public var proposalBytes = 256 << 10
  /// Deepest nesting of collections in a proposal.
  public var proposalDepth = 24
  /// Files that one flow may include.
  public var includedFiles = 200
  /// Files of a folder that `check` and `test` look at.
  public var folderFiles = 10_000
  /// Folders inside each other that they look into.
  public var folderDepth = 16
  /// States that a search for paths through a flow looks at.
  public var pathStates = 10_000
  /// Answers, inputs and event data that such a search tries at one place.
  public var pathCandidates = 24
  /// Events that one path holds at most.
  public var pathEvents = 8
  /// States looked at on the way from a row to the end of the run.
  public var pathEndStates = 1_000
  /// How often a search for a run that breaks an invariant puts one answer off.
  public var pathDelays = 8
  /// Runs that break an invariant which such a search plays before it gives up.
  public var witnessTries = 16
  /// How long a store that other processes write to is waited for, in milliseconds.
  public var storeWaitMilliseconds: Int64 = 30_000
  /// How long a driver goes on waiting for the store while it holds an answer that is in no journal
  /// yet, in milliseconds.
  public var heldAnswerMilliseconds: Int64 = 600_000
  /// How long a driver waits for withdrawn calls to let go before it rests, in milliseconds.
  public var withdrawalMilliseconds: Int64 = 5_000
  /// Findings that a check of a store reports; the rest is counted.
  public var storeFindings = 1_000

  /// The defaults.
  public init() {}
}
