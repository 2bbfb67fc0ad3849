import RegularExpression
import Source
import Values

/// Compiles a schema and everything it refers to into one table.
struct SchemaCompiler {
  /// A subschema and where it stands.
  struct Location {
    let document: String
    let pointer: String
    let node: Node
    /// URI of the resource it belongs to.
    let base: String

    var key: MapKey { .string(document + "#" + pointer) }
  }

  let registry: SchemaRegistry
  let options: Schema.Options
  let limits: Limits
  var diagnostics: [Diagnostic] = []
  private let root: Location
  private var schemas: [CompiledSchema] = []
  private var indices: [MapKey: Int] = [:]
  private var pending: [(Int, Location)] = []
  private var resources: [String: Location] = [:]
  private var anchors: [String: Location] = [:]
  private var dynamicAnchors: Set<String> = []
  private var resourceIndices: [String: Int] = [:]
  private var resourceURIs: [String] = []
  private var dynamicNames: Set<String> = []
  private var metaschemas: [String: Bool] = [:]
  private var tracksEvaluation = false
  private var isForeign = false

  init(_ node: Node, registry: SchemaRegistry, options: Schema.Options, limits: Limits) {
    self.registry = registry
    self.options = options
    self.limits = limits
    let base = node["$id"]?.string.map { SchemaURI.split($0).uri } ?? ""
    root = Location(document: base, pointer: "", node: node, base: base)
  }

  mutating func compile() -> Schema {
    index(root)
    let rootIndex = place(root)
    drain()
    // First, as it may still add schemas.
    let dynamicAnchors = resolvedDynamicAnchors()
    return Schema(
      schemas: schemas,
      root: rootIndex,
      dynamicAnchors: dynamicAnchors,
      tracksEvaluation: tracksEvaluation,
      violationLimit: limits.diagnostics
    )
  }

  private mutating func drain() {
    while let (index, location) = pending.popLast() {
      if schemas.count > limits.documentNodes || diagnostics.count >= limits.diagnostics { return }
      isForeign = location.document != root.document
      compile(location, at: index)
    }
  }

  /// Compiles the targets that dynamic references may reach, until no new ones appear.
  private mutating func resolvedDynamicAnchors() -> [[String: Int]] {
    var result: [[String: Int]] = []
    var seen = -1
    while seen != schemas.count {
      seen = schemas.count
      result = resourceURIs.map { _ in [:] }
      var resource = 0
      while resource < resourceURIs.count {
        for name in dynamicNames.sorted() {
          let key = resourceURIs[resource] + "#" + name
          guard dynamicAnchors.contains(key), let location = anchors[key] else { continue }
          if resource == result.count { result.append([:]) }
          result[resource][name] = place(location)
          drain()
        }
        resource += 1
        while result.count < resourceURIs.count { result.append([:]) }
      }
    }
    return result
  }

  // MARK: Finding subschemas

  /// Records the identifiers and anchors of a schema and its subschemas.
  private mutating func index(_ location: Location) {
    let isResource = location.pointer.isEmpty || location.node["$id"]?.string != nil
    if isResource, resources[location.base] == nil { resources[location.base] = location }
    guard let entries = location.node.entries else { return }
    if let name = location.node["$anchor"]?.string {
      anchors[location.base + "#" + name] = location
    }
    if let name = location.node["$dynamicAnchor"]?.string {
      anchors[location.base + "#" + name] = location
      dynamicAnchors.insert(location.base + "#" + name)
    }
    for entry in entries {
      for child in children(of: entry, in: location) { index(child) }
    }
  }

  private func children(of entry: Node.Entry, in parent: Location) -> [Location] {
    switch SchemaVocabulary.shape(of: entry.key) {
    case .schema: [child(parent, [entry.key], entry.value)]
    case .schemas:
      (entry.value.elements ?? []).enumerated().map { index, node in
        child(parent, [entry.key, String(index)], node)
      }
    case .schemaMap:
      (entry.value.entries ?? []).map { child(parent, [entry.key, $0.key], $0.value) }
    case .other, nil: []
    }
  }

