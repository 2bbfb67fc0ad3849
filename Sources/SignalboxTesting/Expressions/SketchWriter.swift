import Expression

/// Writes one expression.
struct SketchWriter {
  let plan: ExpressionGenerator
  var random: RandomSource
  /// How many sub-expressions may still be written.
  var fuel: Int
  /// Variables of the macros around.
  private(set) var locals: [(name: String, type: ExpressionType)] = []
  /// How many variables were named so far.
  private var named = 0

  init(plan: ExpressionGenerator, random: RandomSource, fuel: Int) {
    self.plan = plan
    self.random = random
    self.fuel = fuel
  }

  /// An expression of a type.
  mutating func sketch(_ type: ExpressionType, _ depth: Int) -> Sketch {
    fuel -= 1
    guard depth > 0, fuel > 0 else { return leaf(type) }
    switch random.below(100) {
    case 0..<15: return leaf(type)
    case 15..<65: return call(type, depth) ?? leaf(type)
    case 65..<82: return macro(type, depth) ?? call(type, depth) ?? leaf(type)
    case 82..<88: return conditional(type, depth)
    default: return literal(type, depth: depth - 1) ?? leaf(type)
    }
  }

  /// Something without parts: a variable, a field or a literal.
  mutating func leaf(_ type: ExpressionType) -> Sketch {
    let readable = readable(type)
    if !readable.isEmpty, random.chance(70) || !ExpressionGenerator.isClosed(type) {
      return Sketch(random.one(of: readable), type)
    }
    return literal(type, depth: 0) ?? Sketch(readable.first ?? "null", type)
  }

  private func readable(_ type: ExpressionType) -> [String] {
    locals.filter { $0.type == type }.map(\.name)
      + plan.paths.filter { path in
        path.type == type && !locals.contains { path.text.hasPrefix($0.name) }
      }.map(\.text)
  }

  // MARK: Locals

  /// Writes a part in which a new variable can be read.
  mutating func bound(
    _ types: [ExpressionType],
    _ body: (inout SketchWriter, [String]) -> Sketch
  ) -> ([String], Sketch) {
    var names: [String] = []
    for type in types {
      let name = "v\(plan.options.reusesNames ? locals.count : named)"
      named += 1
      names.append(name)
      locals.append((name, type))
    }
    let result = body(&self, names)
    locals.removeLast(types.count)
    return (names, result)
  }

  // MARK: Conditionals and logic

  private mutating func conditional(_ type: ExpressionType, _ depth: Int) -> Sketch {
    Sketch(
      type,
      .conditional,
      [
        .part(sketch(.bool, depth - 1), .or), .text(" ? "), .part(sketch(type, depth - 1), .or),
        .text(" : "), .part(sketch(type, depth - 1), .conditional),
      ]
    )
  }

  private mutating func logic(_ depth: Int) -> Sketch {
    let isAnd = random.chance(50)
    let level = isAnd ? Sketch.Level.and : .or
    var parts: [Sketch.Part] = []
    for index in 0..<(2 + random.below(3)) {
      if index > 0 { parts.append(.text(isAnd ? " && " : " || ")) }
      parts.append(.part(sketch(.bool, depth - 1), index == 0 ? level : isAnd ? .relation : .and))
    }
    return Sketch(.bool, level, parts)
  }

  // MARK: Calls

  /// A call of a function or operator whose result fits.
  private mutating func call(_ type: ExpressionType, _ depth: Int) -> Sketch? {
    if type == .bool, random.chance(20) { return logic(depth) }
    if type == .dyn { return hidden(depth) }
    let prefersOperator = random.chance(45)
    for _ in 0..<8 {
      let function = random.one(of: plan.functions)
      let isOperator = function.name.utf8.first.map { $0 == 0x5F || $0 == 0x2D || $0 == 0x21 }
      guard isOperator == prefersOperator || random.chance(10),
        let instance = instance(function, type)
      else { continue }
      return written(function, instance, type, depth)
    }
    let fitting = plan.functions.filter { fits($0.result, type) }
    guard !fitting.isEmpty else { return nil }
    for _ in 0..<8 {
      let function = random.one(of: fitting)
      if let instance = instance(function, type) {
        return written(function, instance, type, depth)
      }
    }
    return nil
  }

  private mutating func hidden(_ depth: Int) -> Sketch {
    let type = random.one(of: plan.pool.filter { $0 != .dyn })
    return Sketch(
      .dyn,
      .member,
      [.text("dyn("), .part(sketch(type, depth - 1), .conditional), .text(")")]
    )
  }

  private func fits(_ pattern: ExpressionType, _ type: ExpressionType) -> Bool {
    var known: [String: ExpressionType] = [:]
    return TypePattern.match(pattern, type, &known)
  }

  /// The types of the parameters when the result is to be `type`; nil when they do not fit.
  private mutating func instance(
    _ function: Environment.Function,
    _ type: ExpressionType
  ) -> [ExpressionType]? {
    var known: [String: ExpressionType] = [:]
    guard TypePattern.match(function.result, type, &known) else { return nil }
    let keys = TypePattern.keys(function)
    for name in TypePattern.parameters(function) {
      if let type = known[name] {
        if keys.contains(name), !TypePattern.isKey(type) { return nil }
        if TypeBound(name)?.allows(type) == false { return nil }
        if function.name == "default", case .optional = type { return nil }
      } else {
        let candidates = plan.pool.filter { type in
          (!keys.contains(name) || TypePattern.isKey(type)) && TypeBound(name)?.allows(type) ?? true
        }
        known[name] = random.one(of: candidates)
      }
    }
    return function.parameters.map { TypePattern.substitute($0, known) }
  }

