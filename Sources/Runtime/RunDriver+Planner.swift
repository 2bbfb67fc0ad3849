import Costing
import Execution
import Journal
import Planning
import Source
import Table
import Values
import Verifier

/// A proposal that is still to be journaled, with the table of what was accepted.
struct JudgedProposal {
  var record: ProposalRecord
  var table: LinkedTable?
}

// Planners: what the model is asked, what becomes of its answer, what of an earlier plan counts.
extension RunDriver {
  /// The planner whose asking place makes a call; nil: it is another's.
  func planner(asking intent: CallIntent) -> PlannerEntry? {
    guard table.table.nodes[Int(intent.place)].kind == .planner else { return nil }
    return table.table.planner(at: intent.place)
  }

  // MARK: Questions

  /// The question of a call at a planner's place, made from the journal.
  func question(of intent: CallIntent, _ planner: PlannerEntry) -> PlanQuestion {
    var question = PlanQuestion(table.table, planner, input: intent.input)
    for proposal in proposals where proposal.answers(intent) && proposal.round < intent.attempt {
      guard case .refused(let refusals) = proposal.verdict else { continue }
      question.earlier.append(
        PlanQuestion.Earlier(text: proposal.text, reasons: refusals.map(\.line))
      )
    }
    // A question without its past may be asked again; a verdict needs it.
    let history = (try? history(before: intent)) ?? PlanHistory()
    question.kept = history.kept.map { KeptStep(id: $0.id, text: $0.text, result: $0.result) }
    question.failure = history.failure
    return question
  }

  /// Prompt and instructions of a question; the oldest refused answers are left out of one that
  /// would be too long.
  func texts(of intent: CallIntent, _ planner: PlannerEntry) -> RenderedTexts {
    var question = question(of: intent, planner)
    let performer = table.table.performers[Int(intent.performer)]
    while true {
      let texts = RenderedTexts(prompt: question.prompt, instructions: question.instructions)
      let limit = performer.promptTokens
      let bound = promptTokensUpperBound(texts, performer, schema: schema(of: planner))
      guard limit > 0, bound > limit, !question.earlier.isEmpty else { return texts }
      question.earlier.removeFirst()
    }
  }

  /// The form that the answer is asked for in; nil: none.
  func schema(of planner: PlannerEntry) -> Value? {
    planner.isScaffolded && planner.template.isEmpty
      ? PlanSchema.schema(table.table, planner) : nil
  }

  /// Answers a call without asking the model: a plan that is tried once more; nil: the model is to
  /// be asked.
  func answerWithoutModel(_ call: OpenCall, _ planner: PlannerEntry) -> Bool {
    let text: String
    let source: ProposalRecord.Source
    if planner.strategy == .conservative, call.intent.visit > 1, call.intent.attempt == 1,
      let last = proposals.last(where: { $0.isAt(call.intent) && $0.table != nil })
    {
      (text, source) = (last.text, .repetition)
    } else if let cached = cachedPlan(for: call.intent, planner) {
      (text, source) = (cached, .cache)
    } else {
      return false
    }
    calls[call.intent.id] = call
    finishProposal(
      call.intent.id,
      .completed(output: .map(["text": .string(text)]), usage: nil, costPicodollars: 0),
      source: source
    )
    return true
  }

  // MARK: Verdicts

  /// Ends a call of a planner's place with what came from elsewhere than the model.
  func finishProposal(
    _ effect: EffectID,
    _ result: CallResult,
    source: ProposalRecord.Source
  ) {
    sources[effect] = source
    finish(effect, result)
  }

  /// A model's answer as the planner's place sees it: accepted, or refused as an unfit answer; of
  /// other places as it is.
  func judged(
    _ result: CallResult,
    of call: OpenCall
  ) -> (CallResult, JudgedProposal?) {
    guard let planner = planner(asking: call.intent) else { return (result, nil) }
    if let known = call.proposal { return (Self.result(of: known), nil) }
    guard case .completed(let output, let usage, let known) = result else { return (result, nil) }
    let clean = surroundings.redact(output["text"] ?? output)
    let text = clean.text ?? JSONWriter.string(clean)
    let intent = call.intent
    let bill = charge(result, of: call)
    let history: PlanHistory
    do throws(StoreError) {
      history = try self.history(before: intent)
    } catch {
      return (.failed(.unavailable, message: error.message, usage: usage), nil)
    }
    var record = ProposalRecord(
      effect: intent.id,
      number: Int32(clamping: proposals.count + 1),
      place: intent.place,
      frame: intent.frame,
      visit: intent.visit,
      round: intent.attempt,
      text: text,
      verdict: .refused([])
    )
    record.source = sources.removeValue(forKey: intent.id) ?? .model
    record.usage = usage
    record.costPicodollars = known ?? bill
    record.kept = history.kept
    record.forerunners = history.forerunners
    record.remainingPicodollars = remainingPicodollars(after: record.costPicodollars, of: call)
    let judgement = judge(planner).judge(
      text,
      name: "proposal \(record.number)",
      circumstances(of: record, calls: history.calls)
    )
    record.steps = Int32(clamping: judgement.steps)
    record.verdict = Self.verdict(judgement)
    proposals.append(record)
    noteCacheKey(of: record, intent, planner)
    return (Self.result(of: record), JudgedProposal(record: record, table: judgement.table))
  }

