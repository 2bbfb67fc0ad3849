/// Writes diagnostics as a SARIF 2.1.0 log, which code-review services read.
///
/// One run, one rule per code that occurs, columns as Unicode code points. Files keep the names
/// that the user gave, relative to `baseDirectory` when they lie in it; no other path is written.
/// Spec: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
public struct SARIFRenderer: Sendable {
  /// Version of the tool, as `signalbox version` prints it.
  public var toolVersion: String
  /// Absolute path that absolute names of files are made relative to; nil keeps them.
  public var baseDirectory: String?

  /// A renderer.
  public init(toolVersion: String, baseDirectory: String? = nil) {
    self.toolVersion = toolVersion
    self.baseDirectory = baseDirectory
  }

  /// The whole log as one JSON text, ended by a line feed.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    var codes: [DiagnosticCode] = []
    var indices: [DiagnosticCode: Int] = [:]
    for diagnostic in diagnostics where indices[diagnostic.code] == nil {
      indices[diagnostic.code] = codes.count
      codes.append(diagnostic.code)
    }
    let log: JSONOutput = [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        [
          "tool": [
            "driver": [
              "name": "signalbox", "version": .string(toolVersion),
              "rules": .array(codes.map { rule($0) }),
            ]
          ],
          "columnKind": "unicodeCodePoints",
          "newlineSequences": ["\r\n", "\n", "\r"],
          "results": .array(diagnostics.map { result($0, ruleIndex: indices[$0.code] ?? 0) }),
        ]
      ],
    ]
    return log.text + "\n"
  }

  private func rule(_ code: DiagnosticCode) -> JSONOutput {
    let explanation = code.explanation.isEmpty ? code.title : code.explanation
    return [
      "id": .string(code.id),
      "shortDescription": message(code.title),
      "fullDescription": message(explanation),
      "help": message(explanation + "\n\nsignalbox explain " + code.id),
    ]
  }

  private func result(_ diagnostic: Diagnostic, ruleIndex: Int) -> JSONOutput {
    let related = diagnostic.notes.enumerated().compactMap { index, note in
      note.span.map { relatedLocation($0, note.message, id: index + 1) }
    }
    return [
      "ruleId": .string(diagnostic.code.id),
      "ruleIndex": .int(ruleIndex),
      "level": .string(diagnostic.severity.name),
      "message": message(text(diagnostic)),
      "locations": diagnostic.span.map { [["physicalLocation": physicalLocation($0)]] },
      "relatedLocations": related.isEmpty ? nil : .array(related),
      "fixes": diagnostic.fix.map { [fix($0, hint: diagnostic.hint)] },
    ]
  }

  /// Message, notes without a place of their own, hint: a reader of the log sees no other text.
  private func text(_ diagnostic: Diagnostic) -> String {
    var lines = [diagnostic.message]
    lines += diagnostic.notes.filter { $0.span == nil }.map(\.message)
    if let remedy = diagnostic.remedy { lines.append(remedy) }
    return lines.joined(separator: "\n")
  }

  private func message(_ text: String) -> JSONOutput { ["text": .string(text)] }

  private func relatedLocation(_ span: SourceSpan, _ text: String, id: Int) -> JSONOutput {
    ["id": .int(id), "physicalLocation": physicalLocation(span), "message": message(text)]
  }

  private func fix(_ fix: Diagnostic.Fix, hint: String?) -> JSONOutput {
    [
      "description": message(hint ?? "replace by `\(fix.replacement)`"),
      "artifactChanges": [
        [
          "artifactLocation": ["uri": .string(uri(fix.span.file.name))],
          "replacements": [
            [
              "deletedRegion": region(fix.span),
              "insertedContent": message(fix.replacement),
            ]
          ],
        ]
      ],
    ]
  }

  private func physicalLocation(_ span: SourceSpan) -> JSONOutput {
    ["artifactLocation": ["uri": .string(uri(span.file.name))], "region": region(span)]
  }

  private func region(_ span: SourceSpan) -> JSONOutput {
    let start = span.startPosition
    let end = span.endPosition
    return [
      "startLine": .int(start.line), "startColumn": .int(start.column),
      "endLine": .int(end.line), "endColumn": .int(end.column),
    ]
  }

  /// A URI reference: relative, except for an absolute name outside the base directory.
  private func uri(_ name: String) -> String {
    var path = name[...]
    if let baseDirectory {
      let prefix = baseDirectory.hasSuffix("/") ? baseDirectory : baseDirectory + "/"
      if path.hasPrefix(prefix) { path = path.dropFirst(prefix.count) }
    }
    while path.hasPrefix("./") { path = path.dropFirst(2) }
    let isAbsolute = path.hasPrefix("/")
    var encoded = isAbsolute ? "file://" : ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return encoded
  }
}
