extension DiagnosticCode {
  /// The codes of plans that a model proposes.
  public static let planningCodes: [DiagnosticCode] = [
    planForm, planKey, planCallee, planSize, planRemainder, planValue, planNobody, planKept,
    planUnproven,
  ]

  /// A proposal that is no plan.
  public static let planForm = DiagnosticCode(
    "SBX-PLAN-001",
    "a proposal is no plan",
    """
    A proposal is one JSON mapping with a list `tasks`, in the form of a flow's own tasks. Anything
    else is refused as a whole; nothing is guessed out of prose.

    Wrong:

        Sure! First I would read the logs, then restart the service.

    Right:

        {"tasks": [{"id": "logs", "tool": "get_logs", "with": {"service": "cart"}}]}
    """
  )

  /// A key that plans do not have.
  public static let planKey = DiagnosticCode(
    "SBX-PLAN-002",
    "a plan holds what plans may not hold",
    """
    A plan is tasks and nothing else: it declares no agents, tools, models, permissions, budgets or
    invariants, holds no other planner, child flow, machine or tree, and waits for no events. What
    it may do was decided in the flow.

    Wrong:

        {"tools": {"shell": {"type": "process"}}, "tasks": [{"id": "a", "tool": "shell"}]}

    Right:

        {"tasks": [{"id": "a", "tool": "restart_service"}]}
    """
  )

  /// A callee that is not permitted.
  public static let planCallee = DiagnosticCode(
    "SBX-PLAN-003",
    "a plan calls what the planner may not use",
    """
    `may_use` of the planner names every agent and tool that a plan may call; an agent or tool that
    the flow declares for other purposes is not among them by itself.

    Wrong, with `may_use: {tools: [get_logs]}`:

        {"tasks": [{"id": "fix", "tool": "restart_service"}]}

    Right: add it to `may_use`, if plans shall call it.
    """
  )

  /// Too large a plan.
  public static let planSize = DiagnosticCode(
    "SBX-PLAN-004",
    "a plan is too large",
    """
    A plan has at most `max_steps` steps, those inside others included, and a proposal is bounded in
    bytes and in depth whatever it says.

    Wrong, with `max_steps: 2`:

        {"tasks": [{"id": "a", "tool": "t"}, {"id": "b", "tool": "t"}, {"id": "c", "tool": "t"}]}

    Right: fewer steps, or `for_each` with `max_items`.
    """
  )

  /// More than is left.
  public static let planRemainder = DiagnosticCode(
    "SBX-PLAN-005",
    "a plan may cost more than is left of the budget",
    """
    Beside `plan_budget`, the worst case of a plan must fit what the run has left of its own hard
    budget after everything that was spent and reserved before it.

    Wrong, when $0.15 are left and a call of `scale` costs $0.10:

        {"tasks": [{"id": "a", "tool": "scale"}, {"id": "b", "tool": "scale"}]}

    Right, or a higher `hard` budget of the flow:

        {"tasks": [{"id": "a", "tool": "scale"}]}
    """
  )

  /// A value outside its list.
  public static let planValue = DiagnosticCode(
    "SBX-PLAN-006",
    "a plan gives an argument a value that is not allowed",
    """
    `constraints` of the planner lists the values that an argument may have. In a plan such an
    argument is one of these texts, not a template: what is filled in later cannot be checked now.

    Wrong, with `constraints: {strategy: [rolling, canary]}`:

        {"tasks": [{"id": "go", "tool": "deploy", "with": {"strategy": "big_bang"}}]}

    Right:

        {"tasks": [{"id": "go", "tool": "deploy", "with": {"strategy": "canary"}}]}
    """
  )

  /// A planner that can plan nothing.
  public static let planNobody = DiagnosticCode(
    "SBX-PLAN-007",
    "a planner may use neither agents nor tools",
    """
    A plan calls what `may_use` names; without a name there is nothing that it could do.

    Wrong:

        planner: {type: llm, model: gpt-4o, goal: "Repair it.", may_use: {agents: [], tools: []}}

    Right:

        planner: {type: llm, model: gpt-4o, goal: "Repair it.", may_use: {tools: [get_logs]}}
    """
  )

  /// A finished step written differently.
  public static let planKept = DiagnosticCode(
    "SBX-PLAN-008",
    "a new plan changes a step that is done",
    """
    After a plan that did not succeed, its finished steps are kept under their ids: their results
    can be read, and they do not run again. A new plan may repeat such a step word for word, which
    changes nothing, or leave it out; another step needs an id of its own.

    Wrong, after `{"id": "logs", "tool": "get_logs"}` has finished:

        {"tasks": [{"id": "logs", "tool": "restart_service"}]}

    Right:

        {"tasks": [{"id": "restart", "tool": "restart_service"}]}
    """
  )

  /// A plan too intricate to prove.
  public static let planUnproven = DiagnosticCode(
    "SBX-PLAN-009",
    "an invariant could not be proven for a plan",
    """
    Every invariant of the flow must be proven for a plan before it runs. Where so many steps run
    side by side that the ways cannot all be looked at, the plan is refused, not trusted.

    Wrong, in a flow with `at_most: 10`, dozens of times over:

        {"tasks": [{"id": "a", "tool": "t", "depends_on": []}, {"id": "b", "tool": "t"}]}

    Right, one after the other:

        {"tasks": [{"id": "a", "tool": "t"}, {"id": "b", "tool": "t", "depends_on": ["a"]}]}
    """
  )
}
