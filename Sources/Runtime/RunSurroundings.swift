import Journal
import Source
import Table
import Values
import Verifier

/// Everything that driving a run needs from the world.
public struct RunSurroundings: Sendable {
  /// Where the run is kept.
  public var store: any RunStore
  /// Who carries out calls.
  public var performing: any Performing
  /// Where times come from.
  public var clock: any RunClock
  /// What calls cost.
  public var pricer: CallPricer
  /// Limits.
  public var limits = Limits()
  /// Whether every step is held against what was said of the flow before it ran.
  public var checksSteps = true
  /// Who drives, in words, kept with the run.
  public var owner = ""
  /// Values of the environment that the flow may read; only its declared names are taken.
  public var environment = ValueMap()
  /// Calls of earlier plans that a run does not repeat.
  var done: [PlanCall] = []
  /// Takes away what must not be journaled from an answer; the run sees only what is left.
  public var redact: @Sendable (Value) -> Value = { $0 }
  /// Is told what happens.
  public var progress: @Sendable (RunProgress) -> Void = { _ in }
  /// Who is told what happens in a run that the run starts, whose table is given.
  public var progressOfChild: @Sendable (LinkedTable) -> @Sendable (RunProgress) -> Void = { _ in
    { _ in }
  }
  /// Whether the run was started by another one that does not wait for it.
  var isDetached = false

  /// Surroundings; the rest has defaults.
  public init(
    store: any RunStore,
    performing: any Performing,
    clock: any RunClock,
    pricer: CallPricer
  ) {
    self.store = store
    self.performing = performing
    self.clock = clock
    self.pricer = pricer
  }

  /// What is kept with the run: the process, then the owner's words.
  var ownerText: String { ProcessOwner.current.text + (owner.isEmpty ? "" : " " + owner) }
}
