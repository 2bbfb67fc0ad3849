import JSONPath
import Testing

@Suite struct NormalizedPathTests {
  @Test func `normalized paths escape as RFC 9535 says`() {
    let path = NormalizedPath([.name("a'b\\\n\u{0}\u{1F}\u{7F}\""), .index(3), .name("")])
    #expect(path.description == "$['a\\'b\\\\\\n\\u0000\\u001f\u{7F}\"'][3]['']")
    #expect(NormalizedPath().description == "$")
    #expect(NormalizedPath([.name("é")]) != NormalizedPath([.name("e\u{301}")]))
  }
}
