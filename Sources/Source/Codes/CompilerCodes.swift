extension DiagnosticCode {
  /// A target that is no state.
  public static let unknownTarget = DiagnosticCode(
    "SBX-COMP-001",
    "an edge leads to a state that does not exist",
    """
    Every target of an edge is a state under `states` or a name under `final_states`. A target that
    is neither is refused, since an ending made by a typing error would go unnoticed.

        wrong:  classify: {agent: classifier, on_success: serach}
        right:  classify: {agent: classifier, on_success: search}
    """
  )

  /// An agent, tool or action that is not declared.
  public static let unknownPerformer = DiagnosticCode(
    "SBX-COMP-002",
    "an agent, tool or action is not declared",
    """
    A step names the agent or tool that does its work. Agents are declared under `agents`, tools
    under `tools`, an agent's actions under its `actions`; in one file or in an overlay.

        wrong:  send: {agent: send_email, on_success: done}      # declared under tools
        right:  send: {tool: send_email, on_success: done}
    """
  )

  /// A name that is an agent and a tool.
  public static let agentBeforeTool = DiagnosticCode(
    "SBX-COMP-003",
    "a state's name is an agent and a tool",
    """
    Without `agent:` or `tool:` a state of the seed form runs the agent of its name, else the tool.
    When both exist, the agent runs, and this note says so.

        plain:  notify: {tool: notify, on_success: done}
    """
  )

  /// A state without work.
  public static let nothingToRun = DiagnosticCode(
    "SBX-COMP-004",
    "a state has ways out but nothing to run",
    """
    In the seed form a state runs what it names, or the agent, tool or action of its own name. A
    state with outcome edges that finds none of them could neither succeed nor fail.

        wrong:  score_transaction: {on_success: check}       # nothing is called score_transaction
        right:  score_transaction: {agent: risk_scorer, on_success: check}
    """
  )

  /// A final state with a body.
  public static let finalWithBody = DiagnosticCode(
    "SBX-COMP-005",
    "a final state has a body",
    """
    Final states never act: what runs is written in a step, and an ending is only a name. Otherwise
    adding a tool to an overlay could turn an ending into an e-mail.

        wrong:  states: {done: {tool: send_email}}
                final_states: {done: {}}
        right:  states: {send: {tool: send_email, on_success: done}}
                final_states: {done: {}}
    """
  )

  /// A flow beyond the limits.
  public static let flowTooLarge = DiagnosticCode(
    "SBX-COMP-006",
    "the flow is larger than allowed",
    """
    The number of states and of rows of the compiled table is limited, so that every analysis ends
    in time. Split the flow into several that call each other.

        wrong:  states: {case_00001: {…}, case_00002: {…}, and 20,000 more}
        right:  states: {case: {agent: clerk, with: {number: "{{ input.number }}"}, …}}
    """
  )

  /// No start.
  public static let noInitialState = DiagnosticCode(
    "SBX-COMP-007",
    "the flow does not say where it starts",
    """
    A machine starts in its `initial_state`; the order of `states` means nothing.

        right:  initial_state: classify
    """
  )

  /// A state named like a built-in variable.
  public static let reservedName = DiagnosticCode(
    "SBX-COMP-008",
    "a state has the name of a built-in variable",
    """
    Guards read the result of a step by its name, so no step can be called `input`, `state`,
    `output`, `error`, `event`, `run`, `env`, `steps`, `secrets`, `item`, `index` or `response`.

        wrong:  error: {agent: clerk, on_success: done}
        right:  handle_error: {agent: clerk, on_success: done}
    """
  )

  /// An assignment to an undeclared field.
  public static let unknownStateField = DiagnosticCode(
    "SBX-COMP-009",
    "an assignment writes a field that the state does not have",
    """
    `assign` writes fields declared under `state:`.

        wrong:  assign: {reson: "'late'"}
        right:  state: {reason: {type: string, default: ""}}
                ...
                assign: {reason: "'late'"}
    """
  )

  /// An unknown kind of error.
  public static let unknownErrorKind = DiagnosticCode(
    "SBX-COMP-010",
    "a kind of error does not exist",
    """
    Failures are of a closed set of kinds: timeout, unavailable, rate_limited, invalid_output,
    require, check, guard_error, max_visits, max_steps, budget, denied, cancelled, unknown, failed,
    input_rejected.

        wrong:  retry: {max_attempts: 2, on: [ratelimit]}
        right:  retry: {max_attempts: 2, on: [rate_limited]}
    """
  )

  /// A state without a way on.
  public static let noWayOn = DiagnosticCode(
    "SBX-COMP-011",
    "a state has no way on after its success",
    """
    A state that is not final needs an edge for its success: `on_success`, or `condition` with
    `on_true` and `on_false`.

        wrong:  send: {tool: send_email}
        right:  send: {tool: send_email, on_success: done}
    """
  )

  /// Guards that may all be false.
  public static let incompleteGuards = DiagnosticCode(
    "SBX-COMP-012",
    "the guards of a state may all be false",
    """
    A list of edges ends with one that has no `when`, or its guards test every value of an enum.
    Otherwise an answer nobody thought of would leave the run without a way on.

        wrong:  on_success: [{when: "size(search.hits) > 0", target: write}]
        right:  on_success: [{when: "size(search.hits) > 0", target: write}, {target: hand_over}]
    """
  )

  /// A run-time address without a grant.
  public static let openAddress = DiagnosticCode(
    "SBX-PERM-001",
    "an address is made at run time and no host is granted",
    """
    What the flow names itself is granted by that; what is put together at run time needs a grant,
    or whoever supplies the input decides where the data goes.

        right:  permissions: {fetcher: {hosts: [api.example.com]}}
    """
  )

  /// The codes of this area.
  public static let compilerCodes: [DiagnosticCode] = [
    unknownTarget, unknownPerformer, agentBeforeTool, nothingToRun, finalWithBody, flowTooLarge,
    noInitialState, reservedName, unknownStateField, unknownErrorKind, noWayOn, incompleteGuards,
    openAddress,
  ]
}
