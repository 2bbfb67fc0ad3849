import SignalboxTesting

/// The cases of a differential run: bindings, then expressions that read them.
struct DifferentialCases {
  private var random: RandomSource
  private let environment: Environment
  private let typed: ExpressionGenerator
  private let dynamic: ExpressionGenerator
  private var memory = Memory(slotCount: 0)

  /// The variables: types that the other engine's binding can take.
  private static let variables: [(String, ExpressionType)] = [
    ("flag", .bool), ("n", .int), ("m", .int), ("u", .uint), ("x", .double), ("s", .string),
    ("raw", .bytes), ("numbers", .list(.int)), ("words", .list(.string)),
    ("table", .map(.string, .int)), ("floats", .list(.double)),
  ]

  /// Types of whole expressions: those that both sides can show.
  private static let results: [ExpressionType] = [
    .bool, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .list(.int),
    .list(.string), .map(.string, .int), .list(.double), .map(.int, .string), .type(.int),
  ]

  /// Functions of libraries that the other engine's wheel has.
  private static func isShared(_ function: Environment.Function) -> Bool {
    let others = ["ip", "cidr", "isIP", "isCIDR", "ip.isCanonical", "lists.range", "slice", "sort"]
    let lists = ["flatten", "distinct", "unwrapOpt", "first", "last", "optional.unwrap", "split"]
    let prefixes = ["regex.", "sets."]
    let isNetwork = (function.parameters + [function.result]).contains { type in
      if case .abstract = type { true } else { false }
    }
    let isListReversal = function.name == "reverse" && function.parameters.first != .string
    // What is known to differ is asked for directly only, so that nothing follows from it.
    let known: [[ExpressionType]] = [[.double], [.duration], [.timestamp]]
    let isKnown =
      function.name == "string" && known.contains(function.parameters)
      || function.name.hasPrefix("_[") && isOptionalList(function.parameters[0])
    return !isKnown && !(others + lists).contains(function.name) && !isNetwork
      && !isListReversal && !prefixes.contains { function.name.hasPrefix($0) }
  }

  private static func isOptionalList(_ type: ExpressionType) -> Bool {
    if case .optional(.list) = type { true } else { false }
  }

  init(seed: UInt64) {
    random = RandomSource(seed: seed)
    environment = Environment(
      variables: Self.variables.enumerated().map { .init(name: $1.0, type: $1.1, slot: $0) },
      dialect: .cel
    )
    var options = ExpressionGenerator.Options()
    options.usesNewMacros = false
    options.reusesNames = false
    options.accepts = Self.isShared
    typed = ExpressionGenerator(environment, options: options)
    options.usesDynamic = true
    dynamic = ExpressionGenerator(environment, options: options)
  }

  /// Every hundredth case is a set of bindings, which holds until the next.
  mutating func next(_ number: Int) -> Value {
    if number % 100 == 0 { return bindings() }
    let size = 1 + random.below(40)
    switch random.below(20) {
    case 0: return evaluated(knownText(size / 4))
    case 1..<10: return evaluated(typedText(typed, size))
    case 10..<14: return evaluated(typedText(dynamic, size))
    case 14..<16:
      let mutation = Mutation(levels: [.tokens], words: Self.words)
      let text = mutation.mutate(Array(typedText(typed, size / 2).utf8), using: &random)
      return evaluated(String(decoding: text, as: UTF8.self))
    case 16..<18: return parsed(grammarText(size / 3))
    default:
      let mutation = Mutation(levels: [.bytes, .tokens])
      let text = mutation.mutate(Array(grammarText(size / 4).utf8), using: &random)
      return parsed(String(decoding: text, as: UTF8.self))
    }
  }

  private static let words = [
    "n", "u", "x", "s", "raw", "numbers", "words", "table", "1", "1u", "1.0", "'a'", "b'a'", "null",
    "true", "[]", "{}", "+", "-", "*", "/", "%", "==", "<", "in", "&&", "||", "!", "? 1 : 2",
    ".size()",
    "[0]", ".a", "dyn(1)", "int", "type(1)", ", 1", "()",
  ]

  private mutating func typedText(_ generator: ExpressionGenerator, _ size: Int) -> String {
    let type = random.one(of: Self.results)
    return generator.expression(of: type, size: size, using: &random).text
  }

