import Values

/// How a function runs, by its number of arguments.
enum Implementation: Sendable {
  case unary(@Sendable (Cell, Context) -> Cell)
  case binary(@Sendable (Cell, Cell, Context) -> Cell)
  case variadic(@Sendable ([Cell], Context) -> Cell)
}

/// The functions by name; a receiver is the first argument.
enum Library {
  /// The implementation of `name` for `count` arguments; nil when there is none.
  static func find(_ name: String, _ count: Int) -> Implementation? {
    switch count {
    case 0: return nil
    case 1:
      if let found = unary[name] { return .unary(found) }
    case 2:
      if let found = binary[name] { return .binary(found) }
    default: break
    }
    guard let (arities, body) = variadic[name], arities.contains(count) else { return nil }
    return .variadic(body)
  }

  /// What `slice(value, start, end)` of flows runs, which takes what there is.
  static let clampedSlice = "slice of what there is"

  /// How a call is charged before its implementation runs.
  enum Price: Sendable {
    /// One unit.
    case flat
    /// One unit, and one for every ten bytes of its texts.
    case walks
    /// By the implementation.
    case own
  }

  static func price(_ name: String) -> Price {
    if flat.contains(name) { return .flat }
    return metered.contains(name) ? .own : .walks
  }

  private static let flat: Set<String> = [
    "size", "length", "dyn", "type", "optional.of", "optional.ofNonZeroValue", "hasValue", "value",
    "first", "last", "math.greatest", "math.least", "max", "min",
  ]

  private static let metered: Set<String> = [
    "contains", "startsWith", "endsWith", "matches", "string", "bytes", "strings.quote", "format",
    "sets.contains", "sets.equivalent", "sets.intersects",
  ]

  private static func part(
    _ name: String,
    _ read: @escaping @Sendable (Civil.Fields) -> Int
  ) -> @Sendable (Cell, Context) -> Cell {
    { Conversions.part($0, zone: nil, $1, name, read) }
  }

  private static func zoned(
    _ name: String,
    _ read: @escaping @Sendable (Civil.Fields) -> Int
  ) -> @Sendable (Cell, Cell, Context) -> Cell {
    { Conversions.part($0, zone: $1, $2, name, read) }
  }

  /// A part that durations have, too, counted as a whole.
  private static func span(
    _ name: String,
    _ unit: Int64,
    _ read: @escaping @Sendable (Civil.Fields) -> Int
  ) -> @Sendable (Cell, Context) -> Cell {
    { cell, context in
      if cell.tag == Tag.duration { return Cell(cell.int / unit) }
      return Conversions.part(cell, zone: nil, context, name, read)
    }
  }

  private static let unary: [String: @Sendable (Cell, Context) -> Cell] = {
    var table: [String: @Sendable (Cell, Context) -> Cell] = [:]
    addConversions(&table)
    addTimes(&table)
    addTexts(&table)
    addMath(&table)
    addCollections(&table)
    addNetwork(&table)
    return table
  }()

  private static func addConversions(_ table: inout [String: @Sendable (Cell, Context) -> Cell]) {
    table["int"] = { Conversions.int($0, $1) }
    table["uint"] = { Conversions.uint($0, $1) }
    table["double"] = { Conversions.double($0, $1) }
    table["bool"] = { Conversions.bool($0, $1) }
    table["string"] = { Conversions.string($0, $1) }
    table["bytes"] = { Conversions.bytes($0, $1) }
    table["timestamp"] = { Conversions.timestamp($0, $1) }
    table["duration"] = { Conversions.duration($0, $1) }
    table["type"] = { Conversions.type($0, $1) }
    table["dyn"] = { cell, _ in cell }
    table["size"] = { TextFunctions.size($0, $1) }
    table["length"] = { TextFunctions.size($0, $1) }
    table["toJson"] = { cell, context in
      guard context.isWithinLimits(cell) else { return context.tooLarge }
      let value = cell.value
      if let key = value.collidingKey {
        return context.fail(.invalidArgument, Messages.collidingKey(key))
      }
      return context.text(Rendering.json(value))
    }
    table["fromJson"] = { cell, context in
      guard cell.isString else { return TextFunctions.noOverload("fromJson", [cell], context) }
      guard let value = try? JSONParser.parse(cell.text.array, lostDigits: .refuse) else {
        return context.fail(.invalidArgument, Messages.conversion(cell, to: "JSON"))
      }
      let result = context.value(value)
      return context.isWithinLimits(result) ? result : context.tooLarge
    }
    table["base64.encode"] = { cell, context in
      guard cell.tag == Tag.bytes else {
        return TextFunctions.noOverload("base64.encode", [cell], context)
      }
      return context.text(Base64.encode(cell.text.array), isPaid: true)
    }
    table["base64.decode"] = { cell, context in
      guard cell.isString else {
        return TextFunctions.noOverload("base64.decode", [cell], context)
      }
      guard let bytes = Base64.decode(cell.text.array) else {
        return context.fail(.invalidArgument, Messages.conversion(cell, to: "bytes"))
      }
      return context.text(bytes, tag: Tag.bytes, isPaid: true)
    }
    table["optional.of"] = { $1.optional($0) }
    table["optional.ofNonZeroValue"] = { OptionalFunctions.ofNonZero($0, $1) }
    table["optional.unwrap"] = { OptionalFunctions.unwrap($0, $1) }
    table["unwrapOpt"] = { OptionalFunctions.unwrap($0, $1) }
    table["hasValue"] = { OptionalFunctions.hasValue($0, $1) }
    table["value"] = { OptionalFunctions.value($0, $1) }
  }

