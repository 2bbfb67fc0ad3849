import Values

/// Functions on lists, sets and maps.
enum ListFunctions {
  private static func noOverload(_ name: String, _ cells: [Cell], _ context: Context) -> Cell {
    context.fail(.noSuchOverload, Messages.noOverload(name, cells))
  }

  /// Elements from a start up to an end; when clamped, positions beyond the end are the end.
  static func slice(_ arguments: [Cell], _ context: Context, isClamped: Bool = false) -> Cell {
    let cell = arguments[0]
    guard cell.tag == Tag.list, arguments[1].isInt, arguments[2].isInt else {
      return cell.isString
        ? TextFunctions.substring(arguments, context, isClamped: isClamped)
        : noOverload("slice", arguments, context)
    }
    var (start, end) = (arguments[1].int, arguments[2].int)
    if isClamped, start <= end {
      (start, end) = (min(start, Int64(cell.count)), min(end, Int64(cell.count)))
    }
    guard start >= 0, start <= end, end <= cell.count else {
      let wrong = start < 0 || start > cell.count ? start : end
      return context.fail(.invalidArgument, Messages.indexOutOfRange(wrong, cell.count))
    }
    return cell.elements.slice(Int(start), Int(end))
  }

  static func flatten(_ cell: Cell, depth: Int64, _ context: Context) -> Cell {
    guard cell.tag == Tag.list else { return noOverload("flatten", [cell], context) }
    guard depth >= 0 else {
      return context.fail(.invalidArgument, Messages.negativeDepth)
    }
    var builder = ListBuilder(capacity: 0, context)
    flatten(cell, min(depth, 256), &builder, context)
    return context.isExhausted ? context.exhausted(at: context.range) : builder.finish(context)
  }

  private static func flatten(
    _ cell: Cell,
    _ depth: Int64,
    _ builder: inout ListBuilder,
    _ context: Context
  ) {
    for index in 0..<cell.count {
      context.charge(1)
      if context.isExhausted { return }
      let element = cell.elements[index]
      if element.tag == Tag.list, depth > 0 {
        flatten(element, depth - 1, &builder, context)
      } else {
        builder.append(element, context)
      }
    }
  }

  static func distinct(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.tag == Tag.list else { return noOverload("distinct", [cell], context) }
    var builder = ListBuilder(capacity: 0, context)
    var kept: [Cell] = []
    var keys = Set<UInt64>()
    for index in 0..<cell.count {
      let element = cell.elements[index]
      context.charge(1)
      if let hash = element.keyHash, keys.insert(hash).inserted {
        kept.append(element)
        builder.append(element, context)
        continue
      }
      var isKnown = false
      for other in kept {
        context.charge(1)
        if context.isExhausted { return context.exhausted(at: context.range) }
        if Equality.equalParts(other, element, context) {
          isKnown = true
          break
        }
      }
      if !isKnown {
        kept.append(element)
        builder.append(element, context)
      }
    }
    return builder.finish(context)
  }

  static func sort(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.tag == Tag.list else { return noOverload("sort", [cell], context) }
    return sorted((0..<cell.count).map { (cell.elements[$0], cell.elements[$0]) }, context)
  }

  /// What sorting charges for each element.
  static let sortPrice = 4

  /// Values by their keys, stable; the keys must be of one kind that has an order.
  static func sorted(_ pairs: [(Cell, Cell)], _ context: Context) -> Cell {
    guard let first = pairs.first else { return .emptyList }
    context.charge(pairs.count &* sortPrice)
    if context.isExhausted { return context.exhausted(at: context.range) }
    for pair in pairs
    where pair.0.tag != first.0.tag || Equality.order(first.0, pair.0) == nil {
      return context.fail(.invalidArgument, Messages.unorderable)
    }
    for pair in pairs where Equality.order(pair.0, pair.0) == .unordered {
      return context.fail(.invalidArgument, Messages.notANumber)
    }
    let order = pairs.indices.sorted { left, right in
      switch Equality.order(pairs[left].0, pairs[right].0) {
      case .less: true
      case .greater: false
      default: left < right
      }
    }
    return context.list(order.map { pairs[$0].1 })
  }

  static func reverse(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.tag == Tag.list else {
      return cell.isString
        ? TextFunctions.reverse(cell, context) : noOverload("reverse", [cell], context)
    }
    context.charge(cell.count)
    if context.isExhausted { return context.exhausted(at: context.range) }
    return context.list((0..<cell.count).reversed().map { cell.elements[$0] })
  }

  static func end(_ cell: Cell, _ context: Context, isFirst: Bool) -> Cell {
    guard cell.tag == Tag.list else { return noOverload("first", [cell], context) }
    if cell.count == 0 { return .none }
    return context.optional(cell.elements[isFirst ? 0 : cell.count - 1])
  }

