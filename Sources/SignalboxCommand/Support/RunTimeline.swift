import Signalbox

/// What happens in a run, a line a step, as people read it.
struct RunTimeline {
  let console: Console
  let format: OutputFormat
  /// Whether the steps are talk (progress) or data.
  let table: LinkedTable

  /// Writes one piece of progress.
  func show(_ progress: RunProgress) {
    if format == .jsonLines, let event = RunEventText.value(progress) {
      console.print(line: JSONWriter.string(event))
    }
    switch progress {
    case .started, .took, .ended: return
    case .proposed(let proposal): console.say(PlanVerdictText.line(proposal))
    case .called(let report) where report.performer.typeName == "planner" && report.isJudged:
      // The verdict has said it.
      return
    case .called(let report): console.say(line(of: report))
    case .retrying(let step, let attempt, let error):
      console.say("             \(pad(step, 10)) attempt \(attempt) follows: \(error.kind.name)")
    case .waiting(let task): console.say(Self.line(of: task, in: table))
    case .refused(let step, let error):
      console.say("             \(pad(step, 10)) refused: \(error.message)")
    case .undecided(let call):
      console.say(
        "             \(pad(call.step, 10)) may or may not have happened: "
          + "key \(call.idempotencyKey)"
      )
    }
  }

  private func line(of report: CallReport) -> String {
    let performer = report.performer
    let role = performer.role == .agent ? "agent" : "tool"
    var text = "  \(Self.clock(report.offsetMilliseconds))  \(pad(report.step, 10)) "
    if !report.answeredBy.isEmpty {
      text += pad("\(report.answeredBy) answered", 26)
    } else {
      text += pad("\(role) \(performer.id)", 26)
    }
    text += pad(performer.model, 13)
    text += pad(report.usage.map { "\($0.promptTokens) in \($0.outputTokens) out" } ?? "", 18)
    text += "  " + Picodollars.text(report.costPicodollars)
    text += "  " + Self.seconds(report.durationMilliseconds)
    if let error = report.error { text += "  \(error.kind.name): \(error.message)" }
    return text
  }

  /// What a person is asked, and how to answer.
  static func line(of task: PersonTask, in table: LinkedTable) -> String {
    let roles =
      task.performer.roles.isEmpty ? "somebody" : task.performer.roles.joined(separator: ", ")
    let until =
      task.untilMilliseconds < 0
      ? "" : ", until \(DateText.utc(task.untilMilliseconds))"
    return "             \(task.step): waiting for \(roles)\(until)"
  }

  /// `01:02.345`, hours in front when there are any.
  static func clock(_ milliseconds: Int64) -> String {
    let total = max(0, milliseconds)
    let minutes = total / 60_000
    let rest = total % 60_000
    let tail = "\(two(minutes % 60)):\(two(rest / 1_000)).\(three(rest % 1_000))"
    return minutes < 60 ? tail : "\(minutes / 60):\(tail)"
  }

  static func seconds(_ milliseconds: Int64) -> String {
    if milliseconds >= 60_000 { return DurationText.text(milliseconds) }
    return "\(milliseconds / 1_000).\(two(milliseconds % 1_000 / 10))s"
  }

  private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
  private static func three(_ number: Int64) -> String {
    number < 10 ? "00\(number)" : number < 100 ? "0\(number)" : "\(number)"
  }

  private func pad(_ text: String, _ width: Int) -> String {
    let count = text.unicodeScalars.count
    return text + String(repeating: " ", count: max(1, width - count))
  }
}

/// Points in time for people, in UTC: no time zone of this machine enters what is printed.
enum DateText {
  /// `2026-11-21 14:02 UTC`.
  static func utc(_ milliseconds: Int64) -> String {
    let seconds = milliseconds / 1_000
    var days = seconds / 86_400
    let rest = seconds % 86_400
    // Days to civil date: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    days += 719_468
    let era = days / 146_097
    let day = days - era * 146_097
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let date = dayOfYear - (153 * month + 2) / 5 + 1
    let number = month < 10 ? month + 3 : month - 9
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(year + era * 400 + (number <= 2 ? 1 : 0))-\(two(number))-\(two(date)) "
      + "\(two(rest / 3_600)):\(two(rest % 3_600 / 60)) UTC"
  }
}
