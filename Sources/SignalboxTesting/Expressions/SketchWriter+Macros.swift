import Expression

extension SketchWriter {
  /// A macro whose result has the type; nil when there is none.
  mutating func macro(_ type: ExpressionType, _ depth: Int) -> Sketch? {
    guard plan.options.usesMacros else { return nil }
    if random.chance(15) { return bind(type, depth) }
    switch type {
    case .bool: return random.chance(25) ? presence() ?? test(depth) : test(depth)
    case .list(let element): return list(element, depth)
    case .map(let key, let value) where plan.options.usesNewMacros:
      return map(key, value, depth)
    case .optional(let wrapped): return optional(wrapped, depth)
    default: return bind(type, depth)
    }
  }

  private mutating func bind(_ type: ExpressionType, _ depth: Int) -> Sketch {
    let other = random.one(of: plan.pool)
    let value = sketch(other, depth - 1)
    let (names, body) = bound([other]) { writer, _ in writer.sketch(type, depth - 1) }
    return Sketch(
      type,
      .member,
      [
        .text("cel.bind(\(names[0]), "), .part(value, .conditional), .text(", "),
        .part(body, .conditional), .text(")"),
      ]
    )
  }

  /// `has(x.field)` of a field that a variable may have.
  private mutating func presence() -> Sketch? {
    let fields = plan.paths.filter { path in
      path.isField && !locals.contains { path.text.hasPrefix($0.name) }
    }
    return fields.isEmpty ? nil : Sketch("has(\(random.one(of: fields).text))", .bool)
  }

  /// A range to go through, and the types of the variables.
  private mutating func range(
    isPair: Bool,
    _ depth: Int
  ) -> (Sketch, [ExpressionType]) {
    if random.chance(30) {
      let key: ExpressionType = random.one(of: [.string, .int, .bool, .uint])
      let value = random.one(of: plan.pool)
      return (sketch(.map(key, value), depth - 1), isPair ? [key, value] : [key])
    }
    let element = random.one(of: plan.pool)
    return (sketch(.list(element), depth - 1), isPair ? [.int, element] : [element])
  }

  private mutating func isPair() -> Bool { plan.options.usesNewMacros && random.chance(30) }

  private mutating func test(_ depth: Int) -> Sketch {
    let isPair = isPair()
    let (range, types) = range(isPair: isPair, depth)
    let names = plan.options.usesNewMacros ? ["all", "exists", "existsOne"] : ["all", "exists"]
    let macro = random.chance(20) && !isPair ? "exists_one" : random.one(of: names)
    let (variables, body) = bound(types) { writer, _ in writer.sketch(.bool, depth - 1) }
    return call(range, macro, variables, [body], .bool)
  }

  private func call(
    _ range: Sketch,
    _ macro: String,
    _ variables: [String],
    _ bodies: [Sketch],
    _ type: ExpressionType
  ) -> Sketch {
    var parts: [Sketch.Part] = [
      .part(range, .member), .text(".\(macro)(" + variables.joined(separator: ", ")),
    ]
    for body in bodies { parts += [.text(", "), .part(body, .conditional)] }
    return Sketch(type, .member, parts + [.text(")")])
  }

  private mutating func list(_ element: ExpressionType, _ depth: Int) -> Sketch {
    let type = ExpressionType.list(element)
    switch random.below(plan.options.usesNewMacros ? 6 : 3) {
    case 0:
      let range = sketch(type, depth - 1)
      let (names, body) = bound([element]) { writer, _ in writer.sketch(.bool, depth - 1) }
      return call(range, "filter", names, [body], type)
    case 1:
      let (range, types) = range(isPair: false, depth)
      let (names, body) = bound(types) { writer, _ in writer.sketch(element, depth - 1) }
      return call(range, "map", names, [body], type)
    case 2:
      let (range, types) = range(isPair: false, depth)
      let (names, filter) = bound(types) { writer, _ in writer.sketch(.bool, depth - 1) }
      let (_, body) = bound(types) { writer, _ in writer.sketch(element, depth - 1) }
      return call(range, "map", names, [filter, body], type)
    case 3:
      let range = sketch(type, depth - 1)
      let key: ExpressionType = random.one(of: [.int, .double, .string, .bool, .timestamp])
      let (names, body) = bound([element]) { writer, _ in writer.sketch(key, depth - 1) }
      return call(range, "sortBy", names, [body], type)
    default:
      let (range, types) = range(isPair: true, depth)
      let (names, body) = bound(types) { writer, _ in writer.sketch(element, depth - 1) }
      guard random.chance(40) else { return call(range, "transformList", names, [body], type) }
      let (_, filter) = bound(types) { writer, _ in writer.sketch(.bool, depth - 1) }
      return call(range, "transformList", names, [filter, body], type)
    }
  }

  private mutating func map(
    _ key: ExpressionType,
    _ value: ExpressionType,
    _ depth: Int
  ) -> Sketch {
    let type = ExpressionType.map(key, value)
    if random.chance(60) {
      let other = random.one(of: plan.pool)
      let range = sketch(.map(key, other), depth - 1)
      let (names, body) = bound([key, other]) { writer, _ in writer.sketch(value, depth - 1) }
      guard random.chance(40) else { return call(range, "transformMap", names, [body], type) }
      let (_, filter) = bound([key, other]) { writer, _ in writer.sketch(.bool, depth - 1) }
      return call(range, "transformMap", names, [filter, body], type)
    }
    let (range, types) = range(isPair: true, depth)
    let (names, entry) = bound(types) { writer, _ in
      Sketch(
        type,
        .member,
        [
          .text("{"), .part(writer.sketch(key, depth - 1), .conditional), .text(": "),
          .part(writer.sketch(value, depth - 1), .conditional), .text("}"),
        ]
      )
    }
    return call(range, "transformMapEntry", names, [entry], type)
  }

  private mutating func optional(_ wrapped: ExpressionType, _ depth: Int) -> Sketch {
    let type = ExpressionType.optional(wrapped)
    let isNested = if case .optional = wrapped { true } else { false }
    if !isNested, random.chance(40) {
      let map = sketch(.map(.string, wrapped), depth - 1)
      let key = random.one(of: BindingGenerator.keys)
      return Sketch(type, .member, [.part(map, .member), .text(".?\(key)")])
    }
    let other = random.one(of: plan.pool)
    let source = sketch(.optional(other), depth - 1)
    let isFlat = random.chance(40)
    let (names, body) = bound([other]) { writer, _ in
      writer.sketch(isFlat ? type : wrapped, depth - 1)
    }
    return call(source, isFlat ? "optFlatMap" : "optMap", names, [body], type)
  }
}
