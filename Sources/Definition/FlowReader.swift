import Document
import Source
import Values

/// Reads one flow's tree into a `Flow`, collecting findings on the way.
///
/// Its parts stand in extensions, one file per part of the format.
struct FlowReader {
  /// The form of the flow.
  let form: FlowForm
  /// The limits in force.
  let limits: Limits
  /// Where the files that the flow names come from.
  let includes: any IncludeReader
  /// The findings so far.
  var findings: Findings
  /// The files that the flow includes, in order of first use.
  var included: [(path: String, file: SourceFile)] = []
  /// Paths of the files being read, outermost first.
  var openIncludes: [String] = []
  /// Ids of the tree being read.
  var treeIDs: Set<MapKey> = []
  /// Nodes of the tree being read.
  var treeNodeCount = 0
  /// What the tree being read can name.
  var treeSurroundings = TreeSurroundings()
  /// What the names of the subtree being read are called outside; nil: it is none.
  var subtreeNames: SubtreeNames?
  /// Flows whose trees are being put in, outermost first.
  var openSubtrees: [String] = []
  /// State fields that subtrees bring with them.
  var subtreeFields: [Node.Entry] = []
  /// Definition texts being read inside each other.
  var definitionDepth = 0
  /// The agent whose planner is being read: the flow's, once its body is known.
  var planningAgent: String?
  /// `on_error` of the definition that is the flow's body.
  var definitionOnError: [Edge] = []
  /// The entries of `models`, once they are read.
  var declaredModels: [Named<ModelDefinition>] = []
  /// Accepted keys without effect, with their paths.
  var inertKeys: [Located<String>] = []
  /// Limits and security that nothing enforces yet.
  var unenforced: [Located<UnenforcedKey>] = []

  init(form: FlowForm, limits: Limits, includes: any IncludeReader) {
    self.form = form
    self.limits = limits
    self.includes = includes
    findings = Findings(limit: limits.diagnostics)
  }

  /// Records a finding.
  mutating func report(_ diagnostic: Diagnostic) {
    findings.append(diagnostic)
  }
}

/// Findings of one input, counted beyond a limit.
struct Findings {
  private(set) var diagnostics: [Diagnostic] = []
  private let limit: Int
  private var leftOut = 0
  private(set) var hasErrors = false

  init(limit: Int) {
    self.limit = limit
  }

  mutating func append(_ diagnostic: Diagnostic) {
    if diagnostic.severity == .error { hasErrors = true }
    if diagnostics.count < limit { diagnostics.append(diagnostic) } else { leftOut += 1 }
  }

  /// Whether further findings are only counted, so that hints for them need not be looked for.
  var isFull: Bool { diagnostics.count >= limit }

  /// Counts findings that were not even made.
  mutating func leaveOut(_ count: Int) { leftOut += count }

  /// Appends a finding in place of a parser's warning about the same text.
  mutating func replaceWarning(with diagnostic: Diagnostic) {
    diagnostics.removeAll { other in
      guard other.severity == .warning, let place = other.span, let span = diagnostic.span else {
        return false
      }
      return place.file === span.file && place.start == span.start
    }
    append(diagnostic)
  }

  /// The findings in the order of the text, with a last one that counts those left out.
  func finished() -> [Diagnostic] {
    guard leftOut > 0 else { return diagnostics }
    return diagnostics + [Messages.moreFindings(leftOut, hasErrors: hasErrors)]
  }
}

/// A mapping whose keys have been looked at.
struct Mapping {
  /// The kind of mapping.
  let level: Level
  /// Its dotted path in the flow, empty for the whole.
  let path: String
  /// Where it stands.
  let span: SourceSpan
  /// Its entries.
  let entries: [Node.Entry]
  /// Whether keys were reported that seem to have slipped into or out of it: what is missing then
  /// is most often a consequence.
  var isDisordered = false
  /// Keys of parts that come later.
  var later: [(entry: Node.Entry, feature: String)] = []

  /// The entry of `key`.
  ///
  /// O(entries).
  func entry(_ key: String) -> Node.Entry? {
    // By position: an entry is large, and most are asked for in vain.
    for position in entries.indices where entries[position].key.sameScalars(as: key) {
      return entries[position]
    }
    return nil
  }
}

extension FlowReader {
  /// The mapping that `entry` holds, its keys checked; nil after a finding.
  mutating func mapping(_ entry: Node.Entry, _ level: Level, path: String) -> Mapping? {
    guard entry.value.entries != nil else {
      report(Messages.wrongKind(entry, wanted: "a mapping", hint: nil))
      return nil
    }
    return mapping(entry.value, level, path: path)
  }

  /// The mapping `node`, which is one, with its keys checked.
  mutating func mapping(_ node: Node, _ level: Level, path: String) -> Mapping? {
    guard let entries = node.entries else {
      report(Messages.wrongKind(node, of: level))
      return nil
    }
    var mapping = Mapping(level: level, path: path, span: node.span, entries: entries)
    let table = KeyTable.of(level, form)
    var unknown: [Int] = []
    for (index, entry) in entries.enumerated() {
      switch table.rule(of: entry.key)?.use {
      case .active?: break
      case .inert?: recordInert(entry, in: mapping)
      case .later(let feature)?: mapping.later.append((entry, feature))
      case .seedOnly(let instead)?:
        report(Messages.seedKey(entry, instead: instead))
        mapping.isDisordered = true
      case nil where table.isOpen: recordInert(entry, in: mapping)
      case nil: unknown.append(index)
      }
    }
    if !unknown.isEmpty {
      mapping.isDisordered = true
      reportUnknown(unknown, in: mapping, table)
    }
    return mapping
  }

