import Foundation
import Source

/// Files of the corpus and of the environment, for tests only.
enum CorpusFile {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("corpus")
  static let package = root.deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The folder that an environment variable names, else one relative to the package; nil when
  /// there is none.
  static func folder(_ variable: String, default path: String) -> URL? {
    let url =
      ProcessInfo.processInfo.environment[variable].map { URL(fileURLWithPath: $0) }
      ?? package.appendingPathComponent(path)
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }

  /// The names of the YAML files of a folder, overlays excepted, sorted.
  static func names(_ folder: String) -> [String] {
    let all =
      (try? FileManager.default.contentsOfDirectory(
        atPath: root.appendingPathComponent(folder).path
      )) ?? []
    return all.filter { $0.hasSuffix(".yaml") && !$0.hasSuffix(".overlay.yaml") }.sorted()
  }

  /// A file under its own short name; nil when there is none.
  static func source(_ url: URL) -> SourceFile? {
    guard let data = try? Data(contentsOf: url) else { return nil }
    return SourceFile(name: url.lastPathComponent, bytes: Array(data))
  }

  /// The golden text beside a file, rewritten when `SIGNALBOX_GOLDEN` is 1.
  static func golden(_ url: URL, actual: String) throws -> String? {
    if ProcessInfo.processInfo.environment["SIGNALBOX_GOLDEN"] == "1" {
      try actual.write(to: url, atomically: true, encoding: .utf8)
    }
    return try? String(contentsOf: url, encoding: .utf8)
  }
}
