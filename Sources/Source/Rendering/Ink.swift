/// What a piece of terminal text is, which decides its colour.
enum Ink {
  /// The word `error` and its carets.
  case error
  /// The word `warning` and its carets.
  case warning
  /// The word `note` and its carets.
  case note
  /// Line numbers and the bars beside them.
  case gutter
  /// The message.
  case strong

  init(_ severity: Severity) {
    switch severity {
    case .error: self = .error
    case .warning: self = .warning
    case .note: self = .note
    }
  }

  private var sequence: String {
    switch self {
    case .error: "\u{1B}[1;31m"
    case .warning: "\u{1B}[1;33m"
    case .note: "\u{1B}[1;36m"
    case .gutter: "\u{1B}[34m"
    case .strong: "\u{1B}[1m"
    }
  }

  /// `text` between the sequences that switch this ink on and off; unchanged without `color`.
  func paint(_ text: String, color: Bool) -> String {
    color && !text.isEmpty ? sequence + text + "\u{1B}[0m" : text
  }
}
