import Signalbox

/// A scenario as the command line names it.
struct ScenarioChoice {
  private let name: String?
  private let path: String?

  init(_ arguments: Arguments) {
    name = arguments.text(.scenario)
    path = arguments.text(.scenarios)
  }

  /// The scenario, read from its file; nil when none was named.
  func load(flowPath: String?, _ console: Console) throws(CommandFailure) -> ChosenScenario? {
    guard let name else { return nil }
    guard let file = path ?? flowPath.map({ Self.defaultPath(of: $0) }) else {
      throw CommandFailure(
        "`--scenario` needs the file of scenarios here",
        hint: "add --scenarios tests/FLOW.yaml",
        exit: .badUse
      )
    }
    let scenarios = try Self.read(file, console)
    guard let found = scenarios.scenarios.first(where: { $0.name.sameScalars(as: name) }) else {
      let near = Suggestion.nearest(to: name, in: scenarios.scenarios.map(\.name))
      throw CommandFailure(
        "`\(file)` has no scenario `\(name)`",
        hint: near.map { "did you mean `\($0)`?" }
          ?? "it has: " + scenarios.scenarios.map { "`\($0.name)`" }.joined(separator: ", "),
        exit: .badUse
      )
    }
    return ChosenScenario(scenario: found)
  }

  /// `tests/<file name>` beside the flow.
  static func defaultPath(of flow: String) -> String {
    let folder = FlowFiles.folder(of: flow)
    let file = flow.split(separator: "/").last.map(String.init) ?? flow
    return (folder.isEmpty ? "" : folder + "/") + "tests/" + file
  }

  /// A scenario file; its mistakes are shown and refused.
  static func read(_ path: String, _ console: Console) throws(CommandFailure) -> ScenarioFile {
    let (file, findings) = ScenarioFile.load(
      try FlowFiles.read(path),
      includes: FolderIncludes(folder: FlowFiles.folder(of: path))
    )
    Findings(console).show(findings)
    guard let file, !findings.hasErrors else {
      throw CommandFailure("`\(path)` is no file of scenarios", exit: .badUse)
    }
    return file
  }
}

/// A scenario that answers the calls of a run.
struct ChosenScenario {
  let scenario: Scenario

  /// The scenario's input.
  var input: Value { scenario.input }

  /// Its script on a virtual clock that starts now: nobody waits for scripted delays.
  func answers() -> CallAnswers {
    CallAnswers(
      performing: ScriptedPerformer(scenario.script),
      clock: VirtualClock(startMilliseconds: SystemClock().nowMilliseconds),
      redactor: Redactor()
    )
  }
}
