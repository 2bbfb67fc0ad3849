import Document
import Source
import Values

/// Reads a flow's file, its overlays and the files they name into a `Flow`.
public enum FlowLoader {
  /// What loading gives.
  public typealias Result = (flow: Flow?, files: [SourceFile], diagnostics: [Diagnostic])

  /// The flow written in `file` with `overlays` merged on top, later ones over earlier ones.
  ///
  /// The flow is nil when any finding is an error. `files` holds everything that is part of the
  /// flow's identity (FLOW-SEMANTICS 31): the file, its overlays, the included files, in that
  /// order. Findings come in the order of the text, at most `limits.diagnostics` and one that
  /// counts the rest. Names of steps, agents and tools are not resolved yet. O(size of the files).
  public static func load(
    _ file: SourceFile,
    overlays: [SourceFile] = [],
    includes: any IncludeReader = MemoryIncludes(),
    limits: Limits = Limits()
  ) -> Result {
    let parsed = DocumentParser.parse(file, limits: limits)
    guard !parsed.diagnostics.hasErrors, let root = parsed.root else {
      return (nil, [file] + overlays, parsed.diagnostics)
    }
    let version = root.entries?.first { $0.key == "signalbox" }
    var reader = FlowReader(
      form: version == nil ? .seed : .house,
      limits: limits,
      includes: includes
    )
    for diagnostic in parsed.diagnostics { reader.report(diagnostic) }
    let flow = read(root, version: version, overlays: overlays, &reader, stem: stem(file.name))
    let files = [file] + overlays + reader.included.map(\.file)
    let isUsable = !reader.findings.hasErrors
    if isUsable, let note = Messages.noEffect(reader.inertKeys) { reader.report(note) }
    if isUsable {
      for warning in Messages.notEnforced(reader.unenforced) { reader.report(warning) }
    }
    var found = ordered(reader.findings.finished(), by: files)
    guard version == nil, isHouseLike(root) else { return (isUsable ? flow : nil, files, found) }
    found = formMentioned(in: found)
    var formless = isUsable ? flow : nil
    formless?.lacksForm = true
    return (formless, files, found)
  }

  /// What is wrong with the keys of a file that is merged on top of a flow; more cannot be said of
  /// it alone.
  public static func findings(
    inOverlay file: SourceFile,
    limits: Limits = Limits()
  ) -> [Diagnostic] {
    let parsed = DocumentParser.parse(file, limits: limits)
    guard !parsed.diagnostics.hasErrors, let root = parsed.root else { return parsed.diagnostics }
    var reader = FlowReader(form: .seed, limits: limits, includes: MemoryIncludes())
    for diagnostic in parsed.diagnostics { reader.report(diagnostic) }
    if root.entries == nil {
      reader.report(Messages.overlayKind(root))
    } else {
      _ = reader.mapping(root, .flow, path: "")
    }
    return reader.findings.finished()
  }

  private static func read(
    _ root: Node,
    version: Node.Entry?,
    overlays: [SourceFile],
    _ reader: inout FlowReader,
    stem: String
  ) -> Flow? {
    guard root.entries != nil else {
      reader.report(Messages.notAMapping(root))
      return nil
    }
    if let version, !isKnown(version) {
      reader.report(Messages.version(version.value))
      return nil
    }
    var root = root
    for overlay in overlays {
      guard let tree = reader.accept(DocumentParser.parse(overlay, limits: reader.limits)) else {
        continue
      }
      guard let entries = tree.entries else {
        reader.report(Messages.overlayKind(tree))
        continue
      }
      if let other = entries.first(where: { $0.key == "signalbox" }) {
        guard reader.form == .house else {
          reader.report(Messages.overlayForm(other))
          continue
        }
        guard isKnown(other) else {
          reader.report(Messages.version(other.value))
          continue
        }
      }
      root = reader.merged(root, tree)
    }
    return reader.findings.hasErrors ? nil : reader.flow(root, stem: stem)
  }

  /// Whether a file without `signalbox: 1` has the shape that files with it have: the body at the
  /// top, and none of the keys that only the older form knows.
  private static func isHouseLike(_ root: Node) -> Bool {
    guard let entries = root.entries else { return false }
    let (house, older) = (KeyTable.of(.flow, .house), KeyTable.of(.flow, .seed))
    return entries.contains { ["states", "tasks", "root", "nodes"].contains($0.key) }
      && entries.allSatisfy { entry in
        switch house.rule(of: entry.key)?.use {
        case .active?, .inert?: true
        case nil where entry.key == "version": entry.value.string == nil
        case nil: older.rule(of: entry.key) == nil
        default: false
        }
      }
  }

  /// The findings, of which the first error, else the note of keys without effect, says in which
  /// form the file was read.
  public static func formMentioned(in found: [Diagnostic]) -> [Diagnostic] {
    var found = found
    let inert = DiagnosticCode.flowNoEffect.id
    let place =
      found.firstIndex { $0.severity == .error } ?? found.firstIndex { $0.code.id == inert }
    guard let place else { return found }
    found[place].notes.append(Messages.olderForm)
    return found
  }

  private static func isKnown(_ version: Node.Entry) -> Bool {
    if case .int(1) = version.value.content { true } else { false }
  }

  /// The file's name without folders and without its last extension.
  private static func stem(_ name: String) -> String {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    guard let dot = last.lastIndex(of: "."), dot != last.startIndex else { return last }
    return String(last[..<dot])
  }

  /// Findings by file, then by place; those without a place last.
  private static func ordered(_ diagnostics: [Diagnostic], by files: [SourceFile]) -> [Diagnostic] {
    let keyed = diagnostics.enumerated().map { index, diagnostic in
      let file = diagnostic.span.flatMap { span in
        files.firstIndex { $0 === span.file }
      }
      let place = (file ?? files.count, diagnostic.span?.start ?? 0, index)
      return (place: place, diagnostic: diagnostic)
    }
    return keyed.sorted { $0.place < $1.place }.map(\.diagnostic)
  }
}
