import Execution
import Journal
import Table
import Values

/// A tool that an agent may call by itself while it answers.
public struct ToolOffer: Sendable {
  /// The tool.
  public var performer: Performer
  /// The JSON Schema of its input.
  public var inputSchema: Value?
  /// What is wrong with an input; nil: it fits.
  public var inputProblem: @Sendable (Value) -> String?
  /// What is wrong with an answer; nil: it fits.
  public var outputProblem: @Sendable (Value) -> String?
}

/// A call that has passed the gate, with everything that carrying it out needs.
public struct DispatchedCall: Sendable {
  /// The run.
  public var runID: String
  /// The call's number in its run.
  public var effect: EffectID
  /// The step that calls.
  public var step: String
  /// Who is called.
  public var performer: Performer
  /// The input.
  public var input: Value
  /// The rendered prompt, of models and people that have one.
  public var prompt: String?
  /// The rendered standing instructions.
  public var instructions: String?
  /// The JSON Schema of the answer.
  public var outputSchema: Value?
  /// The key that makes a repetition harmless where the other side honours it.
  public var idempotencyKey: String
  /// 1 for the first attempt of the visit.
  public var attempt: Int32
  /// The step's visit, from 1.
  public var visit: Int64
  /// When the call starts: milliseconds since the Unix epoch.
  public var startedMilliseconds: Int64
  /// When its answer is no longer wanted: milliseconds since the Unix epoch; -1: never.
  public var deadlineMilliseconds: Int64
  /// Why the answer of the attempt before was refused, for a model to do better; nil: it was not.
  public var refusedAnswer: String?
  /// What calls cost.
  public var pricer = CallPricer.declaredOnly
  /// Tools that an agent may call by itself.
  public var offers: [ToolOffer] = []
  /// Tool calls of this call that were journaled before its driver changed.
  public var turns: [AgentTurn] = []
  /// Journals a tool call before it is made and after; false: the run does not want it any more.
  public var record: @Sendable (AgentTurn) async -> Bool = { _ in true }
  /// The number of the item that it is made for, from 0, inside a map over items.
  public var item: Int32? = nil
  /// Whether the answer is taken as text, whatever it is: a plan that is judged by its text.
  public var wantsText = false
  /// Whether the run was started by another one that does not wait for it.
  public var isDetached = false
}

/// What came of a call.
public indirect enum CallResult: Sendable {
  /// It was answered; `costPicodollars` is known only where the performer knows its own price.
  case completed(output: Value, usage: Usage?, costPicodollars: Int64? = nil)
  /// It failed; `wasSent` tells whether the other side may charge for it, `costPicodollars` what,
  /// where the performer knows.
  case failed(
    ErrorKind,
    message: String,
    usage: Usage? = nil,
    wasSent: Bool = true,
    costPicodollars: Int64? = nil
  )
  /// The result arrives that long after the call started.
  case later(afterMilliseconds: Int64, CallResult)
  /// It failed, and the other side asks to wait so long before another attempt.
  case pausing(milliseconds: Int64, CallResult)
  /// Nobody will ever answer; only a deadline ends the call.
  case never
  /// A person is to answer; the run waits without anybody driving it.
  case awaitsPerson
}

/// Carries out calls: a seam to the world.
public protocol Performing: Sendable {
  /// Carries out one call; ends early when its task is cancelled.
  func perform(_ call: DispatchedCall) async -> CallResult
  /// Why calls of `performer` can never be carried out here; nil: they can.
  func obstacle(to performer: Performer) -> String?
  /// Everything known before a run that keeps calls of `performer` from being carried out here.
  func obstacles(to performer: Performer) -> [RunObstacle]
}

extension Performing {
  /// Why calls of `performer` can never be carried out here.
  public func obstacle(to performer: Performer) -> String? { nil }

  /// Everything known before a run that keeps calls of `performer` from being carried out here.
  public func obstacles(to performer: Performer) -> [RunObstacle] {
    obstacle(to: performer).map { [RunObstacle(.performer, $0)] } ?? []
  }
}
