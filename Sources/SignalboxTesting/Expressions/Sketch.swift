import Expression

/// An expression while it is made: texts and sub-expressions in turn, each with its type.
struct Sketch: Sendable {
  /// How tightly an expression holds together, the loosest first.
  enum Level: Int, Comparable, Sendable {
    case conditional, or, and, relation, sum, product, unary, member

    static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  enum Part: Sendable {
    case text(String)
    /// A sub-expression, in parentheses when it is looser than the level.
    case part(Sketch, Level)
  }

  var type: ExpressionType
  var level = Level.member
  var parts: [Part]

  init(_ text: String, _ type: ExpressionType, _ level: Level = .member) {
    self.type = type
    self.level = level
    parts = [.text(text)]
  }

  init(_ type: ExpressionType, _ level: Level, _ parts: [Part]) {
    self.type = type
    self.level = level
    self.parts = parts
  }

  /// The expression's text.
  var text: String {
    var result = ""
    write(&result)
    return result
  }

  private func write(_ result: inout String) {
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .part(let sketch, let level):
        // Two signs in a row would read as one number or as a comment on taste.
        let isLoose = sketch.level < level || (level == .unary && sketch.level == .unary)
        if isLoose { result += "(" }
        sketch.write(&result)
        if isLoose { result += ")" }
      }
    }
  }

  /// The sub-expressions.
  var children: [Sketch] {
    parts.compactMap { if case .part(let sketch, _) = $0 { sketch } else { nil } }
  }

  /// Everything below that has the type, the smallest first.
  func descendants(of type: ExpressionType) -> [Sketch] {
    children.flatMap { child in
      (child.type == type ? [child] : []) + child.descendants(of: type)
    }
  }

  /// Number of expressions within, and this one.
  var count: Int { 1 + children.reduce(0) { $0 + $1.count } }

  /// Simpler expressions of the same type: a part in place of the whole, or one part made simpler.
  func smaller(_ plain: (ExpressionType) -> Sketch?) -> [Sketch] {
    var result: [Sketch] = []
    if count > 1, let plain = plain(type) { result.append(plain) }
    result += descendants(of: type).sorted { $0.count < $1.count }.prefix(12)
    for (position, part) in parts.enumerated() {
      guard case .part(let child, let level) = part else { continue }
      for candidate in child.smaller(plain) {
        var copy = self
        copy.parts[position] = .part(candidate, level)
        result.append(copy)
      }
    }
    return result
  }
}

/// A random expression with the type it was made for.
public struct GeneratedExpression: Sendable, CustomStringConvertible {
  let sketch: Sketch

  /// The expression.
  public var text: String { sketch.text }
  /// The type it was made for; the checker may deduce a more general one.
  public var type: ExpressionType { sketch.type }
  /// Number of its sub-expressions.
  public var count: Int { sketch.count }
  /// The expression's text.
  public var description: String { text }
}
