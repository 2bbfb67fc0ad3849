import Execution
import Values

/// Money of one scope: a run, or later a flow's day, a team, an account.
public struct LedgerAccount: Sendable, Hashable {
  /// What has been settled, in pico-dollars.
  public var spentPicodollars: Int64
  /// What is held back for calls under way, in pico-dollars.
  public var reservedPicodollars: Int64

  /// An account.
  public init(spentPicodollars: Int64 = 0, reservedPicodollars: Int64 = 0) {
    self.spentPicodollars = spentPicodollars
    self.reservedPicodollars = reservedPicodollars
  }

  /// Whether `amount` more stays within `limit` (-1: none); saturating, so it never wraps.
  public func admits(_ amount: Int64, limitPicodollars limit: Int64) -> Bool {
    guard limit >= 0 else { return true }
    return Self.sum(Self.sum(spentPicodollars, reservedPicodollars), amount) <= limit
  }

  /// The sum of two amounts, saturating at the largest integer.
  public static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? (left < 0 ? Int64.min : Int64.max) : sum
  }
}

/// A scope that a reservation counts against, with its limit.
public struct LedgerLimit: Sendable, Hashable {
  /// The scope's name: `run:r-01`, `flow:support-triage:2026-11-21`.
  public var scope: String
  /// The hard limit in pico-dollars; -1: none.
  public var limitPicodollars: Int64

  /// A limit.
  public init(scope: String, limitPicodollars: Int64) {
    self.scope = scope
    self.limitPicodollars = limitPicodollars
  }
}

/// A reservation that found no room.
public struct LedgerShortage: Sendable, Hashable {
  /// The scope without room.
  public var scope: String
  /// The call.
  public var effect: EffectID
  /// What the call may cost at worst.
  public var wantedPicodollars: Int64
  /// What the scope has spent and reserved.
  public var account: LedgerAccount
  /// The scope's limit.
  public var limitPicodollars: Int64

  /// A shortage.
  public init(
    scope: String,
    effect: EffectID,
    wantedPicodollars: Int64,
    account: LedgerAccount,
    limitPicodollars: Int64
  ) {
    self.scope = scope
    self.effect = effect
    self.wantedPicodollars = wantedPicodollars
    self.account = account
    self.limitPicodollars = limitPicodollars
  }
}

/// A change of the ledger, written in the transaction of the record that causes it.
///
/// A reservation counts against every scope of `limits` at once; settling and releasing find those
/// scopes by the run and the effect.
public enum LedgerChange: Sendable, Hashable {
  /// Holds back the worst cost of a call; refused when a limit has no room.
  case reserve(effect: EffectID, picodollars: Int64, limits: [LedgerLimit])
  /// The call cost this much; what remains of its reservation is free again.
  case settle(effect: EffectID, picodollars: Int64)
  /// The call was not made; its reservation is free again.
  case release(effect: EffectID)
}
