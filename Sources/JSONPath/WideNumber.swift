import Values

/// A number beyond ±2^53, where 64-bit floats no longer tell integers apart.
///
/// The engine that runs queries knows floats only. It never calculates with a document's numbers,
/// it only compares them, so any numbers of the same order will do: in documents, and in queries,
/// each number beyond ±2^53 is given a stand-in of its own, and all comparisons come out as they
/// would with exact integers. Numbers within ±2^53 stand for themselves.
struct WideNumber: Hashable {
  private static let bound: UInt64 = 1 << 53

  private let isNegative: Bool
  /// Whether the magnitude is 2^64 or more; then `magnitude` is a float's bit pattern.
  private let isHuge: Bool
  private let magnitude: UInt64

  /// The number, if `value` is one beyond ±2^53.
  init?(_ value: Value) {
    switch value {
    case .int(let int):
      guard int.magnitude > Self.bound else { return nil }
      isNegative = int < 0
      isHuge = false
      magnitude = int.magnitude
    case .uint(let uint):
      guard uint > Self.bound else { return nil }
      isNegative = false
      isHuge = false
      magnitude = uint
    case .double(let double):
      guard double.magnitude > Double(Self.bound) else { return nil }
      isNegative = double < 0
      let exact = UInt64(exactly: double.magnitude)
      isHuge = exact == nil
      magnitude = exact ?? double.magnitude.bitPattern
    default: return nil
    }
  }

  /// A float for each number, in the numbers' order; all beyond ±2^53.
  static func standIns(for numbers: Set<WideNumber>) -> [WideNumber: Double] {
    var standIns: [WideNumber: Double] = [:]
    for isNegative in [false, true] {
      let side = numbers.filter { $0.isNegative == isNegative }.sorted { left, right in
        left.isHuge == right.isHuge ? left.magnitude < right.magnitude : right.isHuge
      }
      for (rank, number) in side.enumerated() {
        let standIn = Double(bound) + 2 * Double(rank + 1)
        standIns[number] = isNegative ? -standIn : standIn
      }
    }
    return standIns
  }
}

extension Literal {
  /// The value as a reader of JSON would find it: integers of 64 bits, else a float.
  var value: Value {
    switch self {
    case .null: .null
    case .bool(let bool): .bool(bool)
    case .string(let text): .string(text)
    case .number(let double, let spelling):
      if let int = Int64(spelling) {
        .int(int)
      } else if let uint = UInt64(spelling) {
        .uint(uint)
      } else {
        .double(double)
      }
    }
  }
}
