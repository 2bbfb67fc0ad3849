/// What a type parameter may stand for, told by the first letter of its name.
package enum TypeBound: UInt8 {
  /// `N`: int, uint, double.
  case number = 0x4E
  /// `O`: what `<` takes.
  case ordered = 0x4F
  /// `S`: what adds up from a zero.
  case summed = 0x53

  /// The bound of a parameter; nil when it has none.
  package init?(_ name: String) {
    guard let bound = name.utf8.first.flatMap({ TypeBound(rawValue: $0) }) else { return nil }
    self = bound
  }

  /// Whether the parameter may stand for `type`; unknown types are checked when they run.
  package func allows(_ type: ExpressionType) -> Bool {
    switch type {
    case .dyn, .any, .error, .parameter, .int, .uint, .double: return true
    case .wrapper(let primitive): return allows(primitive)
    case .bool, .bytes, .timestamp, .enumeration: return self == .ordered
    case .string: return self != .number
    case .duration: return self != .number
    default: return false
    }
  }
}
