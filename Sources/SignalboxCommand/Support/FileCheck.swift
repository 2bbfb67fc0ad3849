import Signalbox

/// One file with all that `check` finds in it.
struct FileCheck {
  let path: String
  let kind: FileKind
  /// The flow on its way; nil of other files.
  var prepared: PreparedFlow?
  var findings: [Diagnostic]

  /// The named files, each looked at as what it is.
  ///
  /// In a folder, flows that others include are parts of those; what is neither flow, scenarios,
  /// prices, policies nor overlay is left alone.
  static func all(
    _ files: NamedFiles,
    overlays: [String]
  ) throws(CommandFailure) -> [FileCheck] {
    var checks: [FileCheck] = []
    var included: Set<String> = []
    for entry in files.entries where entry.kind != .data {
      let check = try FileCheck(entry, overlays: overlays)
      for file in check.prepared?.files.dropFirst(1 + overlays.count) ?? [] {
        included.insert(file.name)
      }
      checks.append(check)
    }
    let found = Set(files.entries.filter(\.isFound).map(\.path))
    return checks.filter { check in
      !(check.kind == .flow && found.contains(check.path) && included.contains(check.path))
    }
  }

  private init(_ entry: NamedFiles.Entry, overlays: [String]) throws(CommandFailure) {
    path = entry.path
    kind = entry.kind
    switch entry.kind {
    case .flow, .data:
      let prepared = try FlowFiles.prepare(path, overlays: overlays)
      self.prepared = prepared
      findings = prepared.diagnostics
    case .prices: findings = PriceBook.read(try FlowFiles.read(path)).diagnostics
    case .policies: findings = ModelPolicyFile.load(try FlowFiles.read(path)).diagnostics
    case .overlay: findings = FlowLoader.findings(inOverlay: try FlowFiles.read(path))
    case .scenarios: findings = try Self.findings(inScenarios: path)
    }
  }

  /// Mistakes of a scenario file, names among them that its flow does not have.
  private static func findings(
    inScenarios path: String
  ) throws(CommandFailure) -> [Diagnostic] {
    let suite = try ScenarioSuite(scenariosAt: path)
    guard let file = suite.file, !suite.findings.hasErrors,
      let flow = suite.flowPath, FileHandle.exists(flow)
    else { return suite.findings }
    let prepared = try FlowFiles.prepare(flow, overlays: suite.overlays)
    // What is wrong with the flow is said of the flow; without its table no name is known.
    guard let table = prepared.table else { return suite.findings }
    return suite.findings + ScenarioRunner(table: table, pricer: .declaredOnly).check(file)
  }

  /// `scenarios`, `prices`, … as texts call it.
  var title: String {
    switch kind {
    case .flow, .data: "flow"
    case .scenarios: "scenarios"
    case .prices: "price book"
    case .overlay: "overlay"
    case .policies: "policies of models"
    }
  }
}

/// A file of scenarios with the flow that they are of.
struct ScenarioSuite {
  /// The scenario file.
  let path: String
  /// What it holds; nil when it cannot be read.
  let file: ScenarioFile?
  /// What is wrong with it.
  let findings: [Diagnostic]
  /// The flow; nil when the file has no readable form.
  let flowPath: String?
  /// Files merged on top of the flow.
  let overlays: [String]
  /// The price book that the file names.
  let pricesPath: String?

  /// The suite in a scenario file.
  ///
  /// Its flow is the one that it names, else that of its own name in the folder above.
  init(scenariosAt path: String) throws(CommandFailure) {
    let folder = FlowFiles.folder(of: path)
    self.path = path
    (file, findings) = ScenarioFile.load(
      try FlowFiles.read(path),
      includes: FolderIncludes(folder: folder)
    )
    func beside(_ name: String) -> String {
      FlowFiles.normalized(name.hasPrefix("/") || folder.isEmpty ? name : folder + "/" + name)
    }
    let own = path.split(separator: "/").last.map(String.init) ?? path
    flowPath = file.map { beside($0.flow?.text ?? "../" + own) }
    overlays = file?.overlays.map { beside($0.text) } ?? []
    pricesPath = file?.prices.map { beside($0.text) }
  }
}
