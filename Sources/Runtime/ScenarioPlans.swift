import Definition
import Document
import Execution
import Journal
import Source
import Synchronization
import Table
import Values

// Planners in scenarios: scripted proposals, and what is expected of their verdicts.
extension Scenario {
  /// What must come of a scenario's proposals.
  public struct PlanExpectation: Sendable {
    /// The verdict on each proposal: `accepted`, a code, or the kind of failure of a question that
    /// was not answered.
    public var verdicts: [Name]?
    /// Where they stand.
    public var verdictsSpan: SourceSpan?
    /// `plan` or `fallback`.
    public var chosen: Name?
  }
}

extension ScenarioReader {
  /// The text that `proposal` stands for: a mapping as JSON, a file's content, or the text itself.
  func proposal(_ node: Node) -> String? {
    guard let text = node.string else { return JSONWriter.string(node.value) }
    let isFile =
      [".json", ".yaml", ".yml", ".txt"].contains { text.hasSuffix($0) }
      && !text.utf8.contains { $0 == 0x0A || $0 == 0x7B || $0 == 0x5B }
    guard isFile else { return text }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
      collector.report(Messages.form("`\(text)` is no path below this file", node.span))
      return nil
    }
    do throws(IncludeError) {
      return String(decoding: try includes.read(text).bytes, as: UTF8.self)
    } catch {
      collector.report(Messages.form("there is no file `\(text)` beside this one", node.span))
      return nil
    }
  }

  /// What `expect.plan` says.
  func planExpectation(_ node: Node) -> Scenario.PlanExpectation {
    var expectation = Scenario.PlanExpectation()
    var reader = MappingReader(node, context: "`plan`", into: collector)
    if let verdicts = reader.node("verdicts") {
      expectation.verdictsSpan = verdicts.span
      expectation.verdicts = (verdicts.elements ?? []).compactMap { element in
        element.string.map { Scenario.Name(text: $0, span: element.span) }
      }
      if verdicts.elements == nil {
        collector.report(Messages.form("`verdicts` is a list", verdicts.span))
      }
    }
    if reader.choice("chosen", of: ["plan", "fallback", "none"]) != nil {
      expectation.chosen = node["chosen"].flatMap { node in
        node.string.map { Scenario.Name(text: $0, span: node.span) }
      }
    }
    reader.finish()
    return expectation
  }
}

/// The verdicts of a scenario's proposals, gathered from its progress.
final class VerdictLog: Sendable {
  private let words = Mutex<[String]>([])
  private let accepted = Mutex<Bool>(false)

  /// Notes what a run's progress says of its planners.
  func note(_ progress: RunProgress) {
    switch progress {
    case .proposed(let proposal):
      words.withLock { $0.append(proposal.word) }
      accepted.withLock { $0 = proposal.table != nil }
    case .refused(let step, let error) where step == "planner":
      words.withLock { $0.append(error.kind.name) }
      accepted.withLock { $0 = false }
    case .called(let report) where report.performer.typeName == "planner":
      // A question that brought no proposal: no model, no time, no money.
      guard let error = report.error, error.kind != .invalidOutput else { return }
      words.withLock { $0.append(error.kind.name) }
      accepted.withLock { $0 = false }
    default: return
    }
  }

  /// The verdicts in order.
  var verdicts: [String] { words.withLock { $0 } }
  /// Whether the last question ended with a plan.
  var endsWithPlan: Bool { accepted.withLock { $0 } }
}

extension ScenarioJudgement {
  /// Compares verdicts and choice with what is expected.
  mutating func judgePlan(_ log: VerdictLog) {
    guard let wanted = scenario.expectation.plan else { return }
    if let expected = wanted.verdicts?.map(\.text) {
      let got = log.verdicts
      let isSame =
        expected.count == got.count
        && zip(expected, got).allSatisfy { $0.sameScalars(as: $1) }
      if !isSame {
        let words = "[\(expected.joined(separator: ", "))], got [\(got.joined(separator: ", "))]"
        fail("plan: expected verdicts \(words)", wanted.verdictsSpan)
      }
    }
    guard let chosen = wanted.chosen else { return }
    let got =
      log.endsWithPlan ? "plan" : log.verdicts.isEmpty || !hasFallback ? "none" : "fallback"
    if !chosen.text.sameScalars(as: got) {
      fail("plan: expected \(chosen.text), got \(got)", chosen.span)
    }
  }

  /// Whether a planner's asking place was left by its failure.
  private var hasFallback: Bool {
    trace.contains { entry in
      guard case .took(let index, _) = entry else { return false }
      let row = table.table.rows[Int(index)]
      return row.event == .failure && table.table.nodes[Int(row.place)].kind == .planner
    }
  }
}
