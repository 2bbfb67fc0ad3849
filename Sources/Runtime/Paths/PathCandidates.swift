import Document
import Source
import Table
import Values

/// Values that a schema allows and that a flow's guards tell apart.
struct PathCandidates {
  private static let maxDepth = 6
  private static let formats = [
    "date": "2026-01-02", "date-time": "2026-01-02T03:04:05Z", "time": "03:04:05Z",
    "duration": "PT1H", "email": "person@example.com", "hostname": "example.com",
    "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "uri": "https://example.com/",
    "uuid": "01234567-89ab-4cde-8f01-23456789abcd",
  ]
  private let table: LinkedTable
  let literals: PathLiterals
  private let limit: Int

  init(_ table: LinkedTable, _ monitor: InvariantMonitor? = nil, limits: Limits) {
    self.table = table
    literals = PathLiterals(table, monitor)
    limit = limits.pathCandidates
  }

  /// Inputs of the flow.
  var inputs: [Value] {
    let schema = table.table.slots.first { $0.kind == .input && $0.scope == 0 }?.schema ?? noIndex
    return values(schema, readAs: ["input"])
  }

  /// Answers to the calls of a place.
  func outputs(of place: NodeIndex, _ performer: Performer) -> [Value] {
    let node = table.table.nodes[Int(place)]
    let names = [node.name, performer.id, node.saveAs, "output", "response", "result"]
    return values(performer.outputSchema, readAs: names.filter { !$0.isEmpty })
  }

  /// Data of events.
  var eventData: [Value] {
    let reads = (literals.reads[.string("event")] ?? []).filter { $0.first == "data" }
    guard reads.contains(where: { $0.count > 1 }) else {
      return reads.isEmpty ? [.null] : variants(.map(ValueMap()), .map(ValueMap()), "data", 0)
    }
    let schema = Self.schema(of: reads.map { Array($0.dropFirst()) })
    return Array(variants(schema, schema, "data", 0).prefix(limit))
  }

  private func values(_ index: PoolIndex, readAs names: [String]) -> [Value] {
    let schema: Value
    if let declared = table.schema(index), !Self.isOpen(declared) {
      schema = declared
    } else {
      let reads = names.flatMap { literals.reads[.string($0)] ?? [] }
      schema = Self.schema(of: reads)
    }
    let all = variants(schema, schema, names.first ?? "", 0)
    let fitting = all.filter { value in
      index == noIndex
        || table.violations(of: table.normalized(value, schema: index), schema: index).isEmpty
    }
    return Array(fitting.prefix(limit))
  }

  private static func isOpen(_ schema: Value) -> Bool {
    schema["properties"] == nil && schema["enum"] == nil && schema["const"] == nil
      && schema["$ref"] == nil && schema["anyOf"] == nil && schema["oneOf"] == nil
      && [nil, "object"].contains(schema["type"]?.text)
  }

  /// A schema of objects that have what texts read.
  private static func schema(of paths: [[String]]) -> Value {
    var properties = ValueMap()
    var below: [(name: String, paths: [[String]])] = []
    for path in paths {
      guard let name = path.first else { continue }
      let rest = Array(path.dropFirst())
      if let index = below.firstIndex(where: { $0.name.sameScalars(as: name) }) {
        below[index].paths.append(rest)
      } else {
        below.append((name, [rest]))
      }
    }
    for (name, paths) in below {
      let deeper = paths.filter { !$0.isEmpty }
      properties[name] = deeper.isEmpty ? .map(ValueMap()) : schema(of: deeper)
    }
    return .map(["type": .string("object"), "properties": .map(properties)])
  }

  // MARK: Variants

  /// Values of a schema, the plainest first; `name` is the field's.
  private func variants(_ schema: Value, _ root: Value, _ name: String, _ depth: Int) -> [Value] {
    guard depth < Self.maxDepth else { return [.null] }
    if let reference = schema["$ref"]?.text {
      guard let target = Self.resolve(reference, in: root) else { return [.null] }
      return variants(target, root, name, depth + 1)
    }
    if let constant = schema["const"] { return [constant] }
    if case .list(let members)? = schema["enum"] { return Array(members.prefix(limit)) }
    for key in ["anyOf", "oneOf"] {
      if case .list(let members)? = schema[key] {
        return members.prefix(8).flatMap { variants($0, root, name, depth + 1).prefix(4) }
      }
    }
    if case .list(let types)? = schema["type"] {
      return types.flatMap { type -> [Value] in
        guard case .map(var one) = schema else { return [] }
        one["type"] = type
        return variants(.map(one), root, name, depth + 1)
      }
    }
    switch schema["type"]?.text {
    case "boolean": return [.bool(true), .bool(false)]
    case "null": return [.null]
    case "integer": return numbers(schema, name, isInteger: true)
    case "number": return numbers(schema, name, isInteger: false)
    case "string": return texts(schema, name)
    case "array": return lists(schema, root, name, depth)
    case "object": return objects(schema, root, depth)
    default:
      if schema["properties"] != nil { return objects(schema, root, depth) }
      return open(name)
    }
  }

  /// Values of a field of which only its comparisons are known.
  private func open(_ name: String) -> [Value] {
    var result: [Value] = []
    for literal in literals.literals(for: name) {
      switch literal {
      case .int(let int): result += [int, int &- 1, int &+ 1].map { .int($0) }
      case .double(let double): result += [double, double - 0.5, double + 0.5].map { .double($0) }
      default: result.append(literal)
      }
    }
    return unique([.bool(true), .bool(false)] + result + [.string("text")])
  }

