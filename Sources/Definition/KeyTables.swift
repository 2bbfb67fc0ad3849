// The tables of FLOW-FORMAT: which keys stand where. `flow.schema.json` and `specs/flow-format.md`
// say the same; a test compares them.

extension KeyTable {
  static func rules(_ level: Level, _ form: FlowForm) -> [KeyRule] {
    switch level {
    case .flow: flow(form)
    case .definition: definition
    case .planner:
      active("type", "definition", "transitions", "states", "initial_state", "final_states")
    case .modelPlanner: modelPlanner(form)
    case .plannerLimits: active("prompt_tokens", "output_tokens")
    case .mayUse: active("agents", "tools")
    case .replan:
      active("strategy", "max", "on", "on_event", "quality", "backoff", "agent", "timeout")
        + units("backoff") + units("timeout")
    case .workflow:
      active("timeout", "cost_budget") + units("timeout")
        + inert("name", "description", "version", "sla", "quality_gates", "human_review")
        + inert("triggers") + active("steps", "connections", "type")
    case .policies: active("cost_budget")
    case .agentPolicies: active("cost_budget", "timeout", "retry", "concurrency") + units("timeout")
    case .toolConfig:
      active("base_url", "headers", "timeout") + units("timeout") + inert("method")
    case .registry: active("tools")
    case .step: step(form)
    case .edge:
      edge + seed(form, [("condition", "`when`"), ("expression", "`when`")])
    case .eventEdge: active("event") + edge
    case .delayedEdge: active("delay") + edge
    case .act:
      active("assign", "raise", "send", "cancel", "log", "label", "if", "then", "else")
        + active("for_each", "as", "index", "do")
    case .sending: active("event", "target", "id", "id_field", "delay", "data", "content")
    case .treeNode: treeNode(form)
    case .choice: choice(form)
    case .connection:
      active("from", "to", "condition") + (form == .seed ? inert("id", "name", "label") : [])
    case .invariant:
      active("never", "without", "since", "after", "always", "at_most", "of", "never_together")
        + active("eventually")
    case .selector: active("step", "agent", "tool", "with", "when", "status")
    case .finalState: active("outcome", "description", "result", "on_entry", "on_exit")
    case .retry:
      active("max_attempts", "backoff", "factor", "on") + units("backoff")
        + seed(form, [("backoff_factor", "`factor`")])
    case .budget: active("hard", "soft", "tokens", "per", "gate", "currency")
    case .flowTimeout: active("after", "grace", "target") + units("after") + units("grace")
    case .agent: agent(form)
    case .agentLimits: active("prompt_tokens", "output_tokens", "turns")
    case .action:
      active("prompt", "input", "output", "description")
        + (form == .seed ? active("id", "json_mode") + inert("config") : [])
    case .model:
      active("provider", "model", "temperature", "endpoint", "key", "description")
        + (form == .seed
          ? active("id", "api_key", "max_tokens", "base_url", "api_url", "timeout")
            + active("retry_attempts", "context_window") + units("timeout")
            + inert("default", "params") : [])
    case .tool: tool(form)
    case .permissions: active("tools", "models", "hosts", "programs", "env")
    }
  }

  private static func flow(_ form: FlowForm) -> [KeyRule] {
    let header =
      active("signalbox", "name", "description", "input", "state", "result", "models", "agents")
      + active("tools", "schemas", "env", "prices", "budget", "timeout", "max_steps", "on_error")
      + active("on_cancel", "on_budget", "permissions", "invariants")
      + active("states", "initial_state", "final_states", "planner", "flows", "detach")
      + taskBody + units("timeout") + inert("triggers", "durability")
    let seeds =
      seed(
        form,
        [
          ("outputs", "`result`"), ("entry", "the body itself (`states`, …) at the top level"),
          ("workflow", "`timeout` and `budget` at the top level"),
          ("policies", "`budget` at the top level"),
          ("cost_budget", "`budget: {hard: …}`"), ("tool_registry", "`tools`"),
        ]
      )
    let others =
      form == .seed
      ? active("steps", "connections", "type")
        + inert("version", "memory", "tenants", "tool_security", "config", "author") : []
    return header + laterBodies + seeds + others
  }

  private static func modelPlanner(_ form: FlowForm) -> [KeyRule] {
    active("type", "model", "limits", "goal", "may_use", "max_steps", "repair_rounds")
      + active("plan_budget", "fallback", "timeout", "plan_timeout", "constraints", "replan")
      + active("cache", "deterministic_scaffolding") + units("timeout") + units("plan_timeout")
      + inert("description") + seed(form, [("template", "`goal`")])
  }

