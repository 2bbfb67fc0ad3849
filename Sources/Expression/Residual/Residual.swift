import Source

/// What is left of an expression when everything known is folded.
public struct Residual: Sendable {
  /// The expression that still has to be evaluated; a literal when nothing unknown is left.
  public let expression: ParsedExpression
  /// The same, compiled in the environment of the whole.
  public let program: Program
  /// The outcome, when it does not depend on anything unknown.
  public let evaluation: Evaluation?

  /// Whether evaluation has to wait for something unknown.
  public var isOpen: Bool { evaluation == nil }
}

extension Program {
  /// Folds what does not depend on the attributes that `patterns` name.
  ///
  /// `memory` holds what is known; what it holds below a pattern is not read. Evaluated in a memory
  /// where the unknown attributes are bound as well, the residual gives the value or the kind of
  /// error that the whole expression gives (cost limits aside). Values that have no short literal
  /// stay as references, so the residual may read known variables.
  ///
  /// For plans and explanations, not for hot paths: each folded part is compiled and run once,
  /// within the cost limit of one evaluation in all.
  public func residual(
    _ memory: borrowing Memory,
    unknown patterns: [AttributePattern]
  ) -> Residual {
    let checker = body.checker
    var last: Evaluation?
    // A literal may be of a narrower type than the part it stands for, which the checker may then
    // refuse to combine; the second try hides such types, the last keeps the whole expression.
    for hidesTypes in [false, true] {
      var evaluator = PartialEvaluator(
        checker,
        memory: copy memory,
        patterns: patterns,
        limits: body.limits,
        hidesTypes: hidesTypes
      )
      let (tree, evaluation) = evaluator.run()
      last = evaluation
      let source = SourceText(name: "<residual>", text: Unparser.text(tree, tree.root))
      let result = Program.compile(source, in: checker.environment, limits: body.limits)
      guard let program = result.program else { continue }
      return Residual(
        expression: ParsedExpression(tree: tree),
        program: program,
        evaluation: evaluation
      )
    }
    return Residual(
      expression: ParsedExpression(tree: checker.tree),
      program: self,
      evaluation: last
    )
  }
}
