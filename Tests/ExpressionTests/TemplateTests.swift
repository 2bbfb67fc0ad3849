import Expression
import Testing

@Suite struct TemplateTests {
  @Test func renders() {
    let cases: [(String, String)] = [
      ("plain", "'plain'"), ("", "''"), ("{{ input.count }}", "3"),
      ("Hello {{ input.name }}!", "'Hello Ada!'"), ("{{ .input.name }}", "'Ada'"),
      ("n={{ input.count }} l={{ input.list }}", "'n=3 l=[1,2,3]'"),
      ("{{ input.other | default('none') }}", "'none'"),
      ("{{ items.map(i, i.sku) | join(', ') }}", "'A1, Z9'"),
      ("{{ input.?other }}", "none"), ("{{ {'a': 1} }}", "{'a': 1}"),
      ("{{ input.list | toJson }}", "'[1,2,3]'"), ("a } b { c", "'a } b { c'"),
      ("{{ '}}' }}", "'}}'"), ("{{input.list | default([]) | length}}", "3"),
    ]
    for (text, wanted) in cases { #expect(Sample.render(text) == "value: \(wanted)", "\(text)") }
  }

  @Test func refusesOrFails() {
    let cases: [(String, String)] = [
      ("{{ input.name", "refused: SBX-CEL-007"), ("{{ }}", "refused: SBX-CEL-007"),
      ("{{ input.name | upperr }}", "refused: SBX-CEL-008"),
      ("{{ inptu.name }}", "refused: SBX-CEL-010"), ("{{ 1 + }}", "refused: SBX-CEL-001"),
      ("x {{ input.other }}", "error: noSuchField"),
      ("{{ steps.classify.status }}", "error: absent"), ("{{ 1 2 }}", "refused: SBX-CEL-001"),
      ("{{ input.name | }}", "refused: SBX-CEL-001"), ("{{ 1 }} {{", "refused: SBX-CEL-007"),
    ]
    for (text, wanted) in cases { #expect(Sample.render(text) == wanted, "\(text)") }
  }
}
