public import Source

/// The least and the worst that evaluating an expression can cost, in CEL cost units.
///
/// `worst` is never below what a run is metered at, and `least` never above it when the run comes
/// to a value, for values of the declared sizes.
public struct CostInterval: Sendable, Hashable {
  /// The least cost of an evaluation that comes to a value.
  public var least: Int
  /// The most that any evaluation costs; `Int.max` when it is beyond counting.
  public var worst: Int

  /// An interval.
  public init(least: Int, worst: Int) {
    self.least = least
    self.worst = worst
  }
}

/// How large values may be, as a schema declares it.
public struct SizeBounds: Sendable, Hashable {
  /// The least number of code points, elements or entries.
  public var least: Int
  /// The most; nil when none is declared.
  public var most: Int?
  private var inner: [SizeBounds]

  /// The bounds of the elements of a list or the values of a map; nil when none are declared.
  public var elements: SizeBounds? { inner.first }

  /// Bounds.
  public init(least: Int = 0, most: Int? = nil, elements: SizeBounds? = nil) {
    self.least = max(0, least)
    self.most = most.map { max(0, $0) }
    inner = elements.map { [$0] } ?? []
  }
}

extension Program {
  /// What an evaluation may cost, found without evaluating.
  ///
  /// Sizes come from the schemas (`SizeBounds` of variables and fields); a text, list or map whose
  /// size nothing declares is taken to have up to `undeclaredSize` code points, elements or
  /// entries, by default as many as `Limits.valueSize` allows. O(length of the expression).
  public func cost(undeclaredSize: Int? = nil) -> CostInterval {
    var estimator = CostEstimator(
      body.checker,
      limits: body.limits,
      undeclaredSize: undeclaredSize ?? body.limits.valueSize
    )
    return estimator.interval()
  }

  /// The innermost part whose worst cost is more than half of the whole's, with its interval.
  public func costliestPart(
    undeclaredSize: Int? = nil
  ) -> (range: TextRange, cost: CostInterval) {
    var estimator = CostEstimator(
      body.checker,
      limits: body.limits,
      undeclaredSize: undeclaredSize ?? body.limits.valueSize
    )
    return estimator.costliest()
  }
}
