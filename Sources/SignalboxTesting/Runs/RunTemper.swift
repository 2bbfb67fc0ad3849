/// What the world of a random run is like: how often what happens, in a hundred.
public struct RunTemper: Sendable, Hashable {
  /// Calls that fail, of those that get an answer.
  public var failures: Int
  /// Named events, of everything that happens.
  public var events: Int
  /// Cancellations; once the run is being cancelled four times as many.
  public var cancellations: Int
  /// Answers that never come, of all.
  public var losses: Int
  /// How often time passes to the next deadline or timer although an answer could come before.
  public var waiting: Int
  /// Results of what is no longer wanted, which the executor must ignore.
  public var strays: Int
  /// Inputs that do not fit the flow's declaration.
  public var badInputs: Int

  /// A world in which everything goes well.
  public init() {
    failures = 0
    events = 0
    cancellations = 0
    losses = 0
    waiting = 0
    strays = 0
    badInputs = 0
  }

  /// A world by chance.
  public init(by random: inout RandomSource) {
    failures = random.one(of: [0, 0, 10, 30, 60, 100])
    events = random.one(of: [5, 10, 30])
    cancellations = random.one(of: [0, 0, 0, 2, 10])
    losses = random.one(of: [0, 0, 5, 20])
    waiting = random.one(of: [0, 10, 40])
    strays = random.one(of: [0, 0, 5])
    badInputs = random.one(of: [0, 0, 10])
  }
}
