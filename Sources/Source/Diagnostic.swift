/// How much a finding weighs.
public enum Severity: Int, Sendable, Comparable, CaseIterable {
  /// Worth knowing; changes nothing.
  case note
  /// Probably a mistake; the flow may run.
  case warning
  /// The input is refused.
  case error

  /// `note`, `warning` or `error`.
  public var name: String {
    switch self {
    case .note: "note"
    case .warning: "warning"
    case .error: "error"
    }
  }

  /// By weight.
  public static func < (left: Severity, right: Severity) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// A stable identifier of one kind of finding, with the texts that `signalbox explain` prints.
///
/// The id is `SBX-<AREA>-<NNN>`; it never changes meaning once released.
public struct DiagnosticCode: Sendable {
  /// `SBX-YAML-003`.
  public let id: String
  /// One line: what kind of mistake this is.
  public let title: String
  /// A paragraph or two: why it is refused, an example of the mistake and of its correction.
  public let explanation: String

  /// A code; `explanation` is plain text with indented examples.
  public init(_ id: String, _ title: String, _ explanation: String) {
    self.id = id
    self.title = title
    self.explanation = explanation
  }
}

extension DiagnosticCode: Hashable {
  /// Codes are equal when their ids are.
  public static func == (left: DiagnosticCode, right: DiagnosticCode) -> Bool {
    left.id == right.id
  }

  /// Hashes the id.
  public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// One finding about what a user wrote: a value, never thrown.
///
/// Messages are lower-case, put user input in backticks, name no type of this code base; what to
/// write instead is in `hint`.
public struct Diagnostic: Sendable {
  /// A further remark, with a place of its own when it has one.
  public struct Note: Sendable {
    /// The remark.
    public var message: String
    /// Where, if anywhere.
    public var span: SourceSpan?

    /// A remark.
    public init(_ message: String, span: SourceSpan? = nil) {
      self.message = message
      self.span = span
    }
  }

  /// Text to put in place of a span, for editors and SARIF.
  public struct Fix: Sendable {
    /// What is replaced.
    public var span: SourceSpan
    /// By what.
    public var replacement: String

    /// A replacement.
    public init(span: SourceSpan, replacement: String) {
      self.span = span
      self.replacement = replacement
    }
  }

  /// The kind of finding.
  public var code: DiagnosticCode
  /// Its weight.
  public var severity: Severity
  /// What is wrong, in one line.
  public var message: String
  /// Where; nil only when no text is at fault (a missing file, say).
  public var span: SourceSpan?
  /// Text printed beside the caret.
  public var label: String?
  /// Further remarks.
  public var notes: [Note]
  /// What to write instead.
  public var hint: String?
  /// A mechanical correction.
  public var fix: Fix?

  /// A finding.
  public init(
    _ code: DiagnosticCode,
    _ severity: Severity,
    _ message: String,
    at span: SourceSpan?,
    label: String? = nil,
    notes: [Note] = [],
    hint: String? = nil,
    fix: Fix? = nil
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.span = span
    self.label = label
    self.notes = notes
    self.hint = hint
    self.fix = fix
  }

  /// An error.
  public init(
    _ code: DiagnosticCode,
    _ message: String,
    at span: SourceSpan?,
    label: String? = nil,
    notes: [Note] = [],
    hint: String? = nil,
    fix: Fix? = nil
  ) {
    self.init(
      code,
      .error,
      message,
      at: span,
      label: label,
      notes: notes,
      hint: hint,
      fix: fix
    )
  }
}

extension [Diagnostic] {
  /// Whether any finding refuses the input.
  public var hasErrors: Bool { contains { $0.severity == .error } }
}
