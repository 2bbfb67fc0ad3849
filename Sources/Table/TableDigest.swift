import Values

extension TransitionTable {
  /// The table's identity: SHA-256 over its binary form.
  ///
  /// Positions and file names are no part of it, so comments and layout change nothing; programs,
  /// prompts, schemas, permissions and limits are. O(size of the table).
  public var digest: Digest { Digest.sha256(encoded()) }
}

extension Digest {
  /// The first 8 hexadecimal digits, as people see a digest.
  public var short: String { String(hex.prefix(8)) }
}
