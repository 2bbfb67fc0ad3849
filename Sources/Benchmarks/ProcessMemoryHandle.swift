import CTableFloor

/// What this process holds in memory.
enum ProcessMemory {
  /// Bytes that were allocated and not freed, with what the allocator adds to each piece.
  // INVARIANT: the C function takes no arguments and asks the allocator for its counters.
  static var allocatedBytes: Int { Int(table_floor_allocated()) }
}