  static func range(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.isInt else { return noOverload("lists.range", [cell], context) }
    guard cell.int > 0 else { return .emptyList }
    guard cell.int <= 1 << 31 else { return context.exhausted(at: context.range) }
    context.charge(Int(cell.int))
    if context.isExhausted { return context.exhausted(at: context.range) }
    var builder = ListBuilder(capacity: Int(cell.int), context)
    for index in 0..<cell.int { builder.append(Cell(index), context) }
    return builder.finish(context)
  }

  // MARK: Sets

  /// Charges for comparing every pair of two lists `times` times; nil when they may be compared.
  private static func refusal(
    _ name: String,
    _ left: Cell,
    _ right: Cell,
    _ context: Context,
    times: Int = 1
  ) -> Cell? {
    guard left.tag == Tag.list, right.tag == Tag.list else {
      context.charge(1)
      return noOverload(name, [left, right], context)
    }
    context.charge(1 &+ left.count &* right.count &* times)
    return context.isExhausted ? context.exhausted(at: context.range) : nil
  }

  private static func holds(_ list: Cell, _ element: Cell, _ context: Context) -> Bool {
    for index in 0..<list.count {
      if Equality.equalParts(list.elements[index], element, context) { return true }
      if context.isExhausted { return false }
    }
    return false
  }

  private static func holdsAll(_ left: Cell, _ right: Cell, _ context: Context) -> Bool {
    for index in 0..<right.count where !holds(left, right.elements[index], context) {
      return false
    }
    return true
  }

  static func contains(_ left: Cell, _ right: Cell, _ context: Context) -> Cell {
    refusal("sets.contains", left, right, context) ?? Cell(holdsAll(left, right, context))
  }

  static func equivalent(_ left: Cell, _ right: Cell, _ context: Context) -> Cell {
    refusal("sets.equivalent", left, right, context, times: 2)
      ?? Cell(holdsAll(left, right, context) && holdsAll(right, left, context))
  }

  static func intersects(_ left: Cell, _ right: Cell, _ context: Context) -> Cell {
    if let refusal = refusal("sets.intersects", left, right, context) { return refusal }
    for index in 0..<left.count where holds(right, left.elements[index], context) {
      return Cell(true)
    }
    return Cell(false)
  }

  // MARK: Flows

  /// The sum of the elements; `zero` when there is none.
  static func sum(_ cell: Cell, _ context: Context, zero: Cell = Cell(0)) -> Cell {
    guard cell.tag == Tag.list else { return noOverload("sum", [cell], context) }
    guard cell.count > 0 else { return zero }
    var total = cell.elements[0]
    for index in 1..<max(1, cell.count) {
      if context.isExhausted { return context.exhausted(at: context.range) }
      var next = cell.elements[index]
      if total.isDouble, next.isInt { next = Cell(Double(next.int)) }
      if total.isInt, next.isDouble { total = Cell(Double(total.int)) }
      total = Arithmetic.add(total, next, context, context.range)
      if total.isError { return total }
    }
    return total
  }

  static func average(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.tag == Tag.list, cell.count > 0 else {
      return context.fail(.invalidArgument, Messages.emptyList)
    }
    let sum = sum(cell, context)
    guard !sum.isError else { return sum }
    let total = Conversions.double(sum, context)
    return total.isError ? total : Cell(total.double / Double(cell.count))
  }

  /// `min`, `max`, `math.least`, `math.greatest`: over the arguments, or over a list.
  static func extreme(_ arguments: [Cell], _ context: Context, isGreatest: Bool) -> Cell {
    var cells = arguments
    if cells.count == 1, cells[0].tag == Tag.list {
      let list = cells[0]
      cells = (0..<list.count).map { list.elements[$0] }
    }
    guard var best = cells.first else {
      return context.fail(.invalidArgument, Messages.emptyList)
    }
    context.charge(cells.count)
    for cell in cells.dropFirst() {
      guard let order = Equality.order(cell, best) else {
        return noOverload(isGreatest ? "max" : "min", [best, cell], context)
      }
      if order == .unordered { return context.fail(.invalidArgument, Messages.notANumber) }
      if order == (isGreatest ? .greater : .less) { best = cell }
    }
    return best
  }

  static func keys(_ cell: Cell, _ context: Context, values: Bool) -> Cell {
    guard cell.tag == Tag.map else { return noOverload("keys", [cell], context) }
    context.charge(cell.count)
    let entries = cell.entries
    return context.list(
      (0..<entries.count).map { values ? entries.value($0) : entries.key($0) }
    )
  }
}
