extension DiagnosticCode {
  /// A table that this version cannot run.
  public static let tableBroken = DiagnosticCode(
    "SBX-TABLE-001", "a table that cannot be run",
    """
    A compiled table is checked before it runs: every number in it must point to something, and
    every place must be of a kind that this version runs. A table that fails was damaged in its
    store, or written by a version that knows more.

        signalbox check support.yaml     # compile the flow again from its source
    """)
  /// A schema that is no valid JSON Schema.
  public static let tableSchema = DiagnosticCode(
    "SBX-TABLE-002", "a schema that is not valid",
    """
    Inputs and answers are checked by JSON Schemas (draft 2020-12), so a schema that cannot be read
    would let anything through.

        output: {score: {type: numbr}}     # wrong: no such type
        output: {score: {type: number}}    # right
    """)
  /// A target that names nothing.
  public static let compileUnknownTarget = DiagnosticCode(
    "SBX-COMP-001", "an edge that leads nowhere",
    """
    Every target of an edge is a state or one of the final states. A name that is neither would only
    be noticed when a run gets there.

        on_success: reveiw      # wrong: no state is called so
        on_success: review      # right
        final_states: {done: {}}   # an ending needs to be listed here
    """)
  /// An agent or tool that is not declared.
  public static let compileUnknownPerformer = DiagnosticCode(
    "SBX-COMP-002", "an agent or tool that is not declared",
    """
    A step names an agent or a tool; both are declared under `agents:` and `tools:`, in the flow's
    file or in an overlay.

        agents: {classifier: {type: llm, model: small}}
        states: {classify: {agent: clasifier}}     # wrong
        states: {classify: {agent: classifier}}    # right
    """)
  /// An action that the agent does not have.
  public static let compileUnknownAction = DiagnosticCode(
    "SBX-COMP-003", "an action that the agent does not have",
    """
    `action:` selects one of the agent's `actions:`, each with a prompt, input and output of its
    own.

        agents: {writer: {actions: {draft: {prompt: "Write"}}}}
        states: {write: {agent: writer, action: drft}}     # wrong
        states: {write: {agent: writer, action: draft}}    # right
    """)
  /// A state with edges and nothing to run.
  public static let compileNothingToRun = DiagnosticCode(
    "SBX-COMP-004", "a state with edges and nothing to run",
    """
    In the seed form a state runs the agent or tool that it names, else the one whose id is the
    state's name. A state with edges that finds neither has an outcome but no work. Declare the
    missing agent or tool, most simply in an overlay.

        # overlay.yaml, given with `--with overlay.yaml`
        agents:
          classify: {type: llm, model: gpt-4o-mini}
    """)
  /// A step without a way on.
  public static let compileNoWayOn = DiagnosticCode(
    "SBX-COMP-005", "a step without a way on",
    """
    After its success a step goes on to another, so every step needs `on_success`, or a `condition`
    with `on_true` and `on_false`. Only final states end a run.

        classify: {agent: classifier}                      # wrong
        classify: {agent: classifier, on_success: done}    # right
        final_states: {done: {}}
    """)
  /// An edge list that leaves a case open.
  public static let compileIncompleteEdges = DiagnosticCode(
    "SBX-COMP-006", "a list of edges that leaves a case open",
    """
    A list of edges is read from the top, and the first edge whose `when` is true is taken. When none
    is, the run would be stuck; so a list ends with an edge without `when`, unless its guards cover
    every value that the schema allows (members of an `enum`, true and false).

        on_success:
          - {when: "review.decision == 'send'", target: send}
          - {target: hand_over}                            # everything else
    """)
  /// A kind of error that does not exist.
  public static let compileUnknownKind = DiagnosticCode(
    "SBX-COMP-007", "a kind of error that does not exist",
    """
    Failures have one of these kinds: timeout, unavailable, rate_limited, invalid_output, require,
    check, guard_error, max_visits, max_steps, budget, denied, cancelled, unknown, failed,
    input_rejected.

        retry: {max_attempts: 2, on: [time_out]}    # wrong
        retry: {max_attempts: 2, on: [timeout]}     # right
    """)
  /// An assignment to a field that `state` does not declare.
  public static let compileUnknownField = DiagnosticCode(
    "SBX-COMP-008", "an assignment to an undeclared field",
    """
    `assign` writes fields of `state`, which are declared with a schema so that guards and templates
    can be checked.

        state: {draft: {type: string, default: ""}}
        assign: {drafft: "write.text"}     # wrong
        assign: {draft: "write.text"}      # right
    """)
  /// A call that does not fit the declared input.
  public static let compileCallInput = DiagnosticCode(
    "SBX-COMP-009", "a call that does not fit the declared input",
    """
    An agent or tool that declares `input:` accepts these fields and no others, and every one that is
    not optional must be given.

        tools: {send: {type: http, input: {to: {type: string}, text: {type: string}}}}
        with: {to: "{{ input.email }}"}                                  # wrong: no text
        with: {to: "{{ input.email }}", text: "{{ write.text }}"}        # right
    """)
  /// A model that is not declared.
  public static let compileUnknownModel = DiagnosticCode(
    "SBX-COMP-010", "a model that is not declared",
    """
    `model:` is a mapping, an id under `models:`, or the name of a priced model. A name that is
    nearly one of the declared ids is most often a slip.

        models: {small: {provider: openai, model: gpt-4o-mini}}
        agents: {writer: {type: llm, model: smal}}      # wrong
        agents: {writer: {type: llm, model: small}}     # right
    """)
  /// A permission for something that does not exist.
  public static let compileUnknownGrant = DiagnosticCode(
    "SBX-COMP-011", "a permission for something that does not exist",
    """
    `permissions:` lists agents by id with what they may use at run time. A misspelt id would grant
    nothing, or grant it to nobody.

        permissions: {wrtier: {tools: [search]}}     # wrong
        permissions: {writer: {tools: [search]}}     # right
    """)
  /// A part of the flow that later versions run.
  public static let compileNotSupported = DiagnosticCode(
    "SBX-COMP-012", "not run by this version yet",
    """
    An agent with a planner of its own, called from a step, is a child flow; this version does not
    run child flows yet. Give the step an agent or a tool without a planner, or write the planner's
    states into the flow itself.
    """)
  /// A name that stands for two things.
  public static let compileAmbiguousName = DiagnosticCode(
    "SBX-COMP-013", "an id that is both an agent and a tool",
    """
    In the seed form a state runs the agent whose id is the state's name, else the tool. When both
    exist the agent is taken; say which one is meant.

        states: {score: {tool: score, on_success: decide}}
    """)
  /// Something declared that nothing uses.
  public static let compileUnused = DiagnosticCode(
    "SBX-COMP-014", "an agent or tool that no step uses",
    """
    A declared agent or tool that no step calls is most often left over, or its id is misspelt where
    it is called. It is no part of the flow's identity.
    """)
  /// An address or header that reads what it may not.
  public static let compileLateBinding = DiagnosticCode(
    "SBX-COMP-015", "an address or header that reads what it may not",
    """
    Addresses and headers of agents and tools are filled in at the call. They may hold
    `{{ env.NAME }}` and `{{ secrets.NAME }}` and nothing else, so that no answer of a model can
    choose where a request goes.

        endpoint: "https://{{ input.host }}/score"      # wrong
        endpoint: "https://{{ env.SCORE_HOST }}/score"  # right
    """)
  /// A prompt that holds a template nobody can fill.
  public static let compileLiteralPrompt = DiagnosticCode(
    "SBX-COMP-016", "a prompt whose template is kept as text",
    """
    The prompt of a seed's agent holds `{{ }}` with a name that its input does not have, or in
    another template language. It is sent as it stands. Declare the input, or write the prompt in the
    house form.

        prompt: "Service {{ .service_name }}"             # kept as text
        input: {service_name: {type: string}}             # with this it is filled in
    """)
  /// A final state whose edges or keys have no effect.
  public static let compileFinalEdges = DiagnosticCode(
    "SBX-COMP-017", "edges of a final state",
    """
    A final state ends the run: what it runs is the last thing that happens, and edges for its
    success are never taken.

        final_states: [send_response]
        states:
          send_response: {tool: send, on_success: done}     # `on_success` has no effect
    """)
  /// A step that has no deadline though the flow has a hard budget.
  public static let compileNoDeadline = DiagnosticCode(
    "SBX-COMP-018", "a call without a deadline under a hard budget",
    """
    A hard budget is a promise about the worst case, and a call without a `timeout` has no worst
    case: it may hang for ever. Give the step, the agent or the tool a timeout.

        write: {agent: writer, timeout: 40s, on_success: send}
    """)
  /// A name that guards cannot read.
  public static let compileBadStep = DiagnosticCode(
    "SBX-COMP-019", "a step that does nothing and cannot be read",
    """
    Two places of a flow have the same name, so that an edge to it could mean either.
    """)
  /// A flow with more places or rows than the limits allow.
  public static let compileTooLarge = DiagnosticCode(
    "SBX-COMP-020", "a flow that is too large",
    """
    The number of places and edges of a flow is limited, so that a generated or hostile file cannot
    exhaust memory. Split the flow, or raise the limit where the engine is embedded.
    """)

  /// The codes of the compiler and of tables.
  public static let tableCodes: [DiagnosticCode] = [
    .tableBroken, .tableSchema, .compileUnknownTarget, .compileUnknownPerformer,
    .compileUnknownAction, .compileNothingToRun, .compileNoWayOn, .compileIncompleteEdges,
    .compileUnknownKind, .compileUnknownField, .compileCallInput, .compileUnknownModel,
    .compileUnknownGrant, .compileNotSupported, .compileAmbiguousName, .compileUnused,
    .compileLateBinding, .compileLiteralPrompt, .compileFinalEdges, .compileNoDeadline,
    .compileBadStep, .compileTooLarge,
  ]
}
