import RegularExpression
import Values

/// The parts of a value that successful keywords looked at, for `unevaluated…`.
struct Evaluated {
  var allProperties = false
  /// Positions of entries.
  var properties: Set<Int> = []
  var allItems = false
  /// Items before this index.
  var prefix = 0
  /// Further items, found by `contains`.
  var items: Set<Int> = []

  mutating func merge(_ other: Evaluated) {
    allProperties = allProperties || other.allProperties
    properties.formUnion(other.properties)
    allItems = allItems || other.allItems
    prefix = max(prefix, other.prefix)
    items.formUnion(other.items)
  }
}

/// Walks a value along a compiled schema.
struct SchemaValidator {
  private enum Step {
    case key(String)
    case index(Int)
  }

  /// Deepest nesting of evaluations; what nests deeper counts as a violation.
  private static let deepest = 800

  private let schema: Schema
  var violations: [SchemaViolation] = []
  /// Above 0, violations are not recorded and the first one ends a check.
  var quiet = 0
  private var path: [Step] = []
  private var scope: [Int] = []
  private var depth = 0

  init(_ schema: Schema) { self.schema = schema }

  /// Checks a value; collects violations and what was evaluated.
  mutating func check(_ index: Int, _ value: Value, _ evaluated: inout Evaluated) -> Bool {
    let compiled = schema.schemas[index]
    if let verdict = compiled.verdict {
      if !verdict { fail(index, "false", "no value is allowed here") }
      return verdict
    }
    depth += 1
    defer { depth -= 1 }
    if depth > Self.deepest {
      fail(index, "$ref", "the schema refers to itself without end")
      return false
    }
    let entersResource = scope.last != compiled.resource
    if entersResource { scope.append(compiled.resource) }
    defer { if entersResource { scope.removeLast() } }
    var isValid = true
    for keyword in compiled.keywords where !check(keyword, index, value, &evaluated) {
      isValid = false
      if quiet > 0 || violations.count >= schema.violationLimit { break }
    }
    return isValid
  }

  private mutating func check(
    _ keyword: SchemaKeyword,
    _ index: Int,
    _ value: Value,
    _ evaluated: inout Evaluated
  ) -> Bool {
    switch keyword {
    case .type, .enumeration, .const, .multipleOf, .bound, .size, .pattern, .format, .uniqueItems,
      .required, .dependentRequired:
      return checkAssertion(keyword, index, value)
    case .reference(let target): return checkMerging(target, value, &evaluated)
    case .dynamicReference(let name, let fallback):
      let anchors = schema.dynamicAnchors
      let outermost = scope.first { anchors[$0][name] != nil }
      let target = outermost.flatMap { anchors[$0][name] } ?? fallback
      return checkMerging(target, value, &evaluated)
    case .combination(let combination, let branches):
      return checkCombination(combination, branches, index, value, &evaluated)
    case .not(let target): return checkNot(target, index, value)
    case .conditional(let test, let then, let otherwise):
      var found = Evaluated()
      let holds = quietly { $0.check(test, value, &found) }
      if holds { evaluated.merge(found) }
      return (holds ? then : otherwise).map { checkMerging($0, value, &evaluated) } ?? true
    case .dependentSchemas(let dependents):
      guard case .map(let map) = value else { return true }
      var isValid = true
      for (key, target) in dependents where map[key] != nil {
        isValid = checkMerging(target, value, &evaluated) && isValid
      }
      return isValid
    case .properties, .propertyNames, .unevaluatedProperties:
      return checkObject(keyword, index, value, &evaluated)
    case .items, .contains, .unevaluatedItems:
      return checkArray(keyword, index, value, &evaluated)
    }
  }

  private mutating func checkMerging(
    _ target: Int,
    _ value: Value,
    _ evaluated: inout Evaluated
  ) -> Bool {
    var found = Evaluated()
    let isValid = check(target, value, &found)
    if isValid, schema.tracksEvaluation { evaluated.merge(found) }
    return isValid
  }

