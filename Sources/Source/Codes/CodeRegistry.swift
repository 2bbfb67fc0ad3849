/// Every diagnostic code, and what `signalbox explain` says about it.
public enum CodeRegistry {
  /// All codes, area by area.
  public static let all: [DiagnosticCode] = [
    DiagnosticCode.fileCodes, DiagnosticCode.yamlCodes, DiagnosticCode.jsonCodes,
    DiagnosticCode.documentCodes, DiagnosticCode.schemaCodes, DiagnosticCode.expressionCodes,
    DiagnosticCode.jsonPathCodes, DiagnosticCode.definitionCodes, DiagnosticCode.compilerCodes,
    DiagnosticCode.statechartCodes, DiagnosticCode.treeCodes,
    DiagnosticCode.tableCodes, DiagnosticCode.verifierCodes, DiagnosticCode.costCodes,
    DiagnosticCode.runtimeCodes, DiagnosticCode.xmlCodes,
    DiagnosticCode.importCodes, DiagnosticCode.modelCodes,
    DiagnosticCode.taskCodes, DiagnosticCode.invariantCodes, DiagnosticCode.planningCodes,
  ].flatMap(\.self)

  /// The code with this id, whatever its case; `SBX-` may be left out.
  ///
  /// O(codes).
  public static func code(_ id: String) -> DiagnosticCode? {
    let wanted = normalized(id)
    return all.first { $0.id == wanted }
  }

  /// The codes of an area: of `SBX-DATA`, `data` or `DATA-`.
  ///
  /// O(codes).
  public static func codes(inArea area: String) -> [DiagnosticCode] {
    var prefix = normalized(area)
    if !prefix.hasSuffix("-") { prefix += "-" }
    return prefix == "SBX-" ? [] : all.filter { $0.id.hasPrefix(prefix) }
  }

  /// The code that a mistyped id probably meant.
  public static func suggestion(for id: String) -> DiagnosticCode? {
    Suggestion.nearest(to: normalized(id), in: all.map(\.id)).flatMap { code($0) }
  }

  /// The text of `signalbox explain`: id and title, then why, a wrong and a right example.
  public static func explanation(of code: DiagnosticCode) -> String {
    code.id + ": " + code.title + "\n\n" + code.explanation + "\n"
  }

  /// One line per code: id and title.
  public static func list(_ codes: [DiagnosticCode] = all) -> String {
    let width = codes.map { $0.id.utf8.count }.max() ?? 0
    return codes.map { code in
      code.id + String(repeating: " ", count: width - code.id.utf8.count + 2) + code.title + "\n"
    }.joined()
  }

  private static func normalized(_ id: String) -> String {
    let upper = id.uppercased()
    return upper == "SBX" || upper.hasPrefix("SBX-") ? upper : "SBX-" + upper
  }
}
