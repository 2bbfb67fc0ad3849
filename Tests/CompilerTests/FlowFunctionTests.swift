import Foundation
import Signalbox
import Testing

/// Functions that need something of the flow: its schemas, its journaled time.
@Suite(.enabled(if: Corpus.hasExpressions)) struct FlowFunctionTests {
  private func flow(_ value: String) -> String {
    """
    signalbox: 1
    input: {order: {type: object}}
    schemas:
      order: {type: object, required: [id], properties: {id: {type: integer}}}
    agents: {store: {type: scripted, timeout: 5s}}
    states: {keep: {agent: store, with: {value: "\(value)"}, on_success: done, on_error: failed}}
    initial_state: keep
    final_states: {done: {}, failed: {outcome: failure}}
    result: {order: "\(value)", at: "{{ now }}", ago: "{{ now() - run.started }}"}
    """
  }

  @Test func namedSchemasAndTimeAreKnown() throws {
    let compiled = Corpus.compile(text: flow("{{ input.order | validateSchema('order') }}"))
    let table = try compiled.required()
    #expect(!compiled.diagnostics.contains { $0.severity > .note }, "\(compiled.findings)")
    let slots = table.table.slots
    var memory = Memory(slotCount: slots.count)
    let input = try #require(slots.firstIndex { $0.kind == .input })
    let run = try #require(slots.firstIndex { $0.kind == .run })
    let now = Timestamp(seconds: 1_000, nanoseconds: 0)
    memory.set(run, .map(["now": .timestamp(now), "started": .timestamp(now)]))
    let field = try #require(table.table.fields.first { $0.name == "value" })
    let program = field.program
    memory.set(input, .map(["order": .map(["id": .int(1)])]))
    #expect(table.evaluate(program, memory).value == .map(["id": .int(1)]))
    memory.set(input, .map(["order": .map(["id": .string("x")])]))
    let error = try #require(table.evaluate(program, memory).error)
    #expect(error.kind == .invalidArgument && error.message.contains("schema `order`: `id`"))
    let values = table.table.fields.map { table.evaluate($0.program, memory).value }
    #expect(values.contains(.timestamp(now)) && values.contains(.duration(nanoseconds: 0)))
  }

  @Test(arguments: [
    ("{{ input.order | validateSchema('ordr') }}", "SBX-CEL-010"),
    ("{{ input.order | validateSchema }}", "SBX-CEL-013"),
    ("{{ input.order | validateSchem('order') }}", "SBX-CEL-008"),
    ("{{ range x in input.order }}{{ x }}", "SBX-CEL-007"),
  ])
  func mistakesAreFound(_ value: String, _ code: String) {
    let compiled = Corpus.compile(text: flow(value))
    #expect(Set(compiled.diagnostics.filter { $0.severity == .error }.map(\.code.id)) == [code])
  }

  @Test func storedTablesKnowTheirSchemas() throws {
    let compiled = Corpus.compile(text: flow("{{ input.order | validateSchema('order') }}"))
    let table = try compiled.required()
    let stored = LinkedTable.link(try TransitionTable(decoding: table.table.encoded()))
    #expect(stored.table != nil && stored.table?.table.digest == table.table.digest)
  }
}