  private static let edge = active("when", "assign", "target", "targets", "internal", "actions")

  private static let definition =
    active("states", "initial_state", "final_states", "on_error", "planner") + taskBody
    + inert("name", "description", "version") + laterBodies

  private static let laterBodies =
    active("root") + later("decision rules", "rules")

  /// Task lists, and graphs of nodes and edges.
  private static let taskBody =
    active("tasks", "concurrency", "nodes", "edges", "entry_point", "max_iterations")

  private static func step(_ form: FlowForm) -> [KeyRule] {
    let now =
      active("agent", "action", "tool", "wait", "check", "with", "result", "assign", "when")
      + active("require", "on_success", "on_error", "on_timeout", "on_cancel", "condition")
      + active("on_true", "on_false", "timeout", "retry", "max_visits", "type", "description")
      + active("states", "initial_state", "final_states", "on_entry", "on_exit", "on_event")
      + active("after", "always", "deep", "default") + units("timeout") + units("wait")
    let composites =
      later("steps that hold other steps", "children") + taskBody
      + active("flow", "for_each", "max_items", "on_item_error", "join", "id", "depends_on")
      + signals(form) + later("decision rules", "rules") + active("root")
      + active("planner", "budget")
    let seeds =
      seed(
        form,
        [
          (
            "conditional_transitions",
            "`on_success: [{when: …, target: …}, {target: …}]`"
          ),
          ("retry_policy", "`retry`"), ("save_as", "`assign: {field: output}`"),
        ]
      )
    return now + composites + seeds + (form == .seed ? inert("name", "metadata") : [])
  }

  /// Waiting for and sending signals among the seeds' tasks.
  private static func signals(_ form: FlowForm) -> [KeyRule] {
    form == .seed ? active("wait_for", "signal") : []
  }

  private static func agent(_ form: FlowForm) -> [KeyRule] {
    let now =
      active("type", "model", "prompt", "instructions", "actions", "input", "output", "roles")
      + active("endpoint", "headers", "argv", "env", "cost_per_call", "limits", "timeout")
      + active("description", "select", "budget") + units("timeout")
    let seeds =
      seed(
        form,
        [
          ("role", "`instructions` (prose), or `roles` (ids of people)"),
          ("planner", "the body (`states`, …) at the flow's top level"),
        ]
      )
    return now + seeds
      + (form == .seed
        ? active("id", "config", "json_mode", "retry", "retry_policy", "concurrency", "policies")
          + inert("memory", "tools", "capabilities", "version")
        : [
          KeyRule(name: "tools", use: .seedOnly("`permissions: {<agent>: {tools: […]}}`")),
          KeyRule(name: "id", use: .seedOnly("the id as the agent's key")),
        ])
  }

  private static func tool(_ form: FlowForm) -> [KeyRule] {
    active("type", "endpoint", "headers", "argv", "env", "input", "output", "timeout", "effect")
      + active("idempotent", "cost_per_call", "description") + units("timeout")
      + (form == .seed
        ? active("id", "config")
          + inert("permissions", "rate_limit", "security_level", "version")
          + inert("execute")
        : [])
  }

  static func active(_ names: String...) -> [KeyRule] {
    names.map { KeyRule(name: $0, use: .active) }
  }

  static func inert(_ names: String...) -> [KeyRule] {
    names.map { KeyRule(name: $0, use: .inert) }
  }

  static func later(_ feature: String, _ names: String...) -> [KeyRule] {
    names.map { KeyRule(name: $0, use: .later(feature)) }
  }

  static func seed(_ form: FlowForm, _ pairs: [(String, String)]) -> [KeyRule] {
    pairs.map { KeyRule(name: $0.0, use: form == .seed ? .active : .seedOnly($0.1)) }
  }

  /// The spellings of a duration's key that name the unit (FLOW-SEMANTICS 19).
  static func units(_ name: String) -> [KeyRule] {
    DurationUnit.allCases.map { unit in
      KeyRule(name: "\(name)_\(unit.rawValue)", use: .active, isAlias: true)
    }
  }
}

/// Units that a key may name: `timeout_minutes`.
enum DurationUnit: String, CaseIterable, Sendable {
  case milliseconds = "milliseconds"
  case ms = "ms"
  case seconds = "seconds"
  case minutes = "minutes"
  case hours = "hours"
  case days = "days"

  /// Its length.
  var milliseconds: Int64 {
    switch self {
    case .milliseconds, .ms: 1
    case .seconds: 1_000
    case .minutes: 60_000
    case .hours: 3_600_000
    case .days: 86_400_000
    }
  }
}
