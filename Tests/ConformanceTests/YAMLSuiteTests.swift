import Conformance
import Document
import Source
import Testing
import Values

@Suite struct YAMLSuiteTests {
  @Test(.enabled(if: ConformanceDirectory.has("yaml"), ConformanceDirectory.absence("yaml")))
  func everyCasePasses() throws {
    let result = try YAMLSuite.run(directory: ConformanceDirectory.root + "/yaml")
    ConformanceDirectory.expectPass(result, atLeast: 200)
  }

  /// Letters and digits stand in the file as they are decoded, so the positions of a scalar are
  /// right exactly when each maps to its own byte.
  @Test(.enabled(if: ConformanceDirectory.has("yaml"), ConformanceDirectory.absence("yaml")))
  func everyScalarMapsToItsBytes() throws {
    let path = ConformanceDirectory.root + "/yaml/yts-open.json"
    var scalars = 0
    for item in try SuiteFile.json(path)["cases"]?.elements ?? [] {
      let text = SourceText(name: "case", text: item["yaml"]?.text ?? "")
      for node in DocumentParser.yamlStream(text, limits: Limits()).documents ?? [] {
        scalars += check(node, id: item["id"]?.text ?? "?")
      }
    }
    #expect(scalars > 200)
  }

  private func check(_ node: Node, id: String) -> Int {
    if let elements = node.elements { return elements.map { check($0, id: id) }.reduce(0, +) }
    if let entries = node.entries { return entries.map { check($0.value, id: id) }.reduce(0, +) }
    guard let text = node.text else { return 0 }
    let bytes = text.file.bytes
    for (offset, byte) in text.text.utf8.enumerated() {
      let isWord = byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
      let position = text.fileOffset(of: offset)
      let isEscape = position < bytes.count && bytes[position] == 0x5C
      guard isWord, !isEscape else { continue }
      #expect(position < bytes.count && bytes[position] == byte, "\(id): byte \(offset)")
    }
    return 1
  }

  @Test(
    .enabled(if: ConformanceDirectory.has("security"), ConformanceDirectory.absence("security"))
  )
  func hostileTextsAreRefusedOrBounded() throws {
    let path = ConformanceDirectory.root + "/security/yaml-hostile.jsonl"
    let lines = try SuiteFile.bytes(path).split(separator: 0x0A)
    #expect(lines.count >= 20)
    for line in lines {
      let item = try JSONParser.parse(Array(line))
      let text = SourceText(name: "hostile", text: Self.text(item))
      let (root, diagnostics) = DocumentParser.yaml(text, limits: Limits())
      let id = "\(item["id"]?.text ?? "?"): \(item["why"]?.text ?? "")"
      #expect(diagnostics.allSatisfy { $0.span != nil }, "\(id)")
      switch item["expect"]?.text {
      case "reject": #expect(diagnostics.hasErrors, "\(id)")
      case "accept": #expect(!diagnostics.hasErrors, "\(id)")
      case "no_silent_bool":
        for entry in root?.entries ?? [] { #expect(entry.value.string != nil, "\(id)") }
      default: #expect(diagnostics.hasErrors || root != nil, "\(id)")
      }
    }
  }

  /// The text of a case: stored, or `prefix` + `unit` × `n` + `suffix`.
  private static func text(_ item: Value) -> String {
    if let text = item["text"]?.text { return text }
    guard let recipe = item["gen"], case .int(let count) = recipe["n"] else { return "" }
    let unit = recipe["unit"]?.text ?? ""
    return (recipe["prefix"]?.text ?? "") + String(repeating: unit, count: Int(count))
      + (recipe["suffix"]?.text ?? "")
  }
}
