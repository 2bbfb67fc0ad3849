import Testing

/// Files outside `<Name>Handle.swift` that hold a measured loop with `unsafe`; exact.
private let hotLoops: Set<String> = [
  "Sources/Expression/Build/Builder+Calls.swift", "Sources/Expression/Library/TextFunctions.swift",
]

@Suite struct TextTests {
  private let repository: Repository
  private let sources: [Repository.File]
  /// Every text but this target, which names what it forbids.
  private let texts: [Repository.File]

  init() throws {
    repository = try Repository()
    sources = repository.swift(in: "Sources")
    texts = repository.files.filter { !$0.path.hasPrefix("Tests/TidyTests/") }
  }

  @Test func `files, lines and functions are short`() {
    #expect(sources.count > 20, "the sources could not be read")
    for file in repository.swift(in: "Sources") + repository.swift(in: "Tests") {
      let isGenerated = file.lines.prefix(3).contains { $0.hasPrefix("// Generated") }
      if !isGenerated { #expect(file.lines.count <= 600, "\(file.path)") }
      for (index, line) in file.lines.enumerated() {
        #expect(line.count <= 100, "\(file.path):\(index + 1)")
      }
      for (name, length) in functions(of: file) {
        #expect(length <= 70, "\(file.path): \(name)")
      }
    }
  }

  @Test func `unsafe code and C imports stand in handles that state their invariant`() {
    var found: Set<String> = []
    for file in sources {
      let isUnsafe = file.code.contains {
        $0.hasWord("unsafe") || $0.hasWord("nonisolated(unsafe)") || $0.contains("@unchecked")
      }
      let importsC = file.code.contains { line in
        let words = line.split(separator: " ")
        guard words.contains("import"), let name = words.last, name.first == "C" else {
          return false
        }
        return name.dropFirst().first?.isUppercase == true
      }
      if isUnsafe || importsC, !file.isHandle { found.insert(file.path) }
      if isUnsafe {
        let states = file.lines.contains { $0.contains("// INVARIANT:") }
        #expect(states, "\(file.path) states no INVARIANT")
      }
    }
    #expect(found.sorted() == hotLoops.sorted())
  }

  @Test func `nothing traps on purpose, backtracks or is left undone`() {
    for word in ["fatalError(", "try!", "as!", "import RegexBuilder", "Regex(", "Regex<"] {
      #expect(repository.places(sources) { $0.contains(word) } == [], "\(word)")
    }
    let literals = ["= #/", "(#/", ", #/", ": #/", "return #/", "= /", "(/", ", /", "return /"]
    for file in sources {
      let code = file.codeWithoutTexts
      #expect(literals.filter { code.contains($0) } == [], "\(file.path) holds a regex literal")
    }
    for word in ["TODO", "FIXME", "XXX"] {
      let found = texts.filter { $0.lines.contains { $0.hasWord(word) } }
      #expect(found.map(\.path) == [], "\(word)")
    }
  }

  @Test func `no path of a machine is written anywhere`() {
    for path in ["/work/", "/root/", "/opt/swift"] {
      let found = texts.filter { $0.lines.contains { $0.contains(path) } }
      #expect(found.map(\.path) == [], "\(path)")
    }
    let outside = texts.filter { !$0.path.hasPrefix("Tests/") }
    let found = outside.filter { $0.lines.contains { $0.contains("/tmp/") } }
    #expect(found.map(\.path) == [])
  }

  @Test func `types are named by what they are`() {
    let kinds = ["class ", "struct ", "enum ", "actor ", "protocol "]
    let endings = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility"]
    let found = repository.places(repository.swift(in: "Sources")) { line in
      let words = line.split { !$0.isLetter && !$0.isNumber }
      return kinds.contains(where: line.contains)
        && words.contains { word in endings.contains { word.hasSuffix($0) } }
    }
    #expect(found == [])
  }

  @Test func `a placeholder goes when the first file comes`() {
    let all = repository.swift(in: "Sources") + repository.swift(in: "Tests")
    for file in all where file.name == "Placeholder.swift" {
      let folder = file.path.dropLast(file.name.count)
      let others = all.filter { $0.path.hasPrefix(folder) && $0.path != file.path }
      #expect(others.map(\.path) == [], "\(file.path)")
    }
  }

  /// Each function of a formatted file with its length in lines.
  private func functions(of file: Repository.File) -> [(name: String, length: Int)] {
    var result: [(String, Int)] = []
    for (start, line) in file.code.enumerated() {
      let words = line.split(separator: " ")
      let isFunction =
        words.contains("func") || words.contains { $0.hasPrefix("init(") || $0 == "deinit" }
      guard isFunction, !line.hasSuffix("}") else { continue }
      let indentation = line.prefix { $0 == " " }
      for end in (start + 1)..<max(start + 1, file.lines.count) {
        let candidate = file.lines[end]
        if candidate == indentation + "}" {
          result.append((line, end - start + 1))
          break
        }
        let isOutside = !candidate.isEmpty && !candidate.hasPrefix(indentation)
        if isOutside { break }
      }
    }
    return result
  }
}
