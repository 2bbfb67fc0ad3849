import Signalbox

/// What a journal tells of a run: its steps with times and costs, recomputed by the pure step.
struct RunStory {
  /// One thing that happened.
  private struct Line {
    var offsetMilliseconds: Int64
    var step: String
    var text: String
    var costPicodollars: Int64
  }

  private let table: LinkedTable
  private var lines: [Line] = []
  private var state: RunState
  /// What the ledger says that the run and what it started were charged.
  private let spentPicodollars: Int64
  /// What is wrong with the journal; nil: nothing.
  private var damage: String?
  private let records: [StoredRecord]

  init(
    _ summary: RunSummary,
    table: LinkedTable,
    records: [StoredRecord],
    spentPicodollars: Int64
  ) throws(CommandFailure) {
    self.table = table
    self.spentPicodollars = spentPicodollars
    self.records = records
    state = Executor.start(table)
    if case .different(let difference) = Replay.verify(summary, records, table: table) {
      damage = difference.message
    }
    var ledger = RunLedger(header: summary.header, table: table.table)
    for stored in records {
      let record: JournalRecord
      do throws(BinaryError) {
        record = try JournalRecord(decoding: stored.bytes)
      } catch {
        throw CommandFailure(
          "record \(stored.sequence) of the run is damaged: \(error.message)",
          hint: "`signalbox replay` names the first difference",
          exit: .inputOutput
        )
      }
      if case .proposal(let time, let proposal) = record.body {
        lines.append(
          Line(
            offsetMilliseconds: time - state.startedMilliseconds,
            step: "plan \(proposal.number)",
            text: "of \(Plural.count(Int(proposal.steps), "step"))  "
              + PlanVerdictText.verdict(proposal),
            costPicodollars: 0
          )
        )
      }
      if case .turn(let time, let turn) = record.body { add(turn, atMilliseconds: time) }
      if case .step(let step) = record.body {
        var output = StepOutput()
        Executor.step(table, &state, step.event, &output)
        let charges = ledger.follow(step, hasEnded: state.outcome != nil)
        let settled = charges.filter { $0.cause == .settled }
        // What a run that was started cost is no call of this one's ledger, but its event's.
        add(
          output.trace,
          cost: settled.first?.picodollars ?? step.childCost,
          origin: step.origin
        )
        add(charges.filter { $0.cause != .settled })
      } else if case .resumed(let time, _, let repetitions) = record.body {
        add(ledger.follow(repetitions, atMilliseconds: time))
      }
    }
    addUnseenCosts()
  }

  /// Calls that were charged without an answer.
  private mutating func add(_ charges: [RunLedger.Charge]) {
    for charge in charges {
      lines.append(
        Line(
          offsetMilliseconds: state.nowMilliseconds - state.startedMilliseconds,
          step: table.table.nodes[Int(charge.place)].name,
          text: charge.cause == .lost
            ? "lost with its driver, charged in full" : "withdrawn under way, charged in full",
          costPicodollars: charge.picodollars
        )
      )
    }
  }

  /// Whether somebody named it: what starts with a slash is the table's own.
  private static func isNamed(_ node: PlaceNode) -> Bool {
    !node.name.isEmpty && node.name.utf8.first != UInt8(ascii: "/")
  }

  /// What runs that it started have cost beyond what it learned of them.
  private mutating func addUnseenCosts() {
    let seen = lines.reduce(0) { LedgerAccount.sum($0, $1.costPicodollars) }
    guard spentPicodollars > seen else { return }
    lines.append(
      Line(
        offsetMilliseconds: state.nowMilliseconds - state.startedMilliseconds,
        step: "",
        text: "runs that it started, besides",
        costPicodollars: spentPicodollars - seen
      )
    )
  }

  /// A tool that an agent called by itself, once its outcome is known.
  private mutating func add(_ turn: AgentTurn, atMilliseconds time: Int64) {
    var line = Line(
      offsetMilliseconds: time - state.startedMilliseconds,
      step: turn.tool.visibleInTerminal,
      text: "called by the agent, turn \(turn.number)",
      costPicodollars: 0
    )
    switch turn.stage {
    case .called: return
    case .answered: break
    case .failed(let kind, let message):
      line.text += "  \(kind.name): \(message.visibleInTerminal)"
    }
    lines.append(line)
  }

