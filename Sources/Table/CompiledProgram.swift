import Expression
import Source
import Values

/// An entry of the programs pool, ready to run.
public enum CompiledProgram: Sendable {
  /// A CEL expression.
  case expression(Program)
  /// A text with `{{ }}` in it.
  case template(Template)
  /// A JSON value whose texts are templates.
  case structure(StructureTemplate)

  /// The type of its value.
  public var type: ExpressionType {
    switch self {
    case .expression(let program): program.type
    case .template(let template): template.type
    case .structure(let structure): structure.type
    }
  }

  /// What it reads, in order of the text.
  public var reads: [ValuePath] {
    switch self {
    case .expression(let program): program.reads
    case .template(let template): template.reads
    case .structure(let structure): structure.reads
    }
  }

  /// Whether the absence of the value in a slot can never make it fail, whatever else it reads.
  ///
  /// So is `has(a.v) && a.v > 1` for the slot of `a`. Where in doubt, false.
  /// `steps` is a slot of `steps.<id>` whose status is `success` only if the slot has a value
  /// (`TransitionTable.statusSlot`), so that asking for that secures a read, too; `noIndex`: none.
  /// Each text is secured by itself; the condition of a block in a text secures what stands in it.
  package func isSecured(_ slot: SlotIndex, steps: SlotIndex) -> Bool {
    let status = steps == noIndex ? nil : Int(steps)
    return switch self {
    case .expression(let program): program.isSecured(Int(slot), status: status)
    case .template(let template): template.isSecured(Int(slot), status: status)
    case .structure(let structure): structure.isSecured(Int(slot), status: status)
    }
  }

  /// Its value, or why it has none.
  public func evaluate(_ memory: borrowing Memory) -> Evaluation {
    switch self {
    case .expression(let program): program.evaluate(memory)
    case .template(let template): template.evaluate(memory)
    case .structure(let structure): structure.evaluate(memory)
    }
  }

  /// Its truth, when it is an expression; a template's is decided by its value.
  public func test(_ memory: borrowing Memory) -> Truth {
    switch self {
    case .expression(let program): return program.test(memory)
    case .template, .structure:
      switch evaluate(memory) {
      case .value(.bool(let bool)): return bool ? .isTrue : .isFalse
      case .value(let value):
        return .failure(
          EvaluationError(
            .notBoolean,
            "a guard must be true or false, this is \(value.kindName)",
            at: TextRange(0, 0)
          )
        )
      case .failure(let error): return .failure(error)
      }
    }
  }
}
