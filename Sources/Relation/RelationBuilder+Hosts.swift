import Table

// How what runs threads of its own may end, by how they may.
extension RelationBuilder {
  func hostEndings(_ node: Int) -> Endings {
    let entry = table.nodes[node]
    let inner = relation.innerThreads[node].map { relation.threads[Int($0)] }
    switch entry.kind {
    case .parallel where table.isTreeStructure(node): return voteEndings(entry, inner)
    case .parallel: return joinEndings(entry, inner)
    case .fork: return forkEndings(entry, inner)
    case .call where table.frames[Int(entry.template)].maxInstances == 0:
      // Nobody waits for a detached flow.
      return Endings(succeeds: true)
    default: return wholeEndings(inner)
    }
  }

  private func wholeEndings(_ inner: [FlowThread]) -> Endings {
    var endings = Endings()
    for thread in inner {
      endings.succeeds = endings.succeeds || thread.canSucceed
      endings.skips = endings.skips || thread.canSkip
      if thread.canFail { endings.kinds.formUnion(kinds(of: thread)) }
    }
    return endings
  }

  /// What a thread fails with; with no kind known, `failed`.
  private func kinds(of thread: FlowThread) -> ErrorKindSet {
    thread.failureKinds.isEmpty ? ErrorKindSet([.failed]) : thread.failureKinds
  }

  private func forkEndings(_ entry: PlaceNode, _ inner: [FlowThread]) -> Endings {
    // A list may be empty.
    var endings = Endings(succeeds: true)
    endings.skips = inner.contains(where: \.canSkip)
    guard entry.join != noIndex else { return endings }
    let join = table.joins[Int(entry.join)]
    // A number may be more than the list has, or than were not skipped, whatever becomes of items.
    if join.kind == .count { endings.kinds.formUnion(ErrorKindSet([.failed])) }
    guard join.kind == .count || join.itemError == .fails else { return endings }
    guard join.kind != .finished && join.kind != .chart || join.failures > 0 else { return endings }
    for thread in inner where thread.canFail { endings.kinds.formUnion(kinds(of: thread)) }
    return endings
  }

  /// The verdict of a join over parts that may end so (FLOW-FORMAT, joins).
  private func joinEndings(_ entry: PlaceNode, _ inner: [FlowThread]) -> Endings {
    guard entry.join != noIndex else { return wholeEndings(inner) }
    let join = table.joins[Int(entry.join)]
    var endings = Endings()
    let canEndWell = inner.map { $0.canSucceed || $0.canSkip }
    let canEnd = inner.map { $0.canSucceed || $0.canSkip || $0.canFail }
    endings.skips = !inner.isEmpty && inner.allSatisfy(\.canSkip)
    switch join.kind {
    case .all: endings.succeeds = canEndWell.allSatisfy(\.self)
    case .finished, .chart: endings.succeeds = canEnd.allSatisfy(\.self)
    case .any, .first: endings.succeeds = canEndWell.contains(true) || inner.isEmpty
    case .count: endings.succeeds = canEndWell.count(where: \.self) >= Int(join.count)
    }
    let neverFails = (join.kind == .finished || join.kind == .chart) && join.failures == 0
    guard !neverFails else { return endings }
    for thread in inner where thread.canFail { endings.kinds.formUnion(kinds(of: thread)) }
    if join.kind == .count { endings.kinds.formUnion(ErrorKindSet([.failed])) }
    return endings
  }

  /// The verdict of a tree's parallel node, taken generously: any part may decide.
  private func voteEndings(_ entry: PlaceNode, _ inner: [FlowThread]) -> Endings {
    var endings = Endings()
    let rule = entry.tree?.rule ?? VoteRule(.all)
    let canEndWell = inner.map { $0.canSucceed || $0.canSkip }
    let canEnd = inner.map { $0.canSucceed || $0.canSkip || $0.canFail }
    let canFail = inner.contains { $0.canFail || $0.canSkip }
    endings.skips = inner.allSatisfy(\.canSkip)
    switch rule.kind {
    case .all: endings.succeeds = canEndWell.allSatisfy(\.self)
    case .threshold:
      endings.succeeds = canEndWell.count(where: \.self) >= Int(rule.successes)
    case .first: endings.succeeds = inner.contains(where: \.canSucceed)
    case .finished: endings.succeeds = canEnd.allSatisfy(\.self)
    case .positions: endings.succeeds = inner.contains(where: \.canSucceed)
    }
    let neverFails = rule.kind == .finished && rule.failures == 0
    guard canFail, !neverFails else { return endings }
    // It fails with the latest error of the run.
    endings.kinds = .all
    return endings
  }
}
