import Models
import Table
import Tools
import Values

// Which models may answer for an agent: its own, and those that it is granted in its stead.
extension LivePerformer {
  /// A model with the agent as it would be with that model, for its price.
  struct Candidate: Sendable {
    var model: ModelCandidate
    var performer: Performer
  }

  /// Why the model of an agent can never be asked here.
  func obstacle(toModelOf performer: Performer, _ name: String) -> String? {
    guard let own = Self.endpoint(of: performer) else {
      return ModelEndpoint.isKnown(provider: performer.provider)
        ? "\(name) needs an `endpoint`: each customer of `\(performer.provider)` has one of its own"
        : "\(name) has no address, and its provider `\(performer.provider)` is not known"
    }
    guard let denial = gateway.denial(of: own) else { return nil }
    let isCovered = Self.standIns(for: performer).contains { standIn in
      Self.endpoint(of: standIn).map { gateway.denial(of: $0) == nil } ?? false
    }
    return isCovered ? nil : "\(name): \(denial.message)"
  }

  /// The agent's own model, then those it is granted, as far as they cost no more at worst: the
  /// reservation was made for its own.
  func candidates(for performer: Performer, _ pricer: CallPricer) -> [Candidate] {
    let worst = pricer.worstPicodollars(performer)
    return ([performer] + Self.standIns(for: performer)).compactMap { agent in
      guard let endpoint = Self.endpoint(of: agent) else { return nil }
      let price = pricer.worstPicodollars(agent)
      guard price <= worst else { return nil }
      return Candidate(
        model: ModelCandidate(endpoint: endpoint, model: agent.model, worstPicodollars: price),
        performer: agent
      )
    }
  }

  /// The agent with each other model of `permissions.models`: `provider/model` for a known
  /// provider's, else a model of its own service.
  private static func standIns(for performer: Performer) -> [Performer] {
    performer.grantedModels.filter { !$0.sameScalars(as: performer.model) }.map { name in
      var agent = performer
      agent.model = name
      guard let slash = name.utf8.firstIndex(of: UInt8(ascii: "/")) else { return agent }
      let provider = String(name[..<slash])
      guard ModelEndpoint(provider: provider) != nil else { return agent }
      agent.model = String(name[name.utf8.index(after: slash)...])
      if provider.sameScalars(as: performer.provider) { return agent }
      agent.provider = provider
      agent.endpoint = ""
      agent.keyVariable = ""
      return agent
    }
  }

  /// Where the model of an agent is asked; nil when nothing says so.
  static func endpoint(of performer: Performer) -> ModelEndpoint? {
    let key = performer.keyVariable.isEmpty ? nil : performer.keyVariable
    let base = performer.endpoint.isEmpty ? nil : try? HTTPAddress(performer.endpoint)
    if let known = ModelEndpoint(provider: performer.provider, base: base, keyName: key) {
      return known
    }
    return base.map { ModelEndpoint(baseAddress: $0, keyName: key) }
  }
}