  private static let parts: [(String, @Sendable (Civil.Fields) -> Int)] = [
    ("getFullYear", { $0.year }), ("getMonth", { $0.month - 1 }),
    ("getDayOfYear", { $0.dayOfYear }), ("getDayOfMonth", { $0.day - 1 }),
    ("getDate", { $0.day }), ("getDayOfWeek", { $0.weekday }), ("getHours", { $0.hour }),
    ("getMinutes", { $0.minute }), ("getSeconds", { $0.second }),
  ]

  private static func milliseconds(_ cell: Cell, _ zone: Cell?, _ context: Context) -> Cell {
    if cell.tag == Tag.duration, zone == nil { return Cell(cell.int % 1_000_000_000 / 1_000_000) }
    let checked = Conversions.part(cell, zone: zone, context, "getMilliseconds") { _ in 0 }
    return checked.isError ? checked : Cell(Int64(cell.timestamp.nanoseconds) / 1_000_000)
  }

  private static func addTimes(_ table: inout [String: @Sendable (Cell, Context) -> Cell]) {
    for (name, read) in parts { table[name] = part(name, read) }
    table["getHours"] = span("getHours", 3_600_000_000_000) { $0.hour }
    table["getMinutes"] = span("getMinutes", 60_000_000_000) { $0.minute }
    table["getSeconds"] = span("getSeconds", 1_000_000_000) { $0.second }
    table["getMilliseconds"] = { milliseconds($0, nil, $1) }
  }

  private static func addTexts(_ table: inout [String: @Sendable (Cell, Context) -> Cell]) {
    table["lowerAscii"] = { TextFunctions.ascii($0, $1, upper: false) }
    table["upperAscii"] = { TextFunctions.ascii($0, $1, upper: true) }
    table["trim"] = { TextFunctions.trim($0, $1) }
    table["reverse"] = { ListFunctions.reverse($0, $1) }
    table["strings.quote"] = { TextFunctions.quote($0, $1) }
    table["join"] = { TextFunctions.join($0, .emptyText, $1, isFlow: false) }
  }

  private static func addMath(_ table: inout [String: @Sendable (Cell, Context) -> Cell]) {
    table["math.ceil"] = { MathFunctions.rounded("math.ceil", $0, $1, .up) }
    table["math.floor"] = { MathFunctions.rounded("math.floor", $0, $1, .down) }
    table["math.round"] = {
      MathFunctions.rounded("math.round", $0, $1, .toNearestOrAwayFromZero)
    }
    table["math.trunc"] = { MathFunctions.rounded("math.trunc", $0, $1, .towardZero) }
    table["math.abs"] = { MathFunctions.abs($0, $1) }
    table["math.sign"] = { MathFunctions.sign($0, $1) }
    table["math.isNaN"] = { MathFunctions.test("math.isNaN", $0, $1) { $0.isNaN } }
    table["math.isInf"] = { MathFunctions.test("math.isInf", $0, $1) { $0.isInfinite } }
    table["math.isFinite"] = { MathFunctions.test("math.isFinite", $0, $1) { $0.isFinite } }
    table["math.bitNot"] = { MathFunctions.not($0, $1) }
    table["math.sqrt"] = { MathFunctions.root($0, $1) }
    table["round"] = { cell, context in
      if cell.isInt { return cell }
      let rounded = MathFunctions.rounded("round", cell, context, .toNearestOrAwayFromZero)
      return rounded.isError ? rounded : Conversions.int(rounded, context)
    }
  }

  private static func addCollections(_ table: inout [String: @Sendable (Cell, Context) -> Cell]) {
    table["flatten"] = { ListFunctions.flatten($0, depth: 1, $1) }
    table["distinct"] = { ListFunctions.distinct($0, $1) }
    table["sort"] = { ListFunctions.sort($0, $1) }
    table["first"] = { ListFunctions.end($0, $1, isFirst: true) }
    table["last"] = { ListFunctions.end($0, $1, isFirst: false) }
    table["lists.range"] = { ListFunctions.range($0, $1) }
    table["sum"] = { ListFunctions.sum($0, $1) }
    table["avg"] = { ListFunctions.average($0, $1) }
    table["keys"] = { ListFunctions.keys($0, $1, values: false) }
    table["values"] = { ListFunctions.keys($0, $1, values: true) }
  }

