import Source
import Testing

private let code = DiagnosticCode("SBX-TEST-001", "a test", "Why it is refused.")

/// The span of `part` in `text`.
private func span(_ part: String, in text: String, name: String = "flow.yaml") throws -> SourceSpan
{
  let file = SourceFile(name: name, text: text)
  let bytes = Array(text.utf8)
  let wanted = Array(part.utf8)
  let start = try #require(
    (0...(bytes.count - wanted.count)).first { bytes[$0...].starts(with: wanted) }
  )
  return SourceSpan(file: file, start: start, end: start + wanted.count)
}

private func render(_ diagnostic: Diagnostic, color: Bool = false, columns: Int = 100) -> String {
  TerminalRenderer(color: color, columns: columns).render(diagnostic)
}

/// The excerpt's rows of an error at `part`.
private func excerpt(_ part: String, in text: String, columns: Int = 100) throws -> [Substring] {
  render(Diagnostic(code, "wrong", at: try span(part, in: text)), columns: columns)
    .split(separator: "\n").dropFirst(3).map { $0 }
}

@Suite struct TerminalRendererTests {
  @Test func `one line, a label, notes and a hint`() throws {
    let text = String(repeating: "\n", count: 56) + "  send: { text: \"{{ write.text }}\" }\n"
    let diagnostic = Diagnostic(
      DiagnosticCode("SBX-DATA-004", "", ""),
      "`send` reads `write.text`, which is not written on every way to it",
      at: try span("write.text", in: text),
      label: "written only by `write`",
      notes: [.init("way without it: classify > send"), .init("first line\nsecond line")],
      hint: "read `write.?text`"
    )
    #expect(
      render(diagnostic) == """
        error[SBX-DATA-004]: `send` reads `write.text`, which is not written on every way to it
          --> flow.yaml:57:21
           |
        57 |   send: { text: "{{ write.text }}" }
           |                     ^^^^^^^^^^ written only by `write`
           = way without it: classify > send
           = first line
             second line
           = hint: read `write.?text`

        """
    )
  }

  @Test func `a note with a place has its own excerpt and the gutters agree`() throws {
    let text = "a: 1\n" + String(repeating: "\n", count: 98) + "a: 2\n"
    let file = SourceFile(name: "flow.yaml", text: text)
    let diagnostic = Diagnostic(
      code,
      .warning,
      "`a` is given twice",
      at: SourceSpan(file: file, start: 103, end: 104),
      notes: [.init("first given here", span: SourceSpan(file: file, start: 0, end: 1))]
    )
    #expect(
      render(diagnostic) == """
        warning[SBX-TEST-001]: `a` is given twice
           --> flow.yaml:100:1
            |
        100 | a: 2
            | ^
        note: first given here
           --> flow.yaml:1:1
            |
          1 | a: 1
            | ^

        """
    )
  }

  @Test func `a finding without a place is one line`() {
    #expect(render(Diagnostic(code, .note, "nothing", at: nil)) == "note[SBX-TEST-001]: nothing\n")
  }

  @Test func `an empty file has no excerpt`() {
    let file = SourceFile(name: "empty.yaml", text: "")
    let diagnostic = Diagnostic(code, "empty", at: SourceSpan(file: file, start: 0, end: 0))
    #expect(render(diagnostic) == "error[SBX-TEST-001]: empty\n  --> empty.yaml:1:1\n")
  }

  @Test func `a mechanical fix is the hint when there is none`() throws {
    var diagnostic = Diagnostic(code, "wrong", at: try span("a", in: "a"))
    diagnostic.fix = try .init(span: #require(diagnostic.span), replacement: "b")
    #expect(render(diagnostic).hasSuffix("   = write instead: `b`\n"))
    diagnostic.hint = "write `b`, not `a`"
    #expect(render(diagnostic).hasSuffix("^\n   = write instead: `b`, not `a`\n"))
    diagnostic.hint = "did you mean `b`?"
    #expect(render(diagnostic).hasSuffix("^\n   = did you mean `b`?\n"))
    diagnostic.hint = "remove it"
    #expect(render(diagnostic).hasSuffix("^\n   = hint: remove it\n"))
  }
}

