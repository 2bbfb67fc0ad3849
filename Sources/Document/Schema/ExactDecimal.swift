import Values

/// A number as decimal digits and a power of ten, exactly as its shortest spelling says.
///
/// JSON writes decimals: `0.3` is three tenths here, not the double nearest to it.
struct ExactDecimal {
  /// The digits of the magnitude, most significant first, without zeros at either end; empty for 0.
  let digits: [UInt8]
  /// The number is `digits × 10^exponent`.
  let exponent: Int

  /// The number; nil for what is none, infinity and NaN.
  init?(_ value: Value) {
    switch value {
    case .int(let int): self.init(spelling: String(int.magnitude))
    case .uint(let uint): self.init(spelling: String(uint))
    case .double(let double):
      guard double.isFinite else { return nil }
      self.init(spelling: double.magnitude.description)
    default: return nil
    }
  }

  /// Reads `12`, `0.5` and `1e-07`: what Swift prints of a magnitude.
  private init(spelling: String) {
    var digits: [UInt8] = []
    var power = 0
    var isFraction = false
    var exponent: (sign: Int, value: Int)?
    for byte in spelling.utf8 {
      switch byte {
      case UInt8(ascii: "."): isFraction = true
      case UInt8(ascii: "e"): exponent = (1, 0)
      case UInt8(ascii: "-"): exponent?.sign = -1
      case UInt8(ascii: "+"): break
      default:
        if let known = exponent {
          exponent = (known.sign, known.value * 10 + Int(byte - 0x30))
        } else {
          if isFraction { power -= 1 }
          if !digits.isEmpty || byte != 0x30 { digits.append(byte - 0x30) }
        }
      }
    }
    if let exponent { power += exponent.sign * exponent.value }
    while digits.last == 0 {
      digits.removeLast()
      power += 1
    }
    self.digits = digits
    self.exponent = digits.isEmpty ? 0 : power
  }

  /// Whether the number is a whole multiple of another, exactly.
  ///
  /// Long division: O(distance of the exponents), some 600 digits at most.
  func isMultiple(of divisor: ExactDecimal) -> Bool {
    guard !digits.isEmpty else { return true }
    guard !divisor.digits.isEmpty else { return false }
    // n·10^a over d·10^b: with a < b the powers of ten that are missing belong to the divisor.
    let shift = exponent - divisor.exponent
    var modulus = divisor.digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1) }
    var zeros = max(0, shift)
    if shift < 0 {
      // The divisor has ten as a factor `-shift` times more often than the number can hold.
      guard -shift <= 20 else { return false }
      for _ in 0..<(-shift) {
        let (product, overflow) = modulus.multipliedReportingOverflow(by: 10)
        if overflow { return false }
        modulus = product
      }
    }
    var remainder: UInt64 = 0
    func take(_ digit: UInt8) {
      let wide = remainder.multipliedFullWidth(by: 10)
      let (low, carry) = wide.low.addingReportingOverflow(UInt64(digit))
      remainder = modulus.dividingFullWidth((wide.high + (carry ? 1 : 0), low)).remainder
    }
    for digit in digits { take(digit) }
    while zeros > 0, remainder != 0 {
      take(0)
      zeros -= 1
    }
    return remainder == 0
  }
}
