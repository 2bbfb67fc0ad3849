public import Table
public import Verifier

/// A figure of the cost analysis.
public enum Figure: Sendable, Hashable {
  /// So much.
  case known(Int64)
  /// Nothing bounds it.
  case unbounded
  /// A price or limit that it rests on is not known.
  case unknown

  /// The figure, if it is one.
  public var value: Int64? {
    if case .known(let value) = self { value } else { nil }
  }

  init(_ value: Int64, isKnown: Bool = true) {
    self = value == Saturating.unbounded ? .unbounded : isKnown ? .known(value) : .unknown
  }
}

/// What a run, a way or a step takes.
public struct CostFigures: Sendable, Hashable {
  /// Money.
  public var picodollars: Figure
  /// Tokens of prompts and answers together.
  public var tokens: Figure
  /// Time in which the flow itself works or waits, people left out.
  public var workMilliseconds: Figure
  /// Time with people.
  public var elapsedMilliseconds: Figure

  /// Nothing.
  public static let zero = CostFigures(
    picodollars: .known(0),
    tokens: .known(0),
    workMilliseconds: .known(0),
    elapsedMilliseconds: .known(0)
  )

  /// Figures.
  public init(
    picodollars: Figure,
    tokens: Figure,
    workMilliseconds: Figure,
    elapsedMilliseconds: Figure
  ) {
    self.picodollars = picodollars
    self.tokens = tokens
    self.workMilliseconds = workMilliseconds
    self.elapsedMilliseconds = elapsedMilliseconds
  }
}

/// What one try of a step costs, and why.
public struct UnitCost: Sendable, Hashable {
  /// What a price rests on.
  public enum Basis: Sendable, Hashable {
    /// Limits on tokens times the price of a model.
    case model(String)
    /// `cost_per_call`.
    case declared
    /// Nothing was declared, so it counts as free.
    case undeclared
    /// People are not priced.
    case people
    /// The price is not known, with the reason.
    case unknown(String)
  }

  /// The step.
  public var place: NodeIndex
  /// Its name; its path where the name is not unique in the table (`PathNames`).
  public var name: String
  /// Who is called, in the performers pool.
  public var performer: PoolIndex
  /// What the price rests on.
  public var basis: Basis
  /// Tries of one visit.
  public var tries: Int64
  /// Tokens a prompt may take in one try, all turns together.
  public var promptTokens: Int64
  /// Tokens an answer may take in one try, all turns together.
  public var outputTokens: Int64
  /// Price of one try at those limits; 0 when unknown.
  public var tryPicodollars: Int64
  /// Price of one try without tools that the agent calls by itself.
  var callPicodollars: Int64 = 0
  /// Longest time of one visit, tries and pauses included; `unbounded` without a timeout.
  public var visitMilliseconds: Figure
  /// Whether the limits on tokens are known.
  public var hasTokenLimits: Bool

  /// Price of one visit at worst.
  public var visitPicodollars: Int64 { Picodollars.product(tryPicodollars, tries) }
  /// Tokens of one visit at worst.
  public var visitTokens: Int64 {
    Saturating.product(Saturating.sum(promptTokens, outputTokens), tries)
  }
  /// Whether the price is known.
  public var isKnown: Bool {
    if case .unknown = basis { false } else { true }
  }
}

/// What reaching one ending takes.
public struct OutcomeCost: Sendable {
  /// The final state; nil: the run fails because no edge takes an error.
  public var place: NodeIndex?
  /// Its name.
  public var name: String
  /// Whether ending here is a failure.
  public var isFailure: Bool
  /// Share of runs that end here, by the assumptions; nil when it could not be computed.
  public var share: Double?
  /// The cheapest way here.
  public var least: CostFigures
  /// The mean over runs that end here, by the assumptions; nil when it could not be computed.
  public var expected: CostFigures?
  /// The dearest way here.
  public var worst: CostFigures
  /// The dearest way, when single ways were looked at.
  public var dearestWay: Way?
}

/// One line of the multiplication behind the worst case.
public struct StepCost: Sendable, Hashable {
  /// What one try costs, and why.
  public var unit: UnitCost
  /// Visits in the dearest run, or the most that there can be.
  public var visits: Int64
  /// Visits times tries times price.
  public var worstPicodollars: Int64
  /// Its part of the worst case, 0 to 1.
  public var share: Double
}

/// What a run of a flow can cost: bounds and expectation, and what they rest on.
public struct CostReport: Sendable {
  /// How the worst case was found.
  public enum Method: Sendable, Hashable {
    /// Every way was looked at, visits counted: the bound is attained by a way.
    case everyWay(states: Int)
    /// Loops were summed up by their visit limits, trees by their shape: a bound that no way need
    /// attain.
    case summedLoops
    /// The declared `max_steps` is all that bounds the flow.
    case maxSteps
    /// Nothing bounds the flow.
    case none

    /// Whether some way attains the worst case.
    public var isAttained: Bool {
      if case .everyWay = self { true } else { false }
    }
  }

  /// What the expectation assumes as long as nothing was measured.
  public struct Assumptions: Sendable, Hashable {
    /// Share of calls that fail for good.
    public var failureShare = 0.01
    /// Part of its limits that a call uses: tokens, and time.
    public var usedPart = 0.5

    /// The usual assumptions.
    public init() {}
  }

  /// The table.
  public var table: TransitionTable
  /// The prices.
  public var prices: PriceBook
  /// How worst was found.
  public var method: Method
  /// What expected assumes.
  public var assumptions: Assumptions
  /// The cheapest run that succeeds, each call answered at the first try; where none can succeed,
  /// the cheapest of all.
  public var least: CostFigures
  /// The mean, by the assumptions; nil when it could not be computed.
  public var expected: CostFigures?
  /// The most that a run can take.
  public var worst: CostFigures
  /// Endings in order of the flow.
  public var outcomes: [OutcomeCost]
  /// The multiplication behind worst; the dearest step first.
  public var steps: [StepCost]
  /// The dearest way of all, when single ways were looked at.
  public var dearestWay: Way?
  /// Steps whose price or limit is not known.
  public var unknown: [UnitCost]
  /// By node: least money from entering it to an end of the run.
  ///
  /// Inside a part of the flow, which may be left in the middle, what follows its host.
  public var minToGo: [Int64]
  /// By node: most money from entering it to an end of the run; `Int64.max`: no bound.
  ///
  /// Inside a part it holds what is left of the part, all that may run beside it and what follows
  /// its host; inside a behavior tree it is that of entering the tree.
  public var maxToGo: [Int64]
}
