import Source
public import Values

/// A program's code without a reference count: for rows that are tested millions of times.
@safe public struct GuardReference: @unchecked Sendable {
  /// What testing gave.
  public enum Outcome: UInt8, Sendable {
    /// The program's value is true.
    case isTrue
    /// It is false.
    case isFalse
    /// It is an error, or no boolean: `Program.test` says why.
    case unknown
  }

  // INVARIANT: whoever makes a reference keeps the program for as long as it is used; the body
  // never changes after its `init`, so that threads may share it.
  private let body: Unmanaged<ProgramBody>

  /// A reference to a program that the caller keeps.
  public init(_ program: Program) { unsafe body = .passUnretained(program.body) }

  /// The truth of the program, without a reason when it has none.
  @inline(__always)
  public func test(_ memory: borrowing Memory) -> Outcome {
    unsafe body._withUnsafeGuaranteedRef { body in
      Evaluator.run(
        memory,
        localCount: body.localCount,
        cost: body.limits.evaluationCost,
        valueSize: body.limits.valueSize
      ) { context in
        let cell = body.code(context)
        guard cell.isBool, !context.isExhausted else { return .unknown }
        return cell.bits == 1 ? .isTrue : .isFalse
      }
    }
  }

  /// The value of the program; nil: it is an error or an optional, which `Program.evaluate` gives.
  public func value(_ memory: borrowing Memory) -> Value? {
    unsafe body._withUnsafeGuaranteedRef { body in
      Evaluator.run(
        memory,
        localCount: body.localCount,
        cost: body.limits.evaluationCost,
        valueSize: body.limits.valueSize
      ) { context -> Value? in
        let cell = body.code(context)
        guard !cell.isError, cell.tag != Tag.optional, !context.isExhausted,
          context.isWithinLimits(cell)
        else { return nil }
        return cell.value
      }
    }
  }
}
