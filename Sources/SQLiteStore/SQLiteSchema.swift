import Journal

/// The tables of a store, and which file is one.
enum SQLiteSchema {
  /// The newest version that this program knows.
  static let version: Int64 = 1
  /// "SBOX": marks the file as a store of runs.
  private static let applicationID: Int64 = 0x5342_4F58

  private static let tables = """
    CREATE TABLE artifacts (
      kind INTEGER NOT NULL, digest BLOB NOT NULL, bytes BLOB NOT NULL, UNIQUE (kind, digest));
    CREATE TABLE runs (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, header BLOB NOT NULL,
      status INTEGER NOT NULL, records INTEGER NOT NULL, head BLOB NOT NULL,
      epoch INTEGER NOT NULL, owner TEXT NOT NULL, updated INTEGER NOT NULL);
    CREATE TABLE journal (
      number INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs (number),
      sequence INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL, UNIQUE (run, sequence));
    CREATE TABLE accounts (
      scope TEXT PRIMARY KEY, spent INTEGER NOT NULL, reserved INTEGER NOT NULL);
    CREATE TABLE reservations (
      run INTEGER NOT NULL REFERENCES runs (number), effect INTEGER NOT NULL,
      scope TEXT NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (run, effect, scope));
    """

  /// Sets the connection up, creates the tables of a new file, refuses what is no store.
  static func prepare(_ handle: SQLiteHandle) throws(StoreError) {
    let known = try handle.query("PRAGMA user_version", [], { $0.integer(0) }).first ?? 0
    let mark = try handle.query("PRAGMA application_id", [], { $0.integer(0) }).first ?? 0
    let count =
      try handle.query("SELECT count(*) FROM sqlite_schema", [], { $0.integer(0) }).first ?? 0
    if known == 0, mark == 0, count == 0 {
      try create(handle)
    } else if mark != applicationID {
      throw .notADatabase
    } else if known > version {
      throw .newerVersion(found: known, known: version)
    }
    try handle.query("PRAGMA journal_mode = WAL", []) { _ in () }
    // Each transaction is on the disk before it is acknowledged.
    try handle.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
  }

  private static func create(_ handle: SQLiteHandle) throws(StoreError) {
    try handle.execute("BEGIN EXCLUSIVE")
    do throws(StoreError) {
      // Another process may have created the tables while this one waited.
      let count =
        try handle.query("SELECT count(*) FROM sqlite_schema", [], { $0.integer(0) }).first ?? 0
      if count == 0 {
        try handle.execute(tables)
        try handle.execute(
          "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)"
        )
      }
      try handle.execute("COMMIT")
    } catch {
      try? handle.execute("ROLLBACK")
      throw error
    }
  }
}
