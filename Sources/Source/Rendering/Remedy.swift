extension Diagnostic {
  /// The hint as a sentence for people.
  ///
  /// That is `write instead: …` when it is a text to write, `did you mean …?` as it stands, and
  /// `hint: …` when it is advice.
  ///
  /// A short mechanical correction stands in for a missing hint; nil when there is neither.
  var remedy: String? {
    guard let hint = hint ?? mechanicalHint else { return nil }
    if hint.hasPrefix("did you mean ") { return hint }
    return hint.hasPrefix("write `") ? "write instead: " + hint.dropFirst(6) : "hint: " + hint
  }

  /// The replacement as a hint, when it is short.
  private var mechanicalHint: String? {
    guard let replacement = fix?.replacement, !replacement.isEmpty,
      replacement.utf8.count <= 80, !replacement.utf8.contains(0x0A)
    else { return nil }
    return "write `\(replacement)`"
  }
}
