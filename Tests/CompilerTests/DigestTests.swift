import Signalbox
import Testing

@Suite struct DigestTests {
  private static let plain = """
    signalbox: 1
    name: tiny
    input: {text: {type: string}}
    agents: {clerk: {type: llm, model: m, prompt: "Read {{ input.text }}"}}
    initial_state: ask
    states:
      ask: {agent: clerk, with: {text: "{{ input.text }}"}, timeout: 5s, on_success: done}
    final_states: {done: {}}
    """

  private func digest(_ text: String) throws -> String {
    let compiled = Corpus.compile(text: text)
    return try compiled.required().table.digest.hex
  }

  @Test func commentsAndLayoutAreNoPartOfTheIdentity() throws {
    let laidOut = """
      # A comment first.
      signalbox: 1
      name: tiny

      input:
        text:
          type: string   # of any length
      agents:
        clerk:
          type: llm
          model: m
          prompt: 'Read {{ input.text }}'
      initial_state: "ask"
      states:
        ask:
          agent: clerk
          with:
            text: '{{ input.text }}'
          timeout: 5000ms
          on_success: done
      final_states: {done: {}}
      # A comment last.
      """
    #expect(try digest(Self.plain) == digest(laidOut))
  }

  @Test(arguments: [
    ("name: tiny", "name: teeny"), ("Read ", "Reads "), ("timeout: 5s", "timeout: 6s"),
    ("type: string", "type: string, maxLength: 5"), ("model: m", "model: n"),
    ("{done: {}}", "{done: {outcome: failure}}"),
  ])
  func whatMattersChangesTheIdentity(_ old: String, _ new: String) throws {
    let changed = Self.plain.replacingFirst(old, with: new)
    #expect(changed != Self.plain)
    #expect(try digest(Self.plain) != digest(changed))
  }

  @Test func theShortDigestIsTheFirstEightDigits() throws {
    let compiled = Corpus.compile(text: Self.plain)
    let digest = try compiled.required().table.digest
    #expect(digest.short.count == 8)
    #expect(digest.hex.hasPrefix(digest.short))
  }
}

extension String {
  fileprivate func replacingFirst(_ old: String, with new: String) -> String {
    guard let range = firstRange(of: old) else { return self }
    return replacingCharacters(in: range, with: new)
  }

  private func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }

  private func firstRange(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) {
        return start..<index(start, offsetBy: text.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
