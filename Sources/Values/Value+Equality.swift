extension Value: Equatable {
  /// Exact equality: same kind and same contents.
  ///
  /// Text compares by code points, doubles by value (NaN is unequal to itself), maps without regard
  /// to order. Numbers of different kinds are unequal here; CEL's cross-kind comparison lives in
  /// Expression.
  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.uint(let left), .uint(let right)): left == right
    case (.double(let left), .double(let right)): left == right
    case (.string(let left), .string(let right)): left.sameScalars(as: right)
    case (.bytes(let left), .bytes(let right)): left == right
    case (.list(let left), .list(let right)): left == right
    case (.map(let left), .map(let right)): left == right
    case (.timestamp(let left), .timestamp(let right)): left == right
    case (.duration(let left), .duration(let right)): left == right
    case (.type(let left), .type(let right)): left.sameScalars(as: right)
    case (.optional(let left), .optional(let right)): left == right
    case (.record(let left, let leftFields), .record(let right, let rightFields)):
      left.sameScalars(as: right) && leftFields == rightFields
    case (.enumeration(let left, let leftNumber), .enumeration(let right, let rightNumber)):
      left.sameScalars(as: right) && leftNumber == rightNumber
    case (.opaque(let left, let leftText), .opaque(let right, let rightText)):
      left.sameScalars(as: right) && leftText.sameScalars(as: rightText)
    default: false
    }
  }
}

extension ValueMap: Equatable {
  /// Same keys with equal values, in any order.
  public static func == (left: ValueMap, right: ValueMap) -> Bool {
    left.count == right.count
      && left.entries.allSatisfy { entry in right[entry.key].map { $0 == entry.value } ?? false }
  }
}
