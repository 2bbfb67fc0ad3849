import Signalbox
import TestSupport
import Testing

/// Events that only take a row go the same way as those that take the full step.
@Suite struct SignalTests {
  private static func flow(isEventless: Bool) -> String {
    let row = "{when: \"state.score > 1000\", target: idle}"
    return """
      signalbox: 1
      name: lap
      max_steps: 100
      state: {score: {type: integer, default: 40}, count: {type: integer, default: 0}}
      initial_state: idle
      states:
        idle: {on_event: {start: working}}
        working:
          on_event:
            score:
              - {when: "state.score > 70", target: approved}
              - {when: "state.score < 70", target: scored}
            broken: {when: "1 / state.count > 0", target: idle}
        scored:
          on_event:
            review: {target: reviewing}
            approve: {when: "state.score <= 60", target: approved}
            add: {assign: {count: "state.count + 1"}, target: working}
        reviewing: {on_event: {back: {target: working}, "*": {target: idle}}}
        approved:
          on_entry: [{assign: {score: "state.score + 1"}}]
          on_event: {reset: {target: idle}}
        last: {\(isEventless ? "always: \(row)" : "on_event: {start: \(row)}")}
      """
  }

  @Test(arguments: [true, false])
  func `a short step does what the full step does`(isNumbered: Bool) throws {
    let table = try compiled(Self.flow(isEventless: false))
    // The same flow with an eventless row, so that every event takes the full step.
    let slowTable = try compiled(Self.flow(isEventless: true))
    #expect(table.flat.isUsable && !slowTable.flat.isUsable)
    var (fast, slow) = (Drive(table), Drive(slowTable))
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededNumbers(seed)
    for time in 1_001...3_000 {
      let names = table.table.names
      let name = names[Int.random(in: names.indices, using: &random)]
      let kind = RunEvent.Kind.external(name: name, payload: .null)
      slow.send(kind, at: Int64(time))
      fast.output = StepOutput()
      let event =
        isNumbered
        ? RunEvent(atMilliseconds: Int64(time), kind: kind, in: table)
        : RunEvent(atMilliseconds: Int64(time), kind: kind)
      Executor.step(table, &fast.state, event, &fast.output)
      guard fast.state.encoded() == slow.state.encoded(),
        fast.output.trace.map({ "\($0)" }) == slow.output.trace.map({ "\($0)" })
      else {
        Issue.record("seed \(seed), event \(time) `\(name)`")
        return
      }
    }
    #expect(fast.state.outcome != nil, "the steps were used up, so that the end was compared too")
  }

  @Test func `a number is good for tables with the same names only`() throws {
    let table = try compiled(Self.flow(isEventless: true))
    let other = try compiled(
      """
      signalbox: 1
      name: other
      initial_state: a
      states: {a: {on_event: {review: {target: a}}}}
      """
    )
    let number = try #require(table.event(named: "review"))
    #expect(number.value(in: table) != nil && number.value(in: other) == nil)
    #expect(table.event(named: "rev") == nil)
    var drive = Drive(other)
    let kind = RunEvent.Kind.external(name: "review", payload: .null)
    Executor.step(
      other,
      &drive.state,
      RunEvent(atMilliseconds: 2_000, kind: kind, number: number),
      &drive.output
    )
    #expect(drive.state.placesEntered == 2, "the name decides where the number says nothing")
  }
}
