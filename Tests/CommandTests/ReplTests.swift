import Signalbox
import SignalboxCommand
import TestSupport
import Testing

@Suite struct ReplSessionTests {
  private func session() -> ReplSession {
    var session = ReplSession { path in
      path == "order.json"
        ? .success(.map(["id": .int(7)])) : .failure(ReplFailure("there is no file `\(path)`"))
    }
    session.set("input", .map(["risk": .double(0.9), "items": .list([.int(1), .int(2)])]))
    return session
  }

  @Test func `a session answers line by line`() {
    var session = session()
    let lines: [(String, String)] = [
      ("1 + 2", "3\n"), ("it * 2", "6\n"), ("", ""), ("// nothing", ""),
      ("input.risk > 0.5", "true\n"), (":let x = input.items.map(i, i + 1)", "x = [2, 3]\n"),
      ("x[0]", "2\n"), (":type x", "list(dyn)\n"), (":type it", "int\n"),
      (":let x = 'a'", "x = 'a'\n"), (":type x", "string\n"),
      (":load order.json", "input = {'id': 7}\n"),
      (":load order.json order", "order = {'id': 7}\n"), ("order.id", "7\n"),
      (":cost 1 + 2", "1 of at most 1000000\n"), (":explain it > 1", "it > 1\n|  |\n7  true\n"),
      ("'\u{1B}[2J'", "'\\x1b[2J'\n"), ("  sum([1, 2])  ", "3\n"),
    ]
    for (line, wanted) in lines {
      let answer = session.handle(line)
      #expect(answer.output == wanted && !answer.hasFailed && !answer.isEnd, "\(line)")
    }
    #expect(session.handle(":names").output.hasPrefix("input = "))
    #expect(session.handle(":help").output.contains(":let"))
    #expect(session.handle(":quit").isEnd && session.handle(":q").isEnd)
  }

  @Test func `what is wrong is said and changes nothing`() {
    var session = session()
    let lines: [(String, String)] = [
      ("1 +", "SBX-CEL-001"), ("inptu.risk", "did you mean `input`?"),
      ("1 / 0", "division by zero"),
      (":lett x = 1", "did you mean `:let`?"), (":let", "needs a name"),
      (":let 1x = 2", "cannot name"),
      (":let in = 2", "cannot name"), (":let a.b = 2", "cannot name"),
      (":let x = 1 / 0", "division"),
      (":load", "needs a file"), (":load none.json", "there is no file"),
      (":type", "needs an expression"),
      (":load order.json 1", "cannot name"), (":cost 1 / int('0')", "division"),
      (":xyzzy", ":help"),
      (":let x = y", "SBX-CEL-010"), (":let if = 1", "cannot name"),
    ]
    for (line, part) in lines {
      let answer = session.handle(line)
      #expect(answer.hasFailed && answer.talk.contains(part), "\(line): \(answer.talk)")
      #expect(session.variables.count == 1, "\(line)")
    }
  }

  @Test func `names, fields and functions are completed`() {
    let completion = ReplCompletion(variables: [
      ("input", .map(["risk": .double(1), "order": .map(["id": .int(1), "a b": .int(2)])])),
      ("index", .int(1)),
    ])
    func words(_ line: String) -> [String] {
      completion.candidates(Array(line.unicodeScalars)).words
    }
    #expect(words("inp") == ["input"])
    #expect(words("in") == ["index", "input", "int"])
    #expect(words("1 + inp") == ["input"])
    #expect(words("input.r") == ["replace", "reverse", "risk"])
    #expect(words("input.order.i").contains("id"))
    #expect(!words("input.order.").contains("a b"))
    #expect(words("math.bitS") == ["math.bitShiftLeft", "math.bitShiftRight"])
    #expect(words("[1].exists").sorted() == ["exists", "exists_one"])
    #expect(words("'text'.starts") == ["startsWith"])
    #expect(words(":l") == [":let", ":load"])
    #expect(words(":type inp") == ["input"])
    #expect(words("'inp").isEmpty && words("xyz").isEmpty && words("1 + ").isEmpty)
    #expect(words("x == \"a\\\"inp").isEmpty)
    #expect(completion.candidates(Array("1 + input.ri".unicodeScalars)).start == 10)
    #expect(words("").contains("size") && words("").contains("input"))
    #expect(ReplCompletion.commonPrefix(["abc", "abd"]) == "ab")
    #expect(ReplCompletion.commonPrefix([]).isEmpty)
  }
}

@Suite struct LineEditorTests {
  /// The events of the keys that end a line or offer words; `^X` is Control-X.
  private func type(_ keys: String, into editor: inout LineEditor) -> [LineEditor.Event] {
    var events: [LineEditor.Event] = []
    for byte in keys.utf8 {
      let event = editor.type(byte) { line in
        let start = (line.lastIndex(of: " ") ?? -1) + 1
        let typed = String(String.UnicodeScalarView(line[start...]))
        return (start, ["input", "index", "size"].filter { $0.hasPrefix(typed) })
      }
      if event != .editing { events.append(event) }
    }
    return events
  }

