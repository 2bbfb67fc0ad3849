import Values

/// A host that may be called.
public struct HostGrant: Sendable, Hashable {
  /// A text that names no host.
  public struct Problem: Error, Sendable, Equatable {
    /// What is wrong, in lower case.
    public let message: String
  }

  /// The host as `HTTPAddress` spells it; without the `*.` of a grant for subdomains.
  public let host: String
  /// The port; nil grants the two standard ones, 80 and 443.
  public let port: Int?
  /// Whether the grant is for all names below `host`, and not for `host` itself.
  public let coversSubdomains: Bool
  /// Which addresses the host may turn out to have.
  public let addresses: AddressPolicy

  /// Reads `host`, `host:port`, `*.host` or `*.host:port`.
  ///
  /// Unless `addresses` says otherwise, a host that is local by its own spelling may have any
  /// address: a literal address that is not public, `localhost` and names below it, and a name
  /// without a dot (`ml-service`), which no public name server answers. Every other name must
  /// resolve to public addresses.
  public init(_ text: String, addresses: AddressPolicy? = nil) throws(Problem) {
    coversSubdomains = text.utf8.starts(with: "*.".utf8)
    let name = coversSubdomains ? String(text.dropFirst(2)) : text
    guard !name.utf8.contains(where: { "/?#@".utf8.contains($0) }) else {
      throw Problem(message: "a granted host is written `host` or `host:port`, without a path")
    }
    // Two schemes with different ports tell whether the text gives one.
    let read: (secure: HTTPAddress, plain: HTTPAddress)
    do throws(HTTPAddress.Problem) {
      read = (try HTTPAddress("https://\(name)"), try HTTPAddress("http://\(name)"))
    } catch {
      throw Problem(message: error.message)
    }
    host = read.secure.host
    port = read.secure.port == read.plain.port ? read.secure.port : nil
    if coversSubdomains, read.secure.literalAddress != nil {
      throw Problem(message: "an address has no subdomains")
    }
    self.addresses = addresses ?? (Self.isLocal(read.secure) ? .any : .globalOnly)
  }

  /// Exactly the host and port of `address`.
  public init(_ address: HTTPAddress, addresses: AddressPolicy? = nil) {
    host = address.host
    port = address.port
    coversSubdomains = false
    self.addresses = addresses ?? (Self.isLocal(address) ? .any : .globalOnly)
  }

  /// Whether this grant lets `address` be called.
  public func covers(_ address: HTTPAddress) -> Bool {
    guard port.map({ $0 == address.port }) ?? [80, 443].contains(address.port) else { return false }
    guard coversSubdomains else { return host == address.host }
    return address.literalAddress == nil && address.host.hasSuffix(".\(host)")
  }

  private static func isLocal(_ address: HTTPAddress) -> Bool {
    if let literal = address.literalAddress { return !literal.isGlobal }
    return !address.host.utf8.contains(UInt8(ascii: ".")) || address.host.hasSuffix(".localhost")
  }
}

/// Something that a call wants to use.
public enum GrantedUse: Sendable {
  /// Connect to a host.
  case host(HTTPAddress)
  /// Run a program, by the path or name that the flow writes.
  case program(String)
  /// Read an environment variable or a secret.
  case environment(String)
  /// Ask a model, by its id or name.
  case model(String)
  /// Call a tool, by its id.
  case tool(String)
}

/// Why a use is refused.
public struct Denial: Error, Sendable, Equatable {
  /// What is refused and which grant would allow it, in lower case.
  public let message: String

  /// The denial as the failure of a call that was never sent.
  public var failure: CallFailure {
    CallFailure(kind: .denied, message: message, requestWasSent: false)
  }
}

/// What one agent, or the flow itself, may use; what is not named here is refused.
public struct Grants: Sendable {
  /// Hosts that may be called.
  public var hosts: [HostGrant] = []
  /// Programs that may be run, by path, or by the name of one in a standard directory.
  public var programs: [String] = []
  /// Environment variables and secrets that may be read and passed on.
  public var environmentNames: [String] = []
  /// Models that may be asked.
  public var models: [String] = []
  /// Tools that may be called.
  public var tools: [String] = []

  /// No grants: everything is refused.
  public init() {}

  /// The reason to refuse `use`, or nil when it is granted.
  ///
  /// Linear in the number of grants. Names compare by code points.
  public func check(_ use: GrantedUse) -> Denial? {
    switch use {
    case .host(let address):
      hosts.contains { $0.covers(address) } ? nil : denial("the host", address.hostAndPort, "hosts")
    case .program(let program):
      covers(program: program) ? nil : denial("the program", program, "programs")
    case .environment(let name):
      Self.names(environmentNames, hold: name) ? nil : denial("the variable", name, "env")
    case .model(let name):
      Self.names(models, hold: name) ? nil : denial("the model", name, "models")
    case .tool(let name):
      Self.names(tools, hold: name) ? nil : denial("the tool", name, "tools")
    }
  }

  /// Which addresses a granted host may have; `globalOnly` for one that is not granted.
  public func addresses(for address: HTTPAddress) -> AddressPolicy {
    hosts.contains { $0.covers(address) && $0.addresses == .any } ? .any : .globalOnly
  }

  private func covers(program: String) -> Bool {
    let path = ProcessCommand.resolved(program)
    return programs.contains { ProcessCommand.resolved($0).sameScalars(as: path) }
  }

  private static func names(_ names: [String], hold name: String) -> Bool {
    names.contains { $0.sameScalars(as: name) }
  }

  private func denial(_ what: String, _ name: String, _ key: String) -> Denial {
    Denial(message: "\(what) `\(name)` is not granted; grant it under `permissions`, key `\(key)`")
  }
}

/// The grants of a flow and of each of its agents.
public struct Permissions: Sendable {
  /// What the flow itself names in its steps.
  public var flow = Grants()
  /// What each agent may choose by itself at run time.
  public var agents: [MapKey: Grants] = [:]

  /// No permissions.
  public init() {}

  /// The grants of `agent`, or of the flow itself for nil; an unknown agent has none.
  public func grants(of agent: String?) -> Grants {
    guard let agent else { return flow }
    return agents[.string(agent)] ?? Grants()
  }
}
