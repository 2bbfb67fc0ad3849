/// Type parameters and what they stand for: the assignability rules of CEL's checker.
struct Unifier {
  private var substitutions: [String: ExpressionType] = [:]
  /// What substitutions were before the assignment under way changed them: taking a copy instead
  /// would make the check of a long chain quadratic.
  private var trail: [(name: String, before: ExpressionType?)] = []
  private var fresh = 0
  /// Whether the last assignment held only because something is unknown.
  private(set) var isDoubtful = false
  private let records: RecordRegistry
  private let isFlow: Bool

  init(records: RecordRegistry, isFlow: Bool) {
    self.records = records
    self.isFlow = isFlow
  }

  /// A new type parameter.
  mutating func parameter() -> ExpressionType {
    fresh += 1
    return .parameter("_\(fresh)")
  }

  /// A new type parameter with the bounds of the declared one, which its name keeps.
  private mutating func parameter(like name: String) -> ExpressionType {
    guard TypeBound(name) != nil else { return parameter() }
    fresh += 1
    return .parameter("\(name)_\(fresh)")
  }

  /// The overload with parameters of its own.
  mutating func instantiate(
    _ overload: Overload
  ) -> (parameters: [ExpressionType], result: ExpressionType) {
    guard overload.isGeneric else { return (overload.parameters, overload.result) }
    var names: [String: ExpressionType] = [:]
    let parameters = overload.parameters.map { rename($0, &names) }
    return (parameters, rename(overload.result, &names))
  }

  private mutating func rename(
    _ type: ExpressionType,
    _ names: inout [String: ExpressionType]
  ) -> ExpressionType {
    switch type {
    case .parameter(let name):
      if let known = names[name] { return known }
      let new = parameter(like: name)
      names[name] = new
      return new
    case .list(let element): return .list(rename(element, &names))
    case .map(let key, let value): return .map(rename(key, &names), rename(value, &names))
    case .optional(let wrapped): return .optional(rename(wrapped, &names))
    case .type(let type): return .type(rename(type, &names))
    case .abstract(let name, let parameters):
      return .abstract(name, parameters.map { rename($0, &names) })
    default: return type
    }
  }

  /// The type with known parameters replaced; free ones become dyn when `isFinal`.
  func resolve(_ type: ExpressionType, isFinal: Bool = false) -> ExpressionType {
    switch type {
    case .parameter(let name):
      if let known = substitutions[name] { return resolve(known, isFinal: isFinal) }
      return isFinal ? .dyn : type
    case .list(let element): return .list(resolve(element, isFinal: isFinal))
    case .map(let key, let value):
      return .map(resolve(key, isFinal: isFinal), resolve(value, isFinal: isFinal))
    case .optional(let wrapped): return .optional(resolve(wrapped, isFinal: isFinal))
    case .type(let type): return .type(resolve(type, isFinal: isFinal))
    case .abstract(let name, let parameters):
      return .abstract(name, parameters.map { resolve($0, isFinal: isFinal) })
    default: return type
    }
  }

  /// Whether values of `from` may stand where `to` is expected; learns parameters when so.
  mutating func isAssignable(_ from: ExpressionType, to: ExpressionType) -> Bool {
    trail.removeAll(keepingCapacity: true)
    if assign(from, to) { return true }
    undo()
    return false
  }

  mutating func areAssignable(_ from: [ExpressionType], to: [ExpressionType]) -> Bool {
    trail.removeAll(keepingCapacity: true)
    isDoubtful = false
    for (left, right) in zip(from, to) where !assign(left, right) {
      undo()
      return false
    }
    return true
  }

  private mutating func undo() {
    while let (name, before) = trail.popLast() { substitutions[name] = before }
  }

  private mutating func learn(_ name: String, _ type: ExpressionType) {
    trail.append((name, substitutions[name]))
    substitutions[name] = type
  }

  private mutating func assign(_ from: ExpressionType, _ to: ExpressionType) -> Bool {
    if case .parameter(let name) = to {
      let (isValid, isKnown) = substitute(from, for: name)
      if isValid { return true }
      if isKnown { return false }
    }
    if case .parameter(let name) = from { return substitute(to, for: name).isValid }
    if from.isDynamic || to.isDynamic {
      isDoubtful = true
      loosen(to)
      return true
    }
    if from == .null { return isNullable(to) }
    if to == .null { return isNullable(from) }
    switch (from, to) {
    case (.list(let left), .list(let right)), (.optional(let left), .optional(let right)):
      return assign(left, right)
    case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
      return assign(leftKey, rightKey) && assign(leftValue, rightValue)
    case (.type, .type): return true
    case (.abstract(let left, let leftParameters), .abstract(let right, let rightParameters)):
      guard left == right, leftParameters.count == rightParameters.count else { return false }
      for (left, right) in zip(leftParameters, rightParameters) where !assign(left, right) {
        return false
      }
      return true
    case (.wrapper(let left), .wrapper(let right)): return left == right
    case (.wrapper(let primitive), _): return primitive == to
    case (_, .wrapper(let primitive)): return primitive == from
    case (.record(let name), .map(let key, let value)) where isPlain(name):
      return assign(.string, key) && assign(.dyn, value)
    case (.map(let key, let value), .record(let name)) where isPlain(name):
      return assign(key, .string) && assign(value, .dyn)
    case (.record(let left), .record(let right)) where isPlain(left) && isPlain(right):
      return true
    default: return from == to
    }
  }

