import Source

/// The texts of the verifier's findings.
enum Messages {
  static func unreachable(
    _ name: String,
    isFinal: Bool,
    from entries: [String],
    at span: SourceSpan?
  ) -> Diagnostic {
    let list = entries.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
    return Diagnostic(
      .unreachablePlace,
      .warning,
      "\(isFinal ? "final state" : "step") `\(name)` is never reached",
      at: span,
      label: entries.isEmpty
        ? "no edge leads here" : "only \(list) leads here, never reached itself",
      hint: "lead an edge to `\(name)`, or remove it"
    )
  }

  static func trap(_ name: String, way: String, rests: Bool, at span: SourceSpan?) -> Diagnostic {
    var notes = [Diagnostic.Note("way into it: \(way)")]
    if rests { notes.append(Diagnostic.Note("the chart stays there until it is cancelled")) }
    return Diagnostic(
      .trapPlace,
      rests ? .warning : .error,
      "no way leads from `\(name)` to a final state",
      at: span,
      notes: notes,
      hint: "give `\(name)` an edge that leads on, such as `on_success: <final state>`"
    )
  }

  static func untakenRow(
    of name: String,
    target: String,
    at span: SourceSpan?,
    before: SourceSpan?
  ) -> Diagnostic {
    Diagnostic(
      .untakenRow,
      .warning,
      "the edge of `\(name)` to `\(target)` is never taken",
      at: span,
      notes: [Diagnostic.Note("an earlier edge is always taken first", span: before)],
      hint: "put the edge without `when` last, or remove this one"
    )
  }

  static func noErrorEdge(
    _ name: String,
    kinds: [String],
    hasSome: Bool,
    limit: Int?,
    at span: SourceSpan?
  ) -> Diagnostic {
    let list = kinds.prefix(12).joined(separator: ", ")
    var notes = [Diagnostic.Note("without an edge: \(list)")]
    if let limit, kinds.contains("max_visits") {
      notes.append(Diagnostic.Note("entry \(limit + 1) of `\(name)` fails, kind max_visits"))
    }
    return Diagnostic(
      .noErrorEdge,
      .warning,
      hasSome
        ? "some failures of `\(name)` fail the whole run: no edge takes them"
        : "a failure of `\(name)` fails the whole run: no edge takes it",
      at: span,
      notes: notes,
      hint: "write `on_error: <state>` here, or for all steps at the top of the flow"
    )
  }

  static func noDeadline(
    _ name: String,
    isPeople: Bool,
    isRefused: Bool,
    at span: SourceSpan?
  ) -> Diagnostic {
    Diagnostic(
      .noDeadline,
      isRefused ? .error : .warning,
      "`\(name)` has no timeout, so nothing ends a call that is never answered",
      at: span,
      notes: isRefused
        ? [Diagnostic.Note("a flow with a hard budget needs a timeout on every call")] : [],
      hint: "write `timeout: \(isPeople ? "24h" : "30s")` (per attempt)"
    )
  }

  static func unboundedCycle(
    cycle: String,
    way: String,
    remedy: String,
    defaultSteps: Int64,
    refusedDoor: String?,
    isRefused: Bool,
    at span: SourceSpan?
  ) -> Diagnostic {
    var notes = [Diagnostic.Note("way into it: \(way)")]
    if let refusedDoor {
      notes.append(
        Diagnostic.Note(
          "`\(refusedDoor)` has max_visits, but the edge it takes beyond that leads back in"
        )
      )
    }
    notes.append(
      Diagnostic.Note(
        "max_steps ends it after \(defaultSteps) places, by default; that is no proof of cost"
      )
    )
    return Diagnostic(
      .unboundedCycle,
      isRefused ? .error : .warning,
      "nothing bounds the cycle \(cycle)",
      at: span,
      label: "a bound here is enough",
      notes: notes,
      hint: refusedDoor == nil
        ? "give `\(remedy)` `max_visits: 3`, and an error edge that leads out of the cycle"
        : "lead the error edge of `\(refusedDoor ?? remedy)` out of the cycle, "
          + "or give `\(remedy)` `max_visits: 3`"
    )
  }

