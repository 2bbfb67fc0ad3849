import Table
public import Verifier

/// Writes what a run can cost for people, as `signalbox plan` prints it.
public enum PlanText {
  /// The plan's text, each line ended by a line feed.
  ///
  /// `digest` is the table's, as far as it is to be shown.
  public static func render(
    _ report: CostReport,
    verification: VerifierReport? = nil,
    gate: GateDecision,
    digest: String? = nil
  ) -> String {
    var lines = [heading(report, digest)]
    lines += perRun(report, gate)
    lines += byOutcome(report)
    lines += byStep(report)
    lines += planners(report, verification)
    lines += restsOn(report, verification)
    lines += cheaper(report)
    return lines.map { trimmed($0) + "\n" }.joined()
  }

  private static func heading(_ report: CostReport, _ digest: String?) -> String {
    [
      report.table.name + (digest.map { " " + $0 } ?? ""), "prices \(report.prices.title)",
      "shares and lengths assumed",
    ].joined(separator: "   ")
  }

  private static func perRun(_ report: CostReport, _ gate: GateDecision) -> [String] {
    func row(
      _ name: String,
      _ text: (Figure) -> String,
      _ figure: (CostFigures) -> Figure
    ) -> [String] {
      [
        "  " + name, text(figure(report.least)),
        report.expected.map { text(figure($0)) } ?? "unknown", text(figure(report.worst)),
      ]
    }
    var rows = [
      ["per run", "least", "expected", "worst", "gate"],
      row("dollars", money) { $0.picodollars } + [gate.lines.first ?? "no budget"],
    ]
    rows += gate.lines.dropFirst().map { ["", "", "", "", $0] }
    rows.append(row("tokens", tokens) { $0.tokens } + [""])
    rows.append(row("working time", time) { $0.workMilliseconds } + [""])
    rows.append(row("with people", time) { $0.elapsedMilliseconds } + [timeoutLine(report)])
    return aligned(rows, right: [1, 2, 3])
  }

  private static func timeoutLine(_ report: CostReport) -> String {
    let limits = report.table.runLimits
    guard limits.timeoutMilliseconds >= 0 else { return "no timeout" }
    let timeout = "timeout \(DurationText.text(limits.timeoutMilliseconds))"
    if limits.timeoutTarget >= 0 {
      return timeout + ", then `\(PathNames(report.table)[limits.timeoutTarget])` within "
        + DurationText.text(limits.graceMilliseconds)
    }
    guard let worst = report.worst.elapsedMilliseconds.value else {
      return timeout + ": may be reached"
    }
    return timeout
      + (worst <= limits.timeoutMilliseconds ? ": cannot be reached" : ": may be reached")
  }

  private static func byOutcome(_ report: CostReport) -> [String] {
    guard !report.outcomes.isEmpty else { return [] }
    var rows = [["by outcome", "share", "least", "expected", "worst", "dearest way"]]
    var previous: [String] = []
    for outcome in report.outcomes {
      var way = ""
      if let dearest = outcome.dearestWay {
        // The ending itself is the row's name.
        var names = dearest.names(in: report.table)
        if let last = dearest.steps.last, report.table.isShown(Int(last.place)) {
          names.removeLast()
        }
        way = shortened(names, after: previous)
        previous = names
      }
      rows.append([
        "  " + outcome.name, outcome.share.map { share($0) } ?? "unknown",
        money(outcome.least.picodollars),
        outcome.expected.map { money($0.picodollars) } ?? "unknown",
        money(outcome.worst.picodollars), way,
      ])
    }
    return aligned(rows, right: [1, 2, 3, 4])
  }

  /// A way, what it shares with the way of the row above left out, and the middle of a long one.
  private static func shortened(_ names: [String], after previous: [String]) -> String {
    var shared = 0
    while shared < min(names.count, previous.count), names[shared] == previous[shared] {
      shared += 1
    }
    var rest = names
    var prefix = ""
    if shared >= 3 {
      rest = Array(names.dropFirst(min(shared - 1, names.count - 1)))
      prefix = "... >"
    }
    if rest.count > 14 {
      rest = rest.prefix(6) + ["(\(rest.count - 12) more)"] + rest.suffix(6)
    }
    return prefix + rest.joined(separator: ">")
  }

  private static func byStep(_ report: CostReport) -> [String] {
    var rows = [
      [
        "worst, by step", "visits x tries", "prompt<=", "output<=", "each", "worst", "share",
      ]
    ]
    var free: [String] = []
    let steps = report.steps.sorted { left, right in
      left.worstPicodollars != right.worstPicodollars
        ? left.worstPicodollars > right.worstPicodollars : left.unit.place < right.unit.place
    }
    for step in steps {
      let name = "  " + step.unit.name
      let visits = step.visits == .max ? "unbounded" : "\(step.visits)"
      let factors = "\(visits) x \(step.unit.tries)"
      switch step.unit.basis {
      case .model, .declared:
        let isModel = step.unit.promptTokens > 0
        rows.append([
          name, factors, isModel ? grouped(step.unit.promptTokens) : "",
          isModel ? grouped(step.unit.outputTokens) : "declared",
          each(step.unit), Picodollars.text(step.worstPicodollars),
          share(step.share),
        ])
      case .undeclared: free.append(step.unit.name)
      case .people: rows.append([name, factors, "", "", "", "people", "not priced"])
      case .unknown(let reason): rows.append([name, factors, "", "", "", "unknown", reason])
      }
    }
    var lines = aligned(rows, right: [1, 2, 3, 4, 5])
    if !free.isEmpty {
      lines.append(
        "  " + listed(free) + "   counted as $0: no `cost_per_call` and no model"
      )
    }
    return lines
  }

