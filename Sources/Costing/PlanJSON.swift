import Source
import Table
public import Values
public import Verifier

/// What a run can cost as a value, for `plan -o json`: money in whole pico-dollars, time in
/// milliseconds; `"unbounded"` and `"unknown"` stand where there is no figure.
public enum PlanJSON {
  /// The plan.
  public static func value(
    _ report: CostReport,
    verification: VerifierReport? = nil,
    gate: GateDecision,
    digest: String? = nil
  ) -> Value {
    var plan: ValueMap = [
      "version": .int(1),
      "flow": .string(report.table.name),
      "prices": .map([
        "name": .string(report.prices.name), "version": .string(report.prices.version),
        "date": .string(report.prices.date), "digest": .string(report.prices.digest.hex),
      ]),
      "method": .string(method(report.method)),
      "assumptions": .map([
        "failure_share": .double(report.assumptions.failureShare),
        "used_part": .double(report.assumptions.usedPart),
      ]),
      "least": figures(report.least),
      "expected": report.expected.map { figures($0) } ?? .null,
      "worst": figures(report.worst),
      "outcomes": .list(report.outcomes.map { outcome($0, report) }),
      "steps": .list(report.steps.map { step($0) }),
      "dearest_way": report.dearestWay.map { way($0, report) } ?? .null,
      "gate": .map([
        "refused": .bool(gate.isRefused),
        "hard_picodollars": gate.hardPicodollars.map { .int($0) } ?? .null,
        "lines": .list(gate.lines.map { .string($0) }),
        "codes": .list(gate.diagnostics.map { .string($0.code.id) }),
      ]),
      "cheaper": .list(
        Remedy.find(report, goal: nil).map { remedy in
          .map([
            "edit": .string(remedy.edit), "worst_picodollars": .int(remedy.worstPicodollars),
          ])
        }
      ),
    ]
    if let digest { plan["digest"] = .string(digest) }
    if let ways = verification?.waysThrough { plan["ways"] = .int(Int64(ways)) }
    return .map(plan)
  }

  private static func method(_ method: CostReport.Method) -> String {
    switch method {
    case .everyWay: "every way"
    case .summedLoops: "summed loops"
    case .maxSteps: "max_steps"
    case .none: "none"
    }
  }

  private static func figure(_ figure: Figure) -> Value {
    switch figure {
    case .known(let value): .int(value)
    case .unbounded: .string("unbounded")
    case .unknown: .string("unknown")
    }
  }

  private static func figures(_ figures: CostFigures) -> Value {
    .map([
      "picodollars": figure(figures.picodollars), "tokens": figure(figures.tokens),
      "work_ms": figure(figures.workMilliseconds),
      "elapsed_ms": figure(figures.elapsedMilliseconds),
    ])
  }

  private static func way(_ way: Way, _ report: CostReport) -> Value {
    .list(way.names(in: report.table).map { .string($0) })
  }

  private static func outcome(_ outcome: OutcomeCost, _ report: CostReport) -> Value {
    .map([
      "name": .string(outcome.name), "failure": .bool(outcome.isFailure),
      "share": outcome.share.map { .double($0) } ?? .null, "least": figures(outcome.least),
      "expected": outcome.expected.map { figures($0) } ?? .null,
      "worst": figures(outcome.worst),
      "dearest_way": outcome.dearestWay.map { way($0, report) } ?? .null,
    ])
  }

  private static func step(_ step: StepCost) -> Value {
    let basis: String
    switch step.unit.basis {
    case .model(let model): basis = "model \(model)"
    case .declared: basis = "cost_per_call"
    case .undeclared: basis = "undeclared"
    case .people: basis = "people"
    case .unknown(let reason): basis = "unknown: \(reason)"
    }
    return .map([
      "step": .string(step.unit.name), "basis": .string(basis), "visits": .int(step.visits),
      "tries": .int(step.unit.tries), "prompt_tokens": .int(step.unit.promptTokens),
      "output_tokens": .int(step.unit.outputTokens),
      "try_picodollars": .int(step.unit.tryPicodollars),
      "worst_picodollars": .int(step.worstPicodollars), "share": .double(step.share),
    ])
  }
}