  private func numbers(_ schema: Value, _ name: String, isInteger: Bool) -> [Value] {
    let low = Self.number(schema["minimum"] ?? schema["exclusiveMinimum"])
    let high = Self.number(schema["maximum"] ?? schema["exclusiveMaximum"])
    let step = isInteger ? 1 : 0.01
    var wanted: [Double] = [min(max(low ?? 1, 1), high ?? .infinity)]
    for literal in literals.literals(for: name) {
      guard let number = Self.number(literal) else { continue }
      wanted += [number, number - step, number + step]
    }
    if let low { wanted += [low, low + step] }
    if let high { wanted += [high, high - step] }
    let fitting = wanted.filter { $0 >= low ?? -.infinity && $0 <= high ?? .infinity }
    return unique(
      fitting.compactMap { number in
        guard isInteger else { return .double((number * 1_000).rounded() / 1_000) }
        return Int64(exactly: number.rounded()).map { .int($0) }
      }
    )
  }

  private static func number(_ value: Value?) -> Double? {
    switch value {
    case .int(let int)?: Double(int)
    case .double(let double)?: double
    default: nil
    }
  }

  private func texts(_ schema: Value, _ name: String) -> [Value] {
    var result: [Value] = []
    if let pattern = schema["pattern"]?.text {
      result.append(.string(PatternSample.text(pattern)))
    }
    if let format = schema["format"]?.text, let sample = Self.formats[format] {
      result.append(.string(sample))
    }
    result.append(.string("text"))
    var lengths: [Int64] = []
    for literal in literals.literals(for: name) {
      if case .string = literal { result.append(literal) }
      if case .int(let int) = literal, (0..<1_000).contains(int) {
        lengths += [int, int - 1, int + 1]
      }
    }
    if case .int(let least)? = schema["minLength"], least > 4 { lengths.append(least) }
    if case .int(let most)? = schema["maxLength"], most < 4 { lengths.append(most) }
    for length in lengths where (0...1_000).contains(length) {
      result.append(.string(String(repeating: "x", count: Int(length))))
    }
    if case .list(let examples)? = schema["examples"] { result += examples }
    result.append(.string(""))
    var options = Schema.Options()
    options.reportsUnknownKeywords = false
    let compiled = Schema.compile(schema, options: options).schema
    return unique(result.filter { compiled?.accepts($0) ?? true })
  }

  private func lists(_ schema: Value, _ root: Value, _ name: String, _ depth: Int) -> [Value] {
    let items = variants(schema["items"] ?? .map(ValueMap()), root, name, depth + 1)
    let item = items.first ?? .null
    var counts: [Int64] = [1, 0, 2]
    for literal in literals.literals(for: name) {
      if case .int(let int) = literal { counts += [int, int &+ 1] }
    }
    if case .int(let least)? = schema["minItems"] { counts.insert(least, at: 0) }
    var result = counts.filter { (0...64).contains($0) }.map { count in
      Value.list(Array(repeating: item, count: Int(count)))
    }
    result += items.dropFirst().prefix(6).map { .list([$0]) }
    return unique(result)
  }

  /// Objects: every combination of the fields' values if those are few, else each value once.
  private func objects(_ schema: Value, _ root: Value, _ depth: Int) -> [Value] {
    guard case .map(let properties)? = schema["properties"] else { return [.map(ValueMap())] }
    var fields: [(key: MapKey, values: [Value])] = []
    for entry in properties.entries {
      guard case .string(let name) = entry.key else { continue }
      fields.append((entry.key, variants(entry.value, root, name, depth + 1)))
    }
    fields.removeAll { $0.values.isEmpty }
    var plain = ValueMap()
    for field in fields { plain[field.key] = field.values.first }
    var result: [Value] = [.map(plain)]
    for field in fields {
      for value in field.values.dropFirst() {
        var changed = plain
        changed[field.key] = value
        result.append(.map(changed))
      }
    }
    if case .list(let required)? = schema["required"] {
      for field in fields
      where !required.contains(where: { MapKey.string($0.text ?? "") == field.key }) {
        result.append(.map(plain.filtered { $0 != field.key }))
      }
    }
    return unique(Array((result + products(plain, fields)).prefix(limit * 4)))
  }

  private func products(
    _ plain: ValueMap,
    _ fields: [(key: MapKey, values: [Value])]
  ) -> [Value] {
    var combinations = [plain]
    for field in fields where field.values.count > 1 {
      guard combinations.count * field.values.count <= limit * 4 else { continue }
      combinations = combinations.flatMap { combination in
        field.values.map { value in
          var next = combination
          next[field.key] = value
          return next
        }
      }
    }
    return combinations.map { .map($0) }
  }

  private func unique(_ values: [Value]) -> [Value] {
    var result: [Value] = []
    for value in values where !result.contains(value) { result.append(value) }
    return result
  }

  private static func resolve(_ reference: String, in root: Value) -> Value? {
    if reference == "#" { return root }
    for section in ["$defs", "definitions"] {
      let prefix = "#/\(section)/"
      if reference.utf8.starts(with: prefix.utf8) {
        return root[section]?[String(reference.dropFirst(prefix.count))]
      }
    }
    return nil
  }
}

extension ValueMap {
  /// The entries whose keys are wanted.
  fileprivate func filtered(_ isWanted: (MapKey) -> Bool) -> ValueMap {
    var result = ValueMap()
    for entry in entries where isWanted(entry.key) { result[entry.key] = entry.value }
    return result
  }
}
