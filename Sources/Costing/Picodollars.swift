/// Amounts of money in pico-dollars (10⁻¹² US dollars): exact and never overflowing.
public enum Picodollars {
  /// Pico-dollars of one dollar.
  public static let perDollar: Int64 = 1_000_000_000_000

  /// `left + right`, held at `Int64.max`.
  public static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }

  /// `amount × count`, held at `Int64.max`.
  public static func product(_ amount: Int64, _ count: Int64) -> Int64 {
    let (product, overflow) = amount.multipliedReportingOverflow(by: count)
    return overflow ? .max : product
  }

  /// `$0.017594`: six digits after the point, rounded up so that nothing looks cheaper than it is;
  /// an amount below a millionth is shown with all its digits.
  public static func text(_ amount: Int64) -> String {
    text(amount, isExact: false)
  }

  /// Two amounts that are compared: with all digits where fewer would make them look the same.
  public static func texts(_ first: Int64, _ second: Int64) -> (String, String) {
    let isExact = first != second && text(first) == text(second)
    return (text(first, isExact: isExact), text(second, isExact: isExact))
  }

  private static func text(_ amount: Int64, isExact: Bool) -> String {
    if amount == .max { return "unbounded" }
    let isNegative = amount < 0
    var magnitude = amount.magnitude
    var digits = 6
    if magnitude > 0, isExact || magnitude < 1_000_000 {
      digits = 12
    } else {
      magnitude = (magnitude + 999_999) / 1_000_000
    }
    let scale: UInt64 = digits == 12 ? 1_000_000_000_000 : 1_000_000
    var fraction = String(magnitude % scale)
    fraction = String(repeating: "0", count: digits - fraction.utf8.count) + fraction
    while digits == 12, fraction.utf8.count > (isExact ? 6 : 0), fraction.last == "0" {
      fraction.removeLast()
    }
    return (isNegative ? "-$" : "$") + "\(magnitude / scale).\(fraction)"
  }
}