  static func instantCycle(
    cycle: String,
    way: String,
    remedy: String,
    at span: SourceSpan?
  ) -> Diagnostic {
    Diagnostic(
      .instantCycle,
      .error,
      "the cycle \(cycle) calls and awaits nothing",
      at: span,
      notes: [
        Diagnostic.Note("way into it: \(way)"),
        Diagnostic.Note("a guard that keeps it going once keeps it going for ever"),
      ],
      hint: "lead one edge of it out, or give `\(remedy)` `max_visits: 3`"
    )
  }

  static func doubtfulRetry(_ step: String, tool: String, at span: SourceSpan?) -> Diagnostic {
    Diagnostic(
      .doubtfulRetry,
      .warning,
      "`\(step)` is not tried again when its answer is lost",
      at: span,
      notes: [
        Diagnostic.Note("`\(tool)` writes, and may have done so: that failure is `unknown`")
      ],
      hint: "declare `\(tool)` with `idempotent: true` if one key acts once, or write "
        + "`on: [rate_limited, unavailable]`"
    )
  }

  static func mapBeyondSteps(
    _ name: String,
    items: Int64,
    entries: Int64,
    steps: (limit: Int64, isDeclared: Bool),
    fitting: Int64,
    isSure: Bool,
    at span: SourceSpan?
  ) -> Diagnostic {
    let declared = steps.isDeclared ? "" : ", by default"
    let alternative = isSure ? "let the list be shorter" : "write `max_items: \(fitting)`"
    let plural = items == 1 ? "item" : "items"
    return Diagnostic(
      .mapBeyondSteps,
      isSure ? .error : .warning,
      isSure
        ? "the map `\(name)` can never finish: max_steps ends the run before"
        : "the map `\(name)` cannot finish with \(items) \(plural): max_steps ends the run before",
      at: span,
      label: isSure ? "its list has at least \(items) \(plural)" : nil,
      notes: [
        Diagnostic.Note(
          "a run with \(items) \(plural) enters at least \(entries) places; "
            + "max_steps allows \(steps.limit)\(declared)"
        )
      ],
      hint: "write `max_steps: \(entries)` or more" + (fitting > 0 ? ", or \(alternative)" : "")
    )
  }

  static func unwrittenRead(
    place: String?,
    variable: String,
    fields: [String],
    writers: [String],
    way: String,
    tests: [String],
    isRefused: Bool,
    at span: SourceSpan?
  ) -> Diagnostic {
    let path = ([variable] + fields).joined(separator: ".")
    let optional =
      fields.isEmpty
      ? "`\(variable).?field`" : "`\(variable).?\(fields.joined(separator: "."))`"
    let list = writers.prefix(4).map { "`\($0)`" }.joined(separator: ", ")
    var remedies = writers.first.map { ["lead that way through `\($0)`"] } ?? []
    remedies.append("read " + optional)
    if !tests.isEmpty {
      remedies.append("ask first: " + tests.map { "`\($0)`" }.joined(separator: " or "))
    }
    let last = remedies.removeLast()
    let others = remedies.joined(separator: ", ")
    let reader = place.map { "`\($0)` reads" } ?? "the flow's result reads"
    return Diagnostic(
      .unwrittenRead,
      isRefused ? .error : .warning,
      "\(reader) `\(path)`, which is not written on every way to it",
      at: span,
      label: "written only by \(list)",
      notes: [Diagnostic.Note("way without it: \(way)")],
      hint: others.isEmpty ? last : "\(others), or \(last)"
    )
  }

  static func timeoutTooShort(
    longest: Int64,
    timeout: Int64,
    hit: (name: String, visit: Int64)?,
    each: Int64,
    way: String,
    shorter: (name: String, text: String)?,
    at span: SourceSpan?
  ) -> Diagnostic {
    var label: String?
    if let hit {
      let visit = hit.visit == 1 ? "" : ", visit \(hit.visit)"
      let deadline = each >= 0 ? " (timeout \(DurationText.text(each)) each)" : ""
      label = "hit inside `\(hit.name)`\(visit)\(deadline)"
    }
    var hint = "write `timeout: \(DurationText.roundedUp(longest))`"
    if let shorter { hint += ", or `timeout: \(shorter.text)` in `\(shorter.name)`" }
    return Diagnostic(
      .timeoutTooShort,
      .warning,
      "the flow may run \(DurationText.text(longest)), "
        + "its timeout is \(DurationText.text(timeout))",
      at: span,
      label: label,
      notes: [Diagnostic.Note("longest way: \(way)")],
      hint: hint
    )
  }
}
