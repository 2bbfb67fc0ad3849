extension DiagnosticCode {
  /// The codes of the verifier.
  public static let verifierCodes: [DiagnosticCode] = [
    unreachablePlace, trapPlace, untakenRow, noErrorEdge, unboundedCycle, instantCycle,
    mapBeyondSteps, unwrittenRead, noDeadline, timeoutTooShort, doubtfulRetry, unprovenStep,
  ]

  /// A step that no way leads to.
  public static let unreachablePlace = DiagnosticCode(
    "SBX-PATH-001",
    "a step or final state is never reached",
    """
    No chain of edges leads from the start to this step, whatever the guards say. It is dead text,
    or an edge that should lead to it names something else.

    Wrong:

        initial_state: ask
        states:
          ask: {agent: clerk, on_success: done}
          check: {tool: lookup, on_success: done}

    Right:

        states:
          ask: {agent: clerk, on_success: check}
          check: {tool: lookup, on_success: done}
    """
  )

  /// A step from which no final state can be reached.
  public static let trapPlace = DiagnosticCode(
    "SBX-PATH-002",
    "no way leads to a final state",
    """
    A run that comes here can only fail or go round until a limit stops it: no chain of edges leads
    to a final state. In a chart that may rest there it is a warning, and a chart without final
    states is taken to run until it is cancelled.

    Wrong:

        states:
          ask: {agent: clerk, on_success: check, on_error: failed}
          check: {tool: lookup, on_success: ask, on_error: ask}

    Right:

        states:
          check: {tool: lookup, on_success: done, on_error: failed}
    """
  )

  /// An edge that an earlier edge always forestalls.
  public static let untakenRow = DiagnosticCode(
    "SBX-PATH-003",
    "an edge is never taken",
    """
    Edges are tried in order and the first whose guard is true is taken, so nothing after an edge
    without `when` is ever looked at.

    Wrong:

        on_success: [{target: send}, {when: "answer.unsure", target: review}]

    Right:

        on_success: [{when: "answer.unsure", target: review}, {target: send}]
    """
  )

  /// A step whose failure no edge takes.
  public static let noErrorEdge = DiagnosticCode(
    "SBX-PATH-004",
    "a failure of the step fails the whole run",
    """
    Calls fail: services are down, answers do not fit their schema, deadlines pass. Without an edge
    for the failure the run ends at once, wherever it stands. Say where it should go, for one step
    or for all of them.

    Wrong:

        charge: {tool: payment, on_success: paid}

    Right:

        charge: {tool: payment, on_success: paid, on_error: refused}

    or, at the top of the flow:

        on_error: refused
    """
  )

  /// A cycle that nothing bounds.
  public static let unboundedCycle = DiagnosticCode(
    "SBX-LOOP-001",
    "nothing bounds a cycle",
    """
    A run could go round as often as the guards let it, and no figure for its cost would be a
    bound. One `max_visits` on a step of the cycle is enough, provided that the error edge which
    the entry beyond it takes leads out of the cycle. `max_steps`, when the flow declares it, bounds
    every cycle too, only coarsely; its default of 1,000 stops a runaway but proves nothing.

    Wrong:

        write: {agent: writer, on_success: review, on_error: failed}
        review: {agent: critic, on_success: [{when: "review.ok", target: done}, {target: write}]}

    Right:

        write: {agent: writer, max_visits: 3, on_success: review, on_error: failed}
    """
  )

  /// A cycle that neither calls nor awaits anything.
  public static let instantCycle = DiagnosticCode(
    "SBX-LOOP-002",
    "a cycle calls and awaits nothing",
    """
    Decisions and pure steps take no time. When a cycle holds nothing else and changes nothing that
    its guards read, the run stands still while it goes round. One that counts in the state, say,
    may end by itself: it has no bound (SBX-LOOP-001), but is no mistake.

    Wrong:

        wait_for_it: {condition: "state.ready", on_true: go, on_false: wait_for_it}

    Right:

        wait_for_it: {condition: "state.ready", on_true: go, on_false: pause}
        pause: {wait: 30s, max_visits: 10, on_success: refresh, on_error: given_up}
        refresh: {tool: status, on_success: wait_for_it, on_error: given_up}
    """
  )

  /// A map that has no time to finish.
  public static let mapBeyondSteps = DiagnosticCode(
    "SBX-LOOP-003",
    "a map cannot finish within max_steps",
    """
    Every step that a run enters counts towards `max_steps`, those of all items, child flows and
    parts included, and the entry beyond the limit ends the run where it stands, whatever was paid
    for until then. It is an error where the shortest list that the map may get is too long, and a
    warning where only the longest is, by `max_items` or by the `maxItems` of its schema. Counted
    are the fewest steps that a run can do with.

    Wrong:

        max_steps: 100
        tasks:
          - {id: each, for_each: "input.files", max_items: 200, tool: scan}

    Right:

        max_steps: 300
        tasks:
          - {id: each, for_each: "input.files", max_items: 200, tool: scan}
    """
  )

  /// A result that is read where it may not have been written.
  public static let unwrittenRead = DiagnosticCode(
    "SBX-DATA-004",
    "a result is read that is not written on every way",
    """
    A step's result exists once the step has succeeded. On some way to the step that reads it, the
    step that writes it was not entered, was skipped, or failed; the guard or template would then
    fail at run time. The finding names the shortest such way.

    Wrong, when `lookup` may have failed on the way to `answer`:

        lookup: {tool: search, on_success: answer, on_error: answer}
        answer: {agent: clerk, with: {hits: "{{ lookup.hits }}"}}

    Right:

        answer: {agent: clerk, with: {hits: "{{ lookup.?hits }}"}}

    or lead the other way elsewhere. A guard may ask first, on either side of `&&`, `||` or `? :`;
    each of these is false where there is no result:

        when: "has(lookup.hits) && size(lookup.hits) > 0"
        when: "steps.lookup.status == 'success' && size(lookup.hits) > 0"
    """
  )

  /// A call without a deadline.
  public static let noDeadline = DiagnosticCode(
    "SBX-TIME-001",
    "a call has no timeout",
    """
    Without a timeout a call that is never answered keeps its run, and what the run holds, for ever.
    A flow with a hard budget must give every call one: its cost in time is part of the promise.

    Wrong:

        search: {tool: search_docs, on_success: write}

    Right:

        search: {tool: search_docs, timeout: 5s, on_success: write}
    """
  )

  /// The flow's timeout is shorter than its longest way.
  public static let timeoutTooShort = DiagnosticCode(
    "SBX-TIME-003",
    "the flow's timeout can be reached",
    """
    Adding up the deadlines, attempts and pauses of the longest way gives more than the flow's
    timeout, so a run that does nothing wrong may be cut off in the middle of a step. Give the flow
    more time, or its slowest step less, or name a target where the run goes at the timeout.

    Wrong:

        timeout: 1h
        states:
          review: {agent: reviewer, timeout: 24h, on_success: done, on_error: done}

    Right:

        timeout: 25h
    """
  )

  /// A retry of a write that is lost with its answer.
  public static let doubtfulRetry = DiagnosticCode(
    "SBX-WRITE-001",
    "a retry that a lost write never gets",
    """
    A write that was sent and whose answer is lost may have happened: it ends as `unknown` and is
    not tried again, whatever its `retry` says, unless the tool promises that one idempotency key
    acts once. So after a timeout, an error 500 or a broken connection there is no second attempt.
    What a retry of such a write does cover is what is known not to have happened: the other side
    asked to wait, or could not be reached.

    Wrong:

        tools: {pay: {type: http, effect: write}}
        charge: {tool: pay, retry: {max_attempts: 3}}

    Right, where the tool keeps its promise:

        tools: {pay: {type: http, effect: write, idempotent: true}}

    Right, where it promises nothing:

        charge: {tool: pay, retry: {max_attempts: 3, on: [rate_limited, unavailable]}}
    """
  )

  /// A step of a run that the analysis of its flow does not have.
  public static let unprovenStep = DiagnosticCode(
    "SBX-PROOF-001",
    "a run would do what was not said of its flow",
    """
    Every step of a run is held against the relation that all analyses of the flow read: which
    places follow which and why, which calls they make, how they may end. This step is not in it, so
    that what `check` and `plan` said of the flow may be false. The step was not journaled, and
    nothing of it was performed; the run stays as it is: `signalbox show RUN`.

    Wrong:

        nothing that anybody can write in a flow: it is a fault of Signalbox

    Right:

        report the flow, the record and the text; until it is mended, do not rely on what was proven
        of this flow
    """
  )
}
