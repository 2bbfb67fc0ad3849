import Source
import Values

/// Reads the known keys of one mapping with the kinds they must have.
///
/// Each read reports a value of the wrong kind or a missing required key and remembers the key;
/// `finish` reports every key that nobody read. A node that is no mapping is reported once and
/// then reads as empty. Keys that are null read as absent.
///
/// ```swift
/// var reader = MappingReader(node, context: "step `classify`", into: collector)
/// let agent = reader.text("agent")
/// let attempts = reader.integer("max_attempts", in: 1...100) ?? 1
/// reader.finish(elsewhere: ["budget": "the top level of a flow"])
/// ```
public struct MappingReader {
  /// The node that is read.
  public let node: Node
  /// What the mapping is, as messages name it: ``step `classify` ``.
  public let context: String
  /// Where findings go.
  public let collector: DiagnosticCollector
  /// Whether the node is a mapping.
  public let isMapping: Bool
  private var known: [String] = []
  private let entries: [Node.Entry]
  private let positions: [MapKey: Int]

  /// A reader of `node`; reports when it is no mapping.
  public init(_ node: Node, context: String, into collector: DiagnosticCollector) {
    self.node = node
    self.context = context
    self.collector = collector
    entries = node.entries ?? []
    isMapping = node.entries != nil
    var positions: [MapKey: Int] = [:]
    for (index, entry) in entries.enumerated() { positions[.string(entry.key)] = index }
    self.positions = positions
    if !isMapping {
      collector.report(Messages.wrongKind(context, wanted: "a mapping", found: node))
    }
  }

  // MARK: Looking

  /// Whether the key is present and not null; does not count as reading it.
  public func has(_ key: String) -> Bool { present(key) != nil }

  /// Where a key stands; the whole mapping's place when it is absent.
  public func span(of key: String) -> SourceSpan {
    positions[.string(key)].map { entries[$0].keySpan } ?? startSpan
  }

  /// The keys that stand in the mapping, in order.
  public var keys: [String] { entries.map(\.key) }

  /// The first position of the mapping, to point at when something is missing.
  private var startSpan: SourceSpan {
    SourceSpan(file: node.span.file, start: node.span.start, end: node.span.start)
  }

  private func present(_ key: String) -> Node? {
    guard let index = positions[.string(key)] else { return nil }
    if case .null = entries[index].value.content { return nil }
    return entries[index].value
  }

  // MARK: Reading

  /// Marks keys as known without reading them.
  public mutating func allow(_ keys: String...) { known.append(contentsOf: keys) }

  /// The value of any kind; null counts as absent.
  public mutating func node(_ key: String) -> Node? {
    known.append(key)
    return present(key)
  }

  /// The value of any kind, an explicit null included.
  public mutating func nodeOrNull(_ key: String) -> Node? {
    known.append(key)
    return positions[.string(key)].map { entries[$0].value }
  }

  /// The value of any kind; reports its absence.
  public mutating func requiredNode(_ key: String) -> Node? {
    require(key, node(key))
  }

  /// A text.
  public mutating func text(_ key: String) -> String? {
    read(key, wanted: "text") { $0.string }
  }

  /// A text; reports its absence.
  public mutating func requiredText(_ key: String) -> String? {
    requireRead(key, text(key))
  }

  /// A text with the places of its characters, for a template or another document inside.
  public mutating func sourceText(_ key: String) -> SourceText? {
    read(key, wanted: "text") { $0.string == nil ? nil : $0.text }
  }

  /// An expression: a text, or an unquoted number or boolean as it is spelled.
  public mutating func expression(_ key: String) -> SourceText? {
    read(key, wanted: "an expression") { $0.text }
  }

  /// An expression; reports its absence.
  public mutating func requiredExpression(_ key: String) -> SourceText? {
    requireRead(key, expression(key))
  }

  /// A boolean.
  public mutating func boolean(_ key: String) -> Bool? {
    read(key, wanted: "`true` or `false`") {
      if case .bool(let bool) = $0.content { bool } else { nil }
    }
  }

