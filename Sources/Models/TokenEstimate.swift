/// Token counts without a vocabulary: a bound that holds, and an estimate that is marked as one.
public struct TokenEstimate: Sendable, Equatable {
  /// The likely number; an estimate, never to be reserved against.
  public let expected: Int
  /// A number that no byte-level tokenizer passes.
  public let upperBound: Int

  /// The count of one text without the framing of a message.
  public init(_ text: String) {
    upperBound = Self.upperBound(text)
    expected = min(Self.expected(text), upperBound)
  }

  /// A safe upper bound: the bytes of the text's UTF-8 form.
  ///
  /// Byte-pair tokenizers over bytes (those of OpenAI, Anthropic, DeepSeek, Llama 3, SmolLM and
  /// their like) begin with one token a byte and only ever merge, so none can make more. Those that
  /// work on characters fall back to bytes, with at most one marker for the text, which the framing
  /// of `messageOverhead` covers.
  public static func upperBound(_ text: String) -> Int { text.utf8.count }

  /// Tokens around one message of a chat (role and separators); 3 in OpenAI's models, 5 in templates
  /// such as ChatML with the markers spelled out.
  public static let messageOverhead = 5

  /// The likely number of tokens: a ratio of characters to tokens for each kind of character.
  ///
  /// Letters of Latin words cost about a token per word piece, digits one per three, punctuation
  /// about two per three, ideographs and syllables about three per four, other letters beyond
  /// ASCII one per two. Typical errors of such ratios are 9 % at the median and 25 % at the 90th
  /// percentile; calibrate with the usage that models report.
  public static func expected(_ text: String) -> Int {
    var milliTokens = 0
    var wordLength = 0
    var digitRun = 0
    func endWord() {
      // Short words are one token; longer ones about one per seven letters more.
      if wordLength > 0 { milliTokens += 1_000 + max(0, wordLength - 7) * 1_000 / 7 }
      wordLength = 0
      milliTokens += (digitRun + 2) / 3 * 1_000
      digitRun = 0
    }
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x41...0x5a, 0x61...0x7a:
        if digitRun > 0 { endWord() }
        wordLength += 1
      case 0x30...0x39:
        if wordLength > 0 { endWord() }
        digitRun += 1
      case 0x20:
        // A space joins the word after it.
        endWord()
      case 0x09, 0x0a, 0x0d:
        endWord()
        milliTokens += 500
      case ..<0x80:
        endWord()
        milliTokens += 650
      case 0x2e80...0xd7ff, 0xf900...0xfaff, 0x20000...0x3ffff:
        endWord()
        milliTokens += 750
      case 0x1f000...0x1faff:
        endWord()
        milliTokens += 2_000
      default:
        endWord()
        milliTokens += 450
      }
    }
    endWord()
    return (milliTokens + 999) / 1_000
  }
}
