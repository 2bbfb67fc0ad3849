import Values

/// Where the values of secrets and environment variables come from: a seam to the world.
public protocol SecretSource: Sendable {
  /// The value of a secret, or nil when there is none.
  func secret(_ name: String) -> String?
  /// The value of an environment variable, or nil when it is not set.
  func environment(_ name: String) -> String?
}

/// Secrets and variables that are given as values, for tests and embedding applications.
public struct GivenSecrets: SecretSource {
  private let secrets: [MapKey: String]
  private let variables: [MapKey: String]

  /// The values by name.
  public init(secrets: [(String, String)] = [], environment: [(String, String)] = []) {
    self.secrets = Dictionary(secrets.map { (.string($0.0), $0.1) }) { _, last in last }
    variables = Dictionary(environment.map { (.string($0.0), $0.1) }) { _, last in last }
  }

  /// The given value of a secret.
  public func secret(_ name: String) -> String? { secrets[.string(name)] }

  /// The given value of a variable.
  public func environment(_ name: String) -> String? { variables[.string(name)] }
}
