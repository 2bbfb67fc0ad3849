import Glibc
import SignalboxCommand
import Testing

@Suite struct QueryCommandTests {
  @Test func `values and paths come one a line`() async throws {
    let folder = try Folder()
    let file = try folder.write("data.json", #"{"items":[{"id":9007199254740993},{"id":2}]}"#)
    let values = await Outcome("query", "$.items[?@.id > 9007199254740992].id", file)
    #expect(values.code == .success && values.output == "9007199254740993\n", "\(values.talk)")
    let paths = await Outcome("query", "--paths", "$..id", file)
    #expect(paths.output == "$['items'][0]['id']\n$['items'][1]['id']\n")
    let nothing = await Outcome("query", "$.none", file)
    #expect(nothing.code == .success && nothing.output.isEmpty && nothing.talk.isEmpty)
  }

  @Test func `mistakes are findings`() async throws {
    let folder = try Folder()
    let file = try folder.write("data.json", "[1]")
    let syntax = await Outcome("query", "$.items[?(@.a =~ 1)]", file)
    #expect(syntax.code == .badUse && syntax.output.isEmpty)
    #expect(syntax.talk.contains("SBX-JSONPATH-001"))
    let pattern = await Outcome("query", "$[?match(@, '\\\\d')]", file)
    #expect(pattern.code == .success && pattern.talk.contains("SBX-JSONPATH-006"))
    let costly = await Outcome("query", "$" + String(repeating: "[0,0]", count: 18), file)
    #expect(costly.code == .badUse && costly.talk.contains("SBX-JSONPATH-005"))
    #expect(await Outcome("query", "$", file + ".none").code == .inputOutput)
    #expect(await Outcome("query", "$").code == .badUse)
  }

  @Test(.enabled(if: Executable.isThere, "skipped: no executable in .build/debug"))
  func `a file in the home folder changes nothing`() throws {
    let folder = try Folder()
    let file = try folder.write("data.json", #"{"a":[1,2]}"#)
    let hostile = "def select(f): empty; def recurse(f): empty; def has(k): false; def type: 1;\n"
    let startup = try folder.write(".jq", hostile + "def length: 9; def path(f): [\"x\"];\n")
    let (status, output) = try Executable.run("query '$..[?@ > 1]' \(file)", home: folder.path)
    #expect(status == 0 && output == "2\n", "with \(startup): \(output)")
    let flow = try folder.write(
      "flow.yaml",
      """
      signalbox: 1
      name: test
      input: {a: {type: array, items: {}}}
      agents: {ask: {type: scripted}}
      initial_state: a
      states:
        a: {agent: ask, on_success: [{when: "$..[?@ > 1]", target: done}, {target: other}]}
      final_states: {done: {}, other: {}}

      """
    )
    let tests = try folder.write(
      "tests.yaml",
      """
      flow: flow.yaml
      scenarios:
        - {name: one, input: {a: [2]}, script: {ask: {output: {}}}, expect: {final: done}}
        - {name: two, input: {a: [1]}, script: {ask: {output: {}}}, expect: {final: other}}

      """
    )
    let checked = try Executable.run("check \(flow)", home: folder.path)
    #expect(checked.status == 0, "\(checked.output)")
    let tested = try Executable.run("test \(flow) --scenarios \(tests)", home: folder.path)
    #expect(tested.status == 0, "\(tested.output)")
    let evaluated = try Executable.run(
      "eval \"jsonpath([1, 2], '\\$[?@ > 1]')\"",
      home: folder.path
    )
    #expect(evaluated.status == 0 && evaluated.output == "[2]\n", "\(evaluated.output)")
  }
}

/// A folder of its own for one test.
private final class Folder {
  let path: String

  init() throws {
    var name = Array("/var/tmp/signalbox-query-XXXXXX".utf8CString)
    let made = unsafe name.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
    }
    try #require(made)
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in ["data.json", ".jq", "flow.yaml", "tests.yaml"] {
      _ = unsafe unlink(path + "/" + name)
    }
    _ = unsafe rmdir(path)
  }

  func write(_ name: String, _ text: String) throws -> String {
    let file = unsafe fopen(path + "/" + name, "w")
    let stream = try unsafe #require(file)
    _ = unsafe fputs(text, stream)
    unsafe fclose(stream)
    return path + "/" + name
  }
}

/// The built program.
private enum Executable {
  static let path: String = {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/.build/debug/signalbox"
  }()

  static var isThere: Bool { unsafe access(path, X_OK) == 0 }

  /// Runs it with a home folder; the exit status and all that it writes.
  static func run(_ arguments: String, home: String) throws -> (status: Int32, output: String) {
    let pipe = unsafe popen("HOME=\(home) \(path) \(arguments) 2>&1", "r")
    let stream = try unsafe #require(pipe)
    var bytes: [UInt8] = []
    while case let byte = unsafe fgetc(stream), byte != EOF { bytes.append(UInt8(byte)) }
    let status = unsafe pclose(stream)
    return (status >> 8, String(decoding: bytes, as: UTF8.self))
  }
}