  /// The price of one try; what the agent's own tools may take of it stands apart.
  private static func each(_ unit: UnitCost) -> String {
    let tools = unit.tryPicodollars - min(unit.tryPicodollars, unit.callPicodollars)
    guard tools > 0, tools < unit.tryPicodollars else {
      return Picodollars.text(unit.tryPicodollars)
    }
    return "\(Picodollars.text(unit.callPicodollars))+\(Picodollars.text(tools))"
  }

  private static func restsOn(_ report: CostReport, _ verification: VerifierReport?) -> [String] {
    let bound: String
    switch report.method {
    case .everyWay:
      let ways = verification?.waysThrough.map { ways in
        ways >= VerifierReport.waysLimit ? ", more than a million" : ", \(grouped(Int64(ways)))"
      }
      bound = "every way through was looked at\(ways ?? ""); the dearest one attains worst"
    case .summedLoops:
      bound = "loops and trees summed up by their limits; no single way need attain worst"
    case .maxSteps:
      bound = "`max_steps` \(report.table.runLimits.maxSteps) is what bounds worst"
    case .none: bound = "nothing: a cycle has no limit, see `check`"
    }
    let part = Int(report.assumptions.usedPart * 100)
    let failing = report.assumptions.failureShare
    var lines = [
      "rests on   bound    \(bound)",
      "           enforced prompt<= and output<= are checked at each call; a longer prompt is "
        + "refused unsent",
      "           assumed  calls use \(part) % of their limits and time, \(share(failing)) fail "
        + "for good, open edges are taken equally often",
      "           learned  nothing: this version reads no recorded runs, so there is no p95",
    ]
    if let note = expectationNote(report) { lines.append("           assumed  " + note) }
    let unknown = report.unknown.map { unit in
      var reason = ""
      if case .unknown(let text) = unit.basis { reason = text }
      return "\(unit.name) (\(reason))"
    }
    lines.append("           unknown  " + (unknown.isEmpty ? "nothing" : listed(unknown)))
    return lines
  }

  /// Why the mean is not between least and worst, where that is so.
  private static func expectationNote(_ report: CostReport) -> String? {
    guard let expected = report.expected?.picodollars.value,
      let least = report.least.picodollars.value, expected < least
    else { return nil }
    return "expected is below least, which is of runs that succeed: runs that fail take less"
  }

  private static func cheaper(_ report: CostReport) -> [String] {
    let remedies = Remedy.find(report, goal: nil)
    guard !remedies.isEmpty else { return [] }
    let parts = remedies.map { "\($0.edit) -> worst \(Picodollars.text($0.worstPicodollars))" }
    return ["cheaper    " + parts.joined(separator: " | ")]
  }

  // MARK: Cells

  static func money(_ figure: Figure) -> String {
    switch figure {
    case .known(let amount): Picodollars.text(amount)
    case .unbounded: "unbounded"
    case .unknown: "unknown"
    }
  }

  static func tokens(_ figure: Figure) -> String {
    switch figure {
    case .known(let count): grouped(count)
    case .unbounded: "unbounded"
    case .unknown: "unknown"
    }
  }

  static func time(_ figure: Figure) -> String {
    switch figure {
    case .known(let milliseconds): DurationText.text(milliseconds)
    case .unbounded: "unbounded"
    case .unknown: "unknown"
    }
  }

  /// `7,640`.
  static func grouped(_ number: Int64) -> String {
    var text = ""
    for (position, digit) in String(number.magnitude).reversed().enumerated() {
      if position > 0, position % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
  }

  /// `89.5 %`; what is more than nothing never looks like nothing.
  static func share(_ share: Double) -> String {
    if share > 0, share < 0.0005 { return "<0.1 %" }
    let tenths = Int64((share * 1_000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }

  private static func listed(_ names: [String]) -> String {
    let shown = names.prefix(8).joined(separator: ", ")
    return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
  }

  /// Columns wide enough for their cells, two spaces apart; those in `right` end together.
  private static func aligned(_ rows: [[String]], right: Set<Int>) -> [String] {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.unicodeScalars.count)
      }
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(
          repeating: " ",
          count: widths[column] - cell.unicodeScalars.count
        )
        if column > 0 { line += right.contains(column) ? "  " : "   " }
        line += right.contains(column) ? padding + cell : cell + padding
      }
      return line
    }
  }

  private static func trimmed(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }
}
