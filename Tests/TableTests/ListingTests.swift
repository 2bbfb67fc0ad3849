import Foundation
import Signalbox
import Testing

@Suite struct ListingTests {
  @Test(arguments: Tables.examples)
  func listingsAreStable(_ name: String) throws {
    let listing = Disassembler.text(try Tables.example(name).table)
    let url = Tables.package.appending(path: "Tests/TableTests/Golden/\(name).table.txt")
    if ProcessInfo.processInfo.environment["SIGNALBOX_GOLDEN"] == "1" {
      try Data(listing.utf8).write(to: url)
    }
    #expect(try Data(contentsOf: url) == Data(listing.utf8))
  }

  @Test func namesCannotBreakOutOfTheirLines() throws {
    var table = try Tables.example("customer-support").table
    table.name = "a\n%% <script>\\"
    let listing = Disassembler.text(table)
    #expect(listing.split(separator: "\n")[0].contains("\\n%% <script>"))
  }
}
