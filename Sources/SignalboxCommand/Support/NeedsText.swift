import Signalbox

/// What guards still need, as `signalbox plan` prints it.
enum NeedsText {
  /// Guards that are listed; of the rest only the number is.
  static let limit = 60

  /// One line a guard, the names aligned.
  static func lines(_ needs: [GuardNeed]) -> String {
    guard !needs.isEmpty else { return "" }
    let shown = needs.prefix(limit).map { (name($0), outcome($0)) }
    let width = min(40, shown.map { $0.0.unicodeScalars.count }.max() ?? 0)
    var text = ""
    for (position, line) in shown.enumerated() {
      let padding = String(repeating: " ", count: max(0, width - line.0.unicodeScalars.count))
      text += (position == 0 ? "needs      " : "           ") + line.0 + padding + "  " + line.1
      text += "\n"
    }
    if needs.count > limit { text += "           and \(needs.count - limit) more guards\n" }
    return text.split(separator: "\n").map { String($0).visibleInTerminal + "\n" }.joined()
  }

  private static func name(_ need: GuardNeed) -> String {
    switch need.role {
    case .row: need.target.isEmpty ? need.step : "\(need.step) > \(need.target)"
    case .when, .require, .check: "\(need.step) \(need.role.rawValue)"
    }
  }

  private static func outcome(_ need: GuardNeed) -> String {
    switch need.outcome {
    case .needs(let text): text
    case .decided(true): "nothing: holds with this input"
    case .decided(false): "nothing: never holds with this input"
    case .fails(let message): "fails with this input: \(message)"
    }
  }

  /// For `plan -o json`: each guard with what it needs, whether it holds, or why it fails.
  static func json(_ needs: [GuardNeed]) -> Value {
    .list(
      needs.map { need in
        var fields: ValueMap = [
          "step": .string(need.step), "role": .string(need.role.rawValue),
        ]
        if !need.target.isEmpty { fields["target"] = .string(need.target) }
        switch need.outcome {
        case .needs(let text): fields["needs"] = .string(text)
        case .decided(let truth): fields["holds"] = .bool(truth)
        case .fails(let message): fields["fails"] = .string(message)
        }
        return .map(fields)
      }
    )
  }
}
