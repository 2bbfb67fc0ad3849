import Signalbox

/// What a file that was named, or found in a folder, is.
enum FileKind: Equatable {
  /// A flow.
  case flow
  /// Scenarios of a flow.
  case scenarios
  /// Prices of models.
  case prices
  /// Part of a flow, to be merged on top of one.
  case overlay
  /// How models are asked.
  case policies
  /// Something else, such as an input.
  case data

  private static let bodies: Set = [
    "states", "root", "nodes", "edges", "tasks", "rules", "planner",
  ]
  private static let header: Set = [
    "name", "description", "input", "state", "result", "outputs", "models", "agents", "tools",
    "schemas", "env", "prices", "budget", "timeout", "max_steps", "on_error", "on_cancel",
    "on_budget", "permissions", "invariants", "entry", "initial_state", "final_states", "flows",
  ]
  private static let policyKeys: Set = ["residency", "breaker", "limits", "cache"]

  /// The kind that a file's own keys tell.
  init(_ root: Node) {
    let keys = Set((root.entries ?? []).map(\.key))
    // A plan that a model proposes has tasks alone; scenarios name such files.
    if keys.isEmpty || keys == ["tasks"] {
      self = .data
    } else if keys.contains("signalbox") {
      self = .flow
    } else if keys.contains("scenarios") {
      self = .scenarios
    } else if keys.contains("book") || Self.holdsPrices(root) {
      self = .prices
    } else if keys.isSubset(of: Self.policyKeys) {
      self = .policies
    } else if keys.contains("workflow") || !keys.isDisjoint(with: Self.bodies)
      || Self.plans(root["agents"])
    {
      self = .flow
    } else {
      // An input may have a field `input` or `name`; parts of flows hold mappings, and slips of
      // their keys are to be found.
      let known = keys.intersection(Self.header)
      let holds = root.entries?.contains { known.contains($0.key) && $0.value.entries != nil }
      self = known.count * 2 >= keys.count && holds == true ? .overlay : .data
    }
  }

  private static func holdsPrices(_ root: Node) -> Bool {
    guard root.entries?.count == 1, let models = root["models"]?.entries else { return false }
    return models.contains { $0.value["input"] != nil && $0.value["output"] != nil }
  }

  /// Whether an agent brings a planner, which is a body in the older form.
  private static func plans(_ agents: Node?) -> Bool {
    let all = agents?.entries.map { $0.map(\.value) } ?? agents?.elements ?? []
    return all.contains { $0["planner"] != nil }
  }
}

/// The files that a command line names, those of its folders among them.
struct NamedFiles {
  /// A file and what it is.
  struct Entry {
    var path: String
    var kind: FileKind
    /// Whether it was found in a folder.
    var isFound: Bool
  }

  /// The files in order, a folder's in order of their names.
  private(set) var entries: [Entry] = []

  init(_ operands: [String]) throws(CommandFailure) {
    for operand in operands {
      guard operand != "-", FolderHandle.isFolder(operand) else {
        var kind = FileKind.flow
        if operand != "-", FileHandle.exists(operand), let found = try Self.kind(of: operand) {
          kind = found == .data ? .flow : found
        }
        entries.append(Entry(path: operand, kind: kind, isFound: false))
        continue
      }
      try look(into: operand, depth: 0)
    }
  }

  private mutating func look(into folder: String, depth: Int) throws(CommandFailure) {
    let limits = Limits()
    guard depth <= limits.folderDepth else {
      throw CommandFailure("`\(folder)` lies too deep in its folder", exit: .badUse)
    }
    guard let names = FolderHandle.names(in: folder, limit: limits.folderFiles) else {
      throw CommandFailure("`\(folder)` cannot be read", exit: .inputOutput)
    }
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    for name in names {
      let path = prefix + name
      if FolderHandle.isFolder(path) {
        try look(into: path, depth: depth + 1)
      } else if [".yaml", ".yml", ".json"].contains(where: { name.hasSuffix($0) }) {
        guard entries.count < limits.folderFiles else {
          throw CommandFailure(
            "`\(folder)` holds more than \(limits.folderFiles) files",
            exit: .badUse
          )
        }
        let kind = try Self.kind(of: path) ?? .flow
        entries.append(Entry(path: path, kind: kind, isFound: true))
      }
    }
  }

  /// What a file is; nil when it cannot be parsed, which is then said of it as of a flow.
  private static func kind(of path: String) throws(CommandFailure) -> FileKind? {
    let parsed = DocumentParser.parse(try FlowFiles.read(path), limits: Limits())
    guard let root = parsed.root, !parsed.diagnostics.hasErrors else { return nil }
    return FileKind(root)
  }
}
