import Execution
import Expression
import Journal
import Planning
import Source
import Table
import Values
import Verifier

/// What the plans before another one did.
///
/// The steps that are done, the calls that were made, why the last one did not succeed. Everything
/// is read from their journals.
struct PlanHistory {
  /// Steps that are done.
  var kept: [ProposalRecord.Kept] = []
  /// Calls that were made.
  var calls: [PlanCall] = []
  /// The runs, oldest first.
  var forerunners: [String] = []
  /// Why the last of them did not succeed.
  var failure: String?

  /// Adds the run of an accepted plan; one that never started adds nothing.
  ///
  /// What cannot be read just now is no plan that did nothing: its writes would be repeated.
  mutating func add(
    _ proposal: ProposalRecord,
    of parent: String,
    in store: any RunStore,
    _ limits: Limits
  ) throws(StoreError) {
    let runID = proposal.runID(parent: parent)
    guard let digest = proposal.table else { return }
    let table: LinkedTable
    let records: [StoredRecord]
    do throws(StoreError) {
      table = try PinnedTable.load(digest, from: store, limits: limits)
      records = try store.records(runID: runID, from: 1)
    } catch {
      if case .notFound = error { return }
      throw error
    }
    forerunners.append(runID)
    var state = Executor.start(table)
    var open: [EffectID: CallIntent] = [:]
    for stored in records {
      guard case .step(let step)? = (try? JournalRecord(decoding: stored.bytes))?.body else {
        continue
      }
      var output = StepOutput()
      Executor.step(table, &state, step.event, &output)
      follow(step, &open, table)
    }
    // What was under way when the plan ended may have happened.
    for intent in open.values.sorted(by: { $0.id < $1.id }) {
      calls.append(Self.call(intent, .unknown, output: nil, table))
    }
    switch state.outcome {
    case .failure(_, let error?, _):
      failure = "`\(error.step)`: \(error.kind.name): \(error.message)"
    case .cancelled(let reason): failure = reason
    default: failure = nil
    }
    keep(proposal, table, state, limits)
  }

  private mutating func follow(
    _ step: JournalRecord.Step,
    _ open: inout [EffectID: CallIntent],
    _ table: LinkedTable
  ) {
    switch step.event.kind {
    case .completed(let effect, let output, _, _):
      if let intent = open.removeValue(forKey: effect) {
        calls.append(Self.call(intent, .success, output: output, table))
      }
    case .failed(let effect, let kind, _, _, _):
      if let intent = open.removeValue(forKey: effect) {
        let isWrite = table.table.performers[Int(intent.performer)].isWrite
        let isDoubtful = kind == .unknown || (isWrite && kind == .timeout)
        calls.append(Self.call(intent, isDoubtful ? .unknown : .failure, output: nil, table))
      }
    default: break
    }
    for effect in step.intents {
      guard case .call(let intent) = effect,
        let dispatch = step.dispatches.first(where: { $0.effect == intent.id }),
        dispatch.refusal == nil
      else { continue }
      open[intent.id] = intent
    }
  }

  private static func call(
    _ intent: CallIntent,
    _ status: PlanCall.Status,
    output: Value?,
    _ table: LinkedTable
  ) -> PlanCall {
    let performer = table.table.performers[Int(intent.performer)]
    return PlanCall(
      isAgent: performer.role == .agent,
      id: performer.id,
      action: performer.action,
      input: intent.input,
      output: output,
      status: status
    )
  }

  /// The plan's own tasks that succeeded, with their results.
  private mutating func keep(
    _ proposal: ProposalRecord,
    _ table: LinkedTable,
    _ state: RunState,
    _ limits: Limits
  ) {
    for task in PlanTasks.tasks(of: proposal.text, limits: limits) {
      if kept.contains(where: { $0.id.sameScalars(as: task.id) }) { continue }
      guard
        let index = table.table.nodes.firstIndex(where: {
          $0.name.sameScalars(as: task.id) && $0.resultSlot != noIndex
        }), state.steps[index].status == .success,
        let result = state.memory.value(Int(table.table.nodes[index].resultSlot))
      else { continue }
      kept.append(ProposalRecord.Kept(id: task.id, text: task.text, result: result))
    }
  }
}
