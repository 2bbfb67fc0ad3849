import Source
import Values

/// One evaluation of a template with blocks: bounded in cost and size as a whole.
struct TemplateRun {
  private var memory: Memory
  private let limits: Limits
  private var remainingCost: Int
  private(set) var text = ""

  init(_ memory: borrowing Memory, slotCount: Int, limits: Limits) {
    self.memory = memory.extended(to: slotCount)
    self.limits = limits
    remainingCost = limits.evaluationCost
  }

  /// Appends the text of parts; nesting is limited when they are compiled.
  mutating func append(_ parts: [TemplatePart]) throws(EvaluationError) {
    for part in parts {
      switch part {
      case .text(let fixed): try append(fixed)
      case .program(let program, let offset):
        let value = try value(program, offset)
        if let key = value.collidingKey {
          let span = Template.moved(TextRange(0, program.text.utf8.count), by: offset)
          throw EvaluationError(.invalidArgument, Messages.collidingKey(key), at: span)
        }
        try append(Rendering.text(value))
      case .range(let block): try append(block)
      case .condition(let branches, let otherwise):
        try append(branches, otherwise)
      }
    }
  }

  private mutating func append(_ more: String) throws(EvaluationError) {
    text += more
    if text.utf8.count > limits.documentBytes {
      throw EvaluationError(.valueTooLarge, Messages.valueTooLarge, at: TextRange(0, 1))
    }
  }

  private mutating func charge(_ cost: Int, _ offset: Int) throws(EvaluationError) {
    remainingCost -= cost
    if remainingCost < 0 {
      throw EvaluationError(
        .costExceeded,
        Messages.costExceeded,
        at: TextRange(offset, offset + 1)
      )
    }
  }

  private mutating func value(_ program: Program, _ offset: Int) throws(EvaluationError) -> Value {
    let (evaluation, cost) = program.measure(memory)
    try charge(cost + 1, offset)
    switch Template.placed(evaluation, offset) {
    case .value(let value): return value
    case .failure(let error): throw error
    }
  }

  private mutating func append(_ block: RangeBlock) throws(EvaluationError) {
    var list = try value(block.list, block.offset)
    if case .optional(let wrapped) = list { list = wrapped ?? .list([]) }
    let elements: [(key: Value, value: Value)]
    switch list {
    case .list(let values):
      elements = values.enumerated().map { (.int(Int64($0.offset)), $0.element) }
    case .map(let map), .record(_, let map):
      elements = map.entries.map { ($0.key.value, $0.value) }
    default:
      let span = Template.moved(TextRange(0, block.list.text.utf8.count), by: block.offset)
      throw EvaluationError(.noSuchOverload, Messages.notRange(list.kindName), at: span)
    }
    if elements.isEmpty { return try append(block.otherwise) }
    for element in elements {
      try charge(1, block.offset)
      memory.set(block.elementSlot, element.value)
      memory.set(block.keySlot, element.key)
      try append(block.body)
    }
  }

  private mutating func append(
    _ branches: [ConditionBranch],
    _ otherwise: [TemplatePart]
  ) throws(EvaluationError) {
    for branch in branches {
      let value = try value(branch.condition, branch.offset)
      guard case .bool(let isTrue) = value else {
        let span = Template.moved(
          TextRange(0, branch.condition.text.utf8.count),
          by: branch.offset
        )
        throw EvaluationError(.notBoolean, Messages.notTruth(value.kindName), at: span)
      }
      if isTrue { return try append(branch.body) }
    }
    try append(otherwise)
  }
}
