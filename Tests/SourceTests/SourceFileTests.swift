import Source
import Testing

@Suite struct SourceFileTests {
  @Test(arguments: [
    ("a\nb", 2), ("a\r\nb", 2), ("a\rb", 2), ("a\r\n", 2), ("", 1), ("\r\r\n\n", 4),
  ])
  func `LF, CRLF and CR end a line`(text: String, lines: Int) {
    #expect(SourceFile(name: "f", text: text).lineCount == lines)
  }

  @Test func `columns count scalars`() {
    let file = SourceFile(name: "f", text: "\u{4F60}e\u{301}x\nb")
    #expect(file.position(at: 6) == SourcePosition(line: 1, column: 4))
    #expect(file.position(at: 8) == SourcePosition(line: 2, column: 1))
  }

  @Test func `positions outside the text are clamped`() {
    let file = SourceFile(name: "f", text: "ab\n")
    #expect(file.position(at: -1) == SourcePosition(line: 1, column: 1))
    #expect(file.position(at: 99) == SourcePosition(line: 2, column: 1))
    #expect(file.offset(line: 0, column: 1) == 3)
    #expect(file.offset(line: 1, column: 99) == 2)
    #expect(file.line(9).isEmpty)
    let span = SourceSpan(file: file, start: 9, end: 2)
    #expect(span.start == 3 && span.end == 3)
  }

  @Test func `a byte-order mark takes no column and is not in the line`() {
    let file = SourceFile(name: "f", bytes: [0xEF, 0xBB, 0xBF, 0x61, 0x0A])
    #expect(file.position(at: 3) == SourcePosition(line: 1, column: 1))
    #expect(file.line(1) == "a")
    #expect(file.offset(line: 1, column: 2) == 4)
  }

  @Test func `offsets and positions are inverse on scalar boundaries`() {
    var generator = Seeded(state: 7)
    let scalars: [Unicode.Scalar] = ["a", "\u{E9}", "\u{4F60}", "\u{1F600}", "\n", "\r", " "]
    for round in 0..<500 {
      var text = ""
      for _ in 0..<Int.random(in: 0...30, using: &generator) {
        text.unicodeScalars.append(scalars[Int.random(in: 0..<scalars.count, using: &generator)])
      }
      let file = SourceFile(name: "f", text: text)
      for index in text.unicodeScalars.indices {
        let offset =
          index.utf16Offset(in: text) == 0
          ? 0
          : text.utf8.distance(
            from: text.startIndex,
            to: index
          )
        // Between CR and LF lies no position of its own.
        if offset > 0, file.bytes[offset - 1] == 0x0D, file.bytes[offset] == 0x0A { continue }
        let position = file.position(at: offset)
        let back = file.offset(line: position.line, column: position.column)
        #expect(back == offset, "round \(round), seed 7: \(Array(text.utf8))")
      }
    }
  }
}

@Suite struct SourceTextTests {
  /// `a: "x\ty"`: the decoded text is `x<TAB>y`, its tab two bytes in the file.
  private let text = SourceText(
    file: SourceFile(name: "f", text: "a: \"x\\ty\""),
    text: "x\ty",
    segments: [
      .init(textOffset: 0, fileOffset: 4), .init(textOffset: 1, fileOffset: 5),
      .init(textOffset: 2, fileOffset: 7),
    ],
    fileEnd: 9
  )

  @Test func `decoded offsets point into the file`() {
    #expect((0...3).map { text.fileOffset(of: $0) } == [4, 5, 7, 8])
    #expect(text.span(TextRange(2, 3)).location == "f:1:8")
    #expect(text.span(TextRange(1, 1)).start == 5 && text.span(TextRange(1, 1)).end == 5)
    #expect(text.span.start == 4 && text.span.end == 9)
  }

  @Test func `offsets beyond the text are clamped`() {
    #expect(text.fileOffset(of: 99) == 9)
    #expect(text.fileOffset(of: -1) == 4)
    #expect(text.slice(TextRange(50, 60)).text.isEmpty)
  }

  @Test func `a slice keeps its positions`() {
    let slice = text.slice(TextRange(1, 3))
    #expect(slice.text == "\ty")
    #expect((0..<2).map { slice.fileOffset(of: $0) } == [5, 7])
  }
}

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("clasify", "classify"), ("Classify", "classify"), ("on-error", "on_error"),
    ("tiemout", "timeout"), ("timeot", "timeout"),
  ])
  func `a near name is found`(name: String, nearest: String) {
    let candidates = ["timeout", "classify", "on_error", "x"]
    #expect(Suggestion.nearest(to: name, in: candidates) == nearest)
  }

  @Test(arguments: ["", "y", "zebra", "timeout", "completely different"])
  func `a far name is not`(name: String) {
    #expect(Suggestion.nearest(to: name, in: ["timeout", "classify", "x"]) == nil)
  }
}
