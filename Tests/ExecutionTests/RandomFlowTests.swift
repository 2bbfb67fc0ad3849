import FoundationEssentials
import Signalbox
import SignalboxTesting
import TestSupport
import Testing

/// What the executor did, in the words of the naive interpreter.
private struct Account {
  var effects: [String]
  var trace: [String]
  var end: String?

  init(_ drive: Drive) {
    let table = drive.table.table
    effects = drive.output.effects.map { effect in
      switch effect {
      case .call(let call):
        "call \(call.id) \(table.nodes[Int(call.place)].name)"
          + " \(table.performers[Int(call.performer)].id) attempt \(call.attempt)"
          + " visit \(call.visit) until \(call.deadlineMilliseconds)"
          + " with \(JSONWriter.string(call.input))"
      case .startTimer(let timer):
        "timer \(timer.id) \(timer.purpose) due \(timer.dueMilliseconds)"
      case .startChild(let child): "child \(child.id) \(table.nodes[Int(child.place)].name)"
      case .cancel(let id): "cancel \(id)"
      }
    }
    trace = drive.output.trace.compactMap { entry in
      func name(_ place: NodeIndex) -> String { table.nodes[Int(place)].name }
      switch entry {
      case .entered(let place, _, let visit): return "enter \(name(place)) \(visit)"
      case .finished(let place, _, let status, _): return "finish \(name(place)) \(status.name)"
      case .retried(let place, _, let attempt, let error):
        return "retry \(name(place)) \(attempt) \(error.kind.name)"
      case .took, .forced, .guardFailed, .actionFailed, .logged, .answered, .ticked: return nil
      }
    }
    switch drive.state.outcome {
    case nil: end = nil
    case .cancelled(let reason): end = "cancelled \(reason)"
    case .success(let final, let result): end = "success \(final) \(JSONWriter.string(result))"
    case .failure(let final?, let error, let result):
      let isResult = error?.message.hasPrefix("the flow's result") ?? false
      end = "failure \(final) \(isResult ? "guard_error" : JSONWriter.string(result))"
    case .failure(nil, let error, _): end = "failed \(error?.kind.name ?? "")"
    }
  }
}

/// Events by chance: mostly what is waited for, now and then something else.
private struct Script {
  var numbers: SeededNumbers
  var time: Int64 = 0

  mutating func below(_ bound: UInt64) -> Int64 { Int64(numbers.next() % bound) }

  mutating func event(_ state: RunState) -> RunEvent {
    time += below(400)
    let token = state.tokens.first
    let isStrange = below(12) == 0
    let effect = isStrange ? below(8) : token?.effect ?? 0
    var kind: RunEvent.Kind
    switch below(40) {
    case 0: kind = .cancelled(reason: "r\(below(3))")
    case 1: kind = .fired(timer: state.timeoutTimer)
    case 2: kind = .external(name: "e", payload: .null)
    case 3: kind = .started(runID: "again", input: .null, environment: [:])
    case 4..<15:
      let kinds: [ErrorKind] = [
        .timeout, .unavailable, .failed, .rateLimited, .unknown, .denied, .invalidOutput,
      ]
      let error = kinds[Int(below(UInt64(kinds.count)))]
      kind = .failed(
        effect: effect,
        error: error,
        message: "m",
        usage: nil,
        costPicodollars: below(5)
      )
    default:
      let answer: Value = below(8) == 0 ? .map([:]) : .map(["v": .int(below(6))])
      kind = .completed(effect: effect, output: answer, usage: nil, costPicodollars: below(5))
    }
    if token?.phase == .waiting || token?.phase == .pausing, below(6) > 0 {
      kind = .fired(timer: effect)
    }
    return RunEvent(atMilliseconds: time, kind: kind)
  }
}

@Suite struct RandomFlowTests {
  private var cases: Int { isSoak ? 20_000 : 500 }
  private var isSoak: Bool { ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1" }

  @Test(arguments: [false, true])
  func `the executor does what a literal reading of the flow does`(_ guards: Bool) throws {
    guard !guards || evaluatesExpressions else { return }
    var ended = 0
    let cases = guards ? cases * 4 / 5 : cases / 5
    for seed in 0..<UInt64(cases) {
      let text = FlowGenerator.flow(
        states: 1 + Int(seed % 12),
        seed: seed,
        usesExpressions: guards
      )
      if try compare(text, seed) { ended += 1 }
    }
    #expect(ended > cases / 2, "\(ended) of \(cases) runs ended")
  }

  /// Runs one flow both ways; whether the run ended.
  private func compare(_ text: String, _ seed: UInt64) throws -> Bool {
    let loaded = FlowLoader.load(SourceFile(name: "g.yaml", text: text))
    let flow = try #require(loaded.flow, "seed \(seed): \(loaded.diagnostics.map(\.message))")
    guard case .machine(let machine) = flow.body else { return false }
    let table = try #require(FlowCompiler.compile(flow).table, "seed \(seed)")
    var script = Script(numbers: SeededNumbers(seed))
    var naive = NaiveRun(flow, machine)
    naive.apply(
      RunEvent(
        atMilliseconds: 0,
        kind: .started(runID: "r", input: .map([:]), environment: [:])
      )
    )
    var drive = Drive(table, at: 0)
    var afterEnd = 0
    for number in 0..<60 where afterEnd < 3 {
      if naive.end != nil { afterEnd += 1 }
      let account = Account(drive)
      guard account.effects == naive.effects, account.trace == naive.trace,
        account.end == naive.end, drive.state.spentPicodollars == naive.spent,
        drive.value("state") == .map(ValueMap(naive.fields.sorted { $0.key < $1.key }))
      else {
        Issue.record(
          """
          seed \(seed), event \(number)
          executor: \(account.effects) \(account.trace) \(account.end ?? "-")
          naive:    \(naive.effects) \(naive.trace) \(naive.end ?? "-")
          state: \(String(describing: drive.value("state"))) \(naive.fields)
          \(text)
          """
        )
        return false
      }
      try continueFromSnapshot(&drive, seed)
      let event = script.event(drive.state)
      naive.apply(event)
      drive.send(event.kind, at: event.atMilliseconds)
    }
    return naive.end != nil
  }

  /// The decoded snapshot has the same bytes, and the run goes on from it.
  private func continueFromSnapshot(_ drive: inout Drive, _ seed: UInt64) throws {
    let bytes = drive.state.encoded()
    drive.state = try RunState(decoding: bytes, for: drive.table)
    #expect(drive.state.encoded() == bytes, "seed \(seed)")
  }
}
