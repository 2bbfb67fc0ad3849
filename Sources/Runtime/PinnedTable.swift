import Journal
import Source
import Table
import Values

/// Tables in a store: what a run is pinned to.
public enum PinnedTable {
  /// Keeps a table; returns its digest.
  public static func put(
    _ table: LinkedTable,
    in store: some RunStore
  ) throws(StoreError) -> Digest {
    let bytes = table.table.encoded()
    let digest = Digest.sha256(bytes)
    try store.putArtifact(.table, digest: digest, bytes: bytes)
    return digest
  }

  /// The table of a digest, linked.
  ///
  /// - Throws: `corrupt` when the stored bytes are no longer those of the digest, or no table.
  public static func load(
    _ digest: Digest,
    from store: some RunStore,
    limits: Limits = Limits()
  ) throws(StoreError) -> LinkedTable {
    let bytes = try store.artifact(.table, digest: digest)
    guard Digest.sha256(bytes) == digest else {
      throw StoreError.corrupt("the table `\(digest.hex)` was changed")
    }
    let table: TransitionTable
    do throws(TableError) {
      table = try TransitionTable(decoding: bytes)
    } catch {
      throw StoreError.corrupt("the table `\(digest.hex)`: \(error.message)")
    }
    guard let linked = LinkedTable.link(table, limits: limits).table else {
      throw StoreError.corrupt("the table `\(digest.hex)` does not compile")
    }
    return linked
  }
}
