import Document
import Source
import Values

// What the values of fields may be, and which states can be reached.
extension StatesValidator {
  /// The fields that hold numbers, with the least and the largest of them.
  private static let numbers: [(field: String, range: ClosedRange<Double>)] = [
    ("TimeoutSeconds", 1...99_999_999), ("HeartbeatSeconds", 1...99_999_999),
    ("Seconds", 0...99_999_999), ("MaxConcurrency", 0...Double(Int32.max)),
    ("ToleratedFailureCount", 0...Double(Int32.max)), ("ToleratedFailurePercentage", 0...100),
  ]

  private static let texts = ["Comment", "Version", "Error", "Cause", "Label"]
  private static let objects = [
    "Credentials", "ResultSelector", "Parameters", "Assign", "ItemReader", "ItemBatcher",
    "ResultWriter", "ItemSelector",
  ]

  /// Errors that the language itself names; others that start with `States.` do not exist.
  private static let reservedErrors: Set<String> = [
    "States.ALL", "States.BranchFailed", "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold", "States.HeartbeatTimeout", "States.Http.Socket",
    "States.IntrinsicFailure", "States.ItemReaderFailed", "States.NoChoiceMatched",
    "States.ParameterPathFailure", "States.Permissions", "States.QueryEvaluationError",
    "States.ResultPathMatchFailure", "States.ResultWriterFailed", "States.Runtime",
    "States.TaskFailed", "States.Timeout",
  ]

  /// Texts, numbers and objects of a machine or state where the language wants them.
  mutating func values(_ node: Node) {
    for field in Self.texts {
      if let value = node[field], value.string == nil {
        report("`\(field)` must be a text, not \(value.kindName)", at: value.span)
      }
    }
    for (field, range) in Self.numbers {
      guard let value = node[field], value.string == nil else {
        // In JSONata, and where a template is filled in, a text stands for the number.
        continue
      }
      let isWhole: Bool
      switch value.content {
      case .int(let int): isWhole = range.contains(Double(int))
      case .double(let double) where field == "ToleratedFailurePercentage":
        isWhole = range.contains(double)
      default: isWhole = false
      }
      if !isWhole {
        let most = range.upperBound == 100 ? " and at most 100" : ""
        report(
          "`\(field)` is a whole number of at least \(Int(range.lowerBound))\(most)",
          at: value.span
        )
      }
    }
    for field in Self.objects {
      guard let value = node[field], value.entries == nil, value.string == nil else { continue }
      switch value.content {
      case .null: continue
      case .sequence where field == "Parameters" || field == "ResultSelector": continue
      default: report("`\(field)` must be an object, not \(value.kindName)", at: value.span)
      }
    }
    if case .int(let beat)? = node["HeartbeatSeconds"]?.content,
      case .int(let timeout)? = node["TimeoutSeconds"]?.content, beat >= timeout, timeout > 0
    {
      report(
        "`HeartbeatSeconds` must be smaller than `TimeoutSeconds`",
        at: node["HeartbeatSeconds"]?.span ?? node.span
      )
    }
    if let time = node["Timestamp"] { timestamp(time, "Timestamp") }
    if let mode = node["ItemProcessor"]?["ProcessorConfig"]?["Mode"],
      !["INLINE", "DISTRIBUTED"].contains(mode.string ?? "")
    {
      report("`Mode` is `INLINE` or `DISTRIBUTED`", at: mode.span)
    }
  }

  /// A point in time with its offset (RFC 3339); texts that are filled in later are left alone.
  private mutating func timestamp(_ node: Node, _ field: String) {
    guard let text = node.string else {
      return report("`\(field)` must be a text, not \(node.kindName)", at: node.span)
    }
    guard !text.contains("${"), !text.trimmingSpaces.hasPrefix("{%") else { return }
    guard !StatesImporter.isTimestamp(text) else { return }
    report(
      "`\(field)` must be a point in time such as `2025-01-31T08:00:00Z`",
      at: node.span,
      hint: "with seconds, and an offset or `Z`"
    )
  }

  /// Errors of the language's own that do not exist.
  mutating func reserved(_ names: [Node]) {
    for name in names {
      guard let text = name.string, text.hasPrefix("States."), !Self.reservedErrors.contains(text)
      else { continue }
      let near = Suggestion.nearest(to: text, in: Array(Self.reservedErrors))
      report(
        "there is no error `\(Messages.shortened(text))`",
        at: name.span,
        hint: near.map { "did you mean `\($0)`?" } ?? "names with `States.` are the language's own"
      )
    }
  }

  /// States that no way leads to; only looked for where all targets exist.
  mutating func reachability(_ states: [Node.Entry], from start: String) {
    var position: [String: Int] = [:]
    for (index, state) in states.enumerated() { position[state.key] = index }
    var isReached = Array(repeating: false, count: states.count)
    var open = position[start].map { [$0] } ?? []
    while let index = open.popLast() {
      guard !isReached[index] else { continue }
      isReached[index] = true
      for target in Self.targets(of: states[index].value) {
        guard let next = position[target] else { return }
        open.append(next)
      }
    }
    for (index, state) in states.enumerated() where !isReached[index] {
      report("no way leads to the state `\(Messages.shortened(state.key))`", at: state.keySpan)
    }
  }

  private static func targets(of state: Node) -> [String] {
    var targets = [state["Next"], state["Default"]].compactMap { $0?.string }
    for field in ["Choices", "Catch"] {
      for element in state[field]?.elements ?? [] {
        if let next = element["Next"]?.string { targets.append(next) }
      }
    }
    return targets
  }

  /// A state's name is the only one in the whole machine, its branches included.
  mutating func unique(_ state: Node.Entry) {
    guard !names.insert(.string(state.key)).inserted else { return }
    report(
      "there is another state `\(Messages.shortened(state.key))`",
      at: state.keySpan,
      hint: "names are unique in the whole machine, branches and maps included"
    )
  }
}
