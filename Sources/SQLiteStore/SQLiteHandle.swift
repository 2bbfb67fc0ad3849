import CSQLite
import Glibc
import Journal

/// A value of a row or a parameter.
enum SQLiteValue {
  case integer(Int64)
  case text(String)
  case blob([UInt8])
}

/// One connection to a SQLite file with its prepared statements.
// INVARIANT: the connection and its statements are used by one thread at a time (`SQLiteRunStore`
// holds a lock around every use), are finalised exactly once, in deinit, and no pointer into a row
// outlives the call that reads it.
@safe final class SQLiteHandle: @unchecked Sendable {
  private var connection: OpaquePointer?
  private var statements: [String: OpaquePointer] = unsafe [:]
  private var breakage: StoreError?

  /// Opens `path`, creating it readable by its owner only.
  ///
  /// A store in use is `locked` at once: who waits for it knows how long (`StorePatience`).
  init(path: String) throws(StoreError) {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .io("the store `\(path)` cannot be opened: \(Self.systemMessage(errno))")
    }
    close(descriptor)
    unsafe connection = nil
    let code = unsafe sqlite3_open_v2(
      path,
      &connection,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
      nil
    )
    guard code == SQLITE_OK else { throw failure(code) }
    unsafe sqlite3_extended_result_codes(connection, 1)
  }

  deinit {
    while let entry = unsafe statements.popFirst() { unsafe sqlite3_finalize(entry.value) }
    unsafe sqlite3_close_v2(connection)
  }

  private static func systemMessage(_ code: Int32) -> String {
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }

  /// Runs statements that give no rows.
  func execute(_ sql: String) throws(StoreError) {
    let code = unsafe sqlite3_exec(connection, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code) }
  }

  /// Runs one prepared statement; gives its rows, read by `row`.
  @discardableResult
  func query<Row>(
    _ sql: String,
    _ parameters: [SQLiteValue] = [],
    _ row: (SQLiteRow) -> Row
  ) throws(StoreError) -> [Row] {
    if let breakage { throw breakage }
    let statement = try unsafe prepare(sql)
    defer {
      unsafe sqlite3_reset(statement)
      unsafe sqlite3_clear_bindings(statement)
    }
    for (index, parameter) in parameters.enumerated() {
      let code = unsafe bind(parameter, to: Int32(index + 1), of: statement)
      guard code == SQLITE_OK else { throw failure(code) }
    }
    var rows: [Row] = []
    while true {
      let code = unsafe sqlite3_step(statement)
      if code == SQLITE_DONE { return rows }
      guard code == SQLITE_ROW else { throw failure(code) }
      rows.append(row(unsafe SQLiteRow(statement: statement)))
    }
  }

  /// Runs one prepared statement that gives no rows; returns how many rows it changed.
  @discardableResult
  func run(_ sql: String, _ parameters: [SQLiteValue] = []) throws(StoreError) -> Int {
    try query(sql, parameters) { _ in () }
    return Int(unsafe sqlite3_changes64(connection))
  }

  private func prepare(_ sql: String) throws(StoreError) -> OpaquePointer {
    if let known = unsafe statements[sql] { return unsafe known }
    var statement: OpaquePointer?
    let code = unsafe sqlite3_prepare_v3(
      connection,
      sql,
      -1,
      UInt32(SQLITE_PREPARE_PERSISTENT),
      &statement,
      nil
    )
    guard code == SQLITE_OK, let statement = unsafe statement else { throw failure(code) }
    unsafe statements[sql] = statement
    return unsafe statement
  }

  private func bind(
    _ value: SQLiteValue,
    to index: Int32,
    of statement: OpaquePointer
  ) -> Int32 {
    // SQLite copies what is bound with this destructor before the call returns.
    let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch value {
    case .integer(let integer): return unsafe sqlite3_bind_int64(statement, index, integer)
    case .text(let text):
      let bytes = Array(text.utf8)
      return unsafe bytes.withUnsafeBytes { buffer in
        unsafe sqlite3_bind_text64(
          statement,
          index,
          buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
          UInt64(buffer.count),
          transient,
          UInt8(SQLITE_UTF8)
        )
      }
    case .blob(let bytes):
      guard !bytes.isEmpty else { return unsafe sqlite3_bind_zeroblob(statement, index, 0) }
      return unsafe bytes.withUnsafeBytes { buffer in
        unsafe sqlite3_bind_blob64(
          statement,
          index,
          buffer.baseAddress,
          UInt64(buffer.count),
          transient
        )
      }
    }
  }

  /// What a result code means for the store's user.
  private func failure(_ code: Int32) -> StoreError {
    let words = unsafe sqlite3_errmsg(connection).map { unsafe String(cString: $0) } ?? "no memory"
    switch code & 0xFF {
    // Lost races between connections that open and close the log count as in use.
    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: return .locked
    case SQLITE_FULL: return .diskFull
    case SQLITE_CORRUPT: return .corrupt(words)
    case SQLITE_NOTADB: return .notADatabase
    case SQLITE_IOERR:
      let system = unsafe sqlite3_system_errno(connection)
      let isFull = system == ENOSPC || system == EDQUOT
      let error = isFull ? StoreError.diskFull : .io("the store cannot be used: \(words)")
      // What a failed write or sync left in the file's cache is not trusted any more: only a new
      // connection, which recovers from the log, may go on.
      breakage = error
      return error
    default: return .io("the store cannot be used: \(words)")
    }
  }
}

/// Waiting for a store that others write to: pauses of random length, up to a deadline.
///
/// SQLite knows no queue, so that fairness is a matter of chance: short pauses with jitter give
/// each of many processes the same chance at each release, and none of them misses for long.
struct StorePatience {
  private let deadline: ContinuousClock.Instant
  private var bound: UInt32 = 2

  init(milliseconds: Int64) { deadline = .now + .milliseconds(milliseconds) }

  /// Waits a moment; false when the time is up.
  mutating func wait() -> Bool {
    guard ContinuousClock.now < deadline else { return false }
    usleep(UInt32.random(in: 500...bound * 1_000))
    bound = min(bound * 2, 40)
    return true
  }
}

/// The current row of a statement; valid only inside the closure that receives it.
@safe struct SQLiteRow {
  private let statement: OpaquePointer

  fileprivate init(statement: OpaquePointer) { unsafe self.statement = unsafe statement }

  /// The integer of a column.
  func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, column) }

  /// The text of a column.
  func text(_ column: Int32) -> String { String(decoding: blob(column), as: UTF8.self) }

  /// The bytes of a column.
  func blob(_ column: Int32) -> [UInt8] {
    let count = Int(unsafe sqlite3_column_bytes(statement, column))
    guard count > 0, let start = unsafe sqlite3_column_blob(statement, column) else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }
}
