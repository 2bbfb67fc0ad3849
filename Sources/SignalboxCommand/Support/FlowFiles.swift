import Signalbox

/// Files as the command line names them.
enum FlowFiles {
  /// The file at `path`, or a failure that says why not.
  static func read(_ path: String, limits: Limits = Limits()) throws(CommandFailure) -> SourceFile {
    do throws(FileHandle.Failure) {
      return SourceFile(
        name: path == "-" ? "<stdin>" : path,
        bytes: try FileHandle.read(path, limitBytes: limits.documentBytes)
      )
    } catch {
      switch error {
      case .missing:
        throw CommandFailure("there is no file `\(path)`", exit: .inputOutput)
      case .unreadable(let reason):
        throw CommandFailure("`\(path)` cannot be read: \(reason)", exit: .inputOutput)
      case .tooLarge:
        throw CommandFailure(
          "`\(path)` is larger than \(limits.documentBytes) bytes",
          exit: .badUse
        )
      }
    }
  }

  /// The flow at `path` with its overlays, prepared as far as it gets.
  static func prepare(
    _ path: String,
    overlays: [String]
  ) throws(CommandFailure) -> PreparedFlow {
    let file = try read(path)
    var merged: [SourceFile] = []
    for overlay in overlays { merged.append(try read(overlay)) }
    return FlowPreparation.prepare(
      file,
      overlays: merged,
      includes: FolderIncludes(folder: folder(of: path))
    )
  }

  /// A data file, JSON or YAML, as a value.
  static func value(at path: String, _ console: Console) throws(CommandFailure) -> Value {
    let file = try read(path)
    let parsed = DocumentParser.parse(file, limits: Limits())
    if !parsed.diagnostics.isEmpty { Findings(console).show(parsed.diagnostics) }
    guard let root = parsed.root, !parsed.diagnostics.hasErrors else {
      throw CommandFailure("`\(file.name)` cannot be read as data", exit: .badUse)
    }
    return root.value
  }

  /// A path without the folders that it enters only to leave them again.
  static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }

  /// The folder of a file's path, without a slash at the end; empty for the current one.
  static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: 0x2F) else { return "" }
    return String(path[..<slash])
  }
}

/// Files that a flow names, in the flow's own folder.
struct FolderIncludes: IncludeReader {
  let folder: String

  func read(_ path: String) throws(IncludeError) -> SourceFile {
    let full = folder.isEmpty ? path : folder + "/" + path
    do throws(FileHandle.Failure) {
      let bytes = try FileHandle.read(full, limitBytes: Limits().documentBytes)
      return SourceFile(name: full, bytes: bytes)
    } catch {
      switch error {
      case .missing: throw .notFound
      case .unreadable(let reason): throw .unreadable(reason)
      case .tooLarge: throw .tooLarge
      }
    }
  }
}

/// Findings on their way to people.
struct Findings {
  private let console: Console

  init(_ console: Console) { self.console = console }

  /// Writes findings to the talk stream, errors first to last, and a line that counts them.
  func show(_ diagnostics: [Diagnostic]) {
    guard !diagnostics.isEmpty else { return }
    let renderer = TerminalRenderer(color: console.usesColor(on: console.talk))
    console.talk.write(renderer.render(diagnostics))
  }

  /// How a program ends that found these: refused when only permissions are missing.
  ///
  /// With `isStrict` warnings count as errors.
  static func exit(for diagnostics: [Diagnostic], isStrict: Bool = false) -> ExitCode {
    let least = isStrict ? Severity.warning : .error
    let errors = diagnostics.filter { $0.severity >= least }
    if errors.isEmpty { return .success }
    // A price book that cannot be read is a file with mistakes, no refusal.
    let isPolicy = errors.allSatisfy { error in
      (error.code.id.hasPrefix("SBX-PERM-") || error.code.id.hasPrefix("SBX-COST-"))
        && !["SBX-COST-010", "SBX-COST-011"].contains(error.code.id)
    }
    return isPolicy ? .refused : .badUse
  }
}
