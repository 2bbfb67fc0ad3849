import Foundation
import Testing
import Tools
import Values

/// The security suites, read from where the environment says; absent ones are skipped by name.
enum SuiteFiles {
  static let directory =
    (ProcessInfo.processInfo.environment["SIGNALBOX_SUITES"]
      ?? URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "shared/conformance").path) + "/security"

  static func isPresent(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(directory)/\(name)")
  }

  static func lines(_ name: String) throws -> [Value] {
    let text = try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
    return try text.split(separator: "\n").map { try JSONParser.parse(String($0)) }
  }
}

@Suite("Security suites")
struct SecuritySuiteTests {
  private static let missing: Comment = "skipped: the conformance suites are not here"

  @Test(
    "every URL of the SSRF suite gets its verdict",
    .enabled(if: SuiteFiles.isPresent("ssrf-urls.jsonl"), missing)
  )
  func requestForgery() throws {
    var denied = 0
    var allowed = 0
    for line in try SuiteFiles.lines("ssrf-urls.jsonl") {
      let id = try #require(line["id"]?.text)
      let verdict = isAllowed(line) ? "allow" : "deny"
      #expect(verdict == line["expect"]?.text, "\(id): \(line["why"]?.text ?? "")")
      if verdict == "allow" { allowed += 1 } else { denied += 1 }
    }
    #expect(denied == 105)
    #expect(allowed == 10)
  }

  /// The road of a call without the network.
  ///
  /// Read, check the grants, check each address that the name resolves to. Redirects are never
  /// followed, so a case with one ends in refusal.
  private func isAllowed(_ line: Value) -> Bool {
    guard let text = line["url"]?.text, let address = try? HTTPAddress(text) else { return false }
    var grants = Grants()
    if case .list(let hosts)? = line["allow_hosts"] {
      grants.hosts = hosts.compactMap { $0.text }.compactMap { try? HostGrant($0) }
    } else {
      grants.hosts = ["allowed.example", "*.allowed.example"].compactMap { try? HostGrant($0) }
    }
    guard grants.check(.host(address)) == nil, line["redirects"] == nil else { return false }
    guard case .list(let answers)? = line["dns_answers"] else { return true }
    return answers.allSatisfy { answer in
      guard case .list(let addresses) = answer else { return false }
      return addresses.allSatisfy { address in
        let text = address.text ?? ""
        let read = NetworkAddress(dottedQuad: text) ?? NetworkAddress(colonHex: text)
        return read?.isGlobal ?? false
      }
    }
  }

  @Test(
    "every hostile argument arrives as exactly one",
    .enabled(if: SuiteFiles.isPresent("argv-hostile.jsonl"), missing)
  )
  func hostileArguments() async throws {
    let runner = ProcessRunner()
    let lines = try SuiteFiles.lines("argv-hostile.jsonl")
    #expect(lines.count == 20)
    for line in lines {
      let value = try #require(line["value"]?.text)
      let command = ProcessCommand(
        arguments: ["/bin/sh", "-c", "printf '%d:%s' $# \"$1\"", "sh", value])
      let ending = await runner.run(command, deadlineMilliseconds: 20_000)
      #expect(ending.output == Array("1:\(value)".utf8), "\(line["id"]?.text ?? "")")
    }
  }

  @Test(
    "hosts of the web-platform tests never become another address than browsers see",
    .enabled(if: SuiteFiles.isPresent("url/wpt-http-ip-and-failure-hosts.json"), missing)
  )
  func webPlatformHosts() throws {
    let path = "\(SuiteFiles.directory)/url/wpt-http-ip-and-failure-hosts.json"
    let root = try JSONParser.parse(String(contentsOfFile: path, encoding: .utf8))
    guard case .list(let cases) = root else { throw Unexpected(what: "no list of cases") }
    try #require(cases.count == 161)
    var undecoded = 0
    for item in cases {
      guard let input = item["input"]?.text, let address = try? HTTPAddress(input) else { continue }
      // Browsers decode `xn--` labels and refuse malformed ones; here they are names like others,
      // which grants compare as they stand.
      if item["failure"] != nil, address.host.contains("xn--") {
        undecoded += 1
        continue
      }
      #expect(item["failure"] == nil, "accepted: \(input)")
      guard let host = item["hostname"]?.text else { continue }
      let expected = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
      let same =
        address.host == expected
        || (NetworkAddress(colonHex: address.host) != nil
          && NetworkAddress(colonHex: address.host) == NetworkAddress(colonHex: expected))
      #expect(same, "\(input): \(address.host) against \(expected)")
    }
    #expect(undecoded == 7)
  }
}
