import Table

/// The state and the output of a caller, lent to one step, so that it changes them in place.
///
/// Nothing is moved in and out, and no checks of exclusive access are made in the step.
// INVARIANT: both pointers stem from the inout arguments of `Executor.interpret`, which nobody else
// uses before it returns, and the loan does not outlive that call.
@safe struct StepLoan {
  fileprivate let state: UnsafeMutablePointer<RunState>
  fileprivate let output: UnsafeMutablePointer<StepOutput>

  fileprivate init(
    _ state: UnsafeMutablePointer<RunState>,
    _ output: UnsafeMutablePointer<StepOutput>
  ) {
    unsafe self.state = state
    unsafe self.output = output
  }
}

extension StepInterpreter {
  /// The run's state.
  @inline(__always) var state: RunState {
    unsafeAddress { unsafe UnsafePointer(loan.state) }
    nonmutating unsafeMutableAddress { unsafe loan.state }
  }

  /// What the step gives.
  @inline(__always) var output: StepOutput {
    unsafeAddress { unsafe UnsafePointer(loan.output) }
    nonmutating unsafeMutableAddress { unsafe loan.output }
  }
}

extension Executor {
  /// Lets an interpreter of the table work on the state and the output.
  static func interpret(
    _ table: LinkedTable,
    _ state: inout RunState,
    _ output: inout StepOutput,
    _ body: (inout StepInterpreter) -> Void
  ) {
    unsafe withUnsafeMutablePointer(to: &state) { state in
      unsafe withUnsafeMutablePointer(to: &output) { output in
        var interpreter = StepInterpreter(linked: table, loan: unsafe StepLoan(state, output))
        body(&interpreter)
      }
    }
  }
}
