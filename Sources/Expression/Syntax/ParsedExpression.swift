public import Source
import Values

/// An expression as it is written: parsed, neither resolved nor checked.
public struct ParsedExpression: Sendable {
  let tree: Tree

  init(tree: Tree) { self.tree = tree }

  /// Parses `source`; the expression is nil when a finding is an error.
  ///
  /// With `acceptsPipes`, `value | name(arguments)` is read as templates read it. Linear time.
  public static func parse(
    _ source: SourceText,
    options: Environment.Options = Environment.Options(),
    acceptsPipes: Bool = false,
    limits: Limits = Limits()
  ) -> (expression: ParsedExpression?, diagnostics: [Diagnostic]) {
    var reporter = Reporter(source: source, limit: limits.diagnostics)
    let bytes = Array(source.text.utf8)
    guard bytes.count <= limits.expressionBytes else {
      reporter.report(.celTooLong, Messages.tooLong(limits.expressionBytes), at: TextRange(0, 1))
      return (nil, reporter.diagnostics)
    }
    var parser = Parser(bytes, reporter: reporter, options: options, limits: limits)
    let tree = parser.parse(pipes: acceptsPipes)
    guard !parser.reporter.hasErrors else { return (nil, parser.reporter.diagnostics) }
    return (ParsedExpression(tree: tree), parser.reporter.diagnostics)
  }

  /// The canonical text: one line, least parentheses, macros and operators as macros and operators.
  ///
  /// Parsing it gives the same tree. Texts are quoted with `'` unless that needs more escapes;
  /// raw or triple quotes are not kept, and comments only by `canonicalText(keepingCommentsOf:)`.
  /// Linear time.
  public var canonicalText: String { Unparser.text(tree, tree.root) }

  /// Whether both are the same tree; where their parts stand in the text does not matter.
  ///
  /// Doubles are the same when their bits are, texts when their code points are.
  public func isSame(as other: ParsedExpression) -> Bool {
    TreeComparison(left: tree, right: other.tree).areSame(tree.root, other.tree.root)
  }
}

/// Compares two trees by structure; recursion is bounded by the depth limit of the parser.
private struct TreeComparison {
  let left: Tree
  let right: Tree

  func areSame(_ one: Int32, _ other: Int32) -> Bool {
    let (first, second) = (left[one], right[other])
    guard first.kind == second.kind, first.flag == second.flag, first.count == second.count
    else { return false }
    switch first.kind {
    case .literal:
      return Self.isSameLiteral(left.constant(one), right.constant(other))
    case .arithmetic, .relation:
      for position in 1..<Int(first.count)
      where left.chainOperator(one, position) != right.chainOperator(other, position) {
        return false
      }
    default:
      guard first.code == second.code, left.name(one).sameScalars(as: right.name(other)) else {
        return false
      }
      switch (left.secondName(one), right.secondName(other)) {
      case (nil, nil): break
      case (let one?, let other?): if !one.sameScalars(as: other) { return false }
      default: return false
      }
    }
    for position in 0..<Int(first.count)
    where !areSame(left.child(one, position), right.child(other, position)) {
      return false
    }
    return true
  }

  private static func isSameLiteral(_ left: Value, _ right: Value) -> Bool {
    if case .double(let one) = left, case .double(let other) = right {
      return one.bitPattern == other.bitPattern
    }
    return left == right
  }
}
