extension Value {
  /// Whether two values are the same, be a whole number written with a fraction or not, and in
  /// whatever order the keys of a map stand.
  ///
  /// Recursion follows the nesting, which readers limit.
  package func isSameNumberwise(as other: Value) -> Bool {
    switch (self, other) {
    case (.int(let int), .double(let double)), (.double(let double), .int(let int)):
      return Double(int) == double
    case (.list(let one), .list(let other)):
      return one.count == other.count
        && zip(one, other).allSatisfy { $0.isSameNumberwise(as: $1) }
    case (.map(let one), .map(let other)):
      return one.count == other.count
        && one.entries.allSatisfy { entry in
          other[entry.key].map { entry.value.isSameNumberwise(as: $0) } ?? false
        }
    default: return self == other
    }
  }
}
