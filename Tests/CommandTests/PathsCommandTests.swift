import SignalboxCommand
import Testing

/// `signalbox paths`, and the results of `signalbox test` for other programs.
@Suite struct PathsCommandTests {
  private static let example: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/") + "/examples/customer-support.yaml"
  }()

  @Test func `generated scenarios cover an example and pass`() async throws {
    let paths = await Outcome("paths", Self.example)
    #expect(paths.code == .success)
    #expect(paths.output.hasPrefix("# Ways through `customer-support`"))
    #expect(paths.talk == "13 scenarios   rows 18 of 18\n")
  }

  @Test func `results take the place of the usual output`() async {
    let tap = await Outcome("test", Self.example, "--format", "tap")
    #expect(tap.code == .success && tap.output.hasPrefix("TAP version 14\n1.."))
    #expect(!tap.output.contains("not ok") && !tap.output.contains("rows"))
    let junit = await Outcome("test", Self.example, "--format=junit")
    #expect(junit.output.hasPrefix("<?xml") && junit.output.hasSuffix("</testsuites>\n"))
  }

  @Test func `wrong use is refused`() async {
    #expect(await Outcome("test", Self.example, "--report", "x.xml").code == .badUse)
    #expect(await Outcome("test", Self.example, "--format", "xunit").code == .badUse)
    let nowhere = await Outcome(
      "test",
      Self.example,
      "--format",
      "tap",
      "--report",
      "/dev/null/results"
    )
    #expect(nowhere.code == .inputOutput)
    #expect(await Outcome("paths").code == .badUse)
    #expect(await Outcome("paths", "no-such-flow.yaml").code == .inputOutput)
    #expect(await Outcome("paths", Self.example, "--states", "0").code == .badUse)
  }
}
