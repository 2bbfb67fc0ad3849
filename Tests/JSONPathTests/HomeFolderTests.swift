import Glibc
import JSONPath
import Source
import Testing
import Values

@Suite struct HomeFolderTests {
  /// In a process of its own, as the environment belongs to all threads.
  @Test func `queries are refused while the engine would read a file of the home folder`() async {
    await #expect(processExitsWith: .success) {
      var name = Array("/var/tmp/signalbox-home-XXXXXX".utf8CString)
      let isMade = unsafe name.withUnsafeMutableBufferPointer { buffer in
        unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
      }
      guard isMade else { exit(2) }
      let folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      // INVARIANT: one thread runs here; the texts live through each call.
      unsafe setenv("HOME", folder, 1)
      let document = Value.list([.int(1), .int(2)])
      func findings(_ query: String) -> [Diagnostic] { Run.findings(query) }
      guard findings("$[?@ > 1]").isEmpty else { exit(3) }
      let earlier = try Run.bundle(["$[?@ > 1]", "$[0]"])
      guard unsafe close(open(folder + "/.jq", O_CREAT | O_WRONLY, 0o600)) == 0 else { exit(4) }
      let refused = findings("$[?@ > 1]")
      let isRefused = refused.map(\.code) == [.jsonPathEngine] && refused[0].span != nil
      // What names its only node does not need the engine.
      let isPlainTaken = findings("$[0]").isEmpty
      let plain = try earlier.nodes(of: 1, in: document).map(\.value) == [.int(1)]
      var isLateRefused = false
      do throws(QueryError) {
        _ = try earlier.nodes(of: 0, in: document)
      } catch {
        if case .startupFile(let path) = error { isLateRefused = path == folder + "/.jq" }
      }
      JQEnvironment.clearHome()
      let isTakenWithoutHome = try earlier.nodes(of: 0, in: document).map(\.value) == [.int(2)]
      unsafe _ = unlink(folder + "/.jq")
      unsafe _ = rmdir(folder)
      guard isRefused, isPlainTaken, plain, isLateRefused, isTakenWithoutHome else { exit(5) }
    }
  }
}
