public import Table
import Values

/// How many elements the lists of maps may have, as far as a constant or the schema of an input
/// says so: what is refused at the door of a run or child flow never comes to a map.
public struct ListSizes: Sendable {
  /// The bounds of a list's size.
  public struct Bounds: Sendable, Hashable {
    /// It has at least as many.
    public var least: Int64
    /// It has at most as many; nil: not known.
    public var most: Int64?
    /// Whether the value is there and a list whenever it is read.
    public var isSure: Bool
  }

  private let table: TransitionTable
  /// By scope with an input of its own, what it is like.
  private var inputs: [PoolIndex: Value] = [:]
  /// Deepest schema that is read here; deeper ones give nothing.
  private static let depth = 256

  /// Of a table.
  public init(_ table: TransitionTable) {
    self.table = table
    guard table.nodes.contains(where: { $0.kind == .fork }) else { return }
    for slot in table.slots where slot.kind == .input && slot.schema != noIndex {
      let text = table.schemas[Int(slot.schema)]
      if let schema = try? JSONParser.parse(text, depth: Self.depth) { inputs[slot.scope] = schema }
    }
  }

  /// Of the list that a map runs over; nothing known: at least 0.
  public func bounds(of fork: Int) -> Bounds {
    let unknown = Bounds(least: 0, most: nil, isSure: false)
    let items = table.nodes[fork].items
    guard items != noIndex, table.programs[Int(items)].kind == .expression else { return unknown }
    let program = table.programs[Int(items)]
    if case .list(let elements)? = try? JSONParser.parse(program.text, depth: Self.depth) {
      let count = Int64(elements.count)
      return Bounds(least: count, most: count, isSure: true)
    }
    guard let path = Self.path(program.text), path[0] == "input",
      let schema = input(seenFrom: program.scope)
    else { return unknown }
    return bounds(of: schema, at: path.dropFirst())
  }

  private func bounds(of schema: Value, at path: ArraySlice<String>) -> Bounds {
    var schema = schema
    var isSure = true
    for name in path {
      guard let inner = schema["properties"]?[name] else {
        return Bounds(least: 0, most: nil, isSure: false)
      }
      isSure = isSure && schema["type"]?.isText("object") == true && Self.requires(schema, name)
      schema = inner
    }
    return Bounds(
      least: max(0, schema["minItems"]?.wholeNumber ?? 0),
      most: schema["maxItems"]?.wholeNumber,
      isSure: isSure && schema["type"]?.isText("array") == true
    )
  }

  /// The input of the nearest scope around one that has an input.
  private func input(seenFrom scope: PoolIndex) -> Value? {
    var scope = scope
    var depth = 0
    while scope != noIndex, depth <= table.scopes.count {
      if let known = inputs[scope] { return known }
      // An input without a schema may be anything.
      if table.slots.contains(where: { $0.kind == .input && $0.scope == scope }) { return nil }
      let entry = table.scopes.indices.contains(Int(scope)) ? table.scopes[Int(scope)] : nil
      scope = entry?.parent ?? noIndex
      depth += 1
    }
    return nil
  }

  private static func requires(_ schema: Value, _ name: String) -> Bool {
    guard case .list(let names)? = schema["required"] else { return false }
    return names.contains { $0.isText(name) }
  }

  /// The names of `input.some.field`; nil: it is something else.
  private static func path(_ text: String) -> [String]? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.allSatisfy({ isName($0) }) else { return nil }
    return parts.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func isName(_ bytes: Substring.UTF8View) -> Bool {
    guard let first = bytes.first, first < UInt8(ascii: "0") || first > UInt8(ascii: "9") else {
      return false
    }
    return bytes.allSatisfy { byte in
      byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
  }
}

extension Value {
  fileprivate func isText(_ text: String) -> Bool {
    if case .string(let own) = self { own.sameScalars(as: text) } else { false }
  }

  fileprivate var wholeNumber: Int64? {
    if case .int(let number) = self, number >= 0 { number } else { nil }
  }
}
