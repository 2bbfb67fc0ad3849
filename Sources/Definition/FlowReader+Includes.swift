import Source
import Values

/// Files that a flow names.
extension FlowReader {
  /// The file named by `path`, read once however often it is named; nil after a finding.
  mutating func include(_ path: Located<String>) -> SourceFile? {
    let normalized: String
    switch Self.normalized(path.value) {
    case .path(let path): normalized = path
    case .refused(let reason, let hint):
      report(Messages.include(path, reason, hint: hint))
      return nil
    }
    if openIncludes.contains(where: { $0.sameScalars(as: normalized) }) {
      report(Messages.include(path, "it includes itself", hint: nil))
      return nil
    }
    if let known = included.first(where: { $0.path.sameScalars(as: normalized) }) {
      openIncludes.append(normalized)
      return known.file
    }
    guard included.count < limits.includedFiles else {
      report(Messages.tooMany("included files", limits.includedFiles, at: path.span))
      return nil
    }
    do throws(IncludeError) {
      let file = try includes.read(normalized)
      included.append((normalized, file))
      openIncludes.append(normalized)
      return file
    } catch {
      switch error {
      case .notFound:
        report(
          Messages.include(
            path,
            "there is no such file",
            hint: "it is looked for in the folder of the flow's file; an overlay (`--with`) can "
              + "give the definition instead"
          )
        )
      case .unreadable(let reason): report(Messages.include(path, reason, hint: nil))
      case .tooLarge:
        report(Messages.include(path, "it is too large", hint: nil))
      }
      return nil
    }
  }

  /// What becomes of a written path.
  enum NormalizedPath: Equatable {
    /// Parts joined by `/`, without `.` and `..`.
    case path(String)
    /// Not usable, for this reason.
    case refused(String, hint: String?)
  }

  /// Removes `.` and `..`; refuses what is no relative path inside the flow's folder.
  static func normalized(_ path: String) -> NormalizedPath {
    let bytes = Array(path.utf8)
    if bytes.isEmpty { return .refused("the name is empty", hint: nil) }
    if bytes.count > 1_000 { return .refused("the name is too long", hint: nil) }
    if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      return .refused("the name holds a control character", hint: nil)
    }
    if path.contains("://") {
      return .refused("it is an address, not a file", hint: "store the file beside the flow")
    }
    if bytes.contains(0x5C) {
      return .refused("the name holds a backslash", hint: "separate folders by `/`")
    }
    if bytes[0] == UInt8(ascii: "/") || bytes[0] == UInt8(ascii: "~") {
      return .refused(
        "the path is absolute",
        hint: "name a file in the folder of the flow's file"
      )
    }
    var parts: [Substring] = []
    for part in path.split(separator: "/") {
      if part == "." { continue }
      if part == ".." {
        if parts.popLast() == nil {
          return .refused(
            "the path leaves the folder of the flow's file",
            hint: "move the file into that folder"
          )
        }
      } else {
        parts.append(part)
      }
    }
    if parts.isEmpty || bytes.last == UInt8(ascii: "/") {
      return .refused("it is a folder", hint: nil)
    }
    return .path(parts.joined(separator: "/"))
  }
}
