extension DiagnosticCode {
  /// A key that no table of the format lists.
  public static let flowUnknownKey = DiagnosticCode(
    "SBX-FLOW-001",
    "a key that the flow format does not know",
    """
    Every key of a flow means something; a key that nobody reads is most often a typing error, and
    ignoring it would run a flow that you did not write. So unknown keys are refused.

        on_sucess: review      # wrong
        on_success: review     # right

    The keys of each place are listed in the flow format's description; editors complete them from
    the schema `flow.schema.json`.
    """
  )
  /// A key of the format in a place where it has no meaning.
  public static let flowMisplacedKey = DiagnosticCode(
    "SBX-FLOW-002",
    "a key that belongs somewhere else",
    """
    The key exists, but not here. Most often the line is indented one level too far or too little.

        agents:
          writer:
            type: llm
          prompt: "Answer"     # wrong: stands beside the agent
            prompt: "Answer"   # right: stands in it
    """
  )
  /// A value of another kind than its key takes.
  public static let flowWrongKind = DiagnosticCode(
    "SBX-FLOW-003",
    "a value of the wrong kind",
    """
    A key was given text where it takes a list, a mapping where it takes text, and so on. Texts that
    YAML reads as something else need quotes.

        target: 404        # wrong: an integer
        target: "404"      # right: text
        roles: support     # wrong: text
        roles: [support]   # right: a list
    """
  )
  /// A key that is required and absent, or has no value.
  public static let flowMissingKey = DiagnosticCode(
    "SBX-FLOW-004",
    "a required key or value is missing",
    """
    Something that has no default was left out, or a key was written without a value.

        states: {...}
        initial_state: classify    # required beside `states`

    A key without a value is no default either: write the value, or delete the line.
    """
  )
  /// No body, or more than one.
  public static let flowBody = DiagnosticCode(
    "SBX-FLOW-005",
    "a flow has exactly one body",
    """
    A flow file is a header and exactly one body: what the flow does. Without a body there is
    nothing to run; with two it is open which one runs.

        initial_state: ask
        states:
          ask: {agent: clerk, on_success: done}
        final_states: {done: {}}
    """
  )
  /// A part of the format that this version does not run.
  public static let flowNotSupported = DiagnosticCode(
    "SBX-FLOW-006",
    "a key of the format that nothing runs",
    """
    The key is reserved, and no body is read from it: decision tables (`rules`). A flow that needs
    it is refused, since leaving it out would change what the flow does. Bodies are states, tasks,
    graphs of nodes, behavior trees (`root`) and plans that a model proposes (`planner`).

        wrong:  rules: {hit: first, rows: […]}
        right:  states: {sort: {condition: input.amount > 100, on_true: ask, on_false: done}}
    """
  )
  /// A name that cannot be used.
  public static let flowName = DiagnosticCode(
    "SBX-FLOW-007",
    "a name that cannot be used",
    """
    Names of steps, agents, tools and fields are read by guards (`classify.confidence`). They start
    with a letter or an underscore and go on with letters, digits, underscores and hyphens, and
    steps cannot take the names that guards read already: input, state, output, steps, event, item,
    index, error, run, env, secrets, response.

        states:
          error: {...}         # wrong
          handle_error: {...}  # right
    """
  )
  /// A guard that YAML understood as something else than text.
  public static let flowGuardText = DiagnosticCode(
    "SBX-FLOW-008",
    "a guard that YAML read as something else",
    """
    Guards are expressions, and YAML gives many of their characters a meaning of its own: `!x` is a
    tag, `[a].exists(b, c)` and `{a: b}` are collections, `a ? b : c` is a mapping, `x # y` ends in
    a comment, and inside `{ }` a comma ends the text. Quote every guard.

        - {when: size(a, b) > 0, target: x}      # wrong: ends at the comma
        - {when: "size(a, b) > 0", target: x}    # right
    """
  )
  /// A list of edges of which some can never be taken.
  public static let flowEdgeOrder = DiagnosticCode(
    "SBX-FLOW-009",
    "edges that can never be taken",
    """
    Edges are tried in order, and one without `when` is always taken. What follows it is dead, so it
    stands last, and only once.

        on_success:
          - {target: send}                                  # wrong: always taken
          - {when: "review.decision == 'no'", target: stop} # never reached

    Put the conditions first and the way without one last.
    """
  )
  /// A step with more than one kind of work.
  public static let flowTwoWorks = DiagnosticCode(
    "SBX-FLOW-010",
    "a step does at most one thing",
    """
    A step calls one agent, or one tool, or waits, or checks: its result stands under its name, so
    there can be only one. Write two steps, one after the other.

        both: {agent: writer, tool: send, on_success: done}     # wrong
        write: {agent: writer, on_success: send}                # right
        send: {tool: send, on_success: done}
    """
  )
  /// A value outside of what the key allows.
  public static let flowBadValue = DiagnosticCode(
    "SBX-FLOW-011",
    "a value that the key does not allow",
    """
    The key takes one of a few words, or a number within limits, and this is none of them.

        effect: reads      # wrong
        effect: read       # right: read or write
        max_visits: 0      # wrong: a step that may never be entered
    """
  )
  /// The flow's planner cannot be determined.
  public static let flowEntry = DiagnosticCode(
    "SBX-FLOW-012",
    "which planner is the flow's is open",
    """
    In the seed form, planners stand in agents. The flow's own planner is the top-level `planner:`,
    else the planner of the agent that `entry:` names, else that of the only agent that has one.
    With several and no `entry:` nothing says where a run starts. A list runs agents in its order,
    those of a list inside it side by side; an agent with a planner runs it as a child flow.

        entry: decision_maker      # add this, in the file or in an overlay (--with)
        entry: [[text_analyzer, image_analyzer], decision_maker]   # or all of them, in order
    """
  )
  /// A file that the flow names and that is not read.
  public static let flowInclude = DiagnosticCode(
    "SBX-FLOW-013",
    "a file that the flow names cannot be used",
    """
    A definition may be the name of another file. It is looked up relative to the flow's file,
    inside its folder; absolute paths, paths that leave the folder, circles and missing files are
    refused, so that a flow from a stranger can read nothing but what came with it.

        definition: ../../etc/passwd      # wrong
        definition: planners/support.yaml # right
    """
  )
  /// An overlay that does not fit the flow.
  public static let flowOverlay = DiagnosticCode(
    "SBX-FLOW-014",
    "an overlay that does not fit the flow",
    """
    An overlay (`--with`) is a file of the same keys, merged on top: mappings merge, lists and
    scalars replace. It is a mapping, and it cannot change the form that the flow is written in.

        # overlay.yaml
        agents:
          writer: {model: {provider: scripted, model: stub}}
    """
  )
  /// A name declared twice.
  public static let flowDuplicate = DiagnosticCode(
    "SBX-FLOW-015",
    "a name is declared twice",
    """
    Two entries of one list have the same id, or two keys say the same thing in two spellings. One
    of them would be lost, so neither is taken.

        agents:
          - {id: writer, type: llm}
          - {id: writer, type: http}    # wrong: a second `writer`
    """
  )
  /// A key that is accepted and does nothing.
  public static let flowNoEffect = DiagnosticCode(
    "SBX-FLOW-016",
    "keys that have no effect yet",
    """
    These keys belong to the format and are accepted, but this version does nothing with them. They
    are named so that nobody relies on a promise that is not kept: a `memory:` that remembers
    nothing, a rate limit that limits nothing.

        tools:
          search: {type: http, endpoint: "https://example.com", rate_limit: 100/hour}  # no effect
          search: {type: http, endpoint: "https://example.com"}                        # the same
    """
  )
  /// A key of the seed form in the house form.
  public static let flowSeedKey = DiagnosticCode(
    "SBX-FLOW-017",
    "a key of the other form",
    """
    A file that says `signalbox: 1` is in the house form, where everything has one spelling. The key
    belongs to the older form; the hint says how it is written here.

        conditional_transitions:                       # wrong in the house form
          - {condition: "output.ok", target: send}
        on_success:                                    # right
          - {when: "output.ok", target: send}
          - {target: review}
    """
  )
  /// Lines that are indented too little or too far.
  public static let flowIndentation = DiagnosticCode(
    "SBX-FLOW-018",
    "lines that seem to be indented wrongly",
    """
    In YAML the indentation says what belongs to what. Here a key is empty and what looks like its
    content stands beside it, or an entry stands inside another one that it should follow.

        states:
        ask: {agent: clerk}      # wrong: beside `states`
        states:
          ask: {agent: clerk}    # right: in it
    """
  )
  /// A version of the format that this program does not read.
  public static let flowVersion = DiagnosticCode(
    "SBX-FLOW-019",
    "an unknown version of the flow format",
    """
    `signalbox: 1` says which version of the house form a file is written in. There is only 1.

        signalbox: 1
    """
  )
  /// More of something than is allowed.
  public static let flowTooMany = DiagnosticCode(
    "SBX-FLOW-020",
    "the flow exceeds a limit",
    """
    Sizes are limited so that a file from a stranger cannot fill the memory: states of a flow,
    files that it includes, planners nested in each other. An embedding application can raise the
    limits.

        definition: part1.yaml      # wrong, when it includes part2.yaml, which includes …
        states: {ask: {agent: clerk, on_success: done}}      # right: the states in place
    """
  )
  /// A final state with something to do.
  public static let flowFinalState = DiagnosticCode(
    "SBX-FLOW-021",
    "a final state does nothing",
    """
    In the house form a run ends when it reaches a final state; nothing runs there. So a name cannot
    be both a step that does something and a final state.

        send: {tool: send_email, on_success: sent}     # the step acts
        final_states: {sent: {}}                       # the ending only names the outcome
    """
  )
  /// A keyword that JSON Schema does not have.
  public static let flowSchemaKeyword = DiagnosticCode(
    "SBX-FLOW-022",
    "an unknown JSON Schema keyword",
    """
    Fields are described by JSON Schema, which ignores keywords that it does not know: a mistyped
    one would check nothing.

        message: {type: string, maxLenght: 4000}      # wrong: no limit at all
        message: {type: string, maxLength: 4000}      # right
    """
  )
  /// Findings that were left out.
  public static let flowMoreFindings = DiagnosticCode(
    "SBX-FLOW-023",
    "more findings were left out",
    """
    Only the first findings of a file are shown; the rest is counted. Correct these first: many of
    the others may be consequences.

        error[SBX-FLOW-023]: 37 more findings were left out     # correct those above, check again
    """
  )
  /// A key or password written into the flow.
  public static let flowSecret = DiagnosticCode(
    "SBX-FLOW-024",
    "a secret does not belong in a flow",
    """
    Flows are stored, journaled and shared. A model's `key` is the name of the environment variable
    that holds the key, never the key itself.

        key: sk-proj-abc123      # wrong
        key: OPENAI_API_KEY      # right
    """
  )
  /// A limit or a piece of security that nothing enforces yet.
  public static let flowUnenforced = DiagnosticCode(
    "SBX-FLOW-025",
    "a limit that nothing enforces yet",
    """
    Seeds declare rate limits, roles, sandboxes, tenants, triggers and memories. This version reads
    them and does not enforce them; so that nobody relies on what is not there, a live run is
    refused (exit 3) unless each is accepted by name. Scenarios play all the same.

        tools: {send: {type: smtp, rate_limit: 100/hour}}
        signalbox run flow.yaml --accept-unenforced rate_limit
    """
  )
  /// A text that is no duration.
  public static let durationSyntax = DiagnosticCode(
    "SBX-DUR-001",
    "not a duration",
    """
    Durations are a number with a unit: ms, s, m (minutes), h, d; or ISO 8601 without years and
    months. Parts can be joined, the larger unit first.

        timeout: 5 minutes     # wrong
        timeout: 5m            # right; also 250ms, 1.5s, 1h30m, 7d, PT5M
    """
  )
  /// A duration outside of what is allowed.
  public static let durationRange = DiagnosticCode(
    "SBX-DUR-002",
    "a duration that is out of range",
    """
    Durations are whole milliseconds from 0 to 36,500 days; timeouts are above zero. Nothing waits
    without end: leave no timeout out by writing a very long one.

        timeout: 0s        # wrong: gives no time at all
        timeout: 30s       # right
    """
  )
  /// A bare number taken as seconds.
  public static let durationBareNumber = DiagnosticCode(
    "SBX-DUR-003",
    "a duration without a unit",
    """
    A bare number is read as seconds. Write the unit, so that nobody has to guess between seconds,
    minutes and milliseconds.

        timeout: 300       # read as 300s
        timeout: 5m        # better
    """
  )
  /// A text that is no amount of money.
  public static let moneySyntax = DiagnosticCode(
    "SBX-MONEY-001",
    "not an amount of money",
    """
    Amounts are decimal numbers in US dollars, with or without a dollar sign; no thousands
    separators, no other currencies.

        hard: 2 cents      # wrong
        hard: $0.02        # right; also 0.02 and "0.02"
    """
  )
  /// An amount outside of what can be counted.
  public static let moneyRange = DiagnosticCode(
    "SBX-MONEY-002",
    "an amount of money that is out of range",
    """
    Amounts are counted in whole pico-dollars and are never negative: from 0 to about 9.2 million
    dollars. Anything beyond is refused and never rounded.

        hard: -1           # wrong
        hard: $1           # right
    """
  )
  /// An amount finer than a pico-dollar.
  public static let moneyTooFine = DiagnosticCode(
    "SBX-MONEY-003",
    "an amount of money that is too fine",
    """
    Money is counted in pico-dollars, twelve digits after the point; an amount with more digits
    would have to be rounded, and amounts are never rounded silently.

        cost_per_call: $0.0000000000001   # wrong: thirteen digits
        cost_per_call: $0.000000000001    # right: one pico-dollar
    """
  )
  /// A text that is no percentage, rate or size.
  public static let quantitySyntax = DiagnosticCode(
    "SBX-QTY-001",
    "not a percentage, rate or size",
    """
    Percentages are written `99.9%`, rates `100/hour` (per second, minute, hour, day), sizes `512MB`
    (B, KB, MB, GB, TB in thousands; KiB, MiB, GiB, TiB in 1,024s).

        rate_limit: 100 an hour    # wrong
        rate_limit: 100/hour       # right
    """
  )

  /// The codes of the flow format.
  public static let definitionCodes: [DiagnosticCode] = [
    flowUnknownKey, flowMisplacedKey, flowWrongKind, flowMissingKey, flowBody, flowNotSupported,
    flowName, flowGuardText, flowEdgeOrder, flowTwoWorks, flowBadValue, flowEntry, flowInclude,
    flowOverlay, flowDuplicate, flowNoEffect, flowSeedKey, flowIndentation, flowVersion,
    flowTooMany, flowFinalState, flowSchemaKeyword, flowMoreFindings, flowSecret, flowUnenforced,
    durationSyntax, durationRange, durationBareNumber, moneySyntax, moneyRange, moneyTooFine,
    quantitySyntax,
  ]
}
