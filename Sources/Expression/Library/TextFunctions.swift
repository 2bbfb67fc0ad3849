import RegularExpression
import Values

/// Functions on text; positions count code points.
enum TextFunctions {
  static func noOverload(_ name: String, _ cells: [Cell], _ context: Context) -> Cell {
    context.fail(.noSuchOverload, Messages.noOverload(name, cells))
  }

  /// The size of a text, bytes, list or map; nil for other kinds.
  static func size(_ cell: Cell) -> Int? {
    switch cell.tag {
    case Tag.string: cell.text.scalarCount
    case Tag.bytes, Tag.list, Tag.map: cell.count
    default: nil
    }
  }

  static func size(_ cell: Cell, _ context: Context) -> Cell {
    size(cell).map { Cell($0) } ?? noOverload("size", [cell], context)
  }

  static func test(
    _ name: String,
    _ left: Cell,
    _ right: Cell,
    _ context: Context,
    _ body: (TextView, TextView) -> Bool
  ) -> Cell {
    guard left.isString, right.isString else {
      context.charge(1)
      return noOverload(name, [left, right], context)
    }
    context.charge(
      name == "contains"
        ? CostUnits.tenth(left.pricedSize) &* CostUnits.tenth(right.pricedSize)
        : CostUnits.tenth(right.pricedSize)
    )
    return Cell(body(left.text, right.text))
  }

  static func matches(_ left: Cell, _ right: Cell, _ context: Context) -> Cell {
    guard left.isString, right.isString else {
      context.charge(1)
      return noOverload("matches", [left, right], context)
    }
    // Beyond cel-go's price the pattern is paid for, which is compiled anew at each call.
    context.charge(right.count)
    if context.isExhausted { return context.exhausted(at: context.range) }
    do throws(PatternError) {
      let pattern = try Pattern(right.text.string)
      let instructions = pattern.instructionCount
      let factor = CostUnits.pattern(right.pricedSize, instructions: instructions)
      context.charge(matchPrice(left, factor) &+ instructions / 4)
      if context.isExhausted { return context.exhausted(at: context.range) }
      return Cell(left.text.matches(pattern))
    } catch {
      return context.fail(.invalidArgument, Messages.badPattern(error.message))
    }
  }

  /// The price of matching a text with a pattern of the given factor.
  @inline(__always) static func matchPrice(_ text: Cell, _ factor: Int) -> Int {
    let size = text.count < 10 ? text.count : text.text.scalarCount
    return CostUnits.tenth(size &+ 1) &* factor
  }

  // MARK: Positions

  /// The code points of a text.
  static func scalars(_ cell: Cell, _ context: Context) -> [Unicode.Scalar] {
    Array(cell.text.string.unicodeScalars)
  }

  static func text(_ scalars: some Sequence<Unicode.Scalar>, _ context: Context) -> Cell {
    var string = String.UnicodeScalarView()
    string.append(contentsOf: scalars)
    return context.text(String(string))
  }

  static func charAt(_ cell: Cell, _ index: Cell, _ context: Context) -> Cell {
    guard cell.isString, index.isInt else { return noOverload("charAt", [cell, index], context) }
    let scalars = scalars(cell, context)
    guard index.int >= 0, index.int <= scalars.count else {
      return context.fail(.invalidArgument, Messages.characterOutOfRange(index.int, scalars.count))
    }
    return index.int == scalars.count
      ? .emptyText : text(scalars[Int(index.int)...Int(index.int)], context)
  }

  static func indexOf(_ arguments: [Cell], _ context: Context, isLast: Bool) -> Cell {
    let (cell, part) = (arguments[0], arguments[1])
    guard cell.isString, part.isString, arguments.count == 2 || arguments[2].isInt else {
      return noOverload(isLast ? "lastIndexOf" : "indexOf", arguments, context)
    }
    let view = cell.text
    let total = view.scalarCount
    let limit = arguments.count > 2 ? arguments[2].int : nil
    if let limit, limit < 0 || limit > total {
      return context.fail(.invalidArgument, Messages.characterOutOfRange(limit, total))
    }
    if part.count == 0 { return Cell(limit ?? (isLast ? Int64(total) : 0)) }
    if isLast {
      let last = min(limit.map { byteOffset(view, Int($0)) } ?? view.count, view.count - part.count)
      var offset = last
      while offset >= 0 {
        if view.matches(part.text, at: offset) { return Cell(scalarIndex(view, offset)) }
        offset -= 1
        context.charge(part.count / 32 + (offset & 15 == 0 ? 1 : 0))
        if context.isExhausted { return context.exhausted(at: context.range) }
      }
      return Cell(-1)
    }
    let start = limit.map { byteOffset(view, Int($0)) } ?? 0
    return Cell(view.find(part.text, from: start).map { scalarIndex(view, $0) } ?? -1)
  }

  private static func byteOffset(_ view: TextView, _ scalar: Int) -> Int {
    var seen = 0
    for index in 0..<view.count where view[index] & 0xC0 != 0x80 {
      if seen == scalar { return index }
      seen += 1
    }
    return view.count
  }

  private static func scalarIndex(_ view: TextView, _ offset: Int) -> Int {
    TextView(address: view.address, count: offset).scalarCount
  }

