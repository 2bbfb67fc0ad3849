/// The prices of operations in CEL cost units, as cel-go counts them.
///
/// Used while evaluating and by the static estimate, so that the two cannot drift apart. A unit
/// stands for about the work of one call on scalars. What walks text costs a tenth of a unit for
/// each code point, rounded up.
enum CostUnits {
  /// Making a list, besides its elements.
  static let list = 10
  /// Making a map, besides its entries.
  static let map = 30
  /// Making a message, besides its fields.
  static let record = 40
  /// Units that an evaluation may use between two looks at its cancellation.
  static let slice = 8_192

  /// A tenth, rounded up: walking so many code points, or comparing so many elements.
  @inline(__always) static func tenth(_ size: Int) -> Int {
    size / 10 &+ (size % 10 == 0 ? 0 : 1)
  }

  /// A quarter, rounded up: the factor of a pattern of so many code points.
  @inline(__always) static func quarter(_ size: Int) -> Int {
    size / 4 &+ (size % 4 == 0 ? 0 : 1)
  }

  /// The factor of a pattern: what cel-go takes from its length alone, and more where counted
  /// repetitions or classes of characters make a short pattern large.
  @inline(__always) static func pattern(_ size: Int, instructions: Int) -> Int {
    max(quarter(size), instructions / 4)
  }

  /// The part of a function's price that is for walking `bytes` bytes of an argument, where cel-go
  /// has no rule of its own: nothing for short texts, which keeps the price at cel-go's 1.
  @inline(__always) static func walk(_ bytes: Int) -> Int { bytes / 10 }

  /// The price of joining two lists: cel-go's 1, and a 64th of the elements, which are copied here.
  @inline(__always) static func joinLists(_ count: Int) -> Int { 1 &+ count / 64 }
}

extension Cell {
  /// What walking an argument adds to the price of a function: see `CostUnits.walk`.
  @inline(__always) var walkPrice: Int {
    isString || tag == Tag.bytes ? CostUnits.walk(count) : 0
  }

  /// The size that prices depend on: code points, bytes, elements, entries; 1 for anything else.
  ///
  /// O(bytes) for text.
  var pricedSize: Int {
    switch tag {
    case Tag.string: text.scalarCount
    case Tag.bytes, Tag.list, Tag.map: count
    case Tag.optional: isNone ? 1 : wrapped.pricedSize
    default: 1
    }
  }

  /// The price of comparing two values: a tenth of the smaller one's size, rounded up.
  static func comparisonPrice(_ left: Cell, _ right: Cell) -> Int {
    if left.isString, right.isString {
      let (short, long) = left.count < right.count ? (left, right) : (right, left)
      if short.count <= 10 { return short.count == 0 ? 0 : 1 }
      let size = short.text.scalarCount
      // A code point has four bytes at most, so the longer text is rarely the smaller one.
      return CostUnits.tenth(long.count / 4 >= size ? size : min(size, long.text.scalarCount))
    }
    return CostUnits.tenth(min(left.pricedSize, right.pricedSize))
  }
}
