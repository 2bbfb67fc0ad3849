import Signalbox

@testable import Conformance

/// A scenario's tree as XML for BehaviorTree.CPP.
struct TreeDocument {
  private var subtrees = ""
  private static let names = [
    "sequence": "Sequence", "sequence_keep": "SequenceWithMemory",
    "reactive_sequence": "ReactiveSequence", "fallback": "Fallback",
    "reactive_fallback": "ReactiveFallback", "async_sequence": "AsyncSequence",
    "async_fallback": "AsyncFallback", "parallel": "Parallel", "parallel_all": "ParallelAll",
    "if_then_else": "IfThenElse", "while_do_else": "WhileDoElse", "try_catch": "TryCatch",
    "inverter": "Inverter", "force_success": "ForceSuccess", "force_failure": "ForceFailure",
    "retry": "RetryUntilSuccessful", "repeat": "Repeat", "run_once": "RunOnce",
    "keep_running_until_failure": "KeepRunningUntilFailure", "precondition": "Precondition",
    "timeout": "Timeout", "delay": "Delay", "action": "Action", "condition": "Condition",
    "expression": "ScriptCondition", "assign": "Script",
  ]
  private static let ports = [
    "success_count": "success_count", "failure_count": "failure_count",
    "max_failures": "max_failures", "attempts": "num_attempts", "cycles": "num_cycles",
    "then_skip": "then_skip", "catch_on_halt": "catch_on_halt", "when": "if",
    "failure_if": "_failureIf", "success_if": "_successIf", "skip_if": "_skipIf",
    "while": "_while",
  ]

  /// The document of a tree.
  static func xml(_ tree: Value) -> String {
    var document = TreeDocument()
    let root = document.element(tree)
    return """
      <root BTCPP_format="4" main_tree_to_execute="main">
      <BehaviorTree ID="main">\(root)</BehaviorTree>
      \(document.subtrees)</root>
      """
  }

  private mutating func element(_ value: Value) -> String {
    let kind = value["kind"]?.text ?? ""
    let id = value["id"]?.text ?? ""
    let children = (value["children"]?.elements ?? []).map { element($0) }.joined()
    var attributes = guards(value)
    if kind == "subtree" {
      subtrees += "<BehaviorTree ID=\"\(id)\">\(children)</BehaviorTree>\n"
      if value["share"] == .bool(true) { attributes += " _autoremap=\"true\"" }
      return "<SubTree ID=\"\(id)\"\(attributes)/>"
    }
    var name = Self.names[kind] ?? kind
    switch kind {
    case "action", "condition": attributes += " ID=\"\(id)\""
    case "expression": attributes += " code=\"\(Self.escaped(value["when"]?.text ?? ""))\""
    case "assign":
      let text = "\(value["key"]?.text ?? "") := \(Self.literal(value["value"] ?? .null))"
      attributes += " code=\"\(Self.escaped(text))\""
    case "timeout", "delay":
      let key = kind == "timeout" ? "msec" : "delay_msec"
      attributes += " \(key)=\"\(JSONWriter.string(value["ms"] ?? .null))\""
    case "precondition":
      let words = ["S": "SUCCESS", "F": "FAILURE", "K": "SKIPPED"]
      attributes += " else=\"\(words[value["otherwise"]?.text ?? "F"] ?? "FAILURE")\""
    case "switch":
      let cases = (value["cases"]?.elements ?? []).compactMap(\.text)
      name = "Switch\(cases.count)"
      attributes += " variable=\"{\(value["variable"]?.text ?? "")}\""
      for (index, text) in cases.enumerated() {
        attributes += " case_\(index + 1)=\"\(text)\""
      }
    default: break
    }
    return "<\(name)\(attributes)>\(children)</\(name)>"
  }

  private func guards(_ value: Value) -> String {
    guard case .map(let fields) = value else { return "" }
    var text = ""
    for entry in fields.entries {
      guard case .string(let key) = entry.key else { continue }
      if let port = Self.ports[key], value["kind"]?.text != "expression" || key != "when" {
        let content = entry.value.text ?? JSONWriter.string(entry.value)
        text += " \(port)=\"\(Self.escaped(content))\""
      }
      let posts = [
        "on_success": "_onSuccess", "on_failure": "_onFailure", "on_halted": "_onHalted",
        "post": "_post",
      ]
      if let post = posts[key], case .map(let writes) = entry.value {
        let statements = writes.entries.compactMap { write -> String? in
          guard case .string(let name) = write.key else { return nil }
          return "\(name) := \(Self.literal(write.value))"
        }
        text += " \(post)=\"\(Self.escaped(statements.joined(separator: "; ")))\""
      }
    }
    return text
  }

  private static func literal(_ value: Value) -> String {
    if case .string(let text) = value { return "'\(text)'" }
    return JSONWriter.string(value)
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}
