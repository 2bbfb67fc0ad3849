import Definition
import Execution
import Journal
import Runtime
import Signalbox
import Testing

/// A run of the pure step under a monitor, moved on by words.
///
/// `a` answers the oldest open call of step `a` with `{}`, `a=yes` with `{decision: yes}`, `a!`
/// fails it, `a?` leaves its outcome unknown, `a#timeout` fails it with that kind; `+go` is an
/// event, `~` the next timer, `^` a request to stop.
struct MonitoredRun {
  private let table: LinkedTable
  private var state: RunState
  private var calls: [CallIntent] = []
  private var timers: [TimerIntent] = []
  private(set) var monitor: InvariantMonitor

  init(_ table: LinkedTable, _ invariant: Invariant, input: Value = .map(ValueMap())) {
    self.table = table
    state = Executor.start(table)
    monitor = InvariantMonitor(invariant, table)
    step(.started(runID: "r-1", input: input, environment: ValueMap()))
  }

  var isEnded: Bool { state.outcome != nil }

  /// Reads a tool call that the agent of a step makes by itself.
  mutating func turn(_ tool: String, _ input: Value, _ stage: AgentTurn.Stage) {
    var turn = AgentTurn(
      effect: calls.first?.id ?? 0,
      number: 1,
      tool: tool,
      callID: "c",
      text: "",
      input: input,
      usage: Usage(promptTokens: 0, outputTokens: 0)
    )
    turn.stage = stage
    monitor.read(turn)
  }

  mutating func move(_ words: String) throws {
    for word in words.split(separator: " ") { try move(one: String(word)) }
  }

  private mutating func move(one word: String) throws {
    switch word.first {
    case "+": step(.external(name: String(word.dropFirst()), payload: .null))
    case "~":
      let timer = try #require(timers.min { $0.dueMilliseconds < $1.dueMilliseconds })
      timers.removeAll { $0.id == timer.id }
      step(.fired(timer: timer.id), at: timer.dueMilliseconds)
    case "^": step(.cancelled(reason: "enough"))
    default:
      let name = word.prefix { !"=!?#".contains($0) }
      let rest = word.dropFirst(name.count)
      let index = try #require(
        calls.firstIndex { table.table.nodes[Int($0.place)].name == name },
        "no call of `\(name)` is open"
      )
      let id = calls.remove(at: index).id
      switch rest.first {
      case "!": fail(id, .failed)
      case "?": fail(id, .unknown)
      case "#": fail(id, try #require(ErrorKind(name: String(rest.dropFirst()))))
      case "=":
        let answer = Value.map(["decision": .string(String(rest.dropFirst()))])
        step(.completed(effect: id, output: answer, usage: nil, costPicodollars: 0))
      default:
        let answer = Value.map(ValueMap())
        step(.completed(effect: id, output: answer, usage: nil, costPicodollars: 0))
      }
    }
  }

  private mutating func fail(_ id: EffectID, _ kind: ErrorKind) {
    step(.failed(effect: id, error: kind, message: "scripted", usage: nil, costPicodollars: 0))
  }

  private mutating func step(_ kind: RunEvent.Kind, at time: Int64 = 0) {
    var output = StepOutput()
    output.notes = []
    Executor.step(table, &state, RunEvent(atMilliseconds: time, kind: kind, in: table), &output)
    monitor.read(kind, state, output)
    for effect in output.effects {
      switch effect {
      case .call(let call): calls.append(call)
      case .startTimer(let timer): timers.append(timer)
      case .cancel(let id):
        calls.removeAll { $0.id == id }
        timers.removeAll { $0.id == id }
      case .startChild: continue
      }
    }
  }
}