  private mutating func recordInert(_ entry: Node.Entry, in mapping: Mapping) {
    if form == .seed, let key = UnenforcedKey(entry.key, in: mapping.level) {
      if !entry.value.isEmptyOrNull { unenforced.append(Located(key, entry.keySpan)) }
      return
    }
    let path = mapping.path.isEmpty ? entry.key : "\(mapping.path).\(entry.key)"
    inertKeys.append(Located(path, entry.keySpan))
  }

  /// The entry of `key` when it has a value; a finding when it has none.
  mutating func value(_ key: String, _ mapping: Mapping) -> Node.Entry? {
    guard let entry = mapping.entry(key) else { return nil }
    if case .null = entry.value.content {
      if !mapping.isDisordered { report(Messages.noValue(entry)) }
      return nil
    }
    return entry
  }

  /// Reports the first of a mapping's later keys.
  mutating func reportLater(_ mapping: Mapping) {
    guard let first = mapping.later.first else { return }
    report(Messages.notSupported(first.feature, at: first.entry.keySpan))
  }

  // MARK: Unknown keys

  /// Reports unknown keys, one finding per likely mistake and not per key.
  private mutating func reportUnknown(_ unknown: [Int], in mapping: Mapping, _ table: KeyTable) {
    if findings.isFull {
      report(Messages.unknownKey(mapping.entries[unknown[0]], in: mapping.level, near: nil))
      return
    }
    // What is beyond the limit is not shown, so it need not be sorted out either.
    var rest = Array(unknown.prefix(limits.diagnostics))
    if let swallowed = swallowedGuard(unknown, mapping) {
      findings.replaceWarning(with: swallowed)
      return
    }
    if let first = rest.first, let empty = emptyBefore(first, mapping) {
      report(Messages.besideEmpty(mapping.entries[first], empty: empty, more: rest.count - 1))
      return
    }
    while let first = rest.first {
      let entry = mapping.entries[first]
      var homes = self.homes(of: entry.key, besides: mapping.level)
      let isNumberSlip = table.suggestions.contains {
        $0 == entry.key + "s" || $0 + "s" == entry.key
      }
      guard !homes.isEmpty, !isNumberSlip else {
        rest.removeFirst()
        if reportNested(entry, mapping, &rest) { continue }
        let known = table.suggestions
        let near =
          Dialects.key(for: entry.key, among: known)
          ?? Suggestion.nearest(to: entry.key, in: known)
        report(Messages.unknownKey(entry, in: mapping.level, near: near, known: known))
        continue
      }
      var group: [Node.Entry] = []
      rest.removeAll { index in
        let other = mapping.entries[index]
        let shared = homes.filter { KeyTable.of($0, form).reads(other.key) }
        guard !shared.isEmpty else { return false }
        homes = shared
        group.append(other)
        return true
      }
      report(Messages.misplaced(group, in: mapping.level, homes: homes))
    }
    findings.leaveOut(unknown.count - min(unknown.count, limits.diagnostics))
  }

  /// The levels that read `key`.
  private func homes(of key: String, besides level: Level) -> [Level] {
    Level.allCases.filter {
      $0 != level && $0.losesKeys && KeyTable.of($0, form).reads(key)
    }
  }

  /// An empty key that stands right before the entry at `index` and takes a mapping: most likely
  /// the entry should be indented below it.
  private func emptyBefore(_ index: Int, _ mapping: Mapping) -> Node.Entry? {
    guard index > 0 else { return nil }
    let before = mapping.entries[index - 1]
    guard case .null = before.value.content, !before.value.isQuoted else { return nil }
    return KeyTable.of(mapping.level, form).rule(of: before.key) == nil ? nil : before
  }

  /// Reports an unknown key whose value looks like a step, with its like; false when it does not.
  private mutating func reportNested(
    _ entry: Node.Entry,
    _ mapping: Mapping,
    _ rest: inout [Int]
  ) -> Bool {
    guard looksLikeStep(entry.value) else { return false }
    let before = rest.count
    rest.removeAll { looksLikeStep(mapping.entries[$0].value) }
    report(Messages.stepOutOfPlace(entry, in: mapping.level, more: before - rest.count))
    return true
  }

  private func looksLikeStep(_ node: Node) -> Bool {
    guard let entries = node.entries, !entries.isEmpty else { return false }
    let table = KeyTable.of(.step, form)
    return entries.allSatisfy { table.rule(of: $0.key) != nil }
  }

  /// The finding for `{when: f(a, b), target: x}`, where YAML made `b)` a key of its own.
  private func swallowedGuard(_ unknown: [Int], _ mapping: Mapping) -> Diagnostic? {
    guard let first = unknown.first, first > 0 else { return nil }
    let before = mapping.entries[first - 1]
    let entry = mapping.entries[first]
    guard case .null = entry.value.content, let text = before.value.text, !before.value.isQuoted
    else { return nil }
    guard Self.isOpen(text.text) || entry.key.utf8.contains(where: { ")]\"'".utf8.contains($0) })
    else { return nil }
    let whole = before.value.span.union(mapping.entries[unknown[unknown.count - 1]].keySpan)
    return Messages.swallowedGuard(before, whole)
  }

  /// Whether a text opens more brackets than it closes.
  private static func isOpen(_ text: String) -> Bool {
    var depth = 0
    for byte in text.utf8 {
      if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") { depth += 1 }
      if byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") { depth -= 1 }
    }
    return depth > 0
  }
}
