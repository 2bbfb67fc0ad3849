import Document
import Source
import Values

/// The tools and people that the tasks of a machine call: one for each resource.
struct StatesPerformers {
  private struct Performer {
    var name: String
    var key: String
    var resource: String
    var span: SourceSpan
    var isHuman: Bool
    /// Whether some task repeats the call when its answer is lost.
    var isIdempotent = false
  }

  private var performers: [Performer] = []

  /// The name of what a task calls; the same for tasks that call the same.
  mutating func name(of node: Node, isHuman: Bool = false) -> String {
    let resource = node["Resource"]?.string ?? ""
    let span = node["Resource"]?.span ?? node.span
    let parameters = node["Parameters"] ?? node["Arguments"]
    let function = parameters?["FunctionName"]?.string
    let key = "\(isHuman) \(resource) \(resource.contains(":lambda:invoke") ? function ?? "" : "")"
    if let known = performers.first(where: { $0.key.sameScalars(as: key) }) { return known.name }
    let base = Self.plain(Self.words(of: resource, function)) + (isHuman ? "_answer" : "")
    var name = base
    var number = 2
    while performers.contains(where: { $0.name == name }) {
      name = "\(base)_\(number)"
      number += 1
    }
    performers.append(
      Performer(name: name, key: key, resource: resource, span: span, isHuman: isHuman)
    )
    return name
  }

  /// Takes a tool as idempotent; whether it was not before.
  mutating func declareIdempotent(_ name: String) -> Bool {
    guard let index = performers.firstIndex(where: { $0.name == name }),
      !performers[index].isIdempotent, !performers[index].isHuman
    else { return false }
    performers[index].isIdempotent = true
    return true
  }

  /// `agents` and `tools` of the flow.
  func declarations(at span: SourceSpan) -> [(String, Node)] {
    var agents: [(String, Node)] = []
    var tools: [(String, Node)] = []
    for performer in performers {
      let place = performer.span
      let description = ("description", Node.quoted(performer.resource, at: place))
      if performer.isHuman {
        let type = ("type", Node.text("human_task", at: place))
        agents.append((performer.name, .map([type, description], at: place)))
      } else {
        var entries = [("type", Node.text("process", at: place)), description]
        if performer.isIdempotent { entries.append(("idempotent", .bool(true, at: place))) }
        tools.append((performer.name, .map(entries, at: place)))
      }
    }
    var entries: [(String, Node)] = []
    if !agents.isEmpty { entries.append(("agents", .map(agents, at: span))) }
    if !tools.isEmpty { entries.append(("tools", .map(tools, at: span))) }
    return entries
  }

  /// What tells a resource from others of its account: a function with its alias, a service with
  /// its action, an activity.
  private static func words(of resource: String, _ function: String?) -> String {
    let parts = resource.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 5, parts[0] == "arn" else {
      let last = resource.split { $0 == ":" || $0 == "/" }.last.map(String.init)
      return last ?? resource
    }
    if parts[2] == "lambda", parts.count > 6 { return lambda(Array(parts[6...])) }
    guard parts[2] == "states" else {
      return parts.last?.split(separator: "/").last.map(String.init) ?? resource
    }
    if parts[5] == "activity", parts.count > 6 { return parts[6] }
    var words = Array(parts[5...])
    if words.first == "aws-sdk" { words.removeFirst() }
    for suffix in [".waitForTaskToken", ".sync"] where words.last?.hasSuffix(suffix) == true {
      words[words.count - 1].removeLast(suffix.count)
    }
    if words.starts(with: ["lambda", "invoke"]), let function, !function.isEmpty {
      let named = function.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      return named.count > 6 ? lambda(Array(named[6...])) : function
    }
    return words.joined(separator: "_")
  }

  /// A function's name, with the alias or version that is called.
  private static func lambda(_ parts: [String]) -> String {
    parts.count > 1 && parts[1] != "$LATEST" ? "\(parts[0])_\(parts[1])" : parts[0]
  }

  /// A text as a name of the flow.
  private static func plain(_ text: String) -> String {
    var inner = text
    if inner.hasPrefix("${"), inner.hasSuffix("}") {
      inner = String(inner.dropFirst(2).dropLast())
    }
    var name = ""
    for scalar in inner.unicodeScalars.prefix(100) {
      let isPlain =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || scalar == "_" || scalar == "-")
      name.unicodeScalars.append(isPlain ? scalar : "_")
    }
    guard let first = name.utf8.first else { return "task" }
    return first >= 0x30 && first <= 0x39 || first == 0x2D ? "t" + name : name
  }
}
