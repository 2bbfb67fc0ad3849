extension HTTPResponse {
  /// The failure that the status means, or nil for 2xx.
  ///
  /// 408 and 504 are timeouts, 429 asks for a pause, other 5xx mean that the server cannot serve
  /// now, and other 4xx that it refuses. A redirect is a failure, since its target was not granted.
  package var statusFailure: CallFailure? {
    let kind: CallFailureKind
    switch status {
    case 200...299: return nil
    case 408, 504: kind = .timeout
    case 429: kind = .rateLimited
    case 500...599: kind = .unavailable
    default: kind = .failed
    }
    var message = "the server answered with status \(status)"
    if (300...399).contains(status) { message += "; redirects are not followed" }
    if let excerpt { message += ": \(excerpt)" }
    return CallFailure(
      kind: kind,
      message: message,
      retryAfterMilliseconds: kind == .rateLimited || kind == .unavailable
        ? retryAfterMilliseconds : nil,
      requestWasSent: true
    )
  }

  /// Whether the server may have acted though it reports a failure.
  ///
  /// It broke on the way, or a gateway gave up on its answer. 503 says that it did not begin (RFC
  /// 9110, section 15.6).
  package var mayHaveActed: Bool { (500...599).contains(status) && status != 503 }

  /// The first line of a text body, shortened, for messages.
  private var excerpt: String? {
    let line = body.prefix(200).prefix { $0 >= 0x20 || $0 == 0x09 }
    guard !line.isEmpty else { return nil }
    return String(decoding: line, as: UTF8.self)
  }

  /// The pause that `Retry-After` asks for (RFC 9110, section 10.2.3), at most a day.
  ///
  /// A date counts from the answer's own `Date`, so that no clock of ours is asked; without one it
  /// is passed over.
  package var retryAfterMilliseconds: Int? {
    guard let text = header("Retry-After") else { return nil }
    let seconds: Int
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      seconds = text.utf8.count <= 9 ? Int(text) ?? 86_400 : 86_400
    } else if let until = HTTPDate.seconds(text),
      let now = header("Date").flatMap(HTTPDate.seconds)
    {
      seconds = max(0, until - now)
    } else {
      return nil
    }
    return min(seconds, 86_400) * 1_000
  }
}

/// Dates in header fields (RFC 9110, section 5.6.7).
package enum HTTPDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Seconds since the Unix epoch of `Sun, 06 Nov 1994 08:49:37 GMT`; nil for other forms.
  package static func seconds(_ text: String) -> Int? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0].utf8.count == 4, parts[5] == "GMT",
      let day = number(parts[1], 1...31), let month = months.firstIndex(of: String(parts[2])),
      let year = number(parts[3], 1_970...9_999)
    else { return nil }
    let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 3, let hour = number(clock[0], 0...23),
      let minute = number(clock[1], 0...59), let second = number(clock[2], 0...60)
    else { return nil }
    return days(year, month + 1, day) * 86_400 + hour * 3_600 + minute * 60 + second
  }

  private static func number(_ text: Substring, _ range: ClosedRange<Int>) -> Int? {
    guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int(text), range.contains(number)
    else { return nil }
    return number
  }

  /// Days since the epoch, counting years from March so that the leap day comes last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }
}
