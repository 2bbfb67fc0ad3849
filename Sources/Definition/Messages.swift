import Document
import Source
import Values

/// The wording of the loader's findings.
enum Messages {
  // MARK: Keys

  static let olderForm = Diagnostic.Note(
    "without `signalbox: 1` in its first line the file is read in the older form, which has other "
      + "rules"
  )

  static func unknownKey(
    _ entry: Node.Entry,
    in level: Level,
    near: String?,
    known: [String] = []
  ) -> Diagnostic {
    let more = known.count > 10 ? ", …" : ""
    let keys = known.prefix(10).map { "`\($0)`" }.joined(separator: ", ") + more
    return Diagnostic(
      .flowUnknownKey,
      "unknown key \(quoted(entry.key)) in \(level.title)",
      at: entry.keySpan,
      hint: Suggestion.question(entry.key, meant: near)
        ?? (known.isEmpty ? nil : "the keys of \(level.title) are \(keys)"),
      fix: near.map { Diagnostic.Fix(span: entry.keySpan, replacement: $0) }
    )
  }

  static func misplaced(_ group: [Node.Entry], in level: Level, homes: [Level]) -> Diagnostic {
    let names = list(group.prefix(3).map { quoted($0.key) })
    let more = group.count > 3 ? " and \(group.count - 3) more keys" : ""
    let verb = group.count == 1 ? "does" : "do"
    return Diagnostic(
      .flowMisplacedKey,
      "\(names)\(more) \(verb) not belong in \(level.title)",
      at: group[0].keySpan,
      hint: "\(group.count == 1 ? "it belongs" : "they belong") in "
        + "\(list(homes.prefix(3).map(\.title), "or")); check the indentation"
    )
  }

  static func besideEmpty(_ entry: Node.Entry, empty: Node.Entry, more: Int) -> Diagnostic {
    let others =
      more == 0 ? "" : more == 1 ? " and one more key" : " and \(more) more keys"
    let verb = more == 0 ? "stands" : "stand"
    return Diagnostic(
      .flowIndentation,
      "\(quoted(entry.key))\(others) \(verb) beside \(quoted(empty.key)), which is empty",
      at: entry.keySpan,
      notes: [.init("\(quoted(empty.key)) is here", span: empty.keySpan)],
      hint: "indent \(more == 0 ? "it" : "them") further than \(quoted(empty.key))"
    )
  }

  static func stepOutOfPlace(_ entry: Node.Entry, in level: Level, more: Int) -> Diagnostic {
    let subject =
      more == 0
      ? "looks like a step, but stands"
      : "and \(more == 1 ? "one more key" : "\(more) more keys") look like steps, but stand"
    return Diagnostic(
      .flowIndentation,
      "\(quoted(entry.key)) \(subject) in \(level.title)",
      at: entry.keySpan,
      hint: level == .step
        ? "indent it as far as the name of the step that it stands in"
        : "steps stand under `states`; indent it below that key"
    )
  }

  static func slippedStepKey(_ entries: [Node.Entry], after step: String?) -> Diagnostic {
    let names = list(entries.prefix(3).map { quoted($0.key) })
    return Diagnostic(
      .flowIndentation,
      "\(names) stand\(entries.count == 1 ? "s" : "") where the names of states are expected",
      at: entries[0].keySpan,
      hint: step.map { "indent further, to put it into \(quoted($0))" }
        ?? "a state is a name with a mapping: `name: {agent: …, on_success: …}`"
    )
  }

  static func seedKey(_ entry: Node.Entry, instead: String) -> Diagnostic {
    Diagnostic(
      .flowSeedKey,
      "\(quoted(entry.key)) is not a key of the house form",
      at: entry.keySpan,
      hint: "write \(instead)"
    )
  }