  /// Calls that are known to differ for some arguments.
  private mutating func knownText(_ size: Int) -> String {
    let writer = typed
    var source = random.fork()
    func text(_ type: ExpressionType) -> String {
      writer.expression(of: type, size: size, using: &source).text
    }
    switch random.below(5) {
    case 0: return "string(" + text(.double) + ")"
    case 1: return "string(" + text(.duration) + ")"
    case 2: return "string(" + text(.timestamp) + ")"
    case 3: return "(\(text(.string))).split(\(text(.string)))"
    default: return "optional.of(\(text(.list(.int))))[\(text(.int))].orValue(-5)"
    }
  }

  private mutating func grammarText(_ size: Int) -> String {
    Grammar.cel.text(of: "expression", size: max(1, size), using: &random).text
  }

  private mutating func bindings() -> Value {
    var bindings = Generator<Bindings>.bindings(for: environment).next(&random, size: 30)
    for index in bindings.entries.indices {
      bindings.entries[index].value = bindings.entries[index].value.map(ValueText.withoutNull)
    }
    memory = bindings.memory
    return .map([
      "bind": .map(
        ValueMap(bindings.entries.map { ($0.variable.name, ValueText.encoded($0.value ?? .null)) })
      )
    ])
  }

  /// An expression that is checked and evaluated.
  private func evaluated(_ text: String) -> Value {
    var result: ValueMap = ["run": .string(text)]
    let program = Program.compile(SourceText(name: "case", text: text), in: environment).program
    guard let program else {
      result["refused"] = .bool(true)
      return .map(result)
    }
    result["type"] = .string(program.type.name)
    switch program.evaluate(memory) {
    case .value(let value): result["value"] = ValueText.encoded(value)
    case .failure(let error): result["error"] = .string(error.kind.rawValue)
    }
    return .map(result)
  }

  /// An expression that is only parsed.
  private func parsed(_ text: String) -> Value {
    let found = ExpressionText.diagnostics(SourceText(name: "case", text: text))
    var result: ValueMap = ["parse": .string(text)]
    if let first = found.first(where: { $0.severity == .error }) {
      result["refused"] = .string(first.message)
    }
    return .map(result)
  }
}

/// Values as lists of a letter and a content, which keep what JSON cannot tell apart.
enum ValueText {
  static func encoded(_ value: Value) -> Value {
    switch value {
    case .null: return tagged("null", .null)
    case .bool(let bool): return tagged("bool", .bool(bool))
    case .int(let int): return tagged("int", .string(String(int)))
    case .uint(let uint): return tagged("uint", .string(String(uint)))
    case .double(let double):
      let bits = double.isNaN ? Double.nan.bitPattern : double.bitPattern
      return tagged("double", .string(String(bits, radix: 16)))
    case .string(let text): return tagged("string", .string(text))
    case .bytes(let bytes): return tagged("bytes", .list(bytes.map { .int(Int64($0)) }))
    case .list(let list): return tagged("list", .list(list.map(encoded)))
    case .map(let map):
      return tagged(
        "map",
        .list(map.entries.map { .list([encoded($0.key.value), encoded($0.value)]) })
      )
    // The other side counts microseconds.
    case .timestamp(let time):
      let microseconds = time.seconds * 1_000_000 + Int64(time.nanoseconds) / 1_000
      return tagged("timestamp", .string(String(microseconds)))
    case .duration(let nanoseconds):
      return tagged("duration", .string(String(nanoseconds / 1_000)))
    case .type(let name): return tagged("type", .string(name))
    case .optional(let inner): return tagged("optional", inner.map(encoded) ?? .null)
    case .opaque(_, let text): return tagged("opaque", .string(text))
    case .record(let type, _): return tagged("record", .string(type))
    case .enumeration(_, let number): return tagged("int", .string(String(number)))
    }
  }

  /// The value without the code point 0, at which the other engine's binding cuts what it is given.
  static func withoutNull(_ value: Value) -> Value {
    switch value {
    case .string(let text): .string(String(text.map { $0 == "\u{0}" ? "0" : $0 }))
    case .bytes(let bytes): .bytes(bytes.map { $0 == 0 ? 1 : $0 })
    case .list(let list): .list(list.map(withoutNull))
    default: value
    }
  }

  private static func tagged(_ tag: String, _ content: Value) -> Value {
    .list([.string(tag), content])
  }
}
