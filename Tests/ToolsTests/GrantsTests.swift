import TestSupport
import Testing
import Tools
import Values

@Suite("Addresses and grants")
struct GrantsTests {
  @Test("good URLs are read to their parts and rebuilt")
  func goodAddresses() throws {
    let cases = [
      ("https://Example.COM", "https://example.com/"),
      ("HTTP://example.com:80/a?b#c", "http://example.com/a?b"),
      ("https://example.com:8443?q", "https://example.com:8443/?q"),
      ("http://example.com./x", "http://example.com/x"),
      ("http://[::1]:80/", "http://[::1]/"),
      ("http://127.0.0.1:8080/a@b", "http://127.0.0.1:8080/a@b"),
      ("http://ml-service:8080/score", "http://ml-service:8080/score"),
      ("https://a_b.example/%20", "https://a_b.example/%20"),
    ]
    for (text, expected) in cases {
      #expect(try HTTPAddress(text).text == expected)
    }
    let base = try HTTPAddress("http://h:1/v1/?x=1")
    #expect(try base.appending(path: "/chat").text == "http://h:1/v1/chat")
    let query = base.appending(query: [("a b", "c&d=é"), ("n", "1")])
    #expect(query.text == "http://h:1/v1/?x=1&a%20b=c%26d%3D%C3%A9&n=1")
  }

  @Test("doubtful URLs are refused, not repaired")
  func badAddresses() {
    let cases = [
      "", "example.com", "//example.com", "ftp://example.com", "https:/example.com", "http://",
      "http:///x", "http://a b", "http://a\n", "\thttp://a", "http://user@a", "http://u:p@a/",
      "http://a:0", "http://a:65536", "http://a:", "http://a:+1", "http://a:1x", "http://[::1",
      "http://[::1]x", "http://[::g]", "http://[fe80::1%25eth0]", "http://1.2.3", "http://0x7f.1",
      "http://2130706433", "http://127.0.0.01", "http://256.1.1.1", "http://1.2.3.4.5", "http://0",
      "http://a..b", "http://.a", "http://a%2eb", "http://bücher.example", "http://a\\b",
      "http://a,b",
      "http://x/\u{7f}", "http://x/é", "http://" + String(repeating: "a", count: 64),
      "http://x/" + String(repeating: "a", count: 9_000),
    ]
    for text in cases {
      #expect(throws: HTTPAddress.Problem.self, "\(text)") { try HTTPAddress(text) }
    }
  }

  @Test("IPv6 in every spelling")
  func sixText() {
    let good: [(String, [UInt8])] = [
      ("::", Array(repeating: 0, count: 16)),
      ("1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]),
      ("1::", [0, 1] + Array(repeating: 0, count: 14)),
      ("::ffff:1.2.3.4", Array(repeating: 0, count: 10) + [255, 255, 1, 2, 3, 4]),
      ("2001:db8::1:0", [0x20, 1, 0x0d, 0xb8] + Array(repeating: 0, count: 9) + [1, 0, 0]),
    ]
    for (text, bytes) in good { #expect(NetworkAddress(colonHex: text)?.bytes == bytes, "\(text)") }
    let bad = [
      "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7::8:9",
      "12345::", "g::", "::1.2.3", "1.2.3.4", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::+1", "1:",
      "1:2:3:4:5:6:7:8:",
    ]
    for text in bad { #expect(NetworkAddress(colonHex: text) == nil, "\(text)") }
  }

  @Test("hosts are granted by name and port, and nothing near them")
  func hosts() throws {
    func isGranted(_ grant: String, _ address: String) throws -> Bool {
      var grants = Grants()
      grants.hosts = [try HostGrant(grant)]
      return grants.check(.host(try HTTPAddress(address))) == nil
    }
    #expect(try isGranted("api.example", "https://api.example/x"))
    #expect(try isGranted("API.example.", "http://api.example:80/"))
    #expect(try isGranted("api.example:8443", "https://api.example:8443/"))
    #expect(try isGranted("[::1]:9", "http://[::1]:9/"))
    #expect(try isGranted("*.example", "https://a.b.example/"))
    #expect(try isGranted("api.example:443", "https://api.example/"))
    #expect(try !isGranted("api.example", "https://api.example:8443/"))
    #expect(try !isGranted("api.example:443", "http://api.example/"))
    #expect(try !isGranted("api.example", "https://api.example.evil/"))
    #expect(try !isGranted("api.example", "https://xapi.example/"))
    #expect(try !isGranted("api.example", "https://x.api.example/"))
    #expect(try !isGranted("*.example", "https://example/"))
    for bad in ["", "http://x", "x/y", "a b", "u@x", "x:0", "*.127.0.0.1", "*"] {
      #expect(throws: HostGrant.Problem.self, "\(bad)") { try HostGrant(bad) }
    }
  }

  @Test("only hosts that are local by their spelling may have private addresses")
  func addressPolicies() throws {
    let local = ["127.0.0.1", "localhost", "x.localhost", "ml-service:8080", "[::1]", "10.0.0.5"]
    for text in local { #expect(try HostGrant(text).addresses == .any, "\(text)") }
    for text in ["api.example", "8.8.8.8", "*.example.com", "localhost.example"] {
      #expect(try HostGrant(text).addresses == .globalOnly, "\(text)")
    }
    #expect(try HostGrant("db.internal", addresses: .any).addresses == .any)
    #expect(Grants().addresses(for: try HTTPAddress("http://localhost")) == .globalOnly)
  }

  @Test("everything is refused until it is named, by code points")
  func defaultDeny() throws {
    var grants = Grants()
    let uses: [GrantedUse] = [
      .host(try HTTPAddress("https://a.example")), .program("sh"), .environment("HOME"),
      .model("gpt-4o"), .tool("caf\u{e9}"),
    ]
    for use in uses { #expect(grants.check(use) != nil) }
    grants.hosts = [try HostGrant("a.example")]
    grants.programs = ["sh"]
    grants.environmentNames = ["HOME"]
    grants.models = ["gpt-4o"]
    grants.tools = ["caf\u{e9}"]
    for use in uses { #expect(grants.check(use) == nil) }
    #expect(grants.check(.tool("cafe\u{301}")) != nil)
    #expect(grants.check(.model("gpt-4")) != nil)
    #expect(grants.check(.program("./sh")) != nil)
    let denial = try #require(grants.check(.tool("rm")))
    #expect(denial.failure.kind == .denied && !denial.failure.requestWasSent)
    #expect(denial.message.contains("`rm`"))
    var permissions = Permissions()
    permissions.agents[.string("writer")] = grants
    #expect(permissions.grants(of: "writer").check(.tool("caf\u{e9}")) == nil)
    #expect(permissions.grants(of: "reader").check(.tool("caf\u{e9}")) != nil)
    #expect(permissions.grants(of: nil).check(.tool("caf\u{e9}")) != nil)
  }
}
