import Foundation
import Signalbox
import Testing

@Suite struct DrawingTests {
  private func golden(_ name: String, _ actual: String) -> String {
    let url = Tables.package.appending(path: "Tests/TableTests/Golden/\(name)")
    if ProcessInfo.processInfo.environment["SIGNALBOX_GOLDEN"] == "1" {
      try? Data(actual.utf8).write(to: url)
    }
    return (try? Data(contentsOf: url)).map { String(decoding: $0, as: UTF8.self) } ?? "(none)"
  }

  @Test(arguments: Tables.examples)
  func listingsAreStable(_ name: String) throws {
    let listing = Disassembler.text(try Tables.example(name).table)
    #expect(listing == golden("\(name).table.txt", listing))
  }

  @Test(arguments: Tables.examples)
  func drawingsAreStable(_ name: String) throws {
    let table = try Tables.example(name).table
    let mermaid = TableDrawing.mermaid(table)
    let dot = TableDrawing.dot(table)
    #expect(mermaid == golden("\(name).mermaid.txt", mermaid))
    #expect(dot == golden("\(name).dot.txt", dot))
  }

  @Test func namesCannotBreakOutOfTheirLabels() throws {
    var table = try Tables.example("customer-support").table
    let hostile = "a\"] --> n9; click n1 \"javascript:alert(1)\"\n%% <script>\\"
    table.nodes[1].name = hostile
    table.name = hostile
    let mermaid = TableDrawing.mermaid(table)
    #expect(!mermaid.contains("<script>"))
    let labels = mermaid.split(separator: "\n").filter { $0.hasPrefix("  n1[") }
    #expect(labels.count == 1)
    #expect(labels[0].filter { $0 == "\"" }.count == 2)
    #expect(!mermaid.contains("click n1 \""))
    let dot = TableDrawing.dot(table)
    #expect(dot.hasPrefix("digraph \"a\\\"] --> n9; click n1 \\\"javascript"))
    #expect(dot.contains("<script>\\\\\""))
    let listing = Disassembler.text(table)
    #expect(listing.split(separator: "\n")[0].contains("\\n%% <script>"))
  }
}
