import Expression
import Testing
import Values

@Suite struct DiagramTests {
  private func diagram(_ text: String) throws -> String {
    let program = try #require(Sample.compile(text).program)
    return EvaluationDiagram(program, Sample.memory).text
  }

  @Test func valuesStandUnderTheirParts() throws {
    #expect(
      try diagram("score > 0.7 && input.count < 2") == """
        score > 0.7 && input.count < 2
        |     |     |  |     |     |
        0.75  true  |  |     3     false
                    |  {'name': 'Ada', 'count': 3, 'nothing': null, 'ra…
                    false

        """
    )
  }

  @Test func errorsStandWhereTheyArise() throws {
    #expect(
      try diagram("1 / int(input.count - 3) == 1 || classify.tags.size() > 5") == """
        1 / int(input.count - 3) == 1 || classify.tags.size() > 5
          | |   |     |     |    |    |  |        |    |      |
          | 0   |     3     0    |    |  |        |    2      false
          |     |                |    |  |        ['a', 'b']
          |     |                |    |  {'confidence': 0.9, 'category': 'technical', 'ta…
          |     |                |    error
          |     |                error
          |     {'name': 'Ada', 'count': 3, 'nothing': null, 'ra…
          error: division by zero

        """
    )
  }

  @Test func wideAndInvisibleCharactersKeepTheColumns() throws {
    #expect(
      try diagram("'日本' + '\u{202E}' ==\n input.name") == """
        '日本' + '<U+202E>' ==  input.name
               |            |   |     |
               '日本\\u202e' |   |     'Ada'
                            |   {'name': 'Ada', 'count': 3, 'nothing': null, 'ra…
                            false

        """
    )
  }

  @Test func macrosShowTheirLastElement() throws {
    #expect(
      try diagram("input.list.all(x, x < 3)") == """
        input.list.all(x, x < 3)
        |     |    |      | |
        |     |    false  3 false
        |     [1, 2, 3]
        {'name': 'Ada', 'count': 3, 'nothing': null, 'ra…

        """
    )
  }

  @Test func valuesAreShortened() {
    #expect(ValueText.text(.string("abcdef"), limit: 4) == "'abc…")
    #expect(
      ValueText.text(.list([.double(1), .uint(2), .optional(nil)])) == "[1.0, 2u, optional.none()]"
    )
    #expect(ValueText.text(.duration(nanoseconds: 1_500_000_000)) == "duration('1.5s')")
    #expect(ValueText.text(.double(.nan)) == "NaN")
    #expect(ValueText.text(.bytes([0xFF, 0x61])) == "b'\\xffa'")
  }
}
