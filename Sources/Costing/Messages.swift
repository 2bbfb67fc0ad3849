import Source
import Table
import Verifier

/// The texts of findings about prices and budgets.
enum Messages {
  static func malformedPrices(_ message: String, at span: SourceSpan?) -> Diagnostic {
    Diagnostic(
      .malformedPrices,
      message,
      at: span,
      hint: "`models: {<name>: {input: \"2.50\", output: \"10.00\"}}`, dollars per million tokens"
    )
  }

  static func unknownPriceKey(
    _ key: String,
    nearest: String?,
    names: [String],
    at span: SourceSpan?
  ) -> Diagnostic {
    Diagnostic(
      .malformedPrices,
      "`\(key)` is no key of a price book",
      at: span,
      hint: nearest.map { "`\($0)`" } ?? "one of " + names.joined(separator: ", ")
    )
  }

  static func priceRefused(_ text: String, isTooFine: Bool, at span: SourceSpan?) -> Diagnostic {
    Diagnostic(
      .priceRefused,
      isTooFine
        ? "the price `\(text)` is finer than a pico-dollar a token" : "`\(text)` is no price",
      at: span,
      hint: "a decimal number of dollars per million tokens with at most six digits after the "
        + "point, such as \"0.15\""
    )
  }

  static func unknownPrice(
    _ unit: UnitCost,
    _ report: CostReport,
    isRefused: Bool
  ) -> Diagnostic {
    let place = Int(unit.place)
    var reason = ""
    if case .unknown(let text) = unit.basis { reason = text }
    var hint = "`limits: {prompt_tokens: 2000, output_tokens: 400}`, or `cost_per_call: $0.01`"
    if unit.performer != noIndex {
      let performer = report.table.performers[Int(unit.performer)]
      let isPriced =
        report.prices.price(ofModel: performer.model, provider: performer.provider) != nil
      if !performer.model.isEmpty, !isPriced {
        hint =
          "a file for `--prices` with `models: {\(performer.model): {provider: "
          + "\(performer.provider.isEmpty ? "…" : performer.provider), input: \"…\", output: "
          + "\"…\"}}` in dollars per million tokens, or `cost_per_call:` on `\(performer.id)`"
      }
    }
    return Diagnostic(
      .unknownPrice,
      isRefused ? .error : .warning,
      "the cost of `\(unit.name)` is not known: \(reason)",
      at: unit.performer == noIndex
        ? report.table.span(of: place)
        : report.table.performerSpan(unit.performer) ?? report.table.span(of: place),
      notes: [
        Diagnostic.Note(
          isRefused
            ? "under a hard budget what is not known is refused; it never counts as free"
            : "prices: \(report.prices.title)"
        )
      ],
      hint: hint
    )
  }

  static func overHard(
    _ report: CostReport,
    worst: Int64,
    hard: Int64,
    remedies: [Remedy]
  ) -> Diagnostic {
    var notes: [Diagnostic.Note] = []
    if let way = report.dearestWay {
      notes.append(
        Diagnostic.Note("dearest way: " + way.text(in: report.table, showsGuards: false))
      )
    } else {
      notes.append(
        Diagnostic.Note("the bound sums up loops by their limits; no single way need attain it")
      )
    }
    if remedies.isEmpty {
      notes.append(Diagnostic.Note("no single edit of visits, tries or models is enough"))
    } else {
      let list = remedies.map { "\($0.edit) (\(Picodollars.text($0.worstPicodollars)))" }
      notes.append(
        Diagnostic.Note("one of these is enough: " + list.joined(separator: "; "))
      )
    }
    var span = report.headerSpan("budget.hard", "budget")
    var label: String?
    let dearest = report.steps.max {
      ($0.worstPicodollars, $1.unit.place) < ($1.worstPicodollars, $0.unit.place)
    }
    if let step = dearest, step.worstPicodollars > 0 {
      let place = Int(step.unit.place)
      let key: StepKey? = step.visits > 1 ? .maxVisits : step.unit.tries > 1 ? .retry : nil
      span = report.table.span(of: place, key: key) ?? span
      let tries = step.unit.tries > 1 ? " x \(step.unit.tries) tries" : ""
      label =
        "\(step.visits) visit\(step.visits == 1 ? "" : "s") of `\(step.unit.name)`\(tries), "
        + "\(Picodollars.text(step.unit.tryPicodollars)) each: "
        + "\(PlanText.share(step.share)) of the worst case"
    }
    let (over, budget) = Picodollars.texts(worst, hard)
    return Diagnostic(
      .overHardBudget,
      "worst case \(over) is over the hard budget \(budget), "
        + "by \(Picodollars.text(worst - hard))",
      at: span,
      label: label,
      notes: notes
    )
  }

