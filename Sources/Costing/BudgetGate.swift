public import Source
public import Table
import Values
import Verifier

/// What the gate decided before the first step.
public struct GateDecision: Sendable {
  /// Whether the flow must not start.
  public var isRefused: Bool { diagnostics.hasErrors }
  /// Refusals, warnings and notes.
  public var diagnostics: [Diagnostic]
  /// The hard limit that was applied, in pico-dollars; nil: none.
  public var hardPicodollars: Int64?
  /// One line per limit: `hard $0.020000 >= worst: passes, 12.0 % to spare`; `kept` where worst is
  /// a bound that no way need attain.
  public var lines: [String]
  /// What may be reserved for the run, in pico-dollars: its worst case; nil when unknown or without
  /// a bound.
  public var reservationPicodollars: Int64?
}

/// Compares what a flow can cost with its budget.
public enum BudgetGate {
  /// Decides by the limits of the report's table; `overrideHard` replaces its hard limit
  /// (`--budget`).
  public static func decide(
    _ report: CostReport,
    overrideHard: Int64? = nil
  ) -> GateDecision {
    decide(report, limits: report.table.runLimits, overrideHard: overrideHard)
  }

  /// Decides by given limits.
  public static func decide(
    _ report: CostReport,
    limits: RunLimits,
    overrideHard: Int64? = nil
  ) -> GateDecision {
    var decision = GateDecision(
      diagnostics: [],
      hardPicodollars: nil,
      lines: [],
      reservationPicodollars: report.worst.picodollars.value
    )
    let hard = overrideHard ?? limits.hardPicodollars
    if hard >= 0 {
      decision.hardPicodollars = hard
      decideHard(report, limits, hard, &decision)
    }
    if limits.softPicodollars >= 0 { decideSoft(report, limits.softPicodollars, &decision) }
    if limits.tokens >= 0 { decideTokens(report, limits.tokens, &decision) }
    let names = report.table.caps.isEmpty ? nil : PathNames(report.table)
    for (number, cap) in report.table.caps.enumerated() {
      let span = report.table.debug.header["cap.\(number)"]
      decideCap(report, cap, names, span: span, hard, &decision)
    }
    if limits.period != .run {
      decision.diagnostics.append(
        Messages.periodLater(limits.period, at: report.headerSpan("budget.per", "budget"))
      )
    }
    if hard < 0, !report.unknown.isEmpty {
      for unit in report.unknown {
        decision.diagnostics.append(Messages.unknownPrice(unit, report, isRefused: false))
      }
    }
    return decision
  }

  private static func decideHard(
    _ report: CostReport,
    _ limits: RunLimits,
    _ hard: Int64,
    _ decision: inout GateDecision
  ) {
    let text = "hard \(Picodollars.text(hard))"
    if limits.gate == .p95 {
      decision.diagnostics.append(
        Messages.p95Later(at: report.headerSpan("budget.gate", "budget"))
      )
    }
    switch report.worst.picodollars {
    case .known(let worst) where worst <= hard:
      let spare = hard > 0 ? Double(hard - worst) / Double(hard) : 0
      // A bound that no way need attain is kept; one that a way attains is passed by as much.
      let verdict = report.method.isAttained ? "passes" : "kept"
      decision.lines.append("\(text) >= worst: \(verdict), \(percent(spare)) to spare")
    case .known(let worst):
      decision.lines.append("\(text) < worst: refused")
      decision.diagnostics.append(
        Messages.overHard(
          report,
          worst: worst,
          hard: hard,
          remedies: Remedy.find(report, goal: hard)
        )
      )
    case .unbounded:
      decision.lines.append("\(text) < worst: refused")
      decision.diagnostics.append(Messages.unboundedWorst(report, hard: hard))
    case .unknown:
      decision.lines.append("\(text): refused, worst is not known")
      for unit in report.unknown {
        decision.diagnostics.append(Messages.unknownPrice(unit, report, isRefused: true))
      }
    }
  }

  private static func decideSoft(
    _ report: CostReport,
    _ soft: Int64,
    _ decision: inout GateDecision
  ) {
    let text = "soft \(Picodollars.text(soft))"
    guard let expected = report.expected?.picodollars.value else {
      decision.lines.append("\(text): expected is not known")
      return
    }
    if expected <= soft {
      decision.lines.append("\(text) >= expected: passes")
    } else {
      decision.lines.append("\(text) < expected: warned")
      decision.diagnostics.append(Messages.overSoft(report, expected: expected, soft: soft))
    }
  }

  /// A budget below the run's: what all visits of its owner can cost together.
  private static func decideCap(
    _ report: CostReport,
    _ cap: BudgetCap,
    _ names: PathNames?,
    span: SourceSpan?,
    _ hard: Int64,
    _ decision: inout GateDecision
  ) {
    let table = report.table
    let what: String
    let lines: [StepCost]
    switch cap.owner {
    case .node(let node):
      what = "`\(names?[node] ?? "")`"
      lines = report.steps.filter {
        $0.unit.place >= node && $0.unit.place < table.nodes[Int(node)].subtreeEnd
      }
    case .agent(let id):
      what = "the agent `\(id)`"
      lines = report.steps.filter {
        let performer = table.performers[Int($0.unit.performer)]
        return performer.role == .agent && performer.id.sameScalars(as: id)
      }
    }
    var worst: Int64? = 0
    for line in lines {
      guard line.unit.isKnown, line.visits < .max, let sum = worst else {
        worst = nil
        break
      }
      worst = Picodollars.sum(sum, line.worstPicodollars)
    }
    let text = "\(what) hard \(Picodollars.text(cap.hardPicodollars))"
    if let worst, worst <= cap.hardPicodollars {
      decision.lines.append("\(text) >= worst: passes")
    } else {
      decision.lines.append("\(text) < worst: refused")
      decision.diagnostics.append(
        Messages.overCap(what, worst: worst, hard: cap.hardPicodollars, at: span)
      )
    }
    if hard >= 0, cap.period == .run, report.table.runLimits.period == .run,
      cap.hardPicodollars > hard
    {
      decision.diagnostics.append(
        Messages.capAboveHard(what, cap.hardPicodollars, hard: hard, at: span)
      )
    }
  }

  private static func decideTokens(
    _ report: CostReport,
    _ tokens: Int64,
    _ decision: inout GateDecision
  ) {
    let span = report.headerSpan("budget.tokens", "budget")
    let text = "tokens \(PlanText.grouped(tokens))"
    switch report.worst.tokens {
    case .known(let worst) where worst <= tokens:
      decision.lines.append("\(text) >= worst: passes")
    case .known(let worst):
      decision.lines.append("\(text) < worst: refused")
      decision.diagnostics.append(Messages.overTokens(worst: worst, tokens: tokens, at: span))
    case .unbounded, .unknown:
      decision.lines.append("\(text): refused, worst has no bound")
      decision.diagnostics.append(Messages.overTokens(worst: nil, tokens: tokens, at: span))
    }
  }

  /// `12.0 %`; never rounded up to 100 or to a figure that says more than there is.
  static func percent(_ share: Double) -> String {
    let tenths = Int64((share * 1_000).rounded(.down))
    return "\(tenths / 10).\(tenths % 10) %"
  }
}

extension CostReport {
  /// The span of the first of these header keys that was written, else of the flow.
  func headerSpan(_ keys: String...) -> SourceSpan? {
    for key in keys {
      if let span = table.debug.header[key] { return span }
    }
    return table.debug.flow
  }
}
