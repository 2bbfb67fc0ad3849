/// What other formats for state machines and workflows call the keys of this one.
enum Dialects {
  /// The key of this format that `key` of another one stands for, when it is among `known`.
  static func key(for key: String, among known: [String]) -> String? {
    guard let meant = names.first(where: { $0.others.contains(key) })?.key else { return nil }
    return known.contains(meant) ? meant : nil
  }

  private static let names: [(key: String, others: Set<String>)] = [
    (
      "on_success",
      [
        "onDone", "on_done", "onSuccess", "next", "Next", "then", "goto", "transition",
        "transitions",
      ]
    ),
    (
      "on_error",
      ["onError", "on_failure", "onFailure", "on_fail", "Catch", "catch", "error", "fallback"]
    ),
    ("on_timeout", ["onTimeout"]),
    ("when", ["if", "guard", "cond", "unless"]),
    ("target", ["to", "goto", "next", "Next", "state"]),
    ("retry", ["Retry", "retries", "max_retries", "maxRetries"]),
    (
      "max_attempts", ["attempts", "max_retries", "maxAttempts", "MaxAttempts", "retries", "limit"]
    ),
    ("backoff", ["delay", "interval", "IntervalSeconds", "wait"]),
    ("factor", ["BackoffRate", "multiplier", "backoff_rate"]),
    ("initial_state", ["initial", "start", "start_at", "StartAt", "entry_state", "begin"]),
    ("final_states", ["finals", "final", "end", "ends", "end_states", "terminal_states"]),
    ("states", ["States", "state_machine", "steps", "nodes"]),
    ("with", ["inputs", "params", "parameters", "args", "arguments", "Parameters"]),
    ("result", ["outputs", "returns", "output"]),
    ("agent", ["actor", "invoke", "Resource", "worker", "uses"]),
    ("prompt", ["template", "system", "system_prompt", "user_prompt"]),
    ("timeout", ["deadline", "TimeoutSeconds", "max_duration"]),
    ("argv", ["command", "cmd", "args"]),
    ("endpoint", ["url", "uri", "address", "base_url"]),
    ("cost_per_call", ["cost", "price"]),
    ("description", ["Comment", "comment", "title", "summary"]),
  ]
}