  /// Free parameters of a type that something unknown is assigned to stand for anything: left free,
  /// the next use could take them for a type that the value does not have.
  private mutating func loosen(_ type: ExpressionType) {
    switch type {
    case .parameter(let name):
      if let known = substitutions[name] { loosen(known) } else { learn(name, .dyn) }
    case .list(let inner), .optional(let inner), .type(let inner): loosen(inner)
    case .map(let key, let value):
      loosen(key)
      loosen(value)
    case .abstract(_, let parameters): for parameter in parameters { loosen(parameter) }
    default: break
    }
  }

  /// Whether a record is a map at run time, so that it may stand for one.
  private func isPlain(_ name: String) -> Bool {
    isFlow && !(records.records[name]?.isMessage ?? false)
  }

  private func isNullable(_ type: ExpressionType) -> Bool {
    switch type {
    case .null, .record, .timestamp, .duration, .wrapper, .optional, .abstract: true
    default: false
    }
  }

  /// Whether `type` is a valid substitution for the parameter, and whether it had one before.
  private mutating func substitute(
    _ type: ExpressionType,
    for name: String
  ) -> (isValid: Bool, isKnown: Bool) {
    if case .parameter(name) = type { return (true, true) }
    if let known = substitutions[name] {
      if known == type { return (true, true) }
      if assign(type, known) {
        let general = Unifier.mostGeneral(type, substitutions[name] ?? known)
        if !occurs(name, in: general) { learn(name, general) }
        return (true, true)
      }
      return (false, true)
    }
    guard !occurs(name, in: type), TypeBound(name)?.allows(type) ?? true else {
      return (false, false)
    }
    if case .parameter(let other) = type, TypeBound(name) != nil, TypeBound(other) == nil {
      // The bound stays with the one that is left.
      learn(other, .parameter(name))
    } else {
      learn(name, type)
    }
    return (true, false)
  }

  private func occurs(_ name: String, in type: ExpressionType) -> Bool {
    switch type {
    case .parameter(let other):
      other == name || substitutions[other].map { occurs(name, in: $0) } ?? false
    case .list(let inner), .optional(let inner), .type(let inner): occurs(name, in: inner)
    case .map(let key, let value): occurs(name, in: key) || occurs(name, in: value)
    case .abstract(_, let parameters): parameters.contains { occurs(name, in: $0) }
    default: false
    }
  }

  /// The more general of two compatible types.
  static func mostGeneral(_ left: ExpressionType, _ right: ExpressionType) -> ExpressionType {
    if isLessSpecific(left, right) { return left }
    if isLessSpecific(right, left) { return right }
    // Each may be the more general one in another part.
    switch (left, right) {
    case (.list(let one), .list(let other)): return .list(mostGeneral(one, other))
    case (.optional(let one), .optional(let other)): return .optional(mostGeneral(one, other))
    case (.map(let oneKey, let one), .map(let otherKey, let other)):
      return .map(mostGeneral(oneKey, otherKey), mostGeneral(one, other))
    case (.abstract(let name, let ones), .abstract(_, let others)) where ones.count == others.count:
      return .abstract(name, zip(ones, others).map { mostGeneral($0, $1) })
    default: return left
    }
  }

  static func isLessSpecific(_ left: ExpressionType, _ right: ExpressionType) -> Bool {
    if left.isDynamic { return true }
    if case .parameter = left { return true }
    if right.isDynamic { return false }
    if case .parameter = right { return false }
    switch (left, right) {
    case (.list(let left), .list(let right)), (.optional(let left), .optional(let right)):
      return isLessSpecific(left, right)
    case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
      return isLessSpecific(leftKey, rightKey) && isLessSpecific(leftValue, rightValue)
    case (.abstract(let left, let leftParameters), .abstract(let right, let rightParameters)):
      return left == right && leftParameters.count == rightParameters.count
        && zip(leftParameters, rightParameters).allSatisfy { isLessSpecific($0, $1) }
    case (.type, .type): return true
    case (_, .null): return true
    case (.wrapper(let left), _): return left == right || .wrapper(left) == right
    default: return left == right
    }
  }
}