  static func notSupported(_ feature: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .flowNotSupported,
      "\(feature) do not run",
      at: span,
      hint: feature == "decision rules"
        ? "say it with guards: `on_success: [{when: …, target: …}, {target: …}]`"
        : "put them in as `states`, `tasks`, `nodes` or a tree at `root`"
    )
  }

  static func noEffect(_ keys: [Located<String>]) -> Diagnostic? {
    guard let first = keys.first else { return nil }
    let more = keys.count - 1
    let others = more == 0 ? "" : more == 1 ? " and one more key" : " and \(more) more keys"
    return Diagnostic(
      .flowNoEffect,
      .note,
      "\(quoted(first.value))\(others) \(more == 0 ? "has" : "have") no effect yet",
      at: first.span,
      notes: keys.dropFirst().prefix(20).map { .init("\(quoted($0.value))", span: $0.span) }
    )
  }

  /// A warning for each key that promises what nothing enforces yet, with its places.
  static func notEnforced(_ keys: [Located<UnenforcedKey>]) -> [Diagnostic] {
    UnenforcedKey.allCases.compactMap { key in
      let places = keys.filter { $0.value == key }
      guard let first = places.first else { return nil }
      return Diagnostic(
        .flowUnenforced,
        .warning,
        "\(quoted(key.rawValue)) is not enforced yet: a live run is refused",
        at: first.span,
        notes: places.dropFirst().prefix(8).map { .init("and here", span: $0.span) },
        hint: "run it with `--accept-unenforced \(key.rawValue)` if that is bearable, or remove it"
      )
    }
  }

  // MARK: Values

  static func wrongKind(_ entry: Node.Entry, wanted: String, hint: String?) -> Diagnostic {
    if case .null = entry.value.content { return noValue(entry) }
    let isScalar = ["a whole number", "a number", "true or false"].contains(wanted)
    return Diagnostic(
      .flowWrongKind,
      "\(quoted(entry.key)) must be \(wanted), not \(entry.value.kindName)",
      at: entry.value.span,
      hint: hint ?? (isScalar ? unquoteHint(entry.value) : nil)
    )
  }

  static func wrongKind(_ node: Node, of level: Level) -> Diagnostic {
    Diagnostic(
      .flowWrongKind,
      "\(level.title) must be a mapping, not \(node.kindName)",
      at: node.span
    )
  }

  static func wrongElement(_ node: Node, of key: String, wanted: String) -> Diagnostic {
    Diagnostic(
      .flowWrongKind,
      "each entry of \(quoted(key)) must be \(wanted), not \(kind(node))",
      at: node.span,
      hint: quoteHint(node)
    )
  }

  static func noValue(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowMissingKey,
      "\(quoted(entry.key)) has no value",
      at: entry.keySpan,
      hint: "write a value, or delete the key"
    )
  }

  static func emptyText(_ key: String, _ span: SourceSpan) -> Diagnostic {
    Diagnostic(.flowBadValue, "\(quoted(key)) is empty", at: span)
  }

  static func missing(
    _ key: String,
    in title: String,
    at span: SourceSpan,
    hint: String?
  )
    -> Diagnostic
  {
    Diagnostic(.flowMissingKey, "\(title) has no \(quoted(key))", at: span, hint: hint)
  }

  static func badWord(
    _ word: Located<String>,
    of key: String,
    words: [String],
    near: String?
  ) -> Diagnostic {
    let choices = "\(quoted(key)) is \(list(words.map { "`\($0)`" }, "or"))"
    return Diagnostic(
      .flowBadValue,
      "\(quoted(word.value)) is not a value of \(quoted(key))",
      at: word.span,
      hint: near.map { "did you mean `\($0)`?" } ?? choices
    )
  }

  static func outOfRange(
    _ entry: Node.Entry,
    _ range: ClosedRange<some Comparable>
  )
    -> Diagnostic
  {
    Diagnostic(
      .flowBadValue,
      "\(quoted(entry.key)) must be from \(range.lowerBound) to \(range.upperBound)",
      at: entry.value.span,
      hint: "write `\(entry.key): \(range.lowerBound)` or more, up to that, or leave the key out"
    )
  }

  static func quoteHint(_ node: Node) -> String? {
    switch node.content {
    case .bool, .int, .uint, .double: node.text.map { "quote it: \"\($0.text)\"" }
    default: nil
    }
  }

  /// For a number or a boolean in quotes.
  private static func unquoteHint(_ node: Node) -> String? {
    guard node.isQuoted, let text = node.string else { return nil }
    let isPlain = text == "true" || text == "false" || Double(text) != nil
    return isPlain ? "remove the quotes: \(shortened(text))" : nil
  }

  static func listHint(_ entry: Node.Entry) -> String? {
    guard let text = entry.value.string else { return nil }
    let words = text.split(separator: " ")
    guard entry.key == "argv", words.count > 1 else {
      return "write `\(entry.key): [\(shortened(text))]`"
    }
    let isPlain = text.utf8.allSatisfy { !"\"'\\,[]{}#&*!|>%@`:".utf8.contains($0) }
    guard isPlain, text.utf8.count <= 80 else {
      return "no shell reads it: write the program and each of its arguments as an element"
    }
    return "write `argv: [\(words.joined(separator: ", "))]`, one element a word: no shell reads it"
  }

  // MARK: Guards

  static func guardKind(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowGuardText,
      "YAML read the expression of \(quoted(entry.key)) as \(entry.value.kindName)",
      at: entry.value.span,
      hint: "put the whole expression in quotes"
    )
  }

  static func swallowedGuard(_ entry: Node.Entry, _ whole: SourceSpan) -> Diagnostic {
    let written = String(
      decoding: whole.file.bytes[whole.start..<whole.end],
      as: UTF8.self
    )
    let isGuard = ["when", "condition", "require", "check"].contains(entry.key)
    return Diagnostic(
      .flowGuardText,
      "YAML ended the value of \(quoted(entry.key)) at a comma: it holds only "
        + quoted(entry.value.text?.text ?? ""),
      at: whole,
      hint: "quote the whole \(isGuard ? "guard" : "value"): "
        + "`\(entry.key): \"\(shortened(written))\"`"
    )
  }

  // MARK: Durations and money

  static func duration(
    _ entry: Node.Entry,
    _ spelling: String,
    _ fault: DurationSpelling.Fault,
    namesUnit unit: DurationUnit?
  ) -> Diagnostic {
    let span = entry.value.span
    let name = quoted(spelling)
    switch fault {
    case .syntax, .noUnit:
      let hint =
        unit.map { "write a number of \($0.rawValue)" } ?? "write it as in `30s`, `5m`, `4h`"
      return Diagnostic(.durationSyntax, "\(name) is not a duration", at: span, hint: hint)
    case .unknownUnit(let unit, let instead):
      return Diagnostic(
        .durationSyntax,
        "\(name) is not a duration: there is no unit \(quoted(unit))",
        at: span,
        hint: instead.map { "write `\($0)`; the units are ms, s, m, h, d" }
          ?? "the units are ms, s, m, h, d"
      )
    case .negative:
      return Diagnostic(
        .durationRange,
        "a duration cannot be negative",
        at: span,
        hint: "write `30s`, for example"
      )
    case .tooFine:
      return Diagnostic(
        .durationRange,
        "\(name) is finer than a millisecond",
        at: span,
        hint: "write whole milliseconds, as in `1ms`"
      )
    case .tooLong:
      return Diagnostic(
        .durationRange,
        "\(name) is longer than 36,500 days",
        at: span,
        hint: "write `36500d` at most"
      )
    case .calendarUnit:
      return Diagnostic(
        .durationSyntax,
        "\(name) counts years or months, whose length is not fixed",
        at: span,
        hint: "write days, as in `30d` or `P30D`"
      )
    }
  }

  static func bareDuration(_ entry: Node.Entry, _ spelling: String) -> Diagnostic {
    Diagnostic(
      .durationBareNumber,
      .note,
      "\(quoted(entry.key)) is read as \(spelling) seconds",
      at: entry.value.span,
      hint: "write the unit: `\(spelling)s`",
      fix: Diagnostic.Fix(span: entry.value.span, replacement: "\(spelling)s")
    )
  }

  static func zeroDuration(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .durationRange,
      "\(quoted(entry.key)) must be longer than zero",
      at: entry.value.span,
      hint: "write `30s`, for example"
    )
  }

  static func money(_ entry: Node.Entry, _ spelling: String, _ fault: Money.Fault) -> Diagnostic {
    let span = entry.value.span
    let name = quoted(spelling)
    switch fault {
    case .syntax:
      return Diagnostic(
        .moneySyntax,
        "\(name) is not an amount of money",
        at: span,
        hint: "write dollars as in `$0.02`"
      )
    case .separator:
      return Diagnostic(
        .moneySyntax,
        "\(name) has a separator between its digits",
        at: span,
        hint: "write digits and a point only, as in `$1250.50`"
      )
    case .currency(let currency):
      return Diagnostic(
        .moneySyntax,
        "\(name) is in another currency (\(currency))",
        at: span,
        hint: "amounts are in US dollars, as in `$0.02`"
      )
    case .negative:
      return Diagnostic(
        .moneyRange,
        "an amount of money cannot be negative",
        at: span,
        hint: "write `$0` or more"
      )
    case .tooFine:
      return Diagnostic(
        .moneyTooFine,
        "\(name) is finer than a pico-dollar (twelve digits after the point)",
        at: span,
        hint: "round it yourself; nothing is rounded silently"
      )
    case .tooLarge:
      return Diagnostic(
        .moneyRange,
        "\(name) is more than 9,223,372 dollars",
        at: span,
        hint: "write a smaller amount; nothing larger can be counted exactly"
      )
    }
  }

  // MARK: Words

  /// User input in backticks, shortened and on one line.
  static func quoted(_ text: String) -> String { "`\(shortened(text))`" }

  static func shortened(_ text: String) -> String {
    var result = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
      if index == 60 { return result + "…" }
      result.unicodeScalars.append(
        scalar.value < 0x20 || scalar.value == 0x7F || scalar == "`" ? " " : scalar
      )
    }
    return result
  }

  /// `a`, `a and b`, `a, b and c`.
  static func list(_ words: some Collection<String>, _ conjunction: String = "and") -> String {
    let words = Array(words)
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
  }

  private static func kind(_ node: Node) -> String {
    if case .string = node.content { return "empty text" }
    return node.kindName
  }
}