  static func verdict(_ judgement: PlanJudgement) -> ProposalRecord.Verdict {
    if let table = judgement.table {
      return .accepted(
        table: table.table.digest,
        worstPicodollars: judgement.worstPicodollars ?? -1,
        longestMilliseconds: judgement.longestMilliseconds ?? -1
      )
    }
    return .refused(
      judgement.refusals.prefix(20).map { finding in
        ProposalRecord.Refusal(
          code: finding.code.id,
          message: finding.message,
          hint: finding.hint ?? finding.notes.first?.message ?? "",
          place: finding.span?.location ?? ""
        )
      }
    )
  }

  /// What the planner's place is told of a verdict.
  private static func result(of record: ProposalRecord) -> CallResult {
    switch record.verdict {
    case .accepted(let table, let worst, _):
      return .completed(
        output: .map([
          "plan": .string(table.hex), "number": .int(Int64(record.number)), "worst": .int(worst),
        ]),
        usage: record.usage,
        costPicodollars: record.costPicodollars
      )
    case .refused(let refusals):
      let more = refusals.count > 1 ? " (and \(refusals.count - 1) more)" : ""
      return .failed(
        .invalidOutput,
        message: (refusals.first?.line ?? "refused") + more,
        usage: record.usage,
        costPicodollars: record.costPicodollars
      )
    }
  }

  func judge(_ planner: PlannerEntry) -> PlanJudge {
    if let known = judges[planner.asking] { return known }
    let judge = PlanJudge(
      table,
      planner,
      prices: surroundings.pricer.prices,
      limits: surroundings.limits
    )
    judges[planner.asking] = judge
    return judge
  }

  func circumstances(
    of record: ProposalRecord,
    calls: [PlanCall]
  ) -> PlanJudge.Circumstances {
    PlanJudge.Circumstances(
      kept: record.kept.map { KeptStep(id: $0.id, text: $0.text, result: $0.result) },
      calls: calls,
      remainingPicodollars: record.remainingPicodollars
    )
  }

  /// What is left of the run's hard budget once a call is settled; -1: there is no budget.
  private func remainingPicodollars(after cost: Int64, of call: OpenCall) -> Int64 {
    let hard = table.table.runLimits.hardPicodollars
    guard hard >= 0, table.table.runLimits.period == .run else { return -1 }
    // Of an account that cannot be read nothing is left, for all that is known.
    guard let account = try? surroundings.store.account(scope: runScope) else { return 0 }
    let others = max(0, account.reservedPicodollars - call.dispatch.reservedPicodollars)
    let taken = LedgerAccount.sum(account.spentPicodollars, others)
    return max(0, hard - LedgerAccount.sum(taken, cost))
  }

  // MARK: Journal

  /// Journals a proposal; what was accepted is in the store before.
  func append(_ judged: JudgedProposal) throws(RunFault) {
    let now = max(surroundings.clock.nowMilliseconds, state.nowMilliseconds)
    let stored = StoredRecord(
      JournalRecord(
        sequence: sequence + 1,
        previousHash: head,
        body: .proposal(atMilliseconds: now, judged.record)
      )
    )
    do throws(StoreError) {
      if let table = judged.table { _ = try PinnedTable.put(table, in: surroundings.store) }
      try surroundings.store.append(
        JournalAppend(
          runID: header.runID,
          epoch: epoch,
          record: stored,
          ledger: [],
          status: .running,
          atMilliseconds: now
        )
      )
    } catch {
      throw .store(error)
    }
    sequence += 1
    head = stored.hash
    surroundings.progress(.proposed(judged.record))
  }

  // MARK: Earlier plans

  /// What plans before this call did, at the same planner.
  func history(before intent: CallIntent) throws(StoreError) -> PlanHistory {
    guard intent.visit > 1 else { return PlanHistory() }
    var history = PlanHistory()
    for proposal in proposals
    where proposal.isAt(intent) && proposal.visit < intent.visit && proposal.table != nil {
      try history.add(proposal, of: header.runID, in: surroundings.store, surroundings.limits)
    }
    return history
  }
}

extension ProposalRecord {
  /// Whether it was made at the place of a call.
  func isAt(_ intent: CallIntent) -> Bool { place == intent.place && frame == intent.frame }

  /// Whether it was made in the same visit of the place.
  func answers(_ intent: CallIntent) -> Bool { isAt(intent) && visit == intent.visit }
}

extension ProposalRecord.Refusal {
  /// The finding in one line: code, place, what is wrong and what to write instead.
  public var line: String {
    let at = place.isEmpty ? "" : " (\(place))"
    return "\(code)\(at): \(message)" + (hint.isEmpty ? "" : "; \(hint)")
  }
}