  private func child(_ parent: Location, _ tokens: [String], _ node: Node) -> Location {
    var base = parent.base
    if let id = node["$id"]?.string {
      base = SchemaURI.resolve(SchemaURI.split(id).uri, base: base)
    }
    return Location(
      document: parent.document,
      pointer: parent.pointer + Self.pointer(tokens),
      node: node,
      base: base
    )
  }

  static func pointer(_ tokens: [String]) -> String {
    tokens.map { token in
      "/"
        + token.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
        .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
    }.joined()
  }

  /// The index of a subschema; compiles it later when it is new.
  private mutating func place(_ location: Location) -> Int {
    if let index = indices[location.key] { return index }
    let index = schemas.count
    indices[location.key] = index
    let resource = resourceIndices[location.base] ?? resourceURIs.count
    if resource == resourceURIs.count {
      resourceIndices[location.base] = resource
      resourceURIs.append(location.base)
    }
    schemas.append(
      CompiledSchema(
        resource: resource,
        location: location.document + "#" + location.pointer
      )
    )
    pending.append((index, location))
    return index
  }

  // MARK: References

  private mutating func resolve(_ reference: String, from location: Location) -> Location? {
    let (part, fragment) = SchemaURI.split(reference)
    let uri = SchemaURI.resolve(part, base: location.base)
    if resources[uri] == nil, let document = registry.document(uri) {
      let base = document["$id"]?.string.map {
        SchemaURI.resolve(SchemaURI.split($0).uri, base: uri)
      }
      let found = Location(document: uri, pointer: "", node: document, base: base ?? uri)
      index(found)
      resources[uri] = found
    }
    guard let resource = resources[uri] else { return nil }
    guard let fragment, !fragment.isEmpty else { return resource }
    if fragment.utf8.first == UInt8(ascii: "/") { return follow(fragment, from: resource) }
    return anchors[resource.base + "#" + fragment]
  }

