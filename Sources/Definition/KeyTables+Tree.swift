// The keys of behavior trees (`specs/behavior-trees.md`).
extension KeyTable {
  static func treeNode(_ form: FlowForm) -> [KeyRule] {
    let header = active("type", "id", "description", "children", "child", "conditions")
    let guards =
      active("failure_if", "success_if", "skip_if", "while", "on_success", "on_failure")
      + active("on_halted")
    let leaf =
      active("agent", "action", "tool", "wait", "check", "flow", "with", "result", "assign", "when")
      + active("require", "timeout", "retry", "max_visits", "states", "initial_state")
      + active("final_states", "root", "for_each", "max_items", "concurrency", "on_item_error")
      + units("timeout") + units("wait")
    let composites =
      active("reactive", "keep", "join", "success_count", "failure_count", "attempts", "count")
      + active("max", "after", "value", "cases", "default", "max_switches", "remember", "ports")
      + active("catch_on_halt")
      + units("after")
    let seeds = seed(
      form,
      [
        ("name", "`id`"), ("success_policy", "`join`"), ("failure_policy", "`failure_count`"),
        ("retry_policy", "`retry`"), ("save_as", "`assign: {field: output}`"),
      ]
    )
    return header + guards + leaf + composites + seeds
      + (form == .seed ? inert("metadata") : [])
  }

  static func choice(_ form: FlowForm) -> [KeyRule] {
    active("when", "child", "default")
      + seed(form, [("expression", "`when`"), ("condition", "`when`")])
  }
}
