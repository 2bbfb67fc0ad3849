import Document
import Values

/// Gives the numbers of a value the kinds that its schema means (FLOW-SEMANTICS 27).
///
/// JSON does not tell `1` from `1.0`, guards do: `integer` is an int, `number` a double. Only the
/// kind of a number changes and never the number, so that it is all the same to validation; a
/// number that the kind cannot hold exactly stays as it was sent, and is a misfit.
struct SchemaNumbers {
  /// A kind of number that guards know.
  private enum Kind {
    case int
    case double
  }

  /// A schema that speaks of a value: of every one, or as one of several alternatives.
  private struct View {
    let schema: Value
    let isCertain: Bool
  }

  /// Deepest nesting of values and of schemas on one value that is followed.
  private static let maxDepth = 64
  /// Schemas on one value that are looked at.
  private static let maxViews = 64

  private let root: Value
  private var path: [String] = []
  /// Numbers that do not fit the kind that is meant.
  private(set) var misfits: [SchemaViolation] = []

  /// Works with a schema.
  init(schema: Value) { root = schema }

  /// `value` with the kinds of numbers that the schema means.
  ///
  /// O(size of the value × schemas on each part).
  mutating func normalized(_ value: Value) -> Value {
    changed(value, views(of: [View(schema: root, isCertain: true)])) ?? value
  }

  // MARK: Schemas

  private func views(of schemas: [View]) -> [View] {
    var result: [View] = []
    for view in schemas { expand(view.schema, view.isCertain, 0, &result) }
    return result
  }

  private func expand(_ schema: Value, _ isCertain: Bool, _ depth: Int, _ result: inout [View]) {
    guard depth < Self.maxDepth, result.count < Self.maxViews, case .map = schema else { return }
    if let reference = schema["$ref"]?.text,
      let target = SchemaTypes.resolve(reference, in: root)
    {
      expand(target, isCertain, depth + 1, &result)
    }
    result.append(View(schema: schema, isCertain: isCertain))
    for keyword in ["allOf", "anyOf", "oneOf"] {
      guard case .list(let branches)? = schema[keyword] else { continue }
      for branch in branches {
        expand(branch, isCertain && keyword == "allOf", depth + 1, &result)
      }
    }
    for keyword in ["then", "else"] {
      if let branch = schema[keyword] { expand(branch, false, depth + 1, &result) }
    }
  }

  /// The kind that the schemas mean: that of the first which says so for certain, else the one that
  /// all alternatives agree on.
  private static func kind(_ views: [View]) -> Kind? {
    var found: Kind?
    var isMixed = false
    for view in views {
      guard let kind = kind(of: view.schema) else { continue }
      if view.isCertain { return kind }
      isMixed = isMixed || found.map { $0 != kind } ?? false
      found = kind
    }
    return isMixed ? nil : found
  }

  private static func kind(of schema: Value) -> Kind? {
    var names: [String] = []
    switch schema["type"] {
    case .string(let name)?: names = [name]
    case .list(let list)?: names = list.compactMap(\.text)
    default: break
    }
    switch (names.contains("integer"), names.contains("number")) {
    case (true, false): return .int
    case (false, true): return .double
    case (true, true): return nil
    case (false, false): break
    }
    var members: [Value] = []
    if let constant = schema["const"] {
      members = [constant]
    } else if case .list(let list)? = schema["enum"] {
      members = list
    }
    var found: Kind?
    for member in members {
      let kind: Kind
      switch member {
      case .int: kind = .int
      case .double: kind = .double
      case .uint: return nil
      default: continue
      }
      if let found, found != kind { return nil }
      found = kind
    }
    return found
  }

  private static func items(_ views: [View], at position: Int?) -> [View] {
    views.compactMap { view in
      if case .list(let prefix)? = view.schema["prefixItems"], let position,
        position < prefix.count
      {
        return View(schema: prefix[position], isCertain: view.isCertain)
      }
      return view.schema["items"].map { View(schema: $0, isCertain: view.isCertain) }
    }
  }

  private static func property(_ views: [View], _ key: MapKey) -> [View] {
    views.compactMap { view in
      var schema: Value?
      if case .map(let properties)? = view.schema["properties"] { schema = properties[key] }
      if schema == nil, view.schema["patternProperties"] == nil {
        schema = view.schema["additionalProperties"] ?? view.schema["unevaluatedProperties"]
      }
      return schema.map { View(schema: $0, isCertain: view.isCertain) }
    }
  }

  // MARK: Values

  /// The value where it changes, else nil.
  private mutating func changed(_ value: Value, _ views: [View]) -> Value? {
    guard !views.isEmpty, path.count < Self.maxDepth else { return nil }
    switch value {
    case .int, .uint, .double: return Self.kind(views).flatMap { number(value, $0) }
    case .list(var elements):
      let hasPrefix = views.contains { $0.schema["prefixItems"] != nil }
      let rest = hasPrefix ? [] : self.views(of: Self.items(views, at: nil))
      if rest.isEmpty, !hasPrefix { return nil }
      var hasChanged = false
      for position in elements.indices {
        let own = hasPrefix ? self.views(of: Self.items(views, at: position)) : rest
        path.append("\(position)")
        if let element = changed(elements[position], own) {
          elements[position] = element
          hasChanged = true
        }
        path.removeLast()
      }
      return hasChanged ? .list(elements) : nil
    case .map(var fields):
      var hasChanged = false
      for entry in fields.entries {
        let own = self.views(of: Self.property(views, entry.key))
        path.append(entry.key.value.text ?? "")
        if let field = changed(entry.value, own) {
          fields[entry.key] = field
          hasChanged = true
        }
        path.removeLast()
      }
      return hasChanged ? .map(fields) : nil
    default: return nil
    }
  }

  private mutating func number(_ value: Value, _ kind: Kind) -> Value? {
    switch (value, kind) {
    case (.double(let double), .int):
      if let int = Int64(exactly: double) { return .int(int) }
      // A fraction is for validation to refuse.
      if double.rounded(.towardZero) == double { refuse(value, Self.beyondIntegers) }
    case (.uint, .int): refuse(value, Self.beyondIntegers)
    case (.int(let int), .double):
      if Int64(exactly: Double(int)) == int { return .double(Double(int)) }
      refuse(value, Self.beyondNumbers)
    case (.uint(let uint), .double):
      if UInt64(exactly: Double(uint)) == uint { return .double(Double(uint)) }
      refuse(value, Self.beyondNumbers)
    default: break
    }
    return nil
  }

  private static let beyondIntegers =
    "lies outside the integers from -9223372036854775808 to 9223372036854775807;"
    + " send and declare it as a string"
  private static let beyondNumbers =
    "has more digits than a `number` keeps; declare it as an `integer`, or send and declare it"
    + " as a string"

  private mutating func refuse(_ value: Value, _ message: String) {
    guard misfits.count < 10 else { return }
    let location = path.map { step in
      "/" + step.replacing("~", with: "~0").replacing("/", with: "~1")
    }
    misfits.append(
      SchemaViolation(
        instanceLocation: location.joined(),
        schemaLocation: "#",
        keyword: "type",
        message: "`\(JSONWriter.string(value))` \(message)"
      )
    )
  }
}