  static func substring(
    _ arguments: [Cell],
    _ context: Context,
    isClamped: Bool = false
  ) -> Cell {
    let cell = arguments[0]
    guard cell.isString, arguments.dropFirst().allSatisfy(\.isInt) else {
      return noOverload("substring", arguments, context)
    }
    let view = cell.text
    let total = Int64(view.scalarCount)
    var start = arguments[1].int
    var end = arguments.count > 2 ? arguments[2].int : total
    if isClamped, start <= end { (start, end) = (min(start, total), min(end, total)) }
    guard start >= 0, start <= end, end <= total else {
      let wrong = start < 0 || start > total ? start : end
      return context.fail(.invalidArgument, Messages.characterOutOfRange(wrong, Int(total)))
    }
    return context.slice(view, byteOffset(view, Int(start)), byteOffset(view, Int(end)))
  }

  // MARK: Rewriting

  static func ascii(_ cell: Cell, _ context: Context, upper: Bool) -> Cell {
    guard cell.isString else { return noOverload("ascii", [cell], context) }
    let view = cell.text
    // INVARIANT: the bytes belong to the cell, which lives until the evaluation ends; writing stays
    // within the count that was asked for.
    return unsafe context.text(cell.count) { target in
      for index in 0..<view.count {
        let byte = view[index]
        let isLetter = upper ? byte >= 0x61 && byte <= 0x7A : byte >= 0x41 && byte <= 0x5A
        unsafe target[index] = isLetter ? byte ^ 0x20 : byte
      }
    }
  }

  static func trim(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.isString else { return noOverload("trim", [cell], context) }
    let scalars = scalars(cell, context)
    guard let first = scalars.firstIndex(where: { !isSpace($0) }),
      let last = scalars.lastIndex(where: { !isSpace($0) })
    else { return .emptyText }
    return text(scalars[first...last], context)
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace
  }

  static func reverse(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.isString else { return noOverload("reverse", [cell], context) }
    return text(scalars(cell, context).reversed(), context)
  }

  static func replace(_ arguments: [Cell], _ context: Context) -> Cell {
    guard arguments.prefix(3).allSatisfy(\.isString), arguments.count == 3 || arguments[3].isInt
    else { return noOverload("replace", arguments, context) }
    let limit = arguments.count > 3 && arguments[3].int >= 0 ? arguments[3].int : Int64.max
    let (view, old, new) = (arguments[0].text, arguments[1].text, arguments[2].text)
    context.chargeText(view.count)
    var pieces: [UInt8] = []
    var start = 0
    var count: Int64 = 0
    let replacement = new.array
    while count < limit {
      let from = old.count == 0 && count > 0 ? nextScalar(view, start) : start
      guard from <= view.count, let found = view.find(old, from: from) else { break }
      for index in start..<found { pieces.append(view[index]) }
      pieces += replacement
      start = found + old.count
      count += 1
      context.chargeText(replacement.count)
      if context.isExhausted { return context.exhausted(at: context.range) }
    }
    for index in start..<max(start, view.count) { pieces.append(view[index]) }
    return context.text(pieces)
  }

  /// The offset after the code point at `offset`; beyond the end at the end.
  private static func nextScalar(_ view: TextView, _ offset: Int) -> Int {
    var next = offset + 1
    while next < view.count, view[next] & 0xC0 == 0x80 { next += 1 }
    return next
  }

  static func split(_ arguments: [Cell], _ context: Context) -> Cell {
    guard arguments[0].isString, arguments[1].isString, arguments.count == 2 || arguments[2].isInt
    else { return noOverload("split", arguments, context) }
    let limit = arguments.count > 2 && arguments[2].int >= 0 ? arguments[2].int : Int64.max
    let (view, separator) = (arguments[0].text, arguments[1].text)
    if limit == 0 { return .emptyList }
    var builder = ListBuilder(capacity: 0, context)
    var start = 0
    while Int64(builder.count) + 1 < limit {
      context.charge(1)
      if context.isExhausted { return context.exhausted(at: context.range) }
      if separator.count == 0 {
        let next = nextScalar(view, start)
        guard next < view.count else { break }
        builder.append(context.slice(view, start, next), context)
        start = next
      } else {
        guard let found = view.find(separator, from: start) else { break }
        builder.append(context.slice(view, start, found), context)
        start = found + separator.count
      }
    }
    if separator.count > 0 || start < view.count {
      builder.append(context.slice(view, start, view.count), context)
    }
    return builder.finish(context)
  }

  static func join(_ list: Cell, _ separator: Cell, _ context: Context, isFlow: Bool) -> Cell {
    guard list.tag == Tag.list, separator.isString else {
      return noOverload("join", [list, separator], context)
    }
    var cells: [Cell] = []
    var total = 0
    for index in 0..<list.count {
      var cell = list.elements[index]
      if !cell.isString {
        guard isFlow else { return noOverload("join", [list, separator], context) }
        guard context.isWithinLimits(cell) else { return context.tooLarge }
        cell = context.text(Rendering.text(cell.value))
        if cell.isError { return cell }
      }
      context.charge(1)
      if context.isExhausted { return context.exhausted(at: context.range) }
      total += cell.count + (index > 0 ? separator.count : 0)
      cells.append(cell)
    }
    return context.joined(cells, total, separator: separator)
  }

  /// `strings.quote`: the text as a CEL literal in double quotes.
  static func quote(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.isString else {
      context.charge(1)
      return noOverload("strings.quote", [cell], context)
    }
    context.charge(CostUnits.tenth(cell.pricedSize))
    if context.isExhausted { return context.exhausted(at: context.range) }
    var result = "\""
    for scalar in scalars(cell, context) {
      switch scalar {
      case "\u{07}": result += "\\a"
      case "\u{08}": result += "\\b"
      case "\u{0C}": result += "\\f"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0B}": result += "\\v"
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return context.text(result + "\"", isPaid: true)
  }
}