  @Test func `keys edit the line`() {
    let cases: [(String, String)] = [
      ("abc\r", "abc"), ("abc\u{7F}\n", "ab"), ("ac\u{1B}[Db\r", "abc"), ("bc\u{01}a\r", "abc"),
      ("bc\u{1B}[Ha\u{05}d\r", "abcd"), ("abc\u{02}\u{02}\u{04}\r", "ac"), ("a b\u{17}c\r", "a c"),
      ("abc\u{15}d\r", "d"), ("abc\u{01}\u{06}\u{0B}\r", "a"), ("é日😀\u{7F}\r", "é日"),
      ("abc\u{01}\u{1B}[3~\r", "bc"), ("a\u{1B}[99;5~b\r", "ab"),
      ("\u{7F}\u{1B}[D\u{1B}[Ca\r", "a"),
      ("s\t(\r", "size("), ("1 + s\t\r", "1 + size"), ("a\u{00}b\r", "ab"), ("\u{1B}OHa\r", "a"),
    ]
    for (keys, wanted) in cases {
      var editor = LineEditor()
      #expect(type(keys, into: &editor) == [.line(wanted)], "\(keys)")
    }
  }

  @Test func `history, ends and choices`() {
    var editor = LineEditor()
    let keys = "one\rtwo\rtwo\r\u{1B}[A\u{1B}[A\r\u{10}\u{0E}x\u{10}\u{0E}\r"
    #expect(type(keys, into: &editor) == ["one", "two", "two", "one", "x"].map { .line($0) })
    #expect(type("abc\u{03}", into: &editor) == [.cancelled] && editor.text.isEmpty)
    #expect(type("\u{04}", into: &editor) == [.end])
    #expect(type("in\t", into: &editor) == [.choices(["input", "index"])])
    #expect(editor.text == "in" && editor.shown(width: 80).column == 2)
    #expect(type("\u{15}zz\t", into: &editor).isEmpty)
    #expect(type("\u{15}" + String(repeating: "a", count: 20_000), into: &editor).isEmpty)
    #expect(editor.text.utf8.count == 10_000)
    #expect(type("\u{15}日本語\u{01}", into: &editor).isEmpty)
    #expect(editor.shown(width: 5) == ("日本", 0) && editor.shown(width: 80) == ("日本語", 0))
    #expect(type("\u{05}", into: &editor).isEmpty && editor.shown(width: 5) == ("本語", 4))
  }

  @Test func `random bytes never break the line`() {
    let seed: UInt64 = 0x11E
    var state = seed
    var editor = LineEditor()
    for step in 0..<100_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      _ = editor.type(UInt8(truncatingIfNeeded: state >> 33)) { ($0.count / 2, ["a", "ab"]) }
      let shown = editor.shown(width: 40)
      let columns = shown.text.terminalColumns
      #expect(shown.column <= columns && columns < 40, "seed \(seed), step \(step)")
    }
  }
}

@Suite struct ExpressionCommandTests {
  @Test func `fmt-expr prints and checks the canonical form`() async {
    let printed = await Outcome("fmt-expr", "(a&&b)||(c)")
    #expect(printed.code == .success && printed.output == "a && b || c\n")
    #expect(await Outcome("fmt-expr", "--check", "a && b").code == .success)
    let unformatted = await Outcome("fmt-expr", "--check", "a&&b")
    #expect(unformatted.code == .runFailed && unformatted.output.isEmpty)
    #expect(unformatted.talk.contains("write `a && b`"))
    let broken = await Outcome("fmt-expr", "a &&")
    #expect(broken.code == .badUse && broken.talk.contains("SBX-CEL-001"))
    #expect(await Outcome("fmt-expr").code == .badUse)
  }

  @Test func `eval draws the values of the parts`() async {
    let drawn = await Outcome(
      "eval",
      "a > 1 || b",
      "--with",
      "a=2",
      "--with",
      "b=true",
      "--explain"
    )
    #expect(drawn.code == .success)
    #expect(drawn.output == "a > 1 || b\n| |   |\n2 |   true\n  true\ntrue\n")
  }

  @Test func `plan says what guards need`() async throws {
    let flow =
      "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
      + "/examples/customer-support.yaml"
    let folder = try TemporaryFolder()
    defer { folder.remove("input.json", "wrong.json") }
    let input = try folder.write("input.json", #"{"customer_id": "C123456", "message": "help"}"#)
    let planned = await Outcome("plan", flow, "-i", input)
    #expect(planned.code == .success, "\(planned.talk)")
    #expect(planned.output.contains("\nneeds      search > write  size(search.articles) > 0\n"))
    #expect(planned.output.contains("  review > send   review.decision == 'send'\n"))
    let json = await Outcome("plan", flow, "-i", input, "-o", "json")
    #expect(json.output.contains(#""needs":"#))
    let bare = await Outcome("plan", flow)
    #expect(bare.code == .success && !bare.output.contains("\nneeds "))
    let wrong = try folder.write("wrong.json", #"{"customer_id": 1}"#)
    #expect(await Outcome("plan", flow, "-i", wrong).code == .badUse)
  }
}