@Suite struct ExcerptTests {
  @Test func `several lines from the first word of a line`() throws {
    #expect(
      try excerpt("b:\n  c: 1\n  d: 2\n", in: "a: 1\nb:\n  c: 1\n  d: 2\ne: 3\n") == [
        " 2 | / b:",
        " 3 | |   c: 1",
        " 4 | |   d: 2",
        "   | |______^",
      ]
    )
  }

  @Test func `several lines from the middle of a line`() throws {
    #expect(
      try excerpt("{\n  c: 1\n}", in: "b: {\n  c: 1\n}\n") == [
        " 1 |   b: {",
        "   |  ____^",
        " 2 | |   c: 1",
        " 3 | | }",
        "   | |_^",
      ]
    )
  }

  @Test func `many lines are elided`() throws {
    let text = (1...40).map { "line \($0)\n" }.joined()
    #expect(
      try excerpt(text, in: text) == [
        " 1 | / line 1", " 2 | | line 2", " 3 | | line 3", " 4 | | line 4", "...| |",
        "40 | | line 40", "   | |_______^",
      ]
    )
  }

  @Test func `an empty span has one caret, at the end of a line too`() {
    let file = SourceFile(name: "f", text: "abc\n")
    for (offset, caret) in [(0, "   | ^"), (3, "   |    ^"), (4, "   | ^")] {
      let diagnostic = Diagnostic(
        code,
        "wrong",
        at: SourceSpan(file: file, start: offset, end: offset)
      )
      #expect(render(diagnostic).split(separator: "\n").last.map { String($0) } == caret)
    }
  }

  @Test func `a span of blanks stays on its line`() throws {
    #expect(try excerpt("  \n\n", in: "a:  \n\nb") == [" 1 | a:", "   |   ^^"])
  }

  @Test func `tabs take four columns`() throws {
    #expect(try excerpt("b", in: "\ta: b") == [" 1 |     a: b", "   |        ^"])
    #expect(try excerpt("\t", in: "\ta: b") == [" 1 |     a: b", "   | ^^^^"])
  }

  @Test(arguments: [
    ("\u{4F60}\u{597D}", 4), ("\u{E9}", 1), ("e\u{301}", 1), ("\u{1F600}", 2),
    ("\u{1100}\u{1161}", 2), ("\u{FF21}", 2), ("\u{AC00}", 2), ("\u{20AC}", 1),
  ])
  func `carets stand below wide and combined characters`(text: String, width: Int) throws {
    let rows = try excerpt("x", in: text + "x")
    #expect(rows.last.map { String($0) } == "   | " + String(repeating: " ", count: width) + "^")
    let own = try excerpt(text, in: text + "x")
    #expect(own.last.map { String($0) } == "   | " + String(repeating: "^", count: width))
  }

  @Test func `what a terminal would obey or hide is shown`() throws {
    #expect(
      try excerpt("b", in: "a\u{1B}[31m\u{202E}\u{200B}\u{7F}b") == [
        " 1 | a\u{241B}[31m<U+202E><U+200B>\u{2421}b",
        "   |                        ^",
      ]
    )
    let escape = Diagnostic(
      code,
      "`\u{1B}]0;x\u{7}`",
      at: SourceSpan(
        file: SourceFile(name: "\u{1B}[2J", text: "a"),
        start: 0,
        end: 1
      ),
      label: "\u{8}",
      notes: [.init("\u{9B}m")],
      hint: "\r"
    )
    let text = render(escape)
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{9B}" })
  }

  @Test func `invalid bytes are shown one by one`() {
    let file = SourceFile(name: "f", bytes: [0x61, 0xFF, 0xE2, 0x82, 0x62])
    let diagnostic = Diagnostic(code, "wrong", at: SourceSpan(file: file, start: 4, end: 5))
    #expect(
      render(diagnostic).split(separator: "\n").suffix(2) == [
        " 1 | a\u{FFFD}\u{FFFD}\u{FFFD}b", "   |     ^",
      ]
    )
  }

  @Test func `a byte-order mark takes no column`() {
    let file = SourceFile(name: "f", bytes: [0xEF, 0xBB, 0xBF, 0x61, 0x62])
    let diagnostic = Diagnostic(code, "wrong", at: SourceSpan(file: file, start: 4, end: 5))
    #expect(
      render(diagnostic)
        == "error[SBX-TEST-001]: wrong\n  --> f:1:2\n   |\n 1 | ab\n   |  ^\n"
    )
  }

  @Test func `wide lines are elided around the span`() throws {
    let filler = String(repeating: "x", count: 200)
    #expect(
      try excerpt("HERE", in: "HERE" + filler, columns: 22) == [
        " 1 | HERExxxxxxxxxxxxxxxx\u{2026}", "   | ^^^^",
      ]
    )
    #expect(
      try excerpt("HERE", in: filler + "HERE" + filler, columns: 22) == [
        " 1 | \u{2026}xxxxxxxxxxxHERExxxxx\u{2026}", "   |             ^^^^",
      ]
    )
    #expect(
      try excerpt("HERE", in: filler + "HERE", columns: 22) == [
        " 1 | \u{2026}xxxxxxxxxxxHERE", "   |             ^^^^",
      ]
    )
  }

  @Test func `a line of megabytes is drawn from a window`() throws {
    let filler = String(repeating: "x", count: 3_000_000)
    let rows = try excerpt(filler + "HERE" + filler, in: filler + "HERE" + filler + "\n")
    #expect(rows.allSatisfy { $0.utf8.count < 200 })
  }

  @Test func `colour brackets kinds, gutters and carets`() throws {
    let diagnostic = Diagnostic(code, "wrong", at: try span("a", in: "a"))
    let text = render(diagnostic, color: true)
    #expect(text.hasPrefix("\u{1B}[1;31merror[SBX-TEST-001]\u{1B}[0m\u{1B}[1m: wrong\u{1B}[0m\n"))
    #expect(text.hasSuffix("\u{1B}[34m   |\u{1B}[0m \u{1B}[1;31m^\u{1B}[0m\n"))
    #expect(withoutSequences(text) == render(diagnostic))
  }

  /// Any span of any bytes gives rows of bounded width and never a trap.
  @Test func `any span of any text can be drawn`() {
    var generator = Seeded(state: 20_261_121)
    let alphabet: [UInt8] = [
      0x0A, 0x0D, 0x09, 0x20, 0x61, 0xC3, 0xA9, 0xE4, 0xBD, 0xA0, 0xFF, 0x1B,
    ]
    for round in 0..<2_000 {
      let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
      }
      let start = Int.random(in: 0...bytes.count, using: &generator)
      let end = Int.random(in: start...bytes.count, using: &generator)
      let file = SourceFile(name: "f", bytes: bytes)
      let diagnostic = Diagnostic(
        code,
        "wrong",
        at: SourceSpan(file: file, start: start, end: end),
        label: "here"
      )
      let text = render(diagnostic, columns: 20)
      #expect(bytes.isEmpty || text.contains("^ here"), "round \(round), seed 20261121: \(bytes)")
      let isNarrow = text.split(separator: "\n").allSatisfy { $0.unicodeScalars.count <= 60 }
      #expect(isNarrow, "round \(round), seed 20261121: \(bytes)")
    }
  }
}

private func withoutSequences(_ text: String) -> String {
  var result = ""
  var isInside = false
  for character in text.unicodeScalars {
    if character == "\u{1B}" { isInside = true }
    if !isInside { result.unicodeScalars.append(character) }
    if character == "m" { isInside = false }
  }
  return result
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
