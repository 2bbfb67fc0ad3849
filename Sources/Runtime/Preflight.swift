import Source
import Table

/// What can be known before a run starts.
public enum Preflight {
  /// Performers of the flow's steps that can be checked, planned and tested, but not run here.
  public static func findings(
    _ table: LinkedTable,
    performing: some Performing
  ) -> [Diagnostic] {
    let used = table.table.usedPerformers
    return table.table.performers.indices.compactMap { index in
      guard used.contains(PoolIndex(index)) else { return nil }
      let performer = table.table.performers[index]
      guard let obstacle = performing.obstacle(to: performer) else { return nil }
      let spans = table.table.debug.performers
      return Messages.notRunnable(
        performer.id,
        obstacle,
        at: spans.indices.contains(index) ? spans[index] : nil
      )
    }
  }
}
