import Document
import Source
import Testing
import Values

@Suite struct SchemaFormatTests {
  /// Format, texts that have it, texts that do not.
  private static let cases: [(String, [String], [String])] = [
    (
      "date", ["2024-02-29", "1999-12-31"],
      ["2023-02-29", "1999-13-01", "99-12-31", "1999-1-1", ""]
    ),
    (
      "time", ["23:59:60Z", "00:59:60+01:00", "12:00:00.5z", "08:30:06-08:00"],
      ["12:00:60Z", "23:59:60+01:00", "24:00:00Z", "12:00:00", "12:0:00Z", "12:00:00+24:00"]
    ),
    (
      "date-time", ["1998-12-31T23:59:60Z", "1990-12-31t15:59:50.123-08:00"],
      ["1998-12-31T23:58:60Z", "1990-02-31T15:59:59Z", "1990-12-31 15:59:59Z", "2020-01-01"]
    ),
    (
      "duration", ["P1Y2M3DT4H5M6S", "PT0S", "P2W", "PT36H", "P1M", "P1DT12H"],
      ["P", "PT", "P1", "P1Y2D", "PT1H1S", "P1D2H", "4DT1H", "P1Y1W", "P-1D", "p1d"]
    ),
    (
      "email", ["joe.bloggs@example.com", "\"joe bloggs\"@example.com", "a@[127.0.0.1]", "~a+b@x"],
      [".test@example.com", "te..st@example.com", "a@b@c", "joe@", "@x", "a b@x", "a@-x", "a@x..y"]
    ),
    ("idn-email", ["실례@실례.테스트"], ["2962", "a@b@c"]),
    (
      "hostname", ["www.example.com", "xn--4gbwdl.xn--wgbh1c", "a", "1host"],
      ["-a", "a-", "a_b", "a..b", ".", "a.", "", String(repeating: "a", count: 64)]
    ),
    (
      "ipv4", ["192.168.0.1", "0.0.0.0"],
      ["087.10.0.1", "256.1.1.1", "1.2.3", "1.2.3.4.5", "1.2.3.4 "]
    ),
    (
      "ipv6",
      ["::1", "::", "1:2:3:4:5:6:7:8", "1::8", "::ffff:192.168.0.1", "1:2::192.168.0.1", "2::"],
      [
        "12345::", "1:1:1:1:1:1:1:1:1", ":2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", "1::2::3", "::1%eth0",
        "1:2:3:4:5:6:7", "::ffff:192.168.0", "127.0.0.1", "1:::2", "::g", "1:2:3:4:1.2.3.4", "",
      ]
    ),
    (
      "uuid", ["2EB8AA08-AA98-11EA-B4AA-73B441D16380"], ["2eb8aa08aa98-11ea-b4aa73b441d16380", "x"]
    ),
    (
      "uri",
      [
        "http://foo.bar/?baz=qux#quux", "mailto:a@b.c", "ldap://[2001:db8::7]/c=GB?objectClass?one",
        "urn:oasis:names:x", "http://-.~_!$&'()*+,;=:%40:80%2f::::::@example.com", "tel:+1-816",
      ],
      [
        "//foo.bar/?baz", "/abc", "abc", "\\\\WINDOWS", "http:// x", ":// x", "bar,baz:q x",
        "http://a/%GG", "http://a/<b>", "http://ä", "http://a/{b}", "http://a/#b#c",
      ]
    ),
    (
      "uri-reference",
      ["http://a", "//foo.bar/?baz=qux#quux", "/abc", "abc", "#fragment", "", "a/b:c"],
      ["\\\\WINDOWS", "#frag\\ment", "a b", "%zz", "1:b", "a:b c"]
    ),
    ("iri", ["http://ƒøø.ßår/?∂éœ=πîx#πîüx"], ["abc", "http://a b", "âππ"]),
    ("iri-reference", ["//ƒøø.ßår", "âππ", "#ƒrägmênt"], ["\\\\WINDOWS", "#ƒräg\\mênt"]),
    (
      "uri-template", ["http://example.com/{term:1}/{+term}", "{?x,y*}", "plain"],
      ["http://example.com/{term", "}", "{}", "a b"]
    ),
    ("json-pointer", ["/foo/0", "", "/a~1b", "/ "], ["a", "/a~", "/a~2", "#/a"]),
    ("relative-json-pointer", ["1", "0/foo", "2#"], ["/foo", "-1", "01", "0##", "1a", ""]),
    ("regex", ["([abc])+\\s$"], ["^(abc]"]),
    ("unheard-of", ["anything"], []),
  ]

  private static func schema(_ format: String, asserts: Bool) throws -> Schema {
    var options = Schema.Options()
    options.assertsFormats = asserts
    let (schema, diagnostics) = Schema.compile(.map(["format": .string(format)]), options: options)
    return try #require(schema, "\(diagnostics.map(\.message))")
  }

  @Test func `formats assert when asked to, and only texts`() throws {
    for (format, good, bad) in Self.cases {
      let schema = try Self.schema(format, asserts: true)
      for text in good { #expect(schema.accepts(.string(text)), "\(format) `\(text)`") }
      for text in bad { #expect(!schema.accepts(.string(text)), "\(format) `\(text)`") }
      #expect(schema.accepts(.int(12)) && schema.accepts(.null), "\(format)")
    }
  }

  @Test func `by default formats say what is meant and check nothing`() throws {
    for (format, _, bad) in Self.cases {
      let schema = try Self.schema(format, asserts: false)
      for text in bad { #expect(schema.accepts(.string(text)), "\(format) `\(text)`") }
    }
  }
}
