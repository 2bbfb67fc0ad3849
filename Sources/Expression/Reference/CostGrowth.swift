import Source

extension FunctionReference.Entry {
  /// What the cost of a call grows with: found from the static estimate of each overload for
  /// arguments of several sizes, so that it cannot differ from what is charged.
  public var cost: FunctionReference.Cost {
    guard section != .macros else { return CostGrowth.ofMacro(example) }
    let declarations: Declarations = section == .flow ? .flow : .cel
    let declared = Set(overloads)
    let found = declarations.named(name).filter { declared.contains($0.text) }
      .map { CostGrowth.of($0, name, section) }
    return found.max { $0.rank < $1.rank } ?? CostGrowth.ofVariadic(name)
  }
}

extension FunctionReference.Cost {
  fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// Finds how the cost of a function grows with the sizes of its arguments.
private enum CostGrowth {
  private typealias Cost = FunctionReference.Cost

  /// Sizes, each twice the one before.
  private static let sizes = [2_000, 4_000, 8_000]
  /// A constant cost from which on the estimate stands for all values that a number can name.
  private static let large = 10_000

  static func of(
    _ overload: Overload,
    _ name: String,
    _ section: FunctionReference.Section
  ) -> FunctionReference.Cost {
    let types = concrete(overload.parameters)
    let text = call(name, types.count, isMember: overload.isMember)
    return growth(text, types, section)
  }

  /// `math.greatest` and `math.least`, which no signature describes.
  static func ofVariadic(_ name: String) -> FunctionReference.Cost {
    name == "now" ? .one : growth("\(name)(v0)", [.list(.int)], .extensions)
  }

  /// A macro that goes through a range costs its body for each element.
  static func ofMacro(_ example: String) -> FunctionReference.Cost {
    let source = SourceText(name: "example", text: example)
    guard let tree = ParsedExpression.parse(source).expression?.tree else { return .one }
    return tree.nodes.contains { $0.kind == .comprehension } ? .body : .one
  }

  private static func growth(
    _ text: String,
    _ types: [ExpressionType],
    _ section: FunctionReference.Section
  ) -> FunctionReference.Cost {
    let worsts = sizes.map { worst(text, types, section, size: $0) }
    let (first, second) = (worsts[1] - worsts[0], worsts[2] - worsts[1])
    if second <= 2 { return worsts[2] < large ? .one : .elements }
    if second > 3 * first { return .product }
    return second >= sizes[1] ? .elements : .tenths
  }

  private static func worst(
    _ text: String,
    _ types: [ExpressionType],
    _ section: FunctionReference.Section,
    size: Int
  ) -> Int {
    var environment = Environment(
      variables: types.enumerated().map { slot, type in
        let bounds = SizeBounds(most: size, elements: SizeBounds(most: 10))
        return .init(name: "v\(slot)", type: type, slot: slot, size: bounds)
      },
      dialect: section == .flow ? .flow : .cel
    )
    environment.schemaChecks["s"] = { _ in nil }
    let source = SourceText(name: "call", text: text)
    // Queries need their own language, and cost a step for each value that they visit.
    guard let program = Program.compile(source, in: environment).program else { return large }
    return program.cost(undeclaredSize: size).worst
  }

  // MARK: Calls

  private static let patterned: Set<String> = [
    "matches", "regex.replace", "regex.extract", "regex.extractAll",
  ]

  /// The call of a function or operator with variables; patterns and names are constants.
  private static func call(_ name: String, _ count: Int, isMember: Bool) -> String {
    var arguments = (0..<count).map { "v\($0)" }
    if patterned.contains(name) { arguments[1] = "'a+'" }
    if name == "validateSchema" { arguments[1] = "'s'" }
    switch name {
    case "!_", "-_": return "\(name.dropLast())\(arguments[0])"
    case "_?_:_": return "v0 ? v1 : v2"
    case "_[_]": return "v0[v1]"
    case "_[?_]": return "v0[?v1]"
    case _ where name.utf8.first == 0x5F:
      return "v0 \(name.dropFirst().dropLast()) v1"
    default:
      guard isMember else { return "\(name)(\(arguments.joined(separator: ", ")))" }
      return "\(arguments[0]).\(name)(\(arguments.dropFirst().joined(separator: ", ")))"
    }
  }

  /// The types with something in place of each parameter: a text where it is an argument of its
  /// own, an int where collections hold it or numbers are asked for.
  private static func concrete(_ types: [ExpressionType]) -> [ExpressionType] {
    let isHeld = types.contains {
      switch $0 {
      case .list, .map, .optional: true
      default: false
      }
    }
    func fill(_ type: ExpressionType) -> ExpressionType {
      switch type {
      case .parameter(let name): isHeld || TypeBound(name) != nil ? .int : .string
      case .list(let element): .list(fill(element))
      case .map(let key, let value): .map(fill(key), fill(value))
      case .optional(let wrapped): .optional(fill(wrapped))
      case .type(let type): .type(fill(type))
      default: type
      }
    }
    return types.map(fill)
  }
}
