import Source

/// The wording of findings about proposals.
enum Messages {
  /// User input between backticks, cut where it is long.
  private static func quoted(_ text: String) -> String {
    let words = text.unicodeScalars.prefix(60).map { scalar in
      scalar.properties.generalCategory == .control ? " " : String(scalar)
    }.joined()
    return "`\(words)`"
  }

  static func proposalTooLong(_ count: Int, limit: Int) -> Diagnostic {
    Diagnostic(
      .planSize,
      .error,
      "the proposal has \(count) bytes; at most \(limit) are read",
      at: nil,
      hint: "propose fewer steps"
    )
  }

  static func notJSON(_ cause: String?, at span: SourceSpan?) -> Diagnostic {
    Diagnostic(
      .planForm,
      .error,
      "the proposal is not one JSON text" + (cause.map { ": \($0)" } ?? ""),
      at: span,
      hint: "answer with the JSON mapping `{\"tasks\": [...]}` and nothing else"
    )
  }

  static func notAPlan(_ kind: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .planForm,
      .error,
      "a plan is a mapping, not \(kind)",
      at: span,
      hint: "write `{\"tasks\": [...]}`"
    )
  }

  static func noTasks(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .planForm,
      .error,
      "a plan has a list of one task or more",
      at: span,
      hint: "write `\"tasks\": [{\"id\": \"first\", \"tool\": \"...\"}]`"
    )
  }

  static func notATask(_ kind: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .planForm,
      .error,
      "a task is a mapping, not \(kind)",
      at: span,
      hint: "write `{\"id\": \"first\", \"tool\": \"...\"}`"
    )
  }

  static func planID(_ id: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .planForm,
      .error,
      "\(quoted(id)) is no id of a task",
      at: span,
      hint: "use up to 64 letters, digits and `_`, a letter first"
    )
  }

  static func planKey(
    _ key: String,
    of what: String,
    allowed: [String],
    at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      .planKey,
      .error,
      "\(what) has no key \(quoted(key))",
      at: span,
      hint: "it may have " + allowed.map { "`\($0)`" }.joined(separator: ", ")
    )
  }

  static func notPermitted(
    _ kind: String,
    _ name: String,
    among names: [String],
    at span: SourceSpan
  ) -> Diagnostic {
    let near = Suggestion.nearest(to: name, in: names)
    let list = names.prefix(20).map { "`\($0)`" }.joined(separator: ", ")
    return Diagnostic(
      .planCallee,
      .error,
      "a plan may not call \(kind == "agent" ? "an agent" : "a tool") \(quoted(name))",
      at: span,
      hint: near.map { "did you mean `\($0)`?" }
        ?? (names.isEmpty ? "it may call none" : "it may call \(list)")
    )
  }

  static func tooManySteps(_ limit: Int, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .planSize,
      .error,
      "the plan has more than \(limit) steps",
      at: span,
      hint: "steps inside others count as well"
    )
  }

  static func valueNotAllowed(
    _ name: String,
    _ values: [String],
    at span: SourceSpan
  ) -> Diagnostic {
    let list = values.prefix(20).map { "`\($0)`" }.joined(separator: ", ")
    return Diagnostic(
      .planValue,
      .error,
      "`\(name)` has a value that is not allowed",
      at: span,
      hint: "write one of \(list), not a template"
    )
  }

  static func failureHandling(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .planForm,
      .error,
      "a failed step of a plan is tried again, or the plan stops",
      at: span,
      hint: "write `retry` or `stop`"
    )
  }

  static func keptStep(_ id: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .planKept,
      .error,
      "\(quoted(id)) is done; the plan says something else under its id",
      at: span,
      hint: "leave it out and read its result, or give the new step another id"
    )
  }

  static func overRemainder(worst: String, remainder: String) -> Diagnostic {
    Diagnostic(
      .planRemainder,
      .error,
      "the plan may cost \(worst); \(remainder) are left of the run's budget",
      at: nil,
      hint: "propose fewer or cheaper steps"
    )
  }

  static func unboundedWithRemainder(remainder: String) -> Diagnostic {
    Diagnostic(
      .planRemainder,
      .error,
      "what the plan may cost has no bound; \(remainder) are left of the run's budget",
      at: nil,
      hint: "call only what has a price"
    )
  }

  static func unproven(_ what: String) -> Diagnostic {
    Diagnostic(
      .planUnproven,
      .error,
      "not proven: \(what)",
      at: nil,
      hint: "let fewer steps run side by side"
    )
  }
}
