import Foundation
import Testing
import Tools
import Values

@Suite("Secrets")
struct SecretTests {
  @Test("every spelling of a secret is replaced")
  func spellings() {
    let secrets = [
      "hunter2!", "p@ss/w+rd=", "with space & more", "k\"uo\\te", "sk-abcDEF0123456789", "pässwörd",
      "line\nbreak", String(repeating: "long", count: 500), "1234",
    ]
    for secret in secrets {
      let redactor = Redactor()
      redactor.register(secret, name: "S")
      let data = Data(secret.utf8)
      var forms = [secret, JSONWriter.string(.string(secret)), data.base64EncodedString()]
      forms.append(data.map { String(format: "%02x", $0) }.joined())
      forms.append(data.map { String(format: "%02X", $0) }.joined())
      forms.append(data.map { String(format: "%%%02X", $0) }.joined())
      forms.append(HTTPAddress.percentEncoded(secret))
      forms += [
        CharacterSet.alphanumerics, .init(charactersIn: "!'()*-._~").union(.alphanumerics),
      ].compactMap { secret.addingPercentEncoding(withAllowedCharacters: $0) }
      for form in forms {
        let text = "before \(form) after"
        #expect(redactor.redacted(text).contains("[secret S]"), "\(secret): \(form)")
        #expect(!redactor.redacted(text).contains(secret))
      }
    }
  }

  @Test("a secret inside a longer base64 text is found at every offset")
  func embeddedBase64() {
    let redactor = Redactor()
    redactor.register("s3cret-value-9", name: "S")
    for before in ["", "u", "us", "usr", "user:"] {
      for after in ["", "x", "xy", "xyz"] {
        let encoded = Data("\(before)s3cret-value-9\(after)".utf8).base64EncodedString()
        let text = redactor.redacted("Basic \(encoded)")
        #expect(text.contains("[secret S]"), "\(before) \(after)")
      }
    }
  }

  @Test("values without secrets stay as they are, those with are cleaned at any depth")
  func values() {
    let redactor = Redactor()
    let clean: Value = .map(["a": .list([.string("nothing here"), .int(1), .bytes([1, 2])])])
    #expect(redactor.redacted(clean) == clean)
    redactor.register("abcdefgh", name: "K")
    redactor.register("abcdefgh", name: "AGAIN")
    redactor.register("abcdefghij", name: "LONGER")
    redactor.register("xy", name: "SHORT")
    redactor.register("", name: "EMPTY")
    #expect(redactor.redacted(clean) == clean)
    let dirty: Value = .list([
      .map(["k-abcdefgh": .string("abcdefghij xy abcdefgh")]), .bytes(Array("abcdefgh".utf8)),
      .optional(.string("abcdefg")),
    ])
    let expected: Value = .list([
      .map(["k-[secret K]": .string("[secret LONGER] xy [secret K]")]),
      .bytes(Array("[secret K]".utf8)), .optional(.string("abcdefg")),
    ])
    #expect(redactor.redacted(dirty) == expected)
    #expect(redactor.redacted("abcdefghabcdefgh") == "[secret K][secret K]")
  }

  @Test("references are read, and nothing else")
  func references() throws {
    let text = try LateText("a {{ secrets.KEY_1 }}b{{env.X}} }} c")
    #expect(text.names == ["KEY_1", "X"])
    #expect(text.parts.count == 5)
    #expect(try LateText("").parts.isEmpty)
    for bad in [
      "{{", "{{ }}", "{{ input.x }}", "{{ secrets }}", "{{ secrets. }}", "{{ secrets.a.b }}",
      "{{ secrets.1A }}", "{{ secrets.A }", "{{ Secrets.A }}", "{{ secrets.A + 1 }}",
      "{{ secrets.é }}", "{{{ env.A }}",
    ] {
      #expect(throws: LateText.Problem.self, "\(bad)") { try LateText(bad) }
    }
  }

  @Test("secrets come from files first, and names cannot leave the directory")
  func files() throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "signalbox-secrets-\(UInt64.random(in: 0...UInt64.max))").path
    try FileManager.default.createDirectory(
      atPath: directory + "/in",
      withIntermediateDirectories: true
    )
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try Data("inner\r\n".utf8).write(to: URL(filePath: directory + "/in/KEY"))
    try Data("outer\n".utf8).write(to: URL(filePath: directory + "/OUT"))
    try Data([0xff, 0xfe]).write(to: URL(filePath: directory + "/in/BINARY"))
    try Data(count: 100_000).write(to: URL(filePath: directory + "/in/LARGE"))
    let source = ProcessSecrets(directory: directory + "/in")
    #expect(source.secret("KEY") == "inner")
    for name in ["../OUT", "/etc/hostname", ".", "..", "", "BINARY", "LARGE", "NONE", "a/b"] {
      #expect(source.secret(name) == nil, "\(name)")
    }
    #expect(source.secret("PATH") == ProcessInfo.processInfo.environment["PATH"])
    #expect(source.environment("KEY") == nil)
    #expect(ProcessSecrets().secret("KEY") == nil)
  }
}