  private mutating func quietly(_ body: (inout SchemaValidator) -> Bool) -> Bool {
    quiet += 1
    defer { quiet -= 1 }
    return body(&self)
  }

  // MARK: Recording

  private mutating func fail(_ index: Int, _ keyword: String, _ message: @autoclosure () -> String)
  {
    guard quiet == 0, violations.count < schema.violationLimit else { return }
    violations.append(
      SchemaViolation(
        instanceLocation: location,
        schemaLocation: schema.schemas[index].location + "/" + keyword,
        keyword: keyword,
        message: message()
      )
    )
  }

  private var location: String {
    path.map { step in
      switch step {
      case .key(let key): SchemaCompiler.pointer([key])
      case .index(let index): "/\(index)"
      }
    }.joined()
  }

  // MARK: Assertions

  private mutating func checkAssertion(
    _ keyword: SchemaKeyword,
    _ index: Int,
    _ value: Value
  ) -> Bool {
    guard let flaw = SchemaAssertion.flaw(of: value, against: keyword, isQuiet: quiet > 0) else {
      return true
    }
    fail(index, flaw.keyword, flaw.message)
    return false
  }

  // MARK: Combinations

  private mutating func checkNot(_ target: Int, _ index: Int, _ value: Value) -> Bool {
    var ignored = Evaluated()
    guard quietly({ $0.check(target, value, &ignored) }) else { return true }
    fail(index, "not", "the value is one that is excluded")
    return false
  }

  private mutating func checkCombination(
    _ combination: SchemaKeyword.Combination,
    _ branches: [Int],
    _ index: Int,
    _ value: Value,
    _ evaluated: inout Evaluated
  ) -> Bool {
    if combination == .allOf {
      var isValid = true
      for branch in branches {
        isValid = checkMerging(branch, value, &evaluated) && isValid
        if !isValid, quiet > 0 { return false }
      }
      return isValid
    }
    let before = violations
    var matches = 0
    var best: (branch: Int, violations: [SchemaViolation])?
    for (number, branch) in branches.enumerated() {
      violations = []
      if checkMerging(branch, value, &evaluated) {
        matches += 1
        if combination == .anyOf, !schema.tracksEvaluation { break }
        if combination == .oneOf, matches > 1 { break }
      } else if quiet == 0, best.map({ isNearer(violations, than: $0.violations) }) ?? true {
        best = (number, violations)
      }
    }
    violations = before
    if combination == .oneOf ? matches == 1 : matches > 0 { return true }
    if matches > 1 {
      fail(index, combination.rawValue, "more than one of the \(branches.count) alternatives fits")
    } else {
      fail(
        index,
        combination.rawValue,
        "none of the \(branches.count) alternatives fits"
          + (best.map { "; the nearest is number \($0.branch + 1)" } ?? "")
      )
      let room = max(0, schema.violationLimit - violations.count)
      violations += (best?.violations ?? []).prefix(room)
    }
    return false
  }

  /// Whether one branch's violations come nearer to a fit: deeper in the value, no wrong type or
  /// constant at the top, then fewer.
  private func isNearer(_ left: [SchemaViolation], than right: [SchemaViolation]) -> Bool {
    func rank(_ violations: [SchemaViolation]) -> (Int, Int) {
      let here = location
      let isForeign = violations.contains {
        let isTop = $0.instanceLocation == here
        return isTop && $0.keyword == "type"
          || ["const", "enum"].contains($0.keyword)
            && $0.instanceLocation.dropFirst(here.count).split(separator: "/").count <= 1
      }
      return (isForeign ? 1 : 0, violations.count)
    }
    return rank(left) < rank(right)
  }

  // MARK: Objects

