import Synchronization
import Table
import Values

/// Answers calls from a script: by the step's id, else by the performer's.
public final class ScriptedPerformer: Performing {
  private struct State {
    var used: [MapKey: Int] = [:]
    var missing: [String] = []
    var hasEstimates = false
  }

  private let script: [MapKey: ScriptEntry]
  private let state = Mutex(State())

  /// A performer of `script`.
  public init(_ script: [MapKey: ScriptEntry]) {
    self.script = script
  }

  /// Steps that were called without an answer in the script, or more often than it has answers.
  public var missingAnswers: [String] { state.withLock { $0.missing } }

  /// Whether a model's answer came without usage, so that its declared worst was charged.
  public var hasEstimates: Bool { state.withLock { $0.hasEstimates } }

  /// Answers one call.
  public func perform(_ call: DispatchedCall) async -> CallResult {
    // What nobody waits for may stay unanswered; answers to it may be scripted.
    if call.isDetached, !hasAnswer(to: call) { return .awaitsPerson }
    guard let answer = nextAnswer(to: call) else {
      return .failed(.failed, message: Messages.noAnswer(call.step), wasSent: false)
    }
    let isModel = call.performer.kind == .model
    if isModel, answer.usage == nil { state.withLock { $0.hasEstimates = true } }
    let result: CallResult
    switch answer.content {
    case .never: return .never
    case .output(let output): result = .completed(output: output, usage: answer.usage)
    case .failure(let kind, let message):
      result = .failed(kind, message: message, usage: answer.usage)
    }
    return answer.afterMilliseconds > 0
      ? .later(afterMilliseconds: answer.afterMilliseconds, result) : result
  }

  private func hasAnswer(to call: DispatchedCall) -> Bool {
    script[.string(call.step)] != nil || script[.string(call.performer.id)] != nil
  }

  private func nextAnswer(to call: DispatchedCall) -> ScriptedAnswer? {
    let step = MapKey.string(call.step)
    let performer = MapKey.string(call.performer.id)
    let key = script[step] != nil ? step : performer
    return state.withLock { state in
      switch script[key] {
      case .every(let answer): return answer
      case .byItem(let answers) where call.item != nil:
        let position = Int(call.item ?? 0)
        if answers.indices.contains(position) { return answers[position] }
      case .list(let answers), .byItem(let answers):
        let position = state.used[key, default: 0]
        state.used[key] = position + 1
        if position < answers.count { return answers[position] }
      case nil: break
      }
      state.missing.append(call.step)
      return nil
    }
  }
}