  private func follow(_ pointer: String, from resource: Location) -> Location? {
    var location = resource
    for part in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let token = part.split(separator: "~1", omittingEmptySubsequences: false)
        .joined(separator: "/")
        .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
      if let next = location.node[token] {
        location = child(location, [token], next)
      } else if let elements = location.node.elements, let index = Int(token),
        elements.indices.contains(index)
      {
        location = child(location, [token], elements[index])
      } else {
        return nil
      }
    }
    return location
  }

  /// Whether the schema's own meta-schema leaves the validation vocabulary out.
  private mutating func lacksValidation(_ location: Location) -> Bool {
    let resource = resources[location.base] ?? location
    guard let uri = resource.node["$schema"]?.string else { return false }
    if let known = metaschemas[uri] { return known }
    let vocabulary = registry.document(SchemaURI.split(uri).uri)?["$vocabulary"]
    let lacks =
      vocabulary.map { $0["https://json-schema.org/draft/2020-12/vocab/validation"] == nil }
      ?? false
    metaschemas[uri] = lacks
    return lacks
  }

  // MARK: Compiling

  private mutating func compile(_ location: Location, at index: Int) {
    switch location.node.content {
    case .bool(let verdict): schemas[index].verdict = verdict
    case .mapping(let entries):
      let isStructural = lacksValidation(location)
      var keywords: [SchemaKeyword] = []
      for entry in entries {
        checkKnown(entry)
        if isStructural, SchemaVocabulary.isValidation(entry.key) { continue }
        if let keyword = keyword(entry, in: location) { keywords.append(keyword) }
      }
      schemas[index].keywords = SchemaVocabulary.sorted(keywords)
    default: report(SchemaMessages.notASchema(location.node))
    }
  }

  private mutating func checkKnown(_ entry: Node.Entry) {
    guard options.reportsUnknownKeywords, !isForeign,
      SchemaVocabulary.shape(of: entry.key) == nil, !options.extraKeywords.contains(entry.key)
    else { return }
    report(SchemaMessages.unknownKeyword(entry, extra: options.extraKeywords))
  }

  private mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  private mutating func wrong(_ entry: Node.Entry, _ wanted: String) -> SchemaKeyword? {
    report(SchemaMessages.wrongKeyword(entry, wanted: wanted))
    return nil
  }

  private mutating func keyword(_ entry: Node.Entry, in location: Location) -> SchemaKeyword? {
    let key = entry.key
    if let bound = SchemaKeyword.Bound(rawValue: key) {
      guard SchemaNumber.isNumber(entry.value.value) else { return wrong(entry, "a number") }
      return .bound(bound, entry.value.value)
    }
    if let size = SchemaKeyword.Size(rawValue: key) {
      guard let count = count(entry) else { return wrong(entry, "a whole number from 0") }
      return .size(size, count)
    }
    if let combination = SchemaKeyword.Combination(rawValue: key) {
      let branches = children(of: entry, in: location).map { place($0) }
      return branches.isEmpty
        ? wrong(entry, "a list of schemas") : .combination(combination, branches)
    }
    switch SchemaVocabulary.shape(of: key) {
    case .schema: return schemaKeyword(entry, in: location)
    case .schemas, .schemaMap: return collectionKeyword(entry, in: location)
    default: return valueKeyword(entry, in: location)
    }
  }

  /// A whole number; `2.0` counts as one.
  private func count(_ entry: Node.Entry) -> Int? {
    switch entry.value.content {
    case .int(let int): int >= 0 ? Int(int) : nil
    case .uint: Int.max
    case .double(let double):
      double >= 0 && double < 0x1p53 && SchemaNumber.isIntegral(double) ? Int(double) : nil
    default: nil
    }
  }

  private mutating func schemaKeyword(
    _ entry: Node.Entry,
    in location: Location
  ) -> SchemaKeyword? {
    let schema = place(child(location, [entry.key], entry.value))
    let node = location.node
    switch entry.key {
    case "not": return .not(schema)
    case "propertyNames": return .propertyNames(schema)
    case "unevaluatedItems":
      tracksEvaluation = true
      return .unevaluatedItems(schema)
    case "unevaluatedProperties":
      tracksEvaluation = true
      return .unevaluatedProperties(schema)
    case "contains":
      let bounds = (node.entries ?? []).filter { ["minContains", "maxContains"].contains($0.key) }
      let minimum = bounds.first { $0.key == "minContains" }.flatMap { count($0) } ?? 1
      let maximum = bounds.first { $0.key == "maxContains" }.flatMap { count($0) }
      let counts = !lacksValidation(location)
      return .contains(schema, minimum: counts ? minimum : 1, maximum: counts ? maximum : nil)
    case "if":
      let then = node["then"].map { place(child(location, ["then"], $0)) }
      let otherwise = node["else"].map { place(child(location, ["else"], $0)) }
      return .conditional(test: schema, then: then, otherwise: otherwise)
    case "items":
      // With `prefixItems` beside it, that keyword compiles both.
      return node["prefixItems"] == nil ? .items(prefix: [], rest: schema) : nil
    case "additionalProperties":
      return node["properties"] == nil && node["patternProperties"] == nil
        ? .properties(named: [:], patterns: [], additional: schema) : nil
    default: return nil
    }
  }

  private mutating func collectionKeyword(
    _ entry: Node.Entry,
    in location: Location
  ) -> SchemaKeyword? {
    let node = location.node
    switch entry.key {
    case "prefixItems":
      let prefix = children(of: entry, in: location).map { place($0) }
      return .items(
        prefix: prefix,
        rest: node["items"].map { place(child(location, ["items"], $0)) }
      )
    case "dependentSchemas":
      guard let entries = entry.value.entries else { return wrong(entry, "a mapping of schemas") }
      return .dependentSchemas(
        entries.map { ($0.key, place(child(location, [entry.key, $0.key], $0.value))) }
      )
    case "properties": return objectKeyword(in: location, entry)
    case "patternProperties":
      return node["properties"] == nil ? objectKeyword(in: location, entry) : nil
    default: return nil
    }
  }

  private mutating func objectKeyword(
    in location: Location,
    _ entry: Node.Entry
  ) -> SchemaKeyword? {
    guard entry.value.entries != nil else { return wrong(entry, "a mapping of schemas") }
    let node = location.node
    var named: [MapKey: Int] = [:]
    for property in node["properties"]?.entries ?? [] {
      named[.string(property.key)] = place(
        child(location, ["properties", property.key], property.value)
      )
    }
    var patterns: [(pattern: Pattern, schema: Int)] = []
    for property in node["patternProperties"]?.entries ?? [] {
      guard let pattern = pattern(property.key, at: property.keySpan) else { continue }
      let schema = place(child(location, ["patternProperties", property.key], property.value))
      patterns.append((pattern, schema))
    }
    let additional = node["additionalProperties"].map {
      place(child(location, ["additionalProperties"], $0))
    }
    return .properties(named: named, patterns: patterns, additional: additional)
  }

  private mutating func pattern(_ source: String, at span: SourceSpan) -> Pattern? {
    do {
      return try Pattern(SchemaPattern.translated(source), memoryBytes: limits.patternBytes)
    } catch {
      report(SchemaMessages.badPattern(source, error.message, at: span))
      return nil
    }
  }

  private mutating func valueKeyword(
    _ entry: Node.Entry,
    in location: Location
  ) -> SchemaKeyword? {
    let value = entry.value
    switch entry.key {
    case "$ref", "$dynamicRef": return reference(entry, in: location)
    case "type":
      let names = value.elements ?? [value]
      var types: SchemaTypes = []
      for name in names {
        guard let type = SchemaTypes.names.first(where: { $0.0 == name.string })?.1 else {
          report(SchemaMessages.unknownType(name))
          return nil
        }
        types.insert(type)
      }
      return .type(types)
    case "enum":
      guard let elements = value.elements else { return wrong(entry, "a list") }
      return .enumeration(elements.map(\.value))
    case "const": return .const(value.value)
    case "multipleOf":
      guard SchemaNumber.isNumber(value.value), SchemaNumber.double(value.value) > 0 else {
        return wrong(entry, "a number above 0")
      }
      return .multipleOf(value.value)
    case "pattern":
      guard let source = value.string else { return wrong(entry, "a pattern") }
      return pattern(source, at: value.span).map { .pattern($0, source) }
    case "format":
      guard let name = value.string else { return wrong(entry, "text") }
      return options.assertsFormats ? .format(name) : nil
    case "uniqueItems":
      guard case .bool(let isUnique) = value.content else {
        return wrong(entry, "`true` or `false`")
      }
      return isUnique ? .uniqueItems : nil
    case "required":
      guard let names = value.elements?.map(\.string), !names.contains(nil) else {
        return wrong(entry, "a list of property names")
      }
      return .required(names.compactMap(\.self))
    case "dependentRequired":
      guard let entries = value.entries else { return wrong(entry, "a mapping of lists") }
      return .dependentRequired(
        entries.map { ($0.key, ($0.value.elements ?? []).compactMap(\.string)) }
      )
    default: return nil
    }
  }

  private mutating func reference(
    _ entry: Node.Entry,
    in location: Location
  ) -> SchemaKeyword? {
    guard let reference = entry.value.string else { return wrong(entry, "a reference") }
    guard let target = resolve(reference, from: location) else {
      report(
        SchemaMessages.unresolved(
          reference,
          at: entry.value.span,
          known: (root.node["$defs"]?.entries ?? []).map { "#/$defs/" + $0.key }
        )
      )
      return nil
    }
    let index = place(target)
    guard entry.key == "$dynamicRef", let name = SchemaURI.split(reference).fragment,
      dynamicAnchors.contains(target.base + "#" + name)
    else { return .reference(index) }
    dynamicNames.insert(name)
    return .dynamicReference(name, fallback: index)
  }
}
