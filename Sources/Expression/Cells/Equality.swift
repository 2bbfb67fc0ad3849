/// CEL's equality and ordering over cells.
enum Equality {
  /// Whether two map keys are the same: text and booleans exactly, numbers by value across kinds.
  static func sameKey(_ left: Cell, _ right: Cell) -> Bool {
    if left.head == right.head {
      switch left.tag {
      case Tag.string: return TextView.sameBytes(left, right)
      case Tag.bool, Tag.int, Tag.uint: return left.bits == right.bits
      default: break
      }
    }
    guard left.isNumber, right.isNumber else { return false }
    return compareNumbers(left, right) == .equal
  }

  enum Order {
    case less
    case equal
    case greater
    case unordered
  }

  /// Numbers of any kinds by value, exactly.
  static func compareNumbers(_ left: Cell, _ right: Cell) -> Order {
    switch (left.tag, right.tag) {
    case (Tag.int, Tag.int): return order(left.int, right.int)
    case (Tag.uint, Tag.uint): return order(left.bits, right.bits)
    case (Tag.double, Tag.double): return order(left.double, right.double)
    case (Tag.int, Tag.uint):
      return left.int < 0 ? .less : order(left.bits, right.bits)
    case (Tag.uint, Tag.int):
      return right.int < 0 ? .greater : order(left.bits, right.bits)
    case (Tag.int, Tag.double): return compare(left.int, right.double)
    case (Tag.double, Tag.int): return reversed(compare(right.int, left.double))
    case (Tag.uint, Tag.double): return compare(left.bits, right.double)
    case (Tag.double, Tag.uint): return reversed(compare(right.bits, left.double))
    default: return .unordered
    }
  }

  private static func order<Number: Comparable>(_ left: Number, _ right: Number) -> Order {
    left < right ? .less : left == right ? .equal : left > right ? .greater : .unordered
  }

  private static func compare<Integer: FixedWidthInteger>(
    _ left: Integer,
    _ right: Double
  ) -> Order {
    if right.isNaN { return .unordered }
    if let exact = Integer(exactly: right.rounded(.towardZero)) {
      if left != exact { return left < exact ? .less : .greater }
      let fraction = right - right.rounded(.towardZero)
      return fraction > 0 ? .less : fraction < 0 ? .greater : .equal
    }
    return right > 0 ? .less : .greater
  }

  private static func reversed(_ order: Order) -> Order {
    switch order {
    case .less: .greater
    case .greater: .less
    default: order
    }
  }

  /// CEL's `==`: false between kinds, numbers by value, NaN unequal to itself; errors are the
  /// caller's.
  ///
  /// The caller charges for the two values themselves (`Cell.comparisonPrice`); parts of lists and
  /// maps that are texts or collections are charged here. cel-go charges nothing for them, which
  /// leaves work without a bound.
  static func equal(_ left: Cell, _ right: Cell, _ context: Context) -> Bool {
    switch left.tag {
    case Tag.string:
      return left.head == right.head && TextView.sameBytes(left, right)
    case Tag.int, Tag.uint, Tag.double:
      return right.isNumber && compareNumbers(left, right) == .equal
    case Tag.null, Tag.bool, Tag.duration, Tag.timestamp:
      return left.head == right.head && left.bits == right.bits
    case Tag.bytes, Tag.type:
      return left.tag == right.tag && left.count == right.count
        && left.text.compare(right.text) == 0
    case Tag.list: return right.tag == Tag.list && equalLists(left, right, context)
    case Tag.map:
      return right.tag == Tag.map && left.count == right.count
        && equalEntries(left.entries, right.entries, context)
    case Tag.optional:
      guard right.tag == Tag.optional else { return false }
      if left.isNone || right.isNone { return left.isNone == right.isNone }
      return equal(left.wrapped, right.wrapped, context)
    case Tag.record:
      return right.tag == Tag.record && left.count == right.count
        && equal(left.typeName, right.typeName, context)
        && equalEntries(left.fields, right.fields, context)
    case Tag.enumeration:
      return right.tag == Tag.enumeration && left.head == right.head
        && equal(left.typeName, right.typeName, context)
    case Tag.opaque:
      return right.tag == Tag.opaque && equal(left.typeName, right.typeName, context)
        && equal(left.opaqueText, right.opaqueText, context)
    default: return false
    }
  }

  /// Whether two parts of collections are equal, charged.
  static func equalParts(_ left: Cell, _ right: Cell, _ context: Context) -> Bool {
    guard left.tag == right.tag else { return equal(left, right, context) }
    switch left.tag {
    case Tag.string, Tag.bytes: context.chargeText(min(left.count, right.count))
    case Tag.list, Tag.map, Tag.record, Tag.optional:
      context.charge(max(1, CostUnits.tenth(min(left.count, right.count))))
      if context.isExhausted { return false }
    default: break
    }
    return equal(left, right, context)
  }

  private static func equalLists(_ left: Cell, _ right: Cell, _ context: Context) -> Bool {
    guard left.count == right.count else { return false }
    let first = left.elements
    let second = right.elements
    for index in 0..<first.count {
      if !equalParts(first[index], second[index], context) { return false }
    }
    return true
  }

  private static func equalEntries(
    _ left: EntryList,
    _ right: EntryList,
    _ context: Context
  ) -> Bool {
    guard left.count == right.count else { return false }
    for index in 0..<left.count {
      let position = right.position(of: left.key(index))
      if position < 0 { return false }
      if !equalParts(left.value(index), right.value(position), context) { return false }
    }
    return true
  }

  /// The order of two values that can be ordered, numbers of any kinds by value; nil for other
  /// pairs.
  static func order(_ left: Cell, _ right: Cell) -> Order? {
    if left.isNumber, right.isNumber { return compareNumbers(left, right) }
    guard left.tag == right.tag else { return nil }
    switch left.tag {
    case Tag.string, Tag.bytes:
      let order = left.text.compare(right.text)
      return order < 0 ? .less : order == 0 ? .equal : .greater
    case Tag.bool: return order(left.bits, right.bits)
    case Tag.duration: return order(left.int, right.int)
    case Tag.timestamp: return order(left.timestamp, right.timestamp)
    case Tag.enumeration: return order(left.enumerationNumber, right.enumerationNumber)
    default: return nil
    }
  }
}
