import Foundation
package import Values

/// Files of the public suites, which stand outside of the repository.
///
/// They are looked for where `SIGNALBOX_SUITES` says, else beside the package. A test that needs an
/// absent one is disabled and says so.
package enum SuiteFiles {
  private static let root =
    ProcessInfo.processInfo.environment["SIGNALBOX_SUITES"]
    ?? URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared/conformance").path

  /// What a disabled test says.
  package static let missing = "skipped: the public suites are not here"

  /// Whether the file at a path below the suites exists.
  package static func isPresent(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root + "/" + path)
  }

  /// The file at a path as one JSON value.
  package static func json(_ path: String) throws -> Value {
    try JSONParser.parse(String(contentsOfFile: root + "/" + path, encoding: .utf8))
  }

  /// The lines of the file at a path, a JSON value each.
  package static func jsonLines(_ path: String) throws -> [Value] {
    let text = try String(contentsOfFile: root + "/" + path, encoding: .utf8)
    return try text.split(separator: "\n").map { try JSONParser.parse(String($0)) }
  }
}
