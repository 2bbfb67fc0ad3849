import Values

/// How listings and drawings spell a table's numbers.
package enum TableText {
  /// `250ms`, `5s`, `2m 30s`, `50h`.
  package static func duration(milliseconds: Int64) -> String {
    guard milliseconds >= 0 else { return "-" }
    guard milliseconds >= 1_000, milliseconds % 1_000 == 0 else { return "\(milliseconds)ms" }
    let seconds = milliseconds / 1_000
    var parts: [String] = []
    if seconds >= 3_600 { parts.append("\(seconds / 3_600)h") }
    if seconds % 3_600 >= 60 { parts.append("\(seconds % 3_600 / 60)m") }
    if seconds % 60 > 0 { parts.append("\(seconds % 60)s") }
    return parts.joined(separator: " ")
  }

  /// `$0.02`, to the pico-dollar.
  static func dollars(picodollars: Int64) -> String {
    guard picodollars >= 0 else { return "-" }
    let whole = picodollars / 1_000_000_000_000
    var digits = String(picodollars % 1_000_000_000_000)
    digits = String(repeating: "0", count: 12 - digits.utf8.count) + digits
    while digits.utf8.count > 2, digits.utf8.last == 0x30 { digits.removeLast() }
    return "$\(whole).\(digits)"
  }

  /// `timeout, unavailable`; all kinds are `any`, all but a few `any but unknown`.
  static func kinds(_ kinds: ErrorKindSet) -> String {
    let named = ErrorKind.allCases.filter { kinds.contains($0) }
    if named.count == ErrorKind.allCases.count { return "any" }
    let missing = ErrorKind.allCases.filter { !kinds.contains($0) }
    if missing.count <= 2 {
      return "any but " + missing.map(\.name).joined(separator: ", ")
    }
    return named.map(\.name).joined(separator: ", ")
  }

  /// A text on one line: line breaks and control characters escaped, cut beyond `width` scalars.
  static func line(_ text: String, width: Int = 200) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count == width { return result + "..." }
      count += 1
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.properties.generalCategory == .control
          || scalar.properties.generalCategory == .format
        {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}

extension TransitionTable {
  /// A node's name made unique: the end of an acting final state gets `#end`.
  public func uniqueName(of node: NodeIndex) -> String {
    let name = nodes[Int(node)].name
    guard node > 0, nodes[Int(node)].kind == .final,
      nodes[Int(node) - 1].name.sameScalars(as: name)
    else { return name }
    return name + "#end"
  }

  /// A row's guard in words: text, negation, kinds of failure; empty when it is always taken.
  public func guardText(of row: Row) -> String {
    var parts: [String] = []
    if row.event == .failure, row.kinds != .all { parts.append(TableText.kinds(row.kinds)) }
    if row.guardProgram != noIndex {
      let text = programs[Int(row.guardProgram)].text
      parts.append(row.isNegated ? "!(\(text))" : text)
    }
    return parts.joined(separator: " and ")
  }
}

extension EventClass {
  /// The name in listings.
  public var name: String {
    switch self {
    case .always: "always"
    case .success: "success"
    case .failure: "failure"
    case .changed: "changed"
    case .done: "done"
    case .cancel: "cancel"
    case .after: "after"
    case .external: "event"
    case .enter: "enter"
    case .running: "running"
    case .skipped: "skipped"
    }
  }
}

extension PlaceNode.Kind {
  /// The name in listings.
  public var name: String {
    switch self {
    case .compound: "compound"
    case .parallel: "parallel"
    case .action: "action"
    case .decision: "decision"
    case .check: "check"
    case .wait: "wait"
    case .human: "human"
    case .pass: "pass"
    case .rest: "rest"
    case .planner: "planner"
    case .fork: "fork"
    case .join: "join"
    case .call: "call"
    case .final: "final"
    case .history: "history"
    case .tree: "tree"
    case .branch: "branch"
    case .park: "park"
    case .plan: "plan"
    }
  }
}
