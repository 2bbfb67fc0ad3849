extension DiagnosticCode {
  /// The codes of task lists and graphs.
  public static let taskCodes: [DiagnosticCode] = [
    taskUnknownDependency, taskCycle, taskEdge, itemsWithoutLimit, partsKeyWithoutParts,
    taskUnknownFlow, taskRecursiveFlow, taskRetriedChart,
    graphEntry, graphUnknownNode,
    graphUnreachable, graphTwoWays, graphOperator,
  ]

  /// A dependency that no task of the list bears.
  public static let taskUnknownDependency = DiagnosticCode(
    "SBX-TASK-001",
    "a task depends on a task that is not there",
    """
    `depends_on` lists ids of tasks in the same list. A task waits until they have succeeded, so one
    that does not exist would keep it waiting for ever.

    Wrong:

        tasks:
          - {id: read, tool: read_file}
          - {id: sum, agent: writer, depends_on: [raed]}

    Right:

        tasks:
          - {id: read, tool: read_file}
          - {id: sum, agent: writer, depends_on: [read]}
    """
  )

  /// Tasks that await each other.
  public static let taskCycle = DiagnosticCode(
    "SBX-TASK-002",
    "tasks depend on each other in a circle",
    """
    Each task of the circle would wait for the next one, and none could start.

    Wrong:

        tasks:
          - {id: draft, agent: writer, depends_on: [review]}
          - {id: review, agent: critic, depends_on: [draft]}

    Right:

        tasks:
          - {id: draft, agent: writer}
          - {id: review, agent: critic, depends_on: [draft]}

    Work that really goes round belongs in a state machine, whose steps carry `max_visits`.
    """
  )

  /// A task with edges.
  public static let taskEdge = DiagnosticCode(
    "SBX-TASK-003",
    "a task has edges",
    """
    In a list of tasks the order says what comes next: the order of the list, or `depends_on`. The
    failure of a task ends the list as failed; the step or flow around it decides what that means.

    Wrong:

        tasks:
          - {id: look, tool: search, on_success: write}
          - {id: write, agent: writer}

    Right:

        tasks:
          - {id: look, tool: search}
          - {id: write, agent: writer, when: "size(look.hits) > 0"}
    """
  )

  /// A map over items without a bound.
  public static let itemsWithoutLimit = DiagnosticCode(
    "SBX-TASK-004",
    "a step per item without a limit",
    """
    `for_each` runs a step once for each item of a list. The cost of the flow is bounded only if the
    length of the list is, so `max_items` is required; a longer list fails the step, unsent.

    Wrong:

        - {id: read, for_each: "input.files", tool: read_file}

    Right:

        - {id: read, for_each: "input.files", max_items: 20, concurrency: 4, tool: read_file}
    """
  )

  /// A key of parts where there are none.
  public static let partsKeyWithoutParts = DiagnosticCode(
    "SBX-TASK-005",
    "a key that says nothing here",
    """
    `max_items` and `on_item_error` belong to `for_each`; `join` and `concurrency` to things that
    run at the same time: `for_each`, `type: parallel`, tasks with `depends_on`. Elsewhere they
    would be read and do nothing.

    Wrong:

        - {id: steps, concurrency: 2, tasks: [{id: a, tool: x}, {id: b, tool: y}]}

    Right:

        - {id: steps, type: parallel, concurrency: 2, tasks: [{id: a, tool: x}, {id: b, tool: y}]}
    """
  )

  /// A child flow that is not there.
  public static let taskUnknownFlow = DiagnosticCode(
    "SBX-TASK-006",
    "a step runs a flow that is not there",
    """
    `flow:` names one of the flows under `flows`.

    Wrong:

        tasks: [{id: ask, flow: aks_person}]
        flows: {ask_person: {tasks: [{id: answer, agent: person}]}}

    Right:

        tasks: [{id: ask, flow: ask_person}]
    """
  )

  /// A child flow that runs itself.
  public static let taskRecursiveFlow = DiagnosticCode(
    "SBX-TASK-007",
    "a flow runs itself",
    """
    Each run of a child flow would start a further one, and nothing would bound cost or time.

    Wrong:

        flows:
          look: {tasks: [{id: again, flow: look}]}

    Right, a loop with a limit:

        flows:
          look:
            initial_state: try
            states:
              try: {tool: search, max_visits: 3, on_success: done, on_error: try}
            final_states: {done: {}}
    """
  )

  /// `retry` on a state that holds states.
  public static let taskRetriedChart = DiagnosticCode(
    "SBX-TASK-009",
    "a state that holds states can't be tried again as a whole",
    """
    `retry` on a step that holds tasks, items, a tree or a child flow does all of it anew. Edges may
    lead into and out of a state that holds states, so it has no attempts of its own.

    Wrong:

        gather:
          retry: {max_attempts: 2}
          initial_state: ask
          states: {ask: {agent: clerk, on_success: kept}}
          final_states: {kept: {}}

    Right:

        gather:
          initial_state: ask
          states: {ask: {agent: clerk, retry: {max_attempts: 2}, on_success: kept}}
          final_states: {kept: {}}
    """
  )

  /// A graph that starts nowhere.
  public static let graphEntry = DiagnosticCode(
    "SBX-GRAPH-001",
    "a graph without a start",
    """
    `entry_point` names the node at which a run begins.

    Wrong:

        nodes: {extract: {tool: extract}, report: {tool: report}}
        edges: [{from: extract, to: report}]

    Right:

        entry_point: extract
        nodes: {extract: {tool: extract}, report: {tool: report}}
        edges: [{from: extract, to: report}]
    """
  )

  /// An edge from or to nowhere.
  public static let graphUnknownNode = DiagnosticCode(
    "SBX-GRAPH-002",
    "an edge names a node that is not there",
    """
    `from` and `to` are names of nodes; `to` may also be one of `final_states`.

    Wrong:

        edges: [{from: extract, to: reprot}]

    Right:

        edges: [{from: extract, to: report}]
    """
  )

  /// A node that no way leads to.
  public static let graphUnreachable = DiagnosticCode(
    "SBX-GRAPH-003",
    "a node is never reached",
    """
    No chain of edges leads from the entry point to the node, so it is dead text, or an edge is
    missing.

    Wrong:

        entry_point: extract
        nodes: {extract: {tool: extract}, analyze: {tool: analyze}, report: {tool: report}}
        edges: [{from: extract, to: report}]

    Right:

        edges: [{from: extract, to: analyze}, {from: analyze, to: report}]
    """
  )

  /// A node with two ways at once.
  public static let graphTwoWays = DiagnosticCode(
    "SBX-GRAPH-004",
    "a node has two ways on",
    """
    A graph is at one node at a time. Of the edges that leave a node those with a `condition` are
    tried in order, then the one without; a second one without could never be taken. Work side by
    side is a list of tasks.

    Wrong:

        edges: [{from: read, to: names}, {from: read, to: dates}]

    Right:

        tasks:
          - {id: read, tool: read_file}
          - {id: names, agent: extractor, depends_on: [read]}
          - {id: dates, agent: extractor, depends_on: [read]}
    """
  )

  /// An operator that contradicts its expression.
  public static let graphOperator = DiagnosticCode(
    "SBX-GRAPH-005",
    "an operator contradicts its expression",
    """
    In the seed form a condition has an `expression`, which decides, and an `operator`, which
    repeats its comparison in words. When both say different things one of them is a mistake.

    Wrong:

        - {expression: "score < 75", operator: greater_or_equal}

    Right:

        - {expression: "score >= 75", operator: greater_or_equal}
    """
  )
}
