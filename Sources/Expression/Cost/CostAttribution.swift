import Source

extension Program {
  /// An evaluation whose error of the cost limit names what used the limit up.
  func named(_ evaluation: Evaluation, _ memory: borrowing Memory) -> Evaluation {
    guard case .failure(let error) = evaluation, error.kind == .costExceeded else {
      return evaluation
    }
    return .failure(named(error, memory))
  }

  /// The same for an error.
  func named(_ error: EvaluationError, _ memory: borrowing Memory) -> EvaluationError {
    guard error.kind == .costExceeded, let (range, percent) = costliest(memory) else {
      return error
    }
    let message = Messages.costExceeded(
      body.limits.evaluationCost,
      costliest: excerpt(range),
      percent: percent
    )
    return EvaluationError(.costExceeded, message, at: range)
  }

  /// The innermost part that used up more than half of the limit, and how much of it.
  ///
  /// Evaluation is pure, so it is repeated with code that notes what each node uses up: the usual
  /// code need not.
  @inline(never) private func costliest(
    _ memory: borrowing Memory
  ) -> (range: TextRange, percent: Int)? {
    var builder = Builder(body.checker, messages: MessageRegistry(body.checker.environment))
    builder.isNoting = true
    let tree = body.checker.tree
    let code = builder.build(tree.root).code
    let charges = Evaluator.run(
      memory,
      localCount: body.localCount,
      cost: body.limits.evaluationCost,
      valueSize: body.limits.valueSize
    ) { context in
      context.startNoting(tree.nodes.count)
      _ = code(context)
      return context.charges
    }
    withExtendedLifetime(builder.constants.blocks) {}
    let total = charges[Int(tree.root)]
    guard total > 0 else { return nil }
    var node = tree.root
    while let next = tree.children(node).max(by: { charges[Int($0)] < charges[Int($1)] }),
      charges[Int(next)] > total / 2
    {
      node = next
    }
    let share = Double(charges[Int(node)]) / Double(total) * 100
    return (tree[node].range, Int(share.rounded(.down)))
  }

  /// The start of a part's text, in one line.
  private func excerpt(_ range: TextRange) -> String {
    let bytes = Array(text.utf8)
    guard Int(range.end) <= bytes.count, range.start < range.end else { return text }
    let part = String(decoding: bytes[Int(range.start)..<Int(range.end)], as: UTF8.self)
    let line = String(
      String.UnicodeScalarView(part.unicodeScalars.map { $0.value < 0x20 ? " " : $0 })
    )
    guard line.unicodeScalars.count > 60 else { return line }
    return String(String.UnicodeScalarView(line.unicodeScalars.prefix(59))) + "…"
  }
}
