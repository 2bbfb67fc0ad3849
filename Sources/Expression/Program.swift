public import Source
import Values

/// A compiled expression: pure, metered, safe to share.
public struct Program: Sendable {
  /// The deduced type.
  public let type: ExpressionType
  /// The source text.
  public let text: String
  /// What it reads: slots and static paths of fields, in order of appearance.
  public let reads: [ValuePath]
  let body: ProgramBody

  /// Parses, resolves, checks and compiles `source`.
  ///
  /// All mistakes are reported, up to `limits.diagnostics`; the program is nil when one of them is
  /// an error.
  public static func compile(
    _ source: SourceText,
    in environment: Environment,
    limits: Limits = Limits()
  ) -> (program: Program?, diagnostics: [Diagnostic]) {
    compile(source, in: environment, limits: limits, pipes: false)
  }

  static func compile(
    _ source: SourceText,
    in environment: Environment,
    limits: Limits,
    pipes: Bool
  ) -> (program: Program?, diagnostics: [Diagnostic]) {
    var reporter = Reporter(source: source, limit: limits.diagnostics)
    let bytes = Array(source.text.utf8)
    guard bytes.count <= limits.expressionBytes else {
      reporter.report(
        .celTooLong,
        Messages.tooLong(limits.expressionBytes),
        at: TextRange(0, 1)
      )
      return (nil, reporter.diagnostics)
    }
    if let range = FoldedComment.range(in: source, bytes) {
      reporter.report(
        .celFoldedComment,
        Messages.foldedComment,
        at: range,
        hint: Messages.foldedCommentHint,
        severity: .warning
      )
    }
    let tree: Tree
    if environment.dialect == .flow, let range = queryRange(bytes) {
      if pipes {
        let hint = Messages.queryInTemplateHint
        reporter.report(.celSyntax, Messages.queryInTemplate, at: range, hint: hint)
        return (nil, reporter.diagnostics)
      }
      let query = String(decoding: bytes[Int(range.start)..<Int(range.end)], as: UTF8.self)
      tree = .existence(of: query, range: range)
    } else {
      var options = environment.options
      options.hasStateMacros = environment.dialect == .flow
      var parser = Parser(bytes, reporter: reporter, options: options, limits: limits)
      if pipes { parser.element = environment.element }
      tree = parser.parse(pipes: pipes)
      reporter = parser.reporter
    }
    guard !reporter.hasErrors else { return (nil, reporter.diagnostics) }
    var checker = Checker(tree, in: environment, reporter: reporter)
    checker.check()
    guard !checker.reporter.hasErrors else { return (nil, checker.reporter.diagnostics) }
    var builder = Builder(checker, messages: MessageRegistry(environment))
    let code = builder.build(tree.root).code
    guard !builder.reporter.hasErrors else { return (nil, builder.reporter.diagnostics) }
    let body = ProgramBody(
      code: code,
      blocks: builder.constants.blocks,
      localCount: checker.localCount,
      checker: checker,
      limits: limits
    )
    let program = Program(
      type: checker.types[Int(tree.root)],
      text: source.text,
      reads: Reads.of(checker),
      body: body
    )
    return (program, builder.reporter.diagnostics)
  }

  /// The range of a text that is a query: one that starts with `$` (FLOW-SEMANTICS 28).
  private static func queryRange(_ bytes: [UInt8]) -> TextRange? {
    guard let start = bytes.firstIndex(where: { $0 > 0x20 }), bytes[start] == 0x24,
      let end = bytes.lastIndex(where: { $0 > 0x20 })
    else { return nil }
    return TextRange(start, end + 1)
  }

  /// The value of the expression, or why it has none.
  ///
  /// Never traps; bounded by the cost limit. The error of the cost limit names the costliest
  /// sub-expression, for which the expression is evaluated once more.
  public func evaluate(_ memory: borrowing Memory) -> Evaluation {
    named(run(memory) { cell, context in finish(cell, context) }, memory)
  }

  /// The same, ended by an error of kind `cancelled` soon after `cancellation` is cancelled.
  ///
  /// The cancellation is looked at whenever some thousands of cost units have been used.
  public func evaluate(
    _ memory: borrowing Memory,
    cancellation: Cancellation
  ) -> Evaluation {
    named(run(memory, cancellation) { cell, context in finish(cell, context) }, memory)
  }

  /// The truth of a guard: converts and allocates nothing for guards over scalars.
  public func test(_ memory: borrowing Memory) -> Truth {
    // A byte comes back cheaply; the rare failure is evaluated again for its reason.
    let quick: UInt8 = run(memory) { cell, context in
      cell.isBool && !context.isExhausted ? UInt8(truncatingIfNeeded: cell.bits) : 2
    }
    switch quick {
    case 0: return .isFalse
    case 1: return .isTrue
    default: return .failure(reason(memory))
    }
  }

