extension DiagnosticCode {
  /// The codes of invariants.
  public static let invariantCodes: [DiagnosticCode] = [
    invariantNever, invariantAlways, invariantAtMost, invariantTogether, invariantEventually,
    invariantName, invariantForm,
  ]

  /// A forbidden step can be reached.
  public static let invariantNever = DiagnosticCode(
    "SBX-INV-001",
    "a step can run that the flow's invariants forbid",
    """
    `never: X, without: Y` says that X may only start once Y has happened (and, with `since: Z`, if
    Z has not happened after it). Some chain of edges leads to X without Y. Guards are not
    evaluated, but one that a way assumes and that says what Y asks for counts as Y.

    Wrong, if `approve` may lead to `deploy` by either answer:

        - {never: {tool: deploy}, without: {step: approve, when: "approve.decision == 'yes'"}}
        approve: {agent: boss, on_success: deploy}

    Right:

        approve:
          agent: boss
          on_success: [{when: "approve.decision == 'yes'", target: deploy}, {target: stop}]
    """
  )

  /// An obligation can stay open.
  public static let invariantAlways = DiagnosticCode(
    "SBX-INV-002",
    "something that must follow may not follow",
    """
    `after: X, always: Y` says that once X has happened, Y starts before the run ends. Some chain of
    edges leads from X to an end, an error that no edge takes included, without Y.

        - {after: {step: pay, status: failure}, always: {step: refund}}

    Wrong:

        pay: {tool: charge, on_success: done, on_error: failed}

    Right:

        pay: {tool: charge, on_success: done, on_error: refund}
    """
  )

  /// Too many of a kind.
  public static let invariantAtMost = DiagnosticCode(
    "SBX-INV-003",
    "something may happen more often than the flow's invariants allow",
    """
    `at_most: N, of: X` counts: entries for a step, calls for an agent or a tool, so that each
    further attempt of a `retry` counts too.

    Wrong:

        - {at_most: 1, of: {tool: charge}}
        pay: {tool: charge, retry: {max_attempts: 2}, on_success: done}

    Right:

        pay: {tool: charge, on_success: done, on_error: ask}
    """
  )

  /// Two things that exclude each other.
  public static let invariantTogether = DiagnosticCode(
    "SBX-INV-004",
    "one run may do things that exclude each other",
    """
    `never_together: [X, Y]` says that no run does both, in whatever order. Some way does. A
    write that timed out may have happened: `status: success` selects it too.

        - {never_together: [{tool: approve, status: success}, {tool: hold}]}

    Wrong:

        pay: {tool: approve, on_success: done, on_error: hold}

    Right:

        pay:
          tool: approve
          on_success: done
          on_error: [{when: unknown, target: ask}, {target: hold}]
    """
  )

  /// Something that may not happen.
  public static let invariantEventually = DiagnosticCode(
    "SBX-INV-005",
    "something that every run must do may be left out",
    """
    `eventually: X` says that X starts on every way, whatever the guards say and whatever fails.
    Some chain of edges reaches an end without it.

    Wrong:

        - {eventually: {tool: archive}}
        read: {tool: fetch, on_success: archive, on_error: failed}

    Right:

        read: {tool: fetch, on_success: archive, on_error: archive}
    """
  )

  /// A selector of nothing.
  public static let invariantName = DiagnosticCode(
    "SBX-INV-006",
    "an invariant about something that the flow does not have",
    """
    A selector names a step, an agent or a tool. One that the flow does not have would make the
    invariant true of everything, or of nothing, without a word.

    Wrong:

        - {never: {tool: deply}, without: {step: approve}}

    Right:

        - {never: {tool: deploy}, without: {step: approve}}
    """
  )

  /// An invariant that says nothing.
  public static let invariantForm = DiagnosticCode(
    "SBX-INV-007",
    "an invariant of no known form",
    """
    An invariant is one of five: `never` (with `without`, and `since`), `after` with `always`,
    `at_most` with `of`, `never_together`, `eventually`. A selector is a `step`, an `agent` or a
    `tool`, with `with`, `when` and `status` if need be.

    Wrong:

        - {forbid: {tool: deploy}}
        - {never: {name: deploy}}

    Right:

        - {never: {tool: deploy}}
    """
  )
}
