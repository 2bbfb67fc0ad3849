import Foundation
import Signalbox

/// Flows that stand beside the tests, each with the text that compiling it must give.
enum Corpus {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")
  static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Whether expressions are compiled at all; without, tests of mistakes inside them are skipped.
  static let hasExpressions =
    Program.compile(
      SourceText(name: "<test>", text: "1 + 1"),
      in: Environment(variables: [])
    ).program != nil

  /// The flows of a folder, overlays left out, in order of their names.
  static func files(_ folder: String) -> [String] {
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path))
      ?? []
    return names.filter { $0.hasSuffix(".yaml") && !$0.contains(".overlay.") }.sorted()
      .map { "\(folder)/\($0)" }
  }

  static func text(_ url: URL) -> String? {
    (try? Data(contentsOf: url)).map { String(decoding: $0, as: UTF8.self) }
  }

  static func source(_ path: String) throws -> SourceFile {
    let data = try Data(contentsOf: root.appending(path: path))
    return SourceFile(name: (path as NSString).lastPathComponent, bytes: Array(data))
  }

  /// Loads and compiles a flow of the corpus with its overlay, if it has one.
  static func compile(_ path: String) throws -> Compiled {
    let overlay = path.replacingOccurrences(of: ".yaml", with: ".overlay.yaml")
    let overlays = (try? source(overlay)).map { [$0] } ?? []
    return compile(try source(path), overlays: overlays)
  }

  static func compile(_ file: SourceFile, overlays: [SourceFile] = []) -> Compiled {
    let loaded = FlowLoader.load(file, overlays: overlays)
    guard let flow = loaded.flow else {
      return Compiled(table: nil, diagnostics: loaded.diagnostics)
    }
    let compiled = FlowCompiler.compile(flow)
    return Compiled(table: compiled.table, diagnostics: loaded.diagnostics + compiled.diagnostics)
  }

  static func compile(text: String, overlay: String? = nil) -> Compiled {
    compile(
      SourceFile(name: "flow.yaml", text: text),
      overlays: overlay.map { [SourceFile(name: "overlay.yaml", text: $0)] } ?? []
    )
  }

  /// The expected text of a flow; with SIGNALBOX_GOLDEN set it is written instead.
  static func golden(_ path: String, _ actual: String) -> String {
    let url = root.appending(path: path)
    if ProcessInfo.processInfo.environment["SIGNALBOX_GOLDEN"] == "1" {
      try? Data(actual.utf8).write(to: url)
    }
    return text(url) ?? "(no golden file \(path); run with SIGNALBOX_GOLDEN=1)"
  }
}

/// What compiling gave.
struct Compiled {
  var table: LinkedTable?
  var diagnostics: [Diagnostic]

  /// The table, or the findings as an error.
  func required() throws -> LinkedTable {
    guard let table else { throw Refused(findings: findings) }
    return table
  }

  struct Refused: Error {
    var findings: String
  }

  /// The findings, one a line: severity, code, place, message, hint.
  var findings: String {
    diagnostics.map { finding in
      let place = finding.span.map { span in
        let position = span.startPosition
        return "\(position.line):\(position.column)"
      }
      var line = "\(finding.severity.name)[\(finding.code.id)] \(place ?? "-") \(finding.message)"
      if let hint = finding.hint { line += "\n  = \(hint)" }
      return line + "\n"
    }.joined()
  }
}
