import Source

/// The results of scenarios in the forms that other programs read.
public struct ScenarioResults: Sendable {
  /// The results of one flow's scenarios.
  public struct Suite: Sendable {
    /// The flow's file as named.
    public var flow: String
    /// What came of its scenarios, in order.
    public var reports: [ScenarioReport]

    /// Results of one flow.
    public init(flow: String, reports: [ScenarioReport]) {
      self.flow = flow
      self.reports = reports
    }
  }

  private let suites: [Suite]

  /// The results of several flows, in order.
  public init(_ suites: [Suite]) { self.suites = suites }

  // MARK: JUnit

  /// JUnit XML: a `testsuite` a flow, a `testcase` a scenario; times are the seconds that it
  /// took, virtual ones are a property.
  ///
  /// Form: <https://github.com/testmoapp/junitxml>. Characters that XML 1.0 cannot hold become
  /// U+FFFD.
  public var junit: String {
    let all = suites.flatMap(\.reports)
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text += "<testsuites name=\"signalbox\" \(Self.counts(all))>\n"
    for suite in suites {
      let flow = Self.xml(suite.flow)
      text += "  <testsuite name=\"\(flow)\" \(Self.counts(suite.reports))>\n"
      for report in suite.reports {
        text += "    <testcase classname=\"\(flow)\" name=\"\(Self.xml(report.name))\""
        text += " time=\"\(Self.seconds(report.playedMicroseconds))\">\n"
        text += "      <properties><property name=\"virtual_ms\""
        text += " value=\"\(report.virtualMilliseconds)\"/></properties>\n"
        guard let first = report.failures.first else {
          text += "    </testcase>\n"
          continue
        }
        text += "      <failure type=\"expectation\" message=\"\(Self.xml(first.message))\">"
        text += Self.xml(Self.details(report).joined(separator: "\n"))
        text += "</failure>\n    </testcase>\n"
      }
      text += "  </testsuite>\n"
    }
    return text + "</testsuites>\n"
  }

  private static func counts(_ reports: [ScenarioReport]) -> String {
    let time = reports.reduce(Int64(0)) { sum, report in
      let (next, overflow) = sum.addingReportingOverflow(report.playedMicroseconds)
      return overflow ? .max : next
    }
    let failed = reports.count { !$0.isPassed }
    return
      "tests=\"\(reports.count)\" failures=\"\(failed)\" errors=\"0\" time=\"\(seconds(time))\""
  }

  private static func seconds(_ microseconds: Int64) -> String {
    let rest = String(microseconds % 1_000_000)
    let padding = String(repeating: "0", count: 6 - rest.utf8.count)
    return "\(microseconds / 1_000_000)." + padding + rest
  }

  private static func details(_ report: ScenarioReport) -> [String] {
    var lines = report.failures.map { failure in
      (failure.span.map { $0.location + ": " } ?? "") + failure.message
    }
    lines.append("way taken: " + report.path.joined(separator: " > "))
    return lines
  }

  /// `text` inside an attribute or element.
  static func xml(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x26: escaped += "&amp;"
      case 0x3C: escaped += "&lt;"
      case 0x3E: escaped += "&gt;"
      case 0x22: escaped += "&quot;"
      case 0x09, 0x0A, 0x0D: escaped += "&#\(scalar.value);"
      case 0..<0x20, 0xFFFE, 0xFFFF: escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  // MARK: TAP

  /// The Test Anything Protocol, version 14: a test point a scenario, failures as YAML blocks.
  ///
  /// Specification: <https://testanything.org/tap-version-14-specification.html>.
  public var tap: String {
    var text = "TAP version 14\n1..\(suites.reduce(0) { $0 + $1.reports.count })\n"
    var number = 0
    for suite in suites {
      for report in suite.reports {
        number += 1
        let name = suites.count > 1 ? "\(suite.flow): \(report.name)" : report.name
        text += "\(report.isPassed ? "ok" : "not ok") \(number) - \(Self.description(name))\n"
        guard !report.isPassed else { continue }
        text += "  ---\n  failures:\n"
        for failure in report.failures {
          text += "    - message: \(Self.quoted(failure.message))\n"
          if let span = failure.span { text += "      at: \(Self.quoted(span.location))\n" }
        }
        text += "  way: \(Self.quoted(report.path.joined(separator: " > ")))\n  ...\n"
      }
    }
    return text
  }

  /// `text` on one line, without control characters.
  static func line(_ text: String) -> String {
    var clean = ""
    for scalar in text.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control
      clean.unicodeScalars.append(
        isControl || [0x2028, 0x2029].contains(scalar.value) ? " " : scalar
      )
    }
    return clean
  }

  /// A description on one line, in which nothing starts a directive.
  static func description(_ text: String) -> String {
    var escaped = ""
    for scalar in line(text).unicodeScalars {
      if scalar == "\\" || scalar == "#" { escaped += "\\" }
      escaped.unicodeScalars.append(scalar)
    }
    return escaped
  }

  /// A YAML text in double quotes.
  private static func quoted(_ text: String) -> String { ScenarioWriter.quoted(text) }
}
