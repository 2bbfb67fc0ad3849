/// A node's number: preorder, so that a subtree is the range from it to its `subtreeEnd`.
public typealias NodeIndex = Int32
/// A row's number.
public typealias RowIndex = Int32
/// A number in one of the pools (programs, performers, effects, retries, schemas, assignments).
public typealias PoolIndex = Int32
/// A register's number.
public typealias RegisterIndex = Int32
/// A slot of the run's memory, as guards read it.
public typealias SlotIndex = Int32

/// Stands for "none" wherever an index is optional; the tables stay dense arrays of integers.
public let noIndex: Int32 = -1
