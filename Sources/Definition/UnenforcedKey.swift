import Document
import Source

/// A key of the seed form that promises a limit or security which nothing enforces yet
/// (FLOW-SEMANTICS 34).
public enum UnenforcedKey: String, Sendable, CaseIterable {
  /// Calls of a tool in a time.
  case rateLimit = "rate_limit"
  /// Roles with their tools and budgets.
  case roles = "rbac"
  /// Sandboxes, network and file policies of tools.
  case toolSecurity = "tool_security"
  /// Quotas and policies of tenants.
  case tenants = "tenants"
  /// What starts the flow by itself.
  case triggers = "triggers"
  /// What agents remember, with its budgets.
  case memory = "memory"

  /// The key of a mapping; nil when it promises nothing of the kind.
  init?(_ key: String, in level: Level) {
    guard let known = UnenforcedKey(rawValue: key) else { return nil }
    switch (known, level) {
    case (.rateLimit, .tool), (.rateLimit, .agentPolicies), (.rateLimit, .policies),
      (.roles, .registry), (.toolSecurity, .flow), (.tenants, .flow), (.triggers, .flow),
      (.triggers, .workflow), (.memory, .flow), (.memory, .agent):
      self = known
    default: return nil
    }
  }

  /// The key that a word of `--accept-unenforced` names; nil: none.
  public init?(word: String) {
    self.init(rawValue: word == "roles" ? "rbac" : word)
  }
}

extension Node {
  /// Whether nothing is said.
  var isEmptyOrNull: Bool {
    if case .null = content { return true }
    return entries?.isEmpty ?? elements?.isEmpty ?? false
  }
}
