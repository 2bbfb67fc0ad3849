import RegularExpression

/// Formats that assert when asked to; unknown ones accept everything.
enum SchemaFormat {
  private static let sources: [String: String] = [
    "date": #"(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"#,
    "time": time,
    "date-time": #"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]"# + time,
    "duration":
      #"P(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(\d+H(\d+M)?(\d+S)?|\d+M(\d+S)?|\d+S))?)"#,
    "email": #"[^\s@"]+@[^\s@]+"#,
    "uuid": "[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
    "ipv4": #"((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)"#,
    "hostname":
      "([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)"
      + #"(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"#,
    "uri": #"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]*"#,
    "uri-reference": #"[^\s<>"{}|\\^`]*"#,
    "json-pointer": "(/([^~/]|~[01])*)*",
  ]
  private static let time =
    #"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)"#

  private static let patterns: [String: Pattern] = sources.compactMapValues { try? Pattern($0) }

  /// Whether a text has the format.
  ///
  /// Linear.
  static func accepts(_ text: String, _ format: String) -> Bool {
    if format == "regex" {
      return (try? Pattern(SchemaPattern.translated(text))) != nil
    }
    guard let pattern = patterns[format] else { return true }
    guard pattern.matches(text, anchored: true) else { return false }
    return format == "date" || format == "date-time" ? isRealDay(text) : true
  }

  private static func isRealDay(_ text: String) -> Bool {
    let digits = text.utf8.prefix(10).map { Int($0) - 0x30 }
    let year = digits[0] * 1_000 + digits[1] * 100 + digits[2] * 10 + digits[3]
    let month = digits[5] * 10 + digits[6]
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return digits[8] * 10 + digits[9] <= days[month - 1]
  }
}
