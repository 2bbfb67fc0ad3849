import Source
import Table

/// What can be known before a run starts.
public enum Preflight {
  /// What keeps performers of the flow's steps from being called here: they have no address, or
  /// need secrets, programs or addresses that are not there.
  public static func findings(
    _ table: LinkedTable,
    performing: any Performing
  ) -> [Diagnostic] {
    let used = table.table.usedPerformers
    var seen: [SourceSpan] = []
    return table.table.performers.indices.flatMap { index -> [Diagnostic] in
      guard used.contains(PoolIndex(index)) else { return [] }
      let performer = table.table.performers[index]
      let spans = table.table.debug.performers
      let span = spans.indices.contains(index) ? spans[index] : nil
      // Actions of one agent are performers of their own that need the same.
      if let span, seen.contains(span) { return [] }
      if let span { seen.append(span) }
      return performing.obstacles(to: performer).map {
        Messages.notRunnable(performer.id, $0, at: span)
      }
    }
  }
}
