import Signalbox
import Testing

@Suite struct TableCodecTests {
  @Test(arguments: Tables.examples)
  func decodingGivesTheSameTable(_ name: String) throws {
    let table = try Tables.example(name).table
    let bytes = table.encoded()
    let decoded = try TransitionTable(decoding: bytes)
    #expect(decoded.encoded() == bytes)
    #expect(decoded.digest == table.digest)
    #expect(decoded.nodes == table.nodes)
    #expect(decoded.rows == table.rows)
    #expect(decoded.performers == table.performers)
    #expect(decoded.programs == table.programs)
    #expect(decoded.runLimits == table.runLimits)
  }

  @Test(arguments: Tables.examples)
  func aStoredTableLinksAsTheCompilersOwn(_ name: String) throws {
    let table = try Tables.example(name)
    let stored = try TransitionTable(decoding: table.table.encoded())
    let linked = LinkedTable.link(stored)
    #expect(linked.diagnostics.isEmpty)
    guard let again = linked.table else { return }
    #expect(again.table.digest == table.table.digest)
    #expect(again.isSlotRead == table.isSlotRead)
    #expect(again.initialState == table.initialState)
  }

  @Test(arguments: Tables.examples)
  func everyTruncationIsRefused(_ name: String) throws {
    let bytes = try Tables.example(name).table.encoded()
    for count in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: TableError.self) { try TransitionTable(decoding: Array(bytes[..<count])) }
    }
    #expect(throws: TableError.self) { try TransitionTable(decoding: bytes + [0]) }
  }

  /// Whatever the bytes, decoding ends in an error or in a table that can be listed, drawn, linked
  /// and encoded again without a trap.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func corruptedBytesNeverTrap(_ seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    let bytes = try Tables.example("customer-support").table.encoded()
    var accepted = 0
    var refused = 0
    for _ in 0..<1_500 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let position = Int.random(in: 0..<changed.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: changed[position] = UInt8.random(in: 0...255, using: &generator)
        case 1: changed[position] &+= 1
        case 2: changed[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        default: changed.remove(at: position)
        }
      }
      do {
        let table = try TransitionTable(decoding: changed)
        accepted += 1
        #expect(!Disassembler.text(table).isEmpty, "seed \(seed)")
        #expect(!TableDrawing.mermaid(table).isEmpty && !TableDrawing.dot(table).isEmpty)
        #expect(try TransitionTable(decoding: table.encoded()).digest == table.digest)
        if accepted % 20 == 0 { _ = LinkedTable.link(table) }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 0 && accepted > 0, "seed \(seed): \(accepted) accepted, \(refused) refused")
  }
}
