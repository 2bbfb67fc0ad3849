import Expression
import Table
import Values

/// The pure step: a table, a state and an event give the next state, effects and a trace.
///
/// No clock, no randomness, no I/O, no async: everything from outside is in the event. Running,
/// dry runs, scenario tests and replay all call this one function.
public enum Executor {
  /// The state before the start event.
  public static func start(_ table: LinkedTable) -> RunState {
    var state = RunState(
      nodes: table.table.nodes.count,
      registers: table.table.registers.count,
      slots: table.table.slots.count,
      histories: Int(table.table.historyCount)
    )
    for (slot, entry) in table.table.slots.enumerated()
    where entry.kind == .state && entry.scope == 0 {
      state.memory.set(slot, table.initialState)
    }
    return state
  }

  /// Applies one event and runs until every token waits or the run has ended.
  ///
  /// Events for calls and timers that are no longer wanted change nothing but what was spent. After
  /// the end every event is ignored. Places entered in one step are bounded by `max_steps`.
  public static func step(
    _ table: LinkedTable,
    _ state: inout RunState,
    _ event: RunEvent,
    _ output: inout StepOutput
  ) {
    var step = StepInterpreter(
      linked: table,
      state: RunState(nodes: 0, registers: 0, slots: 0),
      output: StepOutput()
    )
    // Swapped in and out, so that the interpreter owns the only reference to each buffer and
    // mutates it in place.
    swap(&step.state, &state)
    swap(&step.output, &output)
    step.apply(event)
    swap(&step.state, &state)
    swap(&step.output, &output)
  }

  /// The state's memory with every `steps.<id>` and `run` slot filled in, read or not.
  ///
  /// During a run only the slots that some program reads are kept current; scenario assertions and
  /// explanations read all of them.
  public static func exposedMemory(_ table: LinkedTable, _ state: RunState) -> Memory {
    var interpreter = StepInterpreter(linked: table, state: state, output: StepOutput())
    interpreter.exposeEverything()
    return interpreter.state.memory
  }
}
