/// Finds the declared name that a mistyped one probably meant.
public enum Suggestion {
  /// The candidate nearest to `name` in spelling, when it is near enough to be a likely typo.
  ///
  /// Near enough means at most a third of the longer name's length in edits (transpositions count
  /// as one). Candidates equal but for case or `-`/`_` always qualify. O(candidates × length²).
  public static func nearest(to name: String, in candidates: some Sequence<String>) -> String? {
    let target = Array(name.unicodeScalars.prefix(64))
    let folded = fold(name)
    var best: (distance: Int, candidate: String)?
    for candidate in candidates where candidate != name {
      if fold(candidate) == folded { return candidate }
      let scalars = Array(candidate.unicodeScalars.prefix(64))
      let allowed = max(1, max(target.count, scalars.count) / 3)
      guard abs(target.count - scalars.count) <= allowed else { continue }
      let distance = editDistance(target, scalars)
      guard distance <= allowed, distance < max(target.count, scalars.count) else { continue }
      if let known = best, (known.distance, known.candidate) <= (distance, candidate) { continue }
      best = (distance, candidate)
    }
    return best?.candidate
  }

  /// `did you mean …?`, with what is odd about the letters of `name` when that cannot be seen.
  package static func question(_ name: String, meant: String?) -> String? {
    guard let meant else { return nil }
    let remark = LookAlike.remark(on: name, meant: meant).map { " \($0)" } ?? ""
    return "did you mean `\(meant)`?" + remark
  }

  private static func fold(_ text: String) -> String {
    var folded = ""
    for scalar in text.unicodeScalars {
      let plain = LookAlike.plain(scalar)
      folded.unicodeScalars.append(plain == "-" ? "_" : plain)
    }
    return folded.lowercased()
  }

  /// Damerau-Levenshtein distance (optimal string alignment).
  private static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforePrevious = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    var current = previous
    for (row, leftScalar) in left.enumerated() {
      current[0] = row + 1
      for (column, rightScalar) in right.enumerated() {
        let cost = leftScalar == rightScalar ? 0 : 1
        var value = min(previous[column] + cost, previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, leftScalar == right[column - 1], left[row - 1] == rightScalar {
          value = min(value, beforePrevious[column - 1] + 1)
        }
        current[column + 1] = value
      }
      (beforePrevious, previous, current) = (previous, current, beforePrevious)
    }
    return previous[right.count]
  }
}