  private static func addNetwork(_ table: inout [String: @Sendable (Cell, Context) -> Cell]) {
    table["ip"] = { Network.ip($0, $1) }
    table["cidr"] = { Network.cidr($0, $1) }
    table["isIP"] = { Network.isAddress($0, $1) }
    table["isCIDR"] = { Network.isPrefix($0, $1) }
    table["ip.isCanonical"] = { Network.isCanonical($0, $1) }
    table["family"] = {
      Network.property("family", $0, $1) { Cell($0.count == 4 ? 4 : 6) }
    }
    let tests: [(String, @Sendable ([UInt8]) -> Bool)] = [
      ("isUnspecified", { Network.isUnspecified($0) }),
      ("isLoopback", { Network.isLoopback($0) }),
      ("isGlobalUnicast", { Network.isGlobalUnicast($0) }),
      ("isLinkLocalMulticast", { Network.isLinkLocalMulticast($0) }),
      ("isLinkLocalUnicast", { Network.isLinkLocalUnicast($0) }),
    ]
    for (name, test) in tests {
      table[name] = { Network.property(name, $0, $1) { Cell(test($0)) } }
    }
    table["masked"] = { Network.maskedPrefix($0, $1) }
    table["prefixLength"] = { Network.prefixLength($0, $1) }
  }

  private static let binary: [String: @Sendable (Cell, Cell, Context) -> Cell] = {
    var table: [String: @Sendable (Cell, Cell, Context) -> Cell] = [:]
    for (name, read) in parts { table[name] = zoned(name, read) }
    table["getMilliseconds"] = { milliseconds($0, $1, $2) }
    table["contains"] = {
      TextFunctions.test("contains", $0, $1, $2) { $0.find($1) != nil }
    }
    table["startsWith"] = {
      TextFunctions.test("startsWith", $0, $1, $2) { $0.starts(with: $1) }
    }
    table["endsWith"] = { TextFunctions.test("endsWith", $0, $1, $2) { $0.ends(with: $1) } }
    table["matches"] = { TextFunctions.matches($0, $1, $2) }
    table["charAt"] = { TextFunctions.charAt($0, $1, $2) }
    table["join"] = { TextFunctions.join($0, $1, $2, isFlow: false) }
    table["format"] = { Formatting.format($0, $1, $2) }
    table["math.bitAnd"] = { MathFunctions.bits("math.bitAnd", $0, $1, $2) { $0 & $1 } }
    table["math.bitOr"] = { MathFunctions.bits("math.bitOr", $0, $1, $2) { $0 | $1 } }
    table["math.bitXor"] = { MathFunctions.bits("math.bitXor", $0, $1, $2) { $0 ^ $1 } }
    table["math.bitShiftLeft"] = { MathFunctions.shift($0, $1, $2, left: true) }
    table["math.bitShiftRight"] = { MathFunctions.shift($0, $1, $2, left: false) }
    table["flatten"] = { list, depth, context in
      guard depth.isInt else {
        return TextFunctions.noOverload("flatten", [list, depth], context)
      }
      return ListFunctions.flatten(list, depth: depth.int, context)
    }
    table["sets.contains"] = { ListFunctions.contains($0, $1, $2) }
    table["sets.equivalent"] = { ListFunctions.equivalent($0, $1, $2) }
    table["sets.intersects"] = { ListFunctions.intersects($0, $1, $2) }
    table["regex.extract"] = { PatternFunctions.extract($0, $1, $2, all: false) }
    table["regex.extractAll"] = { PatternFunctions.extract($0, $1, $2, all: true) }
    table["containsIP"] = { Network.contains($0, $1, $2, prefixes: false) }
    table["containsCIDR"] = { Network.contains($0, $1, $2, prefixes: true) }
    return table
  }()

  private static let variadic: [String: (ClosedRange<Int>, @Sendable ([Cell], Context) -> Cell)] = [
    "indexOf": (2...3, { TextFunctions.indexOf($0, $1, isLast: false) }),
    "lastIndexOf": (2...3, { TextFunctions.indexOf($0, $1, isLast: true) }),
    "substring": (2...3, { TextFunctions.substring($0, $1) }),
    "replace": (3...4, { TextFunctions.replace($0, $1) }),
    "split": (2...3, { TextFunctions.split($0, $1) }),
    "slice": (3...3, { ListFunctions.slice($0, $1) }),
    clampedSlice: (3...3, { ListFunctions.slice($0, $1, isClamped: true) }),
    "regex.replace": (3...4, { PatternFunctions.replace($0, $1) }),
    "math.greatest": (1...64, { MathFunctions.extreme($0, $1, isGreatest: true) }),
    "math.least": (1...64, { MathFunctions.extreme($0, $1, isGreatest: false) }),
    "max": (1...64, { ListFunctions.extreme($0, $1, isGreatest: true) }),
    "min": (1...64, { ListFunctions.extreme($0, $1, isGreatest: false) }),
  ]
}