  private mutating func add(_ trace: Trace, cost: Int64, origin: String) {
    let offset = state.nowMilliseconds - state.startedMilliseconds
    var cost = cost
    for entry in trace {
      var line = Line(offsetMilliseconds: offset, step: "", text: "", costPicodollars: 0)
      switch entry {
      case .entered(let place, _, let visit):
        let node = table.table.nodes[Int(place)]
        guard node.kind == .final, Self.isNamed(node) else { continue }
        line.step = node.name
        line.text = visit > 1 ? "visit \(visit)" : ""
      case .finished(let place, _, let status, let error):
        let node = table.table.nodes[Int(place)]
        guard node.kind != .final, Self.isNamed(node) else { continue }
        line.step = node.name
        line.text = status.name
        if let error { line.text += "  \(error.kind.name): \(error.message.visibleInTerminal)" }
        if !origin.isEmpty { line.text += "  by \(origin)" }
        line.costPicodollars = cost
        cost = 0
      case .retried(let place, _, let attempt, let error):
        line.step = table.table.nodes[Int(place)].name
        line.text = "\(error.kind.name), attempt \(attempt) follows"
        line.costPicodollars = cost
        cost = 0
      case .guardFailed(_, let message):
        line.text = "a guard could not be evaluated: \(message.visibleInTerminal)"
      case .actionFailed(_, let message):
        line.text = "an action could not be done: \(message.visibleInTerminal)"
      case .logged(let label, let value):
        let text = label.isEmpty ? "log" : label
        line.text = "\(text.visibleInTerminal): \(JSONWriter.string(value).visibleInTerminal)"
      case .forced(let target, _):
        line.text = "moved to \(table.table.nodes[Int(target)].name) by the flow's timeout"
      case .answered(let place, _, let answer):
        line.step = table.table.nodes[Int(place)].name
        line.text = "\(answer)"
      case .ticked(let status): line.text = "tick: \(status)"
      case .took: continue
      }
      lines.append(line)
    }
  }

  /// The timeline for people, with the actual cost against the estimate.
  func text(_ summary: RunSummary, estimate: CostReport) -> String {
    var text = damage.map { "damaged: \($0)\n" } ?? ""
    text +=
      "run \(summary.header.runID) of \(summary.header.flowName) "
      + "\(summary.header.tableDigest.short)   \(summary.status.name)\n"
    let width = lines.map { $0.step.unicodeScalars.count }.max() ?? 0
    for line in lines {
      let step =
        line.step + String(repeating: " ", count: width - line.step.unicodeScalars.count)
      var row = "  \(RunTimeline.clock(line.offsetMilliseconds))  "
      row += line.text.isEmpty ? line.step : "\(step)  \(line.text)"
      if line.costPicodollars > 0 { row += "  \(Picodollars.text(line.costPicodollars))" }
      text += row + "\n"
    }
    for tree in TreeStory.trees(of: state, table) { text += tree.text }
    text += waits.text(runID: summary.header.runID)
    text += "spent \(Picodollars.text(spentPicodollars))"
    if let expected = estimate.expected?.picodollars.value {
      text += "   expected \(Picodollars.text(expected))"
    }
    if let worst = estimate.worst.picodollars.value {
      text += "   worst \(Picodollars.text(worst))"
    }
    let hard = table.table.runLimits.hardPicodollars
    if hard >= 0 { text += "   hard \(Picodollars.text(hard))" }
    return text + "\n"
  }

  private var waits: RunWaits { RunWaits(table: table, records: records, state: state) }

  /// The same as a value.
  func value(_ summary: RunSummary) -> Value {
    let trees = TreeStory.trees(of: state, table)
    var fields = fields(summary)
    if let waits = waits.value { fields["waits"] = waits }
    if !trees.isEmpty { fields["trees"] = .list(trees.map(\.value)) }
    if let damage { fields["damage"] = .string(damage) }
    return .map(fields)
  }

  private func fields(_ summary: RunSummary) -> ValueMap {
    [
      "version": .int(1), "run": .string(summary.header.runID),
      "flow": .string(summary.header.flowName),
      "table": .string(summary.header.tableDigest.hex), "status": .string(summary.status.name),
      "spent_picodollars": .int(spentPicodollars),
      "steps": .list(
        lines.map { line in
          .map([
            "offset_ms": .int(line.offsetMilliseconds), "step": .string(line.step),
            "text": .string(line.text), "cost_picodollars": .int(line.costPicodollars),
          ])
        }
      ),
    ]
  }
}

extension JournalRecord.Step {
  /// What the end of a run that this one started cost, which its own calls were charged.
  fileprivate var childCost: Int64 {
    switch event.kind {
    case .completed(_, _, _, let cost), .failed(_, _, _, _, let cost): cost
    case .started, .fired, .cancelled, .external, .tick: 0
    }
  }
}
