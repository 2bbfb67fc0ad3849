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
    in time. Split the flow into several that call each other. How deep steps stand inside each
    other is limited as well, through calls of child flows too.

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

  /// A call that does not fit the declared input.
  public static let callInput = DiagnosticCode(
    "SBX-COMP-013",
    "a call that does not fit the declared input",
    """
    An agent or tool that declares `input:` accepts these fields and no others, and every field that
    is not optional must be given.

        tools: {send: {type: http, input: {to: {type: string}, text: {type: string}}}}
        with: {to: "{{ input.email }}"}                                # wrong: no text
        with: {to: "{{ input.email }}", text: "{{ write.text }}"}      # right
    """
  )
  /// A model that is nearly a declared one.
  public static let unknownModel = DiagnosticCode(
    "SBX-COMP-014",
    "a model that is not declared",
    """
    `model:` is a mapping, an id under `models:`, or the name of a priced model. A name that is
    nearly one of the declared ids is most often a slip.

        models: {small: {provider: openai, model: gpt-4o-mini}}
        agents: {writer: {type: llm, model: smal}}      # wrong
        agents: {writer: {type: llm, model: small}}     # right
    """
  )
  /// An agent with a planner of its own, called from a step.
  public static let childFlow = DiagnosticCode(
    "SBX-COMP-015",
    "a plan cannot call an agent with a planner of its own",
    """
    Called from a step, an agent with a planner runs it as a child flow. A plan that a model
    proposes is made of single calls, so that its bounds are those of its calls: the agents that it
    may use have no planners.

        may_use: {agents: [writer]}        # wrong while `writer` has a `planner`
    """
  )
  /// Something declared that no step uses.
  public static let unusedPerformer = DiagnosticCode(
    "SBX-COMP-016",
    "an agent or tool that no step calls",
    """
    It is declared and never called: left over, or its id is misspelt where it is called. It is no
    part of the flow's identity. In the seed form, where a flow is the set of its agents, an agent
    that no way reaches is a warning: `entry: [writer, critic]` gives both a place.

        agents: {writer: {type: llm}, critic: {type: llm}}
        states: {write: {agent: writer, on_success: done}}    # nobody calls `critic`
    """
  )
  /// An address or header that reads what it may not.
  public static let lateBinding = DiagnosticCode(
    "SBX-COMP-017",
    "an address or header that reads what it may not",
    """
    Addresses and headers of agents and tools are filled in at the call. They may hold
    `{{ env.NAME }}` and `{{ secrets.NAME }}` and nothing else, so that no answer of a model can
    choose where a request goes or what it carries.

        endpoint: "https://{{ input.host }}/score"      # wrong
        endpoint: "https://{{ env.SCORE_HOST }}/score"  # right
    """
  )
  /// Edges of a final state.
  public static let finalEdges = DiagnosticCode(
    "SBX-COMP-018",
    "edges of a final state are never taken",
    """
    A final state ends the run: what it runs is the last thing that happens.

        final_states: [send_response]
        states:
          send_response: {tool: send, on_success: done}     # `on_success` has no effect
    """
  )
  /// A value of another type than the field that takes it.
  public static let wrongType = DiagnosticCode(
    "SBX-COMP-019",
    "a value of the wrong type",
    """
    Fields of `state` and of a declared `input` have types; what is written into them must fit.

        state: {tries: {type: integer, default: 0}}
        assign: {tries: "'one'"}          # wrong: text
        assign: {tries: "state.tries + 1"}  # right
    """
  )
  /// A default that its own schema refuses.
  public static let badDefault = DiagnosticCode(
    "SBX-COMP-020",
    "a default that does not fit its schema",
    """
    The default of a field is a value of the field, so its schema must accept it.

        tries: {type: integer, minimum: 1, default: 0}    # wrong
        tries: {type: integer, minimum: 0, default: 0}    # right
    """
  )
  /// A key of a called flow that only a run of its own has.
  public static let runOnly = DiagnosticCode(
    "SBX-COMP-021",
    "a key of a child flow that only a whole run has",
    """
    A flow that a step calls is a part of the caller's run. `max_steps` counts the places of the
    whole run, and the target and the grace of a `timeout` are the whole run's too; a called flow
    ends at its `timeout`, and the step that calls it fails with kind `timeout`.

        flows:
          inner:
            timeout: {after: 1m, target: late}   # wrong
            timeout: 1m                          # right: the caller's `on_timeout` goes on
            max_steps: 20                        # wrong: `max_visits` on a step bounds a cycle

    A flow with `detach: true` is a run of its own and may have them all.
    """
  )

  /// The codes of this area.
  public static let compilerCodes: [DiagnosticCode] = [
    unknownTarget, unknownPerformer, agentBeforeTool, nothingToRun, finalWithBody, flowTooLarge,
    noInitialState, reservedName, unknownStateField, unknownErrorKind, noWayOn, incompleteGuards,
    openAddress, callInput, unknownModel, childFlow, unusedPerformer, lateBinding, finalEdges,
    wrongType, badDefault, runOnly,
  ]
}