  private mutating func written(
    _ function: Environment.Function,
    _ types: [ExpressionType],
    _ type: ExpressionType,
    _ depth: Int
  ) -> Sketch {
    if let written = operation(function, types, type, depth) { return written }
    if function.name == "format" { return format(depth) }
    var arguments: [Sketch] = []
    for (position, type) in types.enumerated() {
      let role = Roles.role(function, position)
      if let role, type == .string, random.chance(80) {
        arguments.append(Sketch(Literals.text(roleText(role), &random), .string))
      } else {
        arguments.append(sketch(type, depth - 1))
      }
    }
    var parts: [Sketch.Part] = []
    var rest = arguments[...]
    if function.isMember, let receiver = rest.popFirst() {
      parts = [.part(receiver, .member), .text(".\(function.name)(")]
    } else {
      parts = [.text("\(function.name)(")]
    }
    for (position, argument) in rest.enumerated() {
      if position > 0 { parts.append(.text(", ")) }
      parts.append(.part(argument, .conditional))
    }
    parts.append(.text(")"))
    return Sketch(type, .member, parts)
  }

  /// A text for a role; in flows a constant that fails is refused, so it serves there.
  mutating func roleText(_ role: Role) -> String {
    role.text(&random, isFlow: plan.environment.dialect == .flow)
  }

  /// `'…%s…'.format([…])` with clauses that fit.
  private mutating func format(_ depth: Int) -> Sketch {
    let clauses: [(String, ExpressionType)] = [
      ("%d", .int), ("%s", .string), ("%.2f", .double), ("%x", .int), ("%s", .list(.int)),
      ("%b", .int), ("%e", .double), ("%o", .uint), ("%X", .string), ("%s", .bool),
    ]
    var text = ""
    var parts: [Sketch.Part] = []
    for index in 0..<random.below(4) {
      let (clause, type) = random.one(of: clauses)
      text += "a\(clause) "
      if index > 0 { parts.append(.text(", ")) }
      parts.append(.part(sketch(type, depth - 1), .conditional))
    }
    return Sketch(
      .string,
      .member,
      [.text("'\(text)'.format([")] + parts + [.text("])")]
    )
  }

  private mutating func operation(
    _ function: Environment.Function,
    _ types: [ExpressionType],
    _ type: ExpressionType,
    _ depth: Int
  ) -> Sketch? {
    let name = function.name
    switch name {
    case "_?_:_": return conditional(type, depth)
    case "!_", "-_":
      let operand = sketch(types[0], depth - 1)
      return Sketch(type, .unary, [.text(name == "!_" ? "!" : "-"), .part(operand, .unary)])
    case "_[_]", "_[?_]":
      return Sketch(
        type,
        .member,
        [
          .part(sketch(types[0], depth - 1), .member), .text(name == "_[_]" ? "[" : "[?"),
          .part(index(types[1], depth), .conditional), .text("]"),
        ]
      )
    case "_==_": return binary(random.one(of: ["==", "!="]), .relation, types, type, depth)
    case "_<_":
      return binary(random.one(of: ["<", "<=", ">", ">="]), .relation, types, type, depth)
    case "_in_": return binary("in", .relation, types, type, depth)
    case "_+_", "_-_": return binary(String(name.dropFirst().dropLast()), .sum, types, type, depth)
    case "_*_", "_/_", "_%_":
      return binary(String(name.dropFirst().dropLast()), .product, types, type, depth)
    default: return nil
    }
  }

  /// Positions are small mostly, so that indexing finds something.
  private mutating func index(_ type: ExpressionType, _ depth: Int) -> Sketch {
    if type == .int, random.chance(70) { return Sketch("\(random.below(3))", .int) }
    if type == .string, random.chance(70) {
      return Sketch("'\(random.one(of: BindingGenerator.keys))'", .string)
    }
    return sketch(type, depth - 1)
  }

  /// An empty literal, beside which the other operand tells the type.
  private mutating func empty(_ symbol: String, _ types: [ExpressionType]) -> Sketch? {
    guard types[0] == types[1], random.chance(8) else { return nil }
    switch types[1] {
    case .list: return Sketch("[]", types[1])
    case .map: return Sketch("{}", types[1])
    case .optional: return Sketch("optional.none()", types[1])
    default: return nil
    }
  }

  /// One of the texts that a field may hold, in place of a literal that is compared with it: the
  /// checker refuses other texts.
  private mutating func allowed(_ literal: Sketch, beside field: Sketch) -> Sketch? {
    guard case .text(let text)? = literal.parts.first, literal.parts.count == 1,
      text.utf8.first == 0x22 || text.utf8.first == 0x27,
      let texts = plan.paths.first(where: { $0.text == field.text })?.allowedTexts, !texts.isEmpty
    else { return nil }
    return Sketch(Literals.string(random.one(of: texts), &random), .string)
  }

  private mutating func binary(
    _ symbol: String,
    _ level: Sketch.Level,
    _ types: [ExpressionType],
    _ type: ExpressionType,
    _ depth: Int
  ) -> Sketch {
    var left = sketch(types[0], depth - 1)
    var right = empty(symbol, types) ?? sketch(types[1], depth - 1)
    if symbol == "==" || symbol == "!=" {
      right = allowed(right, beside: left) ?? right
      left = allowed(left, beside: right) ?? left
    }
    let next = Sketch.Level(rawValue: level.rawValue + 1) ?? .member
    return Sketch(
      type,
      level,
      [.part(left, level), .text(" \(symbol) "), .part(right, next)]
    )
  }
}
