import Values

/// What a run is, fixed at its creation; the first record's hash covers it.
public struct RunHeader: Sendable, Hashable {
  /// The run's id.
  public var runID: String
  /// The flow's name.
  public var flowName: String
  /// Digest of the table that the run is pinned to.
  public var tableDigest: Digest
  /// Digest of the price book that its costs were settled with.
  public var priceBookDigest: Digest?
  /// Digest of the sources that the table was compiled from.
  public var sourcesDigest: Digest?
  /// Milliseconds since the Unix epoch.
  public var createdMilliseconds: Int64
  /// The run that started this one.
  public var parent: String?
  /// Budgets that count besides the flow's own: a cap of the run, and those of the runs around it.
  public var budgets: [BudgetScope]

  /// A header.
  public init(
    runID: String,
    flowName: String,
    tableDigest: Digest,
    priceBookDigest: Digest? = nil,
    sourcesDigest: Digest? = nil,
    createdMilliseconds: Int64,
    parent: String? = nil,
    budgets: [BudgetScope] = []
  ) {
    self.runID = runID
    self.flowName = flowName
    self.tableDigest = tableDigest
    self.priceBookDigest = priceBookDigest
    self.sourcesDigest = sourcesDigest
    self.createdMilliseconds = createdMilliseconds
    self.parent = parent
    self.budgets = budgets
  }

  /// Of headers without budgets; 2 has them.
  private static let version: UInt8 = 1

  /// The stored bytes.
  public func encoded() -> [UInt8] {
    var writer = BinaryWriter()
    writer.write(byte: budgets.isEmpty ? Self.version : Self.version + 1)
    writer.write(text: runID)
    writer.write(text: flowName)
    writer.write(block: tableDigest.bytes)
    writer.write(block: priceBookDigest?.bytes ?? [])
    writer.write(block: sourcesDigest?.bytes ?? [])
    writer.write(signed: createdMilliseconds)
    writer.write(bool: parent != nil)
    if let parent { writer.write(text: parent) }
    if !budgets.isEmpty { writer.write(list: budgets) { $0.write(budget: $1) } }
    return writer.bytes
  }

  /// Reads stored bytes.
  public init(decoding bytes: [UInt8]) throws(BinaryError) {
    var reader = BinaryReader(bytes)
    let version = try reader.readByte()
    guard version == Self.version || version == Self.version + 1 else {
      throw reader.failure("a header of an unknown version")
    }
    runID = try reader.readText()
    flowName = try reader.readText()
    guard let table = try reader.readDigest() else { throw reader.failure("no table digest") }
    tableDigest = table
    priceBookDigest = try reader.readDigest()
    sourcesDigest = try reader.readDigest()
    createdMilliseconds = try reader.readSigned()
    parent = try reader.readBool() ? try reader.readText() : nil
    budgets =
      version == Self.version
      ? [] : try reader.readList { (reader) throws(BinaryError) in try reader.readBudget() }
    guard reader.isAtEnd else { throw reader.failure("bytes after the header") }
  }

  /// What the first record names as its predecessor's hash: it binds the chain to this header.
  public var anchor: Digest { Digest.sha256(encoded()) }
}

extension BinaryReader {
  /// Reads a digest; an empty block is none.
  mutating func readDigest() throws(BinaryError) -> Digest? {
    let block = try readBlock()
    if block.isEmpty { return nil }
    guard let digest = Digest(bytes: block) else { throw failure("not a digest") }
    return digest
  }
}
