/// Reads amounts of money by their spelling into pico-dollars, exactly (FLOW-SEMANTICS 20).
///
/// `$0.02`, `0.02`, `2`, `2e-2`; US dollars only. Nothing is rounded: an amount that is finer than
/// a pico-dollar or larger than `Int64` is refused.
package enum Money {
  /// Why a text is no amount.
  package enum Fault: Error, Equatable {
    /// It is not of the accepted form.
    case syntax
    /// It has a thousands separator.
    case separator
    /// It names another currency.
    case currency(String)
    /// It is below zero.
    case negative
    /// It has digits beyond the twelfth after the point.
    case tooFine
    /// It is above 9,223,372.036854775807 dollars.
    case tooLarge
  }

  /// Pico-dollars of one dollar.
  package static let picodollarsPerDollar: Int64 = 1_000_000_000_000

  /// The pico-dollars of `text`.
  ///
  /// O(length).
  package static func picodollars(_ text: String) throws(Fault) -> Int64 {
    var bytes = Array(text.utf8)
    var isNegative = false
    if bytes.first == UInt8(ascii: "-") {
      isNegative = true
      bytes.removeFirst()
    }
    if bytes.first == UInt8(ascii: "$") {
      bytes.removeFirst()
      if bytes.first == UInt8(ascii: "-") {
        isNegative = true
        bytes.removeFirst()
      }
    }
    var index = 0
    guard let number = DecimalDigits(bytes, &index, allowsExponent: true), index == bytes.count
    else { throw fault(text, bytes) }
    switch number.times(picodollarsPerDollar) {
    case .exact(let value):
      if isNegative, value != 0 { throw .negative }
      return value
    case .fraction: throw isNegative ? .negative : .tooFine
    case .overflow: throw isNegative ? .negative : .tooLarge
    }
  }

  private static func fault(_ text: String, _ bytes: [UInt8]) -> Fault {
    for sign in ["€", "£", "¥", "EUR", "GBP", "JPY", "CHF"] where text.contains(sign) {
      return .currency(sign)
    }
    let isGrouped =
      bytes.contains(UInt8(ascii: ",")) || bytes.contains(UInt8(ascii: "_"))
    let others = bytes.filter { byte in
      !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) && byte != UInt8(ascii: ",")
        && byte != UInt8(ascii: "_") && byte != UInt8(ascii: ".")
    }
    return isGrouped && others.isEmpty ? .separator : .syntax
  }
}
