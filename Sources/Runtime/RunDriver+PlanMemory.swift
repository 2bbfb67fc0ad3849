import Execution
import Journal
import Planning
import Source
import Table
import Values
import Verifier

// What plans leave behind: effects that no later plan repeats, and plans that may serve again.
extension RunDriver {
  // MARK: Effects that are done

  /// Calls that the forerunners of a plan's run made; empty for other children.
  func callsBefore(child intent: ChildIntent) throws(RunFault) -> [PlanCall] {
    guard table.table.nodes[Int(intent.place)].kind == .plan,
      let plan = proposals.first(where: { "plan-\($0.number)".sameScalars(as: intent.label) })
    else { return [] }
    var history = PlanHistory()
    for earlier in proposals
    where earlier.place == plan.place && earlier.frame == plan.frame && earlier.visit < plan.visit
      && earlier.table != nil
    {
      do throws(StoreError) {
        try history.add(earlier, of: header.runID, in: surroundings.store, surroundings.limits)
      } catch {
        throw .store(error)
      }
    }
    return history.calls
  }

  /// How a call ends that an earlier plan made with the same input; nil: it is to be made.
  ///
  /// Only writes are remembered: reading again does no harm, and may be what a new plan is for.
  func knownResult(of intent: CallIntent, _ performer: Performer) -> CallResult? {
    guard performer.isWrite else { return nil }
    let same = surroundings.done.last { call in
      (performer.role == .agent) == call.isAgent && call.id.sameScalars(as: performer.id)
        && call.action.sameScalars(as: performer.action) && call.input == intent.input
        && call.status != .failure
    }
    guard let same else { return nil }
    if same.status == .success, let output = same.output {
      return .completed(output: output, usage: nil, costPicodollars: 0)
    }
    guard !performer.isIdempotent else { return nil }
    return .failed(
      .unknown,
      message: Messages.notRepeated(performer.id),
      wasSent: false,
      costPicodollars: 0
    )
  }

  // MARK: Plans that may serve again

  /// Where a plan for a call may be kept: for every input, and for this one.
  ///
  /// The table stands for the catalogue, the goal's text and the policy; a plan that repeats a text
  /// of its input word for word was made for that input.
  private func cacheKeys(of intent: CallIntent) -> (general: Digest, special: Digest) {
    var writer = BinaryWriter()
    writer.write(block: header.tableDigest.bytes)
    writer.write(index: intent.place)
    let general = Digest.sha256(writer.bytes)
    writer.write(value: intent.input)
    return (general, Digest.sha256(writer.bytes))
  }

  /// A plan that has served before and may run here and now; nil: there is none.
  func cachedPlan(for intent: CallIntent, _ planner: PlannerEntry) -> String? {
    guard planner.isCached, intent.visit == 1, intent.attempt == 1 else { return nil }
    let keys = cacheKeys(of: intent)
    for key in [keys.special, keys.general] {
      guard let bytes = try? surroundings.store.artifact(.plan, digest: key),
        let text = String(validating: bytes, as: UTF8.self)
      else { continue }
      let circumstances = PlanJudge.Circumstances()
      if judge(planner).judge(text, circumstances).isAccepted { return text }
    }
    return nil
  }

  /// Notes under which keys a plan is kept if it succeeds.
  func noteCacheKey(of record: ProposalRecord, _ intent: CallIntent, _ planner: PlannerEntry) {
    guard planner.isCached, record.table != nil, record.kept.isEmpty else { return }
    let keys = cacheKeys(of: intent)
    let isSpecial = Self.texts(in: intent.input["input"] ?? .null).contains { text in
      text.utf8.count >= 2 && Self.contains(record.text, text)
    }
    plansToKeep["plan-\(record.number)"] = (isSpecial ? keys.special : keys.general, record.text)
  }

  /// Keeps a plan that has succeeded.
  ///
  /// A store that refuses keeps no plan: the next run asks the model, as without a cache.
  func keepPlan(of kind: RunEvent.Kind) {
    guard case .completed(let effect, _, _, _) = kind,
      let label = children[effect]?.intent.label,
      let plan = plansToKeep.removeValue(forKey: label)
    else { return }
    try? surroundings.store.putArtifact(.plan, digest: plan.key, bytes: Array(plan.text.utf8))
  }

  private static func texts(in value: Value) -> [String] {
    switch value {
    case .string(let text): [text]
    case .list(let elements): elements.flatMap { texts(in: $0) }
    case .map(let fields): fields.entries.flatMap { texts(in: $0.value) }
    default: []
    }
  }

  private static func contains(_ text: String, _ part: String) -> Bool {
    let (bytes, wanted) = (Array(text.utf8), Array(part.utf8))
    guard let first = wanted.first, wanted.count <= bytes.count else { return false }
    for start in 0...(bytes.count - wanted.count) where bytes[start] == first {
      if bytes[start...].starts(with: wanted) { return true }
    }
    return false
  }
}
