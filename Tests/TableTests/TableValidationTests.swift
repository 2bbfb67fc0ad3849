import Signalbox
import Testing

@Suite struct TableValidationTests {
  /// One way to break a table.
  struct Damage: Sendable, CustomStringConvertible {
    var description: String
    var apply: @Sendable (inout TransitionTable) -> Void

    init(_ description: String, _ apply: @escaping @Sendable (inout TransitionTable) -> Void) {
      self.description = description
      self.apply = apply
    }
  }

  static let damages: [Damage] = [
    Damage("no nodes") { $0.nodes = [] },
    Damage("start beyond the nodes") { $0.start = 1_000 },
    Damage("start at the root") { $0.start = 0 },
    Damage("target beyond the nodes") { $0.rows[0].target = 99 },
    Damage("target is the root") { $0.rows[0].target = 0 },
    Damage("row of another place") { $0.rows[0].place = 2 },
    Damage("guard beyond the programs") { $0.rows[0].guardProgram = 9_999 },
    Damage("guard below none") { $0.rows[0].guardProgram = -2 },
    Damage("guard is a template") { $0.rows[0].guardProgram = $0.fields[0].program },
    Damage("action without effect") { $0.nodes[1].effect = noIndex },
    Damage("check without condition") { $0.nodes[1].kind = .check },
    Damage("effect beyond the performers") { $0.effects[0].performer = 77 },
    Damage("input beyond the fields") { $0.effects[0].input = 0..<9_999 },
    Damage("field without program") { $0.fields[0].program = noIndex },
    Damage("slot of another table") { $0.nodes[1].resultSlot = 4_000 },
    Damage("schema beyond the pool") { $0.slots[0].schema = 4_000 },
    Damage("no attempts at all") { $0.retries[0].maxAttempts = 0 },
    Damage("negative steps") { $0.runLimits.maxSteps = -5 },
    Damage("timeout to nowhere") { $0.runLimits.timeoutTarget = 500 },
    Damage("prompt of another performer") { $0.performers[0].prompt = $0.performers[2].prompt },
    Damage("subtree that never ends") { $0.nodes[0].subtreeEnd = 0 },
    Damage("parent below its child") { $0.nodes[1].parent = 5 },
    Damage("initial state is no JSON") { $0.initialState = "{" },
    Damage("initial state is a list") { $0.initialState = "[]" },
    Damage("schema is no JSON") { $0.schemas[0] = "nonsense" },
    Damage("a place that this version does not run") { $0.nodes[1].kind = .parallel },
  ]

  @Test(arguments: damages)
  func damagedTablesAreRefused(_ damage: Damage) throws {
    var table = try Tables.example("customer-support").table
    damage.apply(&table)
    let linked = LinkedTable.link(table)
    let isRefused = linked.table == nil
    #expect(isRefused)
    #expect(linked.diagnostics.contains { $0.severity == .error })
  }

  @Test func theUndamagedTableIsAccepted() throws {
    let table = try Tables.example("customer-support").table
    let isAccepted = LinkedTable.link(table).table != nil
    #expect(isAccepted)
  }
}
