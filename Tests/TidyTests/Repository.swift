import FoundationEssentials

/// The files of this repository, as texts.
struct Repository {
  /// A text file.
  struct File {
    /// Path from the root.
    let path: String
    let lines: [String]

    /// The name behind the last slash.
    var name: String { path.split(separator: "/").last.map { String($0) } ?? path }
    /// The lines without what follows `//`.
    var code: [String] {
      lines.map { line in
        guard let comment = line.firstRange(of: "//") else { return line }
        return String(line[..<comment.lowerBound])
      }
    }
    /// The code with its text literals emptied, as one text.
    var codeWithoutTexts: String {
      var result = ""
      var isBlock = false
      for line in code {
        let pieces = line.split(separator: "\"\"\"", omittingEmptySubsequences: false)
        for (index, piece) in pieces.enumerated() {
          if index > 0 { isBlock.toggle() }
          if !isBlock { result += Self.outsideQuotes(piece) }
        }
        result += "\n"
      }
      return result
    }

    private static func outsideQuotes(_ code: Substring) -> String {
      var result = ""
      var isText = false
      var isEscaped = false
      for character in code {
        if character == "\"", !isEscaped { isText.toggle() }
        isEscaped = character == "\\" && !isEscaped
        if !isText { result.append(character) }
      }
      return result
    }

    /// Whether C imports and `unsafe` may stand here.
    var isHandle: Bool { name.hasSuffix("Handle.swift") }
  }

  let files: [File]
  let root: String

  /// Reads the sources, the tests, and the texts beside them.
  init() throws {
    let here = URL(filePath: #filePath)
    let root = here.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    self.root = root
    let manager = FileManager.default
    var paths = ["Package.swift", "Makefile", "ARCHITECTURE.md", ".ci/run"]
    for folder in ["Sources", "Tests", "examples", "specs", "fuzz", "scripts"] {
      let found = (try? manager.subpathsOfDirectory(atPath: root + "/" + folder)) ?? []
      paths += found.map { folder + "/" + $0 }
    }
    let endings = [".swift", ".c", ".cpp", ".h", ".md", ".sh", ".yaml", ".json", ".modulemap"]
    files = try paths.sorted().compactMap { path in
      guard !path.contains("/.") || path.hasPrefix(".ci"),
        path.hasPrefix(".ci") || path == "Makefile" || endings.contains(where: path.hasSuffix),
        manager.fileExists(atPath: root + "/" + path)
      else { return nil }
      // Examples of broken files need not be UTF-8.
      let bytes = try Data(contentsOf: URL(filePath: root + "/" + path))
      let text = String(decoding: bytes, as: UTF8.self)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return File(path: path, lines: lines.map { String($0) })
    }
  }

  /// The Swift files below a folder.
  func swift(in folder: String) -> [File] {
    files.filter { $0.path.hasPrefix(folder + "/") && $0.path.hasSuffix(".swift") }
  }

  /// The text of one file, empty when it is absent.
  func text(_ path: String) -> String {
    files.first { $0.path == path }?.lines.joined(separator: "\n") ?? ""
  }

  /// `path:line: text` of each line that `isWrong`.
  func places(_ files: [File], where isWrong: (String) -> Bool) -> [String] {
    files.flatMap { file in
      file.code.enumerated().compactMap { index, line in
        isWrong(line) ? "\(file.path):\(index + 1): \(line)" : nil
      }
    }
  }
}

extension String {
  /// Whether `word` stands here, not as a part of a longer word.
  func hasWord(_ word: String) -> Bool {
    let isPart = { (character: Character) in character.isLetter || character.isNumber }
    return ranges(of: word).contains { range in
      let before = range.lowerBound > startIndex ? self[index(before: range.lowerBound)] : " "
      let after = range.upperBound < endIndex ? self[range.upperBound] : " "
      return !isPart(before) && !isPart(after) && before != "_" && after != "_" && before != "."
    }
  }

  /// The texts between `open` and the next `close`.
  func pieces(between open: String, and close: String) -> [String] {
    var result: [String] = []
    var rest = self[...]
    while let start = rest.firstRange(of: open) {
      rest = rest[start.upperBound...]
      guard let end = rest.firstRange(of: close) else { break }
      result.append(String(rest[..<end.lowerBound]))
      rest = rest[end.upperBound...]
    }
    return result
  }
}
