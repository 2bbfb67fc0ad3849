import Execution
import Journal
import Source
import Synchronization
import Table
import Values

/// How often runs on equal inputs take the same path.
public struct Determinism: Sendable {
  /// What repeating one input gave.
  public struct Report: Sendable {
    /// What was repeated: a scenario's name, or the input's.
    public var name: String
    /// Runs.
    public var runs: Int
    /// How often each path was taken, the most frequent first.
    public var paths: [(digest: Digest, count: Int)]
    /// Whether a model plans in the flow, so that paths may differ.
    public var isPlanned: Bool

    /// The share of runs that took the most frequent path, 0 to 1.
    public var share: Double {
      runs == 0 ? 0 : Double(paths.first?.count ?? 0) / Double(runs)
    }

    /// Whether everything is as it must be: one path, unless a model plans.
    public var isPassed: Bool { isPlanned || paths.count <= 1 }
  }

  private let table: LinkedTable
  private let makeSurroundings: @Sendable (any RunStore) -> RunSurroundings

  /// Repeats runs of a table; each run gets a store of its own and surroundings for it.
  public init(
    table: LinkedTable,
    surroundings: @escaping @Sendable (any RunStore) -> RunSurroundings
  ) {
    self.table = table
    makeSurroundings = surroundings
  }

  /// Runs `count` times on an input.
  ///
  /// `prepare` is called before each run's first step: a scenario schedules its events there.
  public func measure(
    name: String,
    input: Value,
    count: Int,
    occurrences: [ScenarioOccurrence] = []
  ) async throws(RunFault) -> Report {
    var counts: [Digest: Int] = [:]
    var order: [Digest] = []
    for _ in 0..<count {
      let digest = try await path(input, occurrences)
      if counts[digest] == nil { order.append(digest) }
      counts[digest, default: 0] += 1
    }
    let paths = order.map { (digest: $0, count: counts[$0] ?? 0) }.enumerated().sorted {
      ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
    }.map(\.element)
    return Report(
      name: name,
      runs: count,
      paths: paths,
      isPlanned: !table.table.planners.isEmpty
    )
  }

  /// The digest of one run's path, those of the runs that it started included.
  private func path(
    _ input: Value,
    _ occurrences: [ScenarioOccurrence]
  ) async throws(RunFault) -> Digest {
    let store = MemoryRunStore()
    let surroundings = makeSurroundings(store)
    let runID = "r-determinism"
    let header = RunHeader(
      runID: runID,
      flowName: table.table.name,
      tableDigest: table.table.digest,
      createdMilliseconds: surroundings.clock.nowMilliseconds
    )
    let driver = try await RunDriver.start(table, header: header, input: input, in: surroundings)
    await driver.schedule(occurrences)
    _ = try await driver.drive()
    _ = await driver.driveChildren()
    do throws(StoreError) {
      return try Self.digest(of: runID, table, in: store, depth: 0)
    } catch {
      throw .store(error)
    }
  }

  /// The digest of a recorded run's path: its rows, then those of the runs that it started.
  static func digest(
    of runID: String,
    _ table: LinkedTable,
    in store: some RunStore,
    depth: Int
  ) throws(StoreError) -> Digest {
    var writer = BinaryWriter()
    var path = TraceDigest()
    var children: [(id: String, table: LinkedTable)] = []
    for stored in try store.records(runID: runID, from: 1) {
      guard case .step(let step)? = (try? JournalRecord(decoding: stored.bytes))?.body else {
        continue
      }
      path.add(step.trace)
      for case .startChild(let intent) in step.intents {
        let id = intent.runID(parent: runID)
        switch intent.source {
        case .stored(let digest):
          children.append((id, try PinnedTable.load(digest, from: store)))
        case .template(let template):
          if let child = table.children[template] { children.append((id, child)) }
        }
      }
    }
    writer.write(block: table.table.digest.bytes)
    writer.write(block: path.digest.bytes)
    if depth < 16 {
      for child in children {
        let inner = try digest(of: child.id, child.table, in: store, depth: depth + 1)
        writer.write(block: inner.bytes)
      }
    }
    return Digest.sha256(writer.bytes)
  }
}
