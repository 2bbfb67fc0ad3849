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
  /// A named event that only takes a row from one resting place of a flat machine to another is
  /// found by two look-ups, and counts no references.
  /// Events for calls and timers that are no longer wanted change nothing but what was spent. After
  /// the end every event is ignored. Places entered in one step are bounded by `max_steps`.
  public static func step(
    _ table: LinkedTable,
    _ state: inout RunState,
    _ event: RunEvent,
    _ output: inout StepOutput
  ) {
    if let number = table.flat.isUsable ? event.number(in: table) : nil,
      move(table, &state, number, event.atMilliseconds, &output)
    {
      return
    }
    interpret(table, &state, &output) { $0.apply(event) }
  }

  /// The state's memory with every `steps.<id>` and `run` slot filled in, read or not.
  ///
  /// During a run only the slots that some program reads are kept current; scenario assertions and
  /// explanations read all of them.
  public static func exposedMemory(_ table: LinkedTable, _ state: RunState) -> Memory {
    var (copy, output) = (state, StepOutput())
    interpret(table, &copy, &output) { $0.exposeEverything() }
    return copy.memory
  }
}