  private mutating func checkObject(
    _ keyword: SchemaKeyword,
    _ index: Int,
    _ value: Value,
    _ evaluated: inout Evaluated
  ) -> Bool {
    guard case .map(let map) = value else { return true }
    switch keyword {
    case .properties(let named, let patterns, let additional):
      var isValid = true
      for (position, entry) in map.entries.enumerated() {
        var isMatched = false
        if let target = named[entry.key] {
          isMatched = true
          isValid = check(target, entry) && isValid
        }
        if !patterns.isEmpty, case .string(let name) = entry.key {
          for (pattern, target) in patterns where pattern.matches(name) {
            isMatched = true
            isValid = check(target, entry) && isValid
          }
        }
        if !isMatched, let additional {
          isMatched = true
          isValid = checkAdditional(additional, entry, index, named) && isValid
        }
        if isMatched, schema.tracksEvaluation { evaluated.properties.insert(position) }
        if !isValid, quiet > 0 { return false }
      }
      return isValid
    case .propertyNames(let target):
      return map.entries.allSatisfy { entry in
        check(target, ValueMap.Entry(key: entry.key, value: entry.key.value))
      }
    case .unevaluatedProperties(let target):
      if evaluated.allProperties { return true }
      var isValid = true
      for (position, entry) in map.entries.enumerated()
      where !evaluated.properties.contains(position) {
        isValid = checkAdditional(target, entry, index, [:]) && isValid
      }
      evaluated.allProperties = true
      return isValid
    default: return true
    }
  }

  private mutating func check(_ target: Int, _ entry: ValueMap.Entry) -> Bool {
    path.append(.key(entry.key.value.text ?? ""))
    defer { path.removeLast() }
    var evaluated = Evaluated()
    return check(target, entry.value, &evaluated)
  }

  /// A property that no other keyword names; with `false` the message says so.
  private mutating func checkAdditional(
    _ target: Int,
    _ entry: ValueMap.Entry,
    _ index: Int,
    _ named: [MapKey: Int]
  ) -> Bool {
    guard schema.schemas[target].verdict == false else { return check(target, entry) }
    if quiet == 0 {
      let name = entry.key.value.text ?? ""
      path.append(.key(name))
      fail(
        index,
        "additionalProperties",
        SchemaAssertion.unknownProperty(name, known: named.keys.compactMap(\.value.text))
      )
      path.removeLast()
    }
    return false
  }

  // MARK: Arrays

  private mutating func checkArray(
    _ keyword: SchemaKeyword,
    _ index: Int,
    _ value: Value,
    _ evaluated: inout Evaluated
  ) -> Bool {
    guard case .list(let list) = value else { return true }
    switch keyword {
    case .items(let prefix, let rest):
      var isValid = true
      for (position, element) in list.enumerated() {
        guard let target = position < prefix.count ? prefix[position] : rest else { break }
        isValid = check(target, element, at: position) && isValid
        if !isValid, quiet > 0 { return false }
      }
      evaluated.prefix = max(evaluated.prefix, min(prefix.count, list.count))
      if rest != nil { evaluated.allItems = true }
      return isValid
    case .contains(let target, let minimum, let maximum):
      var count = 0
      for (position, element) in list.enumerated() {
        var ignored = Evaluated()
        guard quietly({ $0.check(target, element, &ignored) }) else { continue }
        count += 1
        if schema.tracksEvaluation { evaluated.items.insert(position) }
      }
      if count < minimum {
        fail(index, "contains", "\(count) elements match, at least \(minimum) must")
      } else if let maximum, count > maximum {
        fail(index, "contains", "\(count) elements match, at most \(maximum) may")
      }
      return count >= minimum && count <= maximum ?? .max
    case .unevaluatedItems(let target):
      if evaluated.allItems { return true }
      var isValid = true
      for (position, element) in list.enumerated()
      where position >= evaluated.prefix && !evaluated.items.contains(position) {
        isValid = check(target, element, at: position) && isValid
      }
      evaluated.allItems = true
      return isValid
    default: return true
    }
  }

  private mutating func check(_ target: Int, _ element: Value, at position: Int) -> Bool {
    path.append(.index(position))
    defer { path.removeLast() }
    var evaluated = Evaluated()
    return check(target, element, &evaluated)
  }
}
