import Expression
import Testing

/// Times beyond the last transition of the zone files, which end in 2037.
@Suite struct ZoneTests {
  @Test func rulesGoOnAfterTheTables() {
    let cases: [(String, String, Int)] = [
      ("2050-07-01T00:00:00Z", "Australia/Sydney", 10),
      ("2050-01-01T00:00:00Z", "Australia/Sydney", 11),
      ("2060-07-01T00:00:00Z", "Europe/Berlin", 2), ("2060-01-01T00:00:00Z", "Europe/Berlin", 1),
      // Dublin's standard time is that of the summer.
      ("2060-07-01T00:00:00Z", "Europe/Dublin", 1), ("2060-01-01T00:00:00Z", "Europe/Dublin", 0),
      ("2100-08-01T12:00:00Z", "America/New_York", 8),
      ("2100-12-01T12:00:00Z", "America/New_York", 7),
      ("2060-07-01T00:00:00Z", "Asia/Tokyo", 9), ("9999-07-01T12:00:00Z", "US/Central", 7),
      // Still from the tables.
      ("2009-07-01T00:00:00Z", "Australia/Sydney", 10),
      ("1975-01-01T00:00:00Z", "Europe/Berlin", 1),
    ]
    for (time, zone, hour) in cases {
      let text = "timestamp('\(time)').getHours('\(zone)')"
      #expect(Sample.check(text) == "value: \(hour)", "\(text)")
    }
  }

  @Test func theHourOfTheChange() {
    // 2060-03-28 is the last Sunday of March: at 01:00 UTC Berlin goes from 02:00 to 03:00.
    let cases: [(String, Int)] = [
      ("2060-03-28T00:59:59Z", 1), ("2060-03-28T01:00:00Z", 3), ("2060-10-31T00:59:59Z", 2),
      ("2060-10-31T01:00:00Z", 2), ("2060-10-31T02:00:00Z", 3),
    ]
    for (time, hour) in cases {
      let text = "timestamp('\(time)').getHours('Europe/Berlin')"
      #expect(Sample.check(text) == "value: \(hour)", "\(text)")
    }
  }

  @Test func unknownZonesAreErrors() {
    for zone in ["Europe/Nowhere", "../etc/passwd", "/etc/passwd", "posixrules/x", "99:99"] {
      #expect(Sample.check("now.getHours('\(zone)')") == "error: invalidArgument", "\(zone)")
    }
  }
}