  static func unboundedWorst(_ report: CostReport, hard: Int64) -> Diagnostic {
    Diagnostic(
      .unboundedWorst,
      "nothing bounds what the flow can cost, so it can't be held to \(Picodollars.text(hard))",
      at: report.headerSpan("budget.hard", "budget"),
      notes: [Diagnostic.Note("`check` names the cycle without a bound (SBX-LOOP-001)")],
      hint: "`max_visits` on a step of that cycle, or `max_steps` for the flow"
    )
  }

  static func overSoft(_ report: CostReport, expected: Int64, soft: Int64) -> Diagnostic {
    let (over, budget) = Picodollars.texts(expected, soft)
    return Diagnostic(
      .overSoftBudget,
      .warning,
      "the expected cost \(over) is over the soft budget \(budget)",
      at: report.headerSpan("budget.soft", "budget"),
      notes: [
        Diagnostic.Note(
          "compared with the expectation by assumption; p95 needs recorded runs, in a later version"
        )
      ]
    )
  }

  static func overTokens(worst: Int64?, tokens: Int64, at span: SourceSpan?) -> Diagnostic {
    Diagnostic(
      .overTokenBudget,
      worst.map {
        "a run may use \(PlanText.grouped($0)) tokens, the budget is \(PlanText.grouped(tokens))"
      } ?? "nothing known bounds the tokens of a run, the budget is \(PlanText.grouped(tokens))",
      at: span,
      hint: "smaller `limits` on agents, fewer visits or tries, or a larger `tokens`"
    )
  }

  static func p95Later(at span: SourceSpan?) -> Diagnostic {
    Diagnostic(
      .percentileGate,
      "`gate: p95` is not available yet",
      at: span,
      notes: [
        Diagnostic.Note("a percentile needs recorded runs, which this version does not read")
      ],
      hint: "`gate: worst`, which is also the default"
    )
  }

  static func periodLater(_ period: RunLimits.Period, at span: SourceSpan?) -> Diagnostic {
    Diagnostic(
      .periodBudget,
      .note,
      "the budget is compared with this run alone before it starts; what others spend in the "
        + (period == .day ? "day" : "month") + " counts when calls are made",
      at: span
    )
  }

  static func overCap(
    _ what: String,
    worst: Int64?,
    hard: Int64,
    at span: SourceSpan?
  ) -> Diagnostic {
    Diagnostic(
      .overCap,
      worst.map {
        let (cost, budget) = Picodollars.texts($0, hard)
        return "\(what) may cost \(cost) at worst, its own budget is \(budget)"
      } ?? "nothing bounds what \(what) may cost, its own budget is \(Picodollars.text(hard))",
      at: span,
      hint: "a larger budget, or fewer visits, tries or tokens"
    )
  }

  static func capAboveHard(
    _ what: String,
    _ cap: Int64,
    hard: Int64,
    at span: SourceSpan?
  ) -> Diagnostic {
    let (own, whole) = Picodollars.texts(cap, hard)
    return Diagnostic(
      .overCap,
      .warning,
      "the budget of \(what), \(own), is above that of the flow, \(whole), which counts as well",
      at: span
    )
  }
}

extension TransitionTable {
  /// Where an agent or tool was written.
  func performerSpan(_ performer: PoolIndex) -> SourceSpan? {
    debug.performers.indices.contains(Int(performer)) ? debug.performers[Int(performer)] : nil
  }
}