  /// A whole number within a range.
  public mutating func integer(_ key: String, in range: ClosedRange<Int> = 0...Int.max) -> Int? {
    let found: Int? = read(key, wanted: "a whole number") {
      switch $0.content {
      case .int(let int): Int(int)
      case .uint: Int.max
      default: nil
      }
    }
    guard let found else { return nil }
    if range.contains(found), !isBeyondInt(key) { return found }
    collector.report(
      Messages.outOfRange(key, context, range: range, at: present(key)?.span ?? node.span)
    )
    return nil
  }

  private func isBeyondInt(_ key: String) -> Bool {
    if case .uint = present(key)?.content { true } else { false }
  }

  /// A number.
  public mutating func number(_ key: String) -> Double? {
    read(key, wanted: "a number") {
      switch $0.content {
      case .int(let int): Double(int)
      case .uint(let uint): Double(uint)
      case .double(let double): double
      default: nil
      }
    }
  }

  /// One of a few words; suggests the nearest.
  public mutating func choice(_ key: String, of choices: [String]) -> String? {
    guard let text = text(key) else { return nil }
    if choices.contains(where: { $0.sameScalars(as: text) }) { return text }
    collector.report(
      Messages.unknownChoice(key, text, choices, at: present(key)?.span ?? node.span)
    )
    return nil
  }

  /// The elements of a list.
  public mutating func list(_ key: String) -> [Node]? {
    read(key, wanted: "a list") { $0.elements }
  }

  /// The elements of a list; reports its absence.
  public mutating func requiredList(_ key: String) -> [Node]? {
    requireRead(key, list(key))
  }

  /// The elements of a list, or the one value that stands in place of a list.
  public mutating func listOrOne(_ key: String) -> [Node]? {
    guard let value = node(key) else { return nil }
    return value.elements ?? [value]
  }

  /// A list of texts, or one text.
  public mutating func texts(_ key: String) -> [Node]? {
    guard let elements = listOrOne(key) else { return nil }
    return elements.filter { element in
      if element.string != nil { return true }
      collector.report(Messages.wrongKind("`\(key)` of \(context)", wanted: "text", found: element))
      return false
    }
  }

  /// The entries of a mapping.
  public mutating func entries(_ key: String) -> [Node.Entry]? {
    read(key, wanted: "a mapping") { $0.entries }
  }

  /// A mapping as a node.
  public mutating func mapping(_ key: String) -> Node? {
    read(key, wanted: "a mapping") { $0.entries == nil ? nil : $0 }
  }

  /// A reader of the mapping at `key`.
  public mutating func reader(_ key: String) -> MappingReader? {
    mapping(key).map { MappingReader($0, context: "`\(key)` of \(context)", into: collector) }
  }

  /// Reports every key that was neither read nor allowed.
  ///
  /// `elsewhere` names, for keys that mean something at another level, where they belong.
  public func finish(elsewhere: [String: String] = [:]) {
    let read = Set(known.map { MapKey.string($0) })
    for entry in entries where !read.contains(.string(entry.key)) {
      collector.report(
        Messages.unknownKey(entry, context, known: known, elsewhere: elsewhere[entry.key])
      )
    }
  }

  // MARK: Reporting

  /// Adds an error at the value of a key, or at the mapping when the key is absent.
  public func error(
    _ code: DiagnosticCode,
    _ message: String,
    at key: String,
    hint: String? = nil
  ) {
    collector.error(code, message, at: present(key)?.span ?? span(of: key), hint: hint)
  }

  private mutating func read<Result>(
    _ key: String,
    wanted: String,
    _ convert: (Node) -> Result?
  ) -> Result? {
    guard let value = node(key) else { return nil }
    if let result = convert(value) { return result }
    collector.report(
      Messages.wrongKind("`\(key)` of \(context)", wanted: wanted, found: value)
    )
    return nil
  }

  private func require<Result>(_ key: String, _ result: Result?) -> Result? {
    if result == nil, isMapping {
      collector.report(Messages.missingKey(key, context, at: startSpan))
    }
    return result
  }

  /// Reports absence only: a value of the wrong kind was reported by the read.
  private func requireRead<Result>(_ key: String, _ result: Result?) -> Result? {
    present(key) == nil ? require(key, result) : result
  }
}
