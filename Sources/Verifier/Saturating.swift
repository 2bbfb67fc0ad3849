/// Sums and products of non-negative figures that stop at `Int64.max` instead of overflowing.
///
/// `Int64.max` thereby stands for "no bound": nothing that a bound is added to comes back from it.
package enum Saturating {
  /// What stands for "no bound".
  package static let unbounded = Int64.max

  /// `left + right`.
  @inline(__always)
  package static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }

  /// `left × right`; nothing times "no bound" is nothing.
  @inline(__always)
  package static func product(_ left: Int64, _ right: Int64) -> Int64 {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : product
  }
}
