import Values

/// Kinds that a value may be of, as far as prices depend on them.
struct ShapeKinds: OptionSet, Sendable {
  let rawValue: UInt8

  static let text = ShapeKinds(rawValue: 1)
  static let bytes = ShapeKinds(rawValue: 2)
  static let list = ShapeKinds(rawValue: 4)
  static let map = ShapeKinds(rawValue: 8)
  /// Numbers, booleans, times, null: of size 1, without parts.
  static let scalar = ShapeKinds(rawValue: 16)
  /// Messages, optionals, opaque values.
  static let other = ShapeKinds(rawValue: 32)
  static let any: ShapeKinds = [.text, .bytes, .list, .map, .scalar, .other]

  init(rawValue: UInt8) { self.rawValue = rawValue }

  init(_ type: ExpressionType) {
    switch type {
    case .null, .bool, .int, .uint, .double, .timestamp, .duration: self = .scalar
    case .string: self = .text
    case .bytes: self = .bytes
    case .list: self = .list
    case .map: self = .map
    case .record: self = [.map, .other]
    case .optional(let wrapped), .wrapper(let wrapped):
      self = ShapeKinds(wrapped).union([.other, .scalar])
    case .type, .enumeration, .abstract: self = .other
    case .dyn, .any, .error, .parameter: self = .any
    }
  }

  var mayHaveParts: Bool { !isDisjoint(with: [.list, .map, .other]) }
  var mayBeWalked: Bool { !isDisjoint(with: [.text, .bytes]) }
}

/// What the static estimate knows of a value.
struct Shape: Sendable {
  var kinds: ShapeKinds
  /// The least size: see `Cell.pricedSize`.
  var least: Int
  /// The greatest size.
  var most: Int
  /// The most bytes, if it is text or bytes.
  var byteCount: Int
  /// The most that comparing its parts may cost.
  var parts: Int
  /// Whether nothing is declared of its elements: they are of the same shape.
  var isOpen = false
  private var inner: [Shape] = []
  private var innerKeys: [Shape] = []

  static let scalar = Shape(kinds: .scalar, least: 1, most: 1, byteCount: 0, parts: 0)

  private init(kinds: ShapeKinds, least: Int, most: Int, byteCount: Int, parts: Int) {
    self.kinds = kinds
    self.least = least
    self.most = most
    self.byteCount = byteCount
    self.parts = parts
  }

  /// Text of some code points.
  static func text(_ least: Int, _ most: Int, byteCount: Int? = nil) -> Shape {
    Shape(
      kinds: .text,
      least: least,
      most: most,
      byteCount: byteCount ?? most.times(4),
      parts: 0
    )
  }

  static func bytes(_ least: Int, _ most: Int) -> Shape {
    Shape(kinds: .bytes, least: least, most: most, byteCount: most, parts: 0)
  }

  static func list(_ least: Int, _ most: Int, of element: Shape) -> Shape {
    var result = Shape(
      kinds: .list,
      least: least,
      most: most,
      byteCount: 0,
      parts: most.times(element.partPrice)
    )
    result.inner = [element]
    return result
  }

  static func map(_ least: Int, _ most: Int, keys: Shape, values: Shape) -> Shape {
    var result = list(least, most, of: values)
    result.kinds = .map
    result.innerKeys = [keys]
    return result
  }

  /// A value of which nothing is declared but that none of its sizes is beyond `size`.
  static func open(_ size: Int, _ kinds: ShapeKinds = .any) -> Shape {
    var result = Shape(
      kinds: kinds,
      least: kinds == .scalar ? 1 : 0,
      most: kinds == .scalar ? 1 : max(1, size),
      byteCount: kinds.mayBeWalked ? size.times(4) : 0,
      parts: kinds.mayHaveParts ? size : 0
    )
    result.isOpen = true
    return result
  }

  /// The shape of an element, or of a value of a map.
  var element: Shape { inner.first ?? unknownPart }

  /// The shape of a key.
  var key: Shape { innerKeys.first ?? unknownPart }

  private var unknownPart: Shape {
    guard isOpen else { return .scalar }
    var part = self
    part.kinds = .any
    part.least = 0
    return part
  }

  /// What comparing it as a part of a collection may cost: see `Equality`.
  var partPrice: Int {
    var price = 0
    if kinds.mayBeWalked { price = CostUnits.walk(byteCount) }
    if kinds.mayHaveParts { price = max(price, max(1, CostUnits.tenth(most)).plus(parts)) }
    return price
  }

  /// What walking it as an argument may cost: see `Cell.walkPrice`.
  var walkPrice: Int { kinds.mayBeWalked ? CostUnits.walk(byteCount) : 0 }

  /// The most bytes of it as JSON or in a text.
  var renderedBytes: Int {
    if isOpen, kinds.mayHaveParts { return most.times(400) }
    var count = 40
    if kinds.mayBeWalked { count = max(count, byteCount.times(6).plus(2)) }
    if !inner.isEmpty {
      let keyBytes = innerKeys.first?.renderedBytes ?? 0
      count = max(count, most.times(element.renderedBytes.plus(keyBytes).plus(2)).plus(2))
    }
    return count
  }

  /// The most values that a walk over all of it visits, itself included.
  var visited: Int {
    if isOpen, kinds.mayHaveParts { return most.times(2).plus(1) }
    var count = kinds.mayBeWalked ? CostUnits.walk(byteCount).plus(1) : 1
    if !inner.isEmpty { count = max(count, most.times(element.visited.plus(1)).plus(1)) }
    return count
  }

  /// One of the two.
  func union(_ other: Shape) -> Shape {
    var result = self
    result.kinds = kinds.union(other.kinds)
    result.least = min(least, other.least)
    result.most = max(most, other.most)
    result.byteCount = max(byteCount, other.byteCount)
    result.parts = max(parts, other.parts)
    result.isOpen = isOpen || other.isOpen
    result.inner = Shape.union(inner, other.inner)
    result.innerKeys = Shape.union(innerKeys, other.innerKeys)
    return result
  }

  private static func union(_ left: [Shape], _ right: [Shape]) -> [Shape] {
    guard let one = left.first, let other = right.first else { return left + right }
    return [one.union(other)]
  }

  /// Both in one, as `+` makes it.
  func joined(_ other: Shape) -> Shape {
    var result = union(other)
    result.least = least.plus(other.least)
    result.most = most.plus(other.most)
    result.byteCount = byteCount.plus(other.byteCount)
    result.parts = parts.plus(other.parts)
    return result
  }

  /// Of at least `least`, of the same elements.
  func shortened(to least: Int = 0) -> Shape {
    var result = self
    result.least = min(least, self.least)
    return result
  }
}

extension Int {
  /// The sum, or the greatest number.
  func plus(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  /// The product, or the greatest number.
  func times(_ other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
