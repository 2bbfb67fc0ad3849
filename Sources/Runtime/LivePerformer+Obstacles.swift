import Models
import Table
import Tools

/// Why a call of an agent or tool can be known to fail before a run starts.
public struct RunObstacle: Sendable {
  /// What it is that is missing or wrong.
  public enum Matter: Sendable, CaseIterable {
    /// It has no address, or is of a type that only scenarios answer for.
    case performer
    /// A secret or a variable of the environment is not set.
    case secret
    /// There is no such program.
    case program
    /// The address cannot be used.
    case address
    /// A header cannot be sent.
    case header
  }

  /// What it is.
  public var matter: Matter
  /// The reason, in words.
  public var message: String

  /// An obstacle.
  public init(_ matter: Matter, _ message: String) {
    self.matter = matter
    self.message = message
  }
}

// What calls need of this machine, looked at before anything is called.
extension LivePerformer {
  /// Everything that keeps calls of `performer` from ever being carried out here.
  public func obstacles(to performer: Performer) -> [RunObstacle] {
    switch performer.kind {
    case .model: return modelObstacles(performer)
    case .http where !performer.endpoint.isEmpty:
      return [address(of: performer)].compactMap(\.self) + headers(of: performer)
    case .process where !performer.arguments.isEmpty: return programObstacles(performer)
    default: return obstacle(to: performer).map { [RunObstacle(.performer, $0)] } ?? []
    }
  }

  private func modelObstacles(_ performer: Performer) -> [RunObstacle] {
    if !performer.endpoint.isEmpty, let problem = Self.problem(ofAddress: performer.endpoint) {
      return [RunObstacle(.address, problem)]
    }
    if let obstacle = obstacle(to: performer) { return [RunObstacle(.performer, obstacle)] }
    guard let key = Self.endpoint(of: performer)?.keyName, world.secrets.secret(key) == nil else {
      return []
    }
    return [RunObstacle(.secret, "the key `\(key)` of its model is not set")]
  }

  private func address(of performer: Performer) -> RunObstacle? {
    switch resolved(performer.endpoint, performer) {
    case .failure(let obstacle): return obstacle.asking(.address)
    case .success(let text):
      if let problem = Self.problem(ofAddress: text) {
        return RunObstacle(.address, world.redactor.redacted(problem))
      }
      let denial = (try? HTTPAddress(text)).flatMap(world.client.egress.check)
      return denial.map { RunObstacle(.address, world.redactor.redacted($0.message)) }
    }
  }

  private func headers(of performer: Performer) -> [RunObstacle] {
    performer.headers.compactMap { header in
      switch resolved(header.text, performer) {
      case .failure(let obstacle): obstacle.asking(.header)
      case .success(let value): Self.problem(ofHeader: header.name, value: value)
      }
    }
  }

  private func programObstacles(_ performer: Performer) -> [RunObstacle] {
    var found: [RunObstacle] = []
    for (position, argument) in performer.arguments.enumerated() {
      switch resolved(argument, performer) {
      case .failure(let obstacle): found.append(obstacle.asking(.program))
      case .success(let text) where position == 0 && !ProcessCommand.isExecutable(text):
        // As it is written: a variable or secret may hold the path.
        let message = "there is no program `\(argument)` that may be executed"
        found.append(RunObstacle(.program, message))
      case .success: break
      }
    }
    for name in performer.environmentNames where world.secrets.environment(name) == nil {
      found.append(RunObstacle(.secret, "the environment variable `\(name)` is not set"))
    }
    return found
  }

  /// A text with its secrets and variables, or what is missing.
  private func resolved(_ text: String, _ performer: Performer) -> Result<String, RunObstacle> {
    do throws(LateText.Problem) {
      let late = try LateText(text)
      var grants = Grants()
      grants.environmentNames = late.names
      return late.resolved(from: world.secrets, grants: grants, redactor: world.redactor)
        .mapError { RunObstacle(.secret, $0.message) }
    } catch {
      return .failure(RunObstacle(.performer, error.message))
    }
  }

  /// Why a text is no address that can be called; nil: it is one.
  package static func problem(ofAddress text: String) -> String? {
    do throws(HTTPAddress.Problem) {
      _ = try HTTPAddress(text)
      return nil
    } catch {
      return "`\(text)` is no address that can be called: \(error.message)"
    }
  }

  /// Why a header can never be sent; nil: it can.
  package static func problem(ofHeader name: String, value: String) -> RunObstacle? {
    guard let header = HTTPHeader(name, value) else {
      let isName = HTTPHeader(name, "") != nil
      return RunObstacle(
        .header,
        isName
          ? "the value of the header `\(name)` holds control characters"
          : "`\(name)` is no name of a header"
      )
    }
    return header.isReserved
      ? RunObstacle(.header, "the header `\(name)` is set by the connection itself") : nil
  }
}

extension RunObstacle: Error {
  /// The same about `matter`, unless it is about a secret.
  fileprivate func asking(_ matter: Matter) -> RunObstacle {
    self.matter == .secret ? self : RunObstacle(matter, message)
  }
}