  /// The truth of a guard, or an error of kind `cancelled` soon after `cancellation` is cancelled.
  public func test(_ memory: borrowing Memory, cancellation: Cancellation) -> Truth {
    switch evaluate(memory, cancellation: cancellation) {
    case .value(.bool(let bool)): bool ? .isTrue : .isFalse
    case .value: .failure(reason(memory))
    case .failure(let error): .failure(error)
    }
  }

  @inline(never) private func reason(_ memory: borrowing Memory) -> EvaluationError {
    let error = run(memory) { cell, context in
      Program.failure(cell, context, body.range)
        ?? EvaluationError(.notBoolean, Messages.notTruth(cell), at: body.range)
    }
    return named(error, memory)
  }

  /// The value and the abstract cost of the evaluation, in CEL cost units.
  public func measure(_ memory: borrowing Memory) -> (evaluation: Evaluation, cost: Int) {
    let (evaluation, cost) = run(memory) { cell, context in
      (finish(cell, context), body.limits.evaluationCost - context.remainingCost)
    }
    return (named(evaluation, memory), cost)
  }

  @inline(__always) private func run<Result>(
    _ memory: borrowing Memory,
    _ cancellation: Cancellation? = nil,
    _ finish: (Cell, Context) -> Result
  ) -> Result {
    Evaluator.run(
      memory,
      localCount: body.localCount,
      cost: body.limits.evaluationCost,
      valueSize: body.limits.valueSize,
      cancellation: cancellation
    ) { context in finish(body.code(context), context) }
  }

  private func finish(_ cell: Cell, _ context: Context) -> Evaluation {
    if let failure = Program.failure(cell, context, body.range) { return .failure(failure) }
    guard context.isWithinLimits(cell) else {
      return .failure(EvaluationError(.valueTooLarge, Messages.valueTooLarge, at: body.range))
    }
    return .value(cell.value)
  }

  static func failure(_ cell: Cell, _ context: Context, _ range: TextRange) -> EvaluationError? {
    if context.isExhausted {
      let range = context.exhaustedAt ?? range
      return context.isCancelled
        ? EvaluationError(.cancelled, Messages.cancelled, at: range)
        : EvaluationError(.costExceeded, Messages.costExceeded, at: range)
    }
    guard cell.isError else { return nil }
    return cell.tag == Tag.error
      ? context.error(cell)
      : EvaluationError(.absent, Messages.undeclared(""), at: range)
  }

  /// The value of every sub-expression that was evaluated, in order of the text.
  ///
  /// Compiles the expression anew with instruments: for explanations, not for hot paths.
  public func trace(
    _ memory: borrowing Memory
  ) -> [(range: TextRange, text: String, value: Evaluation)] {
    var builder = Builder(body.checker, messages: MessageRegistry(body.checker.environment))
    builder.isRecording = true
    let code = builder.build(body.checker.tree.root).code
    let tree = body.checker.tree
    let utf8 = Array(text.utf8)
    let result = Evaluator.run(
      memory,
      localCount: body.localCount,
      cost: body.limits.evaluationCost,
      valueSize: body.limits.valueSize
    ) { context -> [(range: TextRange, text: String, value: Evaluation)] in
      context.startRecording()
      _ = code(context)
      let sorted = context.recording.sorted { left, right in
        let (one, other) = (tree[left.key].range, tree[right.key].range)
        return (one.start, other.end, left.key) < (other.start, one.end, right.key)
      }
      return sorted.compactMap { node, cell in
        let range = tree[node].range
        guard tree[node].kind != .literal, Int(range.end) <= utf8.count else { return nil }
        let value: Evaluation =
          cell.tag == Tag.error ? .failure(context.error(cell)) : .value(cell.value)
        let text = String(decoding: utf8[Int(range.start)..<Int(range.end)], as: UTF8.self)
        return (range, text, value)
      }
    }
    withExtendedLifetime(builder.constants.blocks) {}
    return result
  }
}

/// The compiled code and the owners of its constants.
final class ProgramBody: Sendable {
  let code: Code
  let blocks: [Block]
  let localCount: Int
  let checker: CheckedTree
  let limits: Limits
  let range: TextRange

  init(code: @escaping Code, blocks: [Block], localCount: Int, checker: Checker, limits: Limits) {
    self.code = code
    self.blocks = blocks
    self.localCount = localCount
    self.checker = checker
    self.limits = limits
    range = checker.tree[checker.tree.root].range
  }
}

/// A tree with its names resolved and types deduced.
typealias CheckedTree = Checker
