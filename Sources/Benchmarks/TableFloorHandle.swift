import CTableFloor

/// A dense table in C: what a step costs at least on this machine.
enum TableFloor {
  /// Steps taken by `count` events of the lap.
  ///
  /// INVARIANT: the C function reads constant tables and its arguments, and nothing else.
  static func run(_ count: Int32, score: Int32) -> Int64 { table_floor_run(count, score) }
}
