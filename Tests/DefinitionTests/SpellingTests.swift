import Definition
import Testing

@Suite("spellings") struct SpellingTests {
  @Test("durations are exact") func durations() throws {
    let cases: [(String, Int64)] = [
      ("250ms", 250), ("5s", 5_000), ("5m", 300_000), ("4h", 14_400_000), ("7d", 604_800_000),
      ("0s", 0), ("1.5s", 1_500), ("0.001s", 1), (".5h", 1_800_000), ("1h30m", 5_400_000),
      ("48h 2m 25s", 172_945_000), ("PT5M", 300_000), ("P1DT2H", 93_600_000),
      ("P2W", 1_209_600_000), ("PT0.25S", 250), ("36500d", 3_153_600_000_000), ("007s", 7_000),
    ]
    for (text, expected) in cases {
      #expect(try DurationSpelling.milliseconds(text) == expected, "\(text)")
    }
  }

  @Test("what is no duration is refused with its reason") func badDurations() {
    let cases: [(String, DurationSpelling.Fault)] = [
      ("", .syntax), ("abc", .syntax), ("5 s", .syntax), ("300", .noUnit),
      ("1.5", .noUnit), ("5min", .unknownUnit("min", instead: "m")),
      ("5us", .unknownUnit("us", instead: nil)), ("5M", .unknownUnit("M", instead: "m")),
      ("-5s", .negative), ("0.5ms", .tooFine), ("36501d", .tooLong),
      ("99999999999999999999d", .tooLong), ("PT", .syntax), ("P", .syntax), ("P1Y", .calendarUnit),
      ("P1M", .calendarUnit), ("PT5", .syntax), ("P5S", .syntax), ("5m1h", .syntax),
      ("1s 1s", .syntax), ("1h ", .syntax), ("1.s", .syntax),
      ("5µs", .unknownUnit("µs", instead: nil)),
      ("PT0.0001S", .tooFine), ("1e3s", .unknownUnit("e", instead: nil)),
    ]
    for (text, expected) in cases {
      #expect(throws: expected, "\(text)") { try DurationSpelling.milliseconds(text) }
    }
  }

  @Test("amounts are exact to a pico-dollar") func amounts() throws {
    let cases: [(String, Int64)] = [
      ("$0.02", 20_000_000_000), ("0.02", 20_000_000_000), ("2", 2_000_000_000_000), ("0", 0),
      ("$0.00001", 10_000_000), ("0.000000000001", 1), ("2e-2", 20_000_000_000),
      ("1E3", 1_000_000_000_000_000), ("0.10", 100_000_000_000), ("-0", 0),
      ("9223372.036854775807", .max), ("0.0200000000000000000000000", 20_000_000_000),
      ("50.0", 50_000_000_000_000), (".5", 500_000_000_000),
    ]
    for (text, expected) in cases { #expect(try Money.picodollars(text) == expected, "\(text)") }
  }

  @Test("what is no amount is refused with its reason") func badAmounts() {
    let cases: [(String, Money.Fault)] = [
      ("", .syntax), ("$", .syntax), ("2 cents", .syntax), ("$ 2", .syntax), ("1,000", .separator),
      ("1_000.5", .separator), ("€2", .currency("€")), ("2 EUR", .currency("EUR")),
      ("-0.01", .negative), ("$-1", .negative), ("-$1", .negative), ("0.0000000000001", .tooFine),
      ("1e-13", .tooFine), ("9223372.036854775808", .tooLarge), ("10000000", .tooLarge),
      ("1e400", .tooLarge), ("1e999999999999999", .tooLarge), ("1e-999999999999999", .tooFine),
      ("0x10", .syntax), ("1e", .syntax), ("NaN", .syntax), (".inf", .syntax), ("1.", .syntax),
      ("0.00000000000000000000000000000000001", .tooFine), ("123456789012345678901234", .tooLarge),
    ]
    for (text, expected) in cases {
      #expect(throws: expected, "\(text)") { try Money.picodollars(text) }
    }
  }

  @Test("percentages, rates, sizes") func quantities() {
    #expect(Percentage.millionths("99.9%") == 999_000)
    #expect(Percentage.millionths("0%") == 0)
    for text in ["99.9", "101%", "-1%", "%", "0.00001%", "1 %"] {
      #expect(Percentage.millionths(text) == nil, "\(text)")
    }
    #expect(Rate("100/hour")?.count == 100)
    #expect(Rate("100/hour")?.periodMilliseconds == 3_600_000)
    for text in ["100", "/hour", "1.5/hour", "100/week", "100 / hour", "-1/hour"] {
      #expect(Rate(text) == nil, "\(text)")
    }
    #expect(ByteSize.bytes("512MB") == 512_000_000)
    #expect(ByteSize.bytes("1.5KiB") == 1_536)
    for text in ["512", "512mb", "MB", "-1B", "0.5B", "9999999999999TB"] {
      #expect(ByteSize.bytes(text) == nil, "\(text)")
    }
  }
}
