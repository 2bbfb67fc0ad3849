import Conformance
import Glibc
import Testing

/// Where the foreign suites lie: `SIGNALBOX_SUITES`, or `../shared/conformance` beside the package.
enum ConformanceDirectory {
  static let root: String = {
    if let path = unsafe getenv("SIGNALBOX_SUITES") { return unsafe String(cString: path) }
    let parts = #filePath.split(separator: "/").dropLast(4)
    return "/" + parts.joined(separator: "/") + "/shared/conformance"
  }()

  /// Whether a suite's directory is there.
  static func has(_ suite: String) -> Bool { unsafe access("\(root)/\(suite)", R_OK) == 0 }

  /// What to say when it is not.
  static func absence(_ suite: String) -> Comment {
    "skipped: no \(suite) cases in \(root); set SIGNALBOX_SUITES"
  }

  /// Fails with the failures of a suite that must pass in full.
  static func expectPass(_ result: SuiteResult, atLeast count: Int) {
    #expect(result.failures.isEmpty, "\(result.failures.prefix(20).joined(separator: "\n"))")
    #expect(result.skips.isEmpty)
    #expect(result.passed >= count)
  }
}
