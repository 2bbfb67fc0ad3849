/// Which hosts this program may connect to at all, whatever flows are granted: residency of data.
///
/// The client asks before it resolves a name, so that not even a name server learns of a refused
/// host. Programs that tools start are not covered; confine those by the system's own means.
public struct EgressPolicy: Sendable {
  private enum Rule {
    case open
    case only([HostGrant])
    case airGapped([HostGrant])
  }

  private let rule: Rule

  /// No policy: grants alone decide.
  public static let open = EgressPolicy(rule: .open)

  /// Only these hosts.
  public static func only(_ hosts: [HostGrant]) -> EgressPolicy {
    EgressPolicy(rule: .only(hosts))
  }

  /// Only this machine (127.0.0.0/8, ::1, `localhost`), and these hosts if any.
  public static func airGapped(besides hosts: [HostGrant] = []) -> EgressPolicy {
    EgressPolicy(rule: .airGapped(hosts))
  }

  /// The reason to refuse a connection to `address`, or nil.
  ///
  /// Linear in the number of hosts.
  public func check(_ address: HTTPAddress) -> Denial? {
    let reason: String
    switch rule {
    case .open: return nil
    case .only(let hosts):
      if hosts.contains(where: { $0.covers(address) }) { return nil }
      reason = "is outside the hosts that the residency policy allows"
    case .airGapped(let hosts):
      if Self.isThisMachine(address) || hosts.contains(where: { $0.covers(address) }) { return nil }
      reason = "is not on this machine (air-gapped mode)"
    }
    return Denial(message: "the host `\(address.hostAndPort)` \(reason); no connection was made")
  }

  private static func isThisMachine(_ address: HTTPAddress) -> Bool {
    guard let literal = address.literalAddress else { return address.host == "localhost" }
    return literal.bytes.count == 4
      ? literal.bytes[0] == 127 : literal.bytes == [UInt8](repeating: 0, count: 15) + [1]
  }
}
