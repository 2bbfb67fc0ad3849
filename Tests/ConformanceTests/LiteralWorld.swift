import Signalbox

@testable import Conformance

/// What a tree shares while it is ticked: the blackboard, the leaves' scripts and what happened.
final class LiteralWorld {
  /// Values by scoped key.
  var blackboard: [String: Value] = [:]
  /// Executions so far, by leaf.
  var cursors: [String: Int] = [:]
  /// Events of the step.
  var events: [String] = []
  /// Milliseconds that have passed.
  var now: Int64 = 0
  /// Whether composites give control back after a child that ended at once.
  var wakesUp = false
  /// Whether one of them asked to be ticked again.
  var isWoken = false

  /// The letter of a leaf's next execution.
  func execute(_ id: String, _ script: [UInt8]) -> UInt8 {
    let position = cursors[id, default: 0]
    cursors[id] = position + 1
    let letter = script[min(position, script.count - 1)]
    events.append("\(id):\(String(decoding: [letter], as: UTF8.self))")
    return letter
  }

  /// The truth of an expression of the suite: names, numbers, texts, comparisons, `&&`, `||`.
  func truth(_ text: String, _ scope: String) -> Bool {
    text.components(separatedBy: "||").contains { clause in
      clause.components(separatedBy: "&&").allSatisfy { comparison($0, scope) }
    }
  }

  private func comparison(_ text: String, _ scope: String) -> Bool {
    for sign in ["==", "!=", "<=", ">=", "<", ">"] {
      let sides = text.components(separatedBy: sign)
      guard sides.count == 2 else { continue }
      let (left, right) = (operand(sides[0], scope), operand(sides[1], scope))
      switch sign {
      case "==": return left.isSameJSON(as: right)
      case "!=": return !left.isSameJSON(as: right)
      default: break
      }
      let (one, other) = (number(left), number(right))
      switch sign {
      case "<": return one < other
      case "<=": return one <= other
      case ">": return one > other
      default: return one >= other
      }
    }
    switch operand(text, scope) {
    case .bool(let bool): return bool
    case let value: return number(value) != 0
    }
  }

  private func number(_ value: Value) -> Double {
    switch value {
    case .int(let int): Double(int)
    case .double(let double): double
    case .bool(let bool): bool ? 1 : 0
    default: .nan
    }
  }

  private func operand(_ text: String, _ scope: String) -> Value {
    let text = text.split(separator: " ").joined(separator: " ")
    if text.hasPrefix("'") { return .string(String(text.dropFirst().dropLast())) }
    if text == "true" || text == "false" { return .bool(text == "true") }
    if let int = Int64(text) { return .int(int) }
    if let double = Double(text) { return .double(double) }
    return blackboard[scope + text] ?? .null
  }
}

extension String {
  fileprivate func components(separatedBy separator: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    parts.append(String(rest))
    return parts
  }
}

extension Substring {
  fileprivate func firstRange(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) {
        return start..<(index(start, offsetBy: text.count))
      }
      start = index(after: start)
    }
    return nil
  }
}
