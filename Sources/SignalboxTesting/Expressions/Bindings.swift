import Expression
import Values

/// Values for the variables of an environment.
public struct Bindings: Sendable, CustomStringConvertible {
  /// A variable and its value; nil when it is absent.
  public struct Binding: Sendable {
    /// The variable.
    public var variable: Environment.Variable
    /// Its value.
    public var value: Value?
  }

  /// The variables in the order of the environment.
  public var entries: [Binding]

  /// The memory that `Program.evaluate` takes.
  public var memory: Memory {
    var memory = Memory(slotCount: 1 + (entries.map(\.variable.slot).max() ?? -1))
    for entry in entries { memory.set(entry.variable.slot, entry.value) }
    return memory
  }

  /// `name = value`, one after the other.
  public var description: String {
    entries.map { "\($0.variable.name) = \($0.value.map { String(describing: $0) } ?? "absent")" }
      .joined(separator: "; ")
  }
}

/// Makes values that match the types of an environment.
struct BindingGenerator: Sendable {
  /// The keys that generated maps have, and that generated expressions ask for.
  static let keys = ["a", "b", "key", "other"]

  let environment: Environment
  /// How many of a hundred variables are absent.
  let absentPercent: Int

  func bindings(_ size: Int, _ random: inout RandomSource) -> Bindings {
    Bindings(
      entries: environment.variables.map { variable in
        let isAbsent = random.chance(absentPercent)
        return .init(
          variable: variable,
          value: isAbsent ? nil : value(variable.type, depth: 3, &random)
        )
      }
    )
  }

  /// A value of a type.
  func value(_ type: ExpressionType, depth: Int, _ random: inout RandomSource) -> Value {
    switch type {
    case .null: return .null
    case .bool: return .bool(random.chance(50))
    case .int: return .int(random.one(of: Literals.ints))
    case .uint: return .uint(random.one(of: Literals.uints))
    case .double: return .double(random.one(of: Literals.doubles))
    case .string: return .string(random.one(of: Literals.strings))
    case .bytes: return .bytes(random.one(of: Literals.bytes))
    case .timestamp: return .timestamp(random.one(of: Literals.timestamps))
    case .duration: return .duration(nanoseconds: random.one(of: Literals.durations))
    case .list(let element):
      let count = depth > 0 ? random.below(5) : 0
      return .list((0..<count).map { _ in value(element, depth: depth - 1, &random) })
    case .map(let key, let content): return map(key, content, depth, &random)
    case .record(let name): return record(name, depth, &random)
    case .optional(let inner):
      return .optional(random.chance(30) ? nil : value(inner, depth: depth - 1, &random))
    case .wrapper(let inner):
      return random.chance(20) ? .null : value(inner, depth: depth, &random)
    case .abstract("net.IP", _): return .opaque(type: "net.IP", text: "10.1.2.3")
    case .abstract("net.CIDR", _): return .opaque(type: "net.CIDR", text: "10.0.0.0/8")
    case .type: return .type(random.one(of: ["int", "string", "list"]))
    default: return dynamic(depth, &random)
    }
  }

  private func dynamic(_ depth: Int, _ random: inout RandomSource) -> Value {
    var types: [ExpressionType] = [.null, .bool, .int, .double, .string]
    if depth > 0 { types += [.list(.dyn), .map(.string, .dyn)] }
    return value(random.one(of: types), depth: depth - 1, &random)
  }

  private func map(
    _ key: ExpressionType,
    _ content: ExpressionType,
    _ depth: Int,
    _ random: inout RandomSource
  ) -> Value {
    var result = ValueMap()
    for _ in 0..<(depth > 0 ? random.below(4) : 0) {
      let key: MapKey =
        switch key {
        case .bool: .bool(random.chance(50))
        case .int: .int(random.one(of: Literals.ints))
        case .uint: .uint(random.one(of: Literals.uints))
        default: .string(random.one(of: BindingGenerator.keys))
        }
      result[key] = value(content, depth: depth - 1, &random)
    }
    return .map(result)
  }

  private func record(_ name: String, _ depth: Int, _ random: inout RandomSource) -> Value {
    var fields = ValueMap()
    for field in environment.records.fields(of: name) ?? [] {
      if field.isOptional, depth <= 0 || random.chance(30) { continue }
      if let texts = field.allowedTexts, !texts.isEmpty {
        fields[field.name] = .string(random.one(of: texts))
      } else {
        fields[field.name] = value(field.type, depth: depth - 1, &random)
      }
    }
    let isMessage = environment.records.fields(of: name)?.contains { $0.wire != nil } ?? false
    return isMessage ? .record(type: name, fields: fields) : .map(fields)
  }

  /// The same bindings with one value simpler.
  func smaller(_ bindings: Bindings) -> [Bindings] {
    bindings.entries.indices.flatMap { position -> [Bindings] in
      guard let value = bindings.entries[position].value else { return [] }
      return BindingGenerator.smaller(value).map { simpler in
        var copy = bindings
        copy.entries[position].value = simpler
        return copy
      }
    }
  }

  private static func smaller(_ value: Value) -> [Value] {
    switch value {
    case .int(let int): int == 0 ? [] : [.int(0), .int(int / 2)]
    case .uint(let uint): uint == 0 ? [] : [.uint(0), .uint(uint / 2)]
    case .double(let double):
      double == 0 ? [] : double == 1 ? [.double(0)] : [.double(0), .double(1)]
    case .string(let text): text.isEmpty ? [] : [.string(""), .string(String(text.dropLast()))]
    case .bytes(let bytes): bytes.isEmpty ? [] : [.bytes([]), .bytes(bytes.dropLast())]
    case .list(let list):
      list.isEmpty
        ? [] : [.list([]), .list(Array(list.dropFirst())), .list(Array(list.dropLast()))]
    case .duration(let nanoseconds): nanoseconds == 0 ? [] : [.duration(nanoseconds: 0)]
    default: []
    }
  }
}

extension Generator where Output == Bindings {
  /// Random values for the variables of `environment`, as their types say; `absentPercent` of them
  /// are absent, as results of steps are that have not run.
  public static func bindings(for environment: Environment, absentPercent: Int = 0) -> Generator {
    let maker = BindingGenerator(environment: environment, absentPercent: absentPercent)
    return Generator(
      smaller: { maker.smaller($0) },
      { random, size in maker.bindings(size, &random) }
    )
  }
}
