import Source
import Values

/// Why a file that a flow names could not be read.
public enum IncludeError: Error, Sendable, Hashable {
  /// There is no such file.
  case notFound
  /// It exists and cannot be read; the reason in words.
  case unreadable(String)
  /// It is larger than the limit for documents.
  case tooLarge
}

/// Reads the files that a flow names: the seam between the loader and a file system.
///
/// The loader passes normalised relative paths only: parts joined by `/`, none of them empty, `.`
/// or `..`. A conformer that follows symbolic links must keep them inside the flow's folder.
public protocol IncludeReader: Sendable {
  /// The file at `path`, relative to the folder of the flow's file.
  ///
  /// - Throws: `IncludeError` when it cannot be had.
  func read(_ path: String) throws(IncludeError) -> SourceFile
}

/// Included files held in memory, by path; for embedding and for tests.
public struct MemoryIncludes: IncludeReader {
  private let files: [MapKey: SourceFile]

  /// Serves `texts`, path to content.
  public init(_ texts: [String: String] = [:]) {
    var files: [MapKey: SourceFile] = [:]
    for (path, text) in texts { files[.string(path)] = SourceFile(name: path, text: text) }
    self.files = files
  }

  /// The file at `path`, always the same object.
  public func read(_ path: String) throws(IncludeError) -> SourceFile {
    guard let file = files[.string(path)] else { throw .notFound }
    return file
  }
}
