import Table
import Values

// Parallel nodes of trees: parts in order, one vote each.
extension StepInterpreter {
  /// How a part voted, as its register holds it.
  private enum Vote: Int64 {
    case none = 0
    case success
    case failure
    case skipped
  }

  private func voted(_ register: RegisterIndex) -> Vote {
    Vote(rawValue: state.registers[Int(register)]) ?? .none
  }

  /// The parts of a parallel node with the registers of their votes.
  private func parts(of owner: NodeIndex) -> [(node: NodeIndex, register: RegisterIndex)] {
    let votes = table.nodes[Int(owner)].tree?.votes ?? 0..<0
    return Array(zip(linked.partsOfNode[owner] ?? [], votes)).map { ($0.0, $0.1) }
  }

  /// Records how a part ended.
  mutating func vote(_ part: NodeIndex, of owner: NodeIndex, _ ending: Ending) {
    guard let entry = parts(of: owner).first(where: { $0.node == part }) else { return }
    let vote: Vote =
      switch ending {
      case .success: .success
      case .failure: .failure
      case .skipped: .skipped
      }
    state.registers[Int(entry.register)] = vote.rawValue
    if !table.nodes[Int(part)].isUnnamedBranch { recordPart(part, ending) }
  }

  private mutating func recordPart(_ part: NodeIndex, _ ending: Ending) {
    switch ending {
    case .success: record(part, .success)
    case .failure(let error): record(part, .failure, error)
    case .skipped: record(part, .skipped)
    }
    state.steps[Int(part)].isActive = false
  }

  /// Goes through the parts: opens them in order, or asks those under way.
  ///
  /// The rule is tested after every part, so that a later one may never start. A tick asks skipped
  /// parts again; without ticks a skipped part is closed without a vote.
  mutating func goThroughParts(of owner: NodeIndex, isFirst: Bool) -> TreePoint {
    let rule = table.nodes[Int(owner)].tree?.rule ?? VoteRule(.all)
    let isTicking = tree.answers != nil
    let parts = parts(of: owner)
    if isTicking {
      for part in parts where voted(part.register) == .skipped {
        state.registers[Int(part.register)] = Vote.none.rawValue
      }
    }
    var running = 0
    for part in parts {
      let vote = voted(part.register)
      if vote != .none {
        guard isTicking, rule.repeatsSuccesses, vote == .success else { continue }
        state.registers[Int(part.register)] = Vote.none.rawValue
      }
      let isUnderWay = isActive(part.node, currentFrame)
      if !isUnderWay, !isTicking {
        // Parts are opened in order, so that those under way stand before those that had to wait.
        let mayOpen = rule.concurrency == 0 ? isFirst : running < Int(rule.concurrency)
        guard mayOpen else { continue }
      }
      if let ending = goThrough(part: part.node) {
        self.vote(part.node, of: owner, ending)
      } else {
        running += 1
      }
      guard state.outcome == nil else { return .running }
      if let verdict = verdict(of: owner, isOver: false) {
        close(owner, verdict)
        return .ended(verdict)
      }
    }
    if let verdict = verdict(of: owner, isOver: true) {
      close(owner, verdict)
      return .ended(verdict)
    }
    return .running
  }

  /// Opens parts that had to wait for others; returns how the node ends, if it does.
  mutating func openFurtherParts(of owner: NodeIndex) -> Ending? {
    let rule = table.nodes[Int(owner)].tree?.rule ?? VoteRule(.all)
    if rule.concurrency > 0 {
      for part in parts(of: owner) where voted(part.register) == .none {
        guard !isActive(part.node, currentFrame) else { continue }
        let running = parts(of: owner).count { isActive($0.node, currentFrame) }
        guard running < Int(rule.concurrency) else { break }
        if let ending = goThrough(part: part.node) {
          vote(part.node, of: owner, ending)
        }
        guard state.outcome == nil else { return nil }
        if let verdict = verdict(of: owner, isOver: false) { return verdict }
      }
    }
    return verdict(of: owner, isOver: true)
  }

  /// A parallel node has ended: what still runs inside is halted.
  mutating func close(_ owner: NodeIndex, _ ending: Ending) {
    haltTree(owner + 1..<table.nodes[Int(owner)].subtreeEnd)
    removeToken(owner)
    state.steps[Int(owner)].isActive = false
    switch ending {
    case .success: record(owner, .success)
    case .failure(let error): record(owner, .failure, error)
    case .skipped: record(owner, .skipped)
    }
  }

  /// How a parallel node ends by the votes so far; nil: it does not yet.
  ///
  /// `isOver`: every part has been asked in this pass.
  mutating func verdict(of owner: NodeIndex, isOver: Bool) -> Ending? {
    guard let part = table.nodes[Int(owner)].tree else { return nil }
    let votes = part.votes.map { voted($0) }
    let count = Votes(
      parts: Int32(votes.count),
      successes: Int32(votes.count { $0 == .success }),
      failures: Int32(votes.count { $0 == .failure }),
      skipped: Int32(votes.count { $0 == .skipped })
    )
    let rule = part.rule
    if rule.kind == .positions {
      guard isOver else { return nil }
      if count.failures > 0 { return .failure(voteError(owner)) }
      let wanted =
        rule.positions.isEmpty ? votes.indices.map { $0 } : rule.positions.map { Int($0) }
      let isReached =
        rule.isOneEnough
        ? count.successes > 0
        : wanted.allSatisfy { votes.indices.contains($0) && votes[$0] == .success }
      if isReached { return .success(nil) }
      // Only a tick asks skipped parts again; else one that had to succeed never will.
      guard tree.answers == nil, count.ended == count.parts else { return nil }
      return count.skipped == count.parts ? .skipped : .failure(voteError(owner))
    }
    switch count.verdict(by: rule, isOver: isOver, closesSkipped: tree.answers == nil) {
    case .success?: return .success(nil)
    case .failure?: return .failure(voteError(owner))
    case .skipped?: return .skipped
    default: return nil
    }
  }

  private func voteError(_ owner: NodeIndex) -> RunError {
    let name = table.nodes[Int(owner)].name
    return state.lastError
      ?? RunError(kind: .failed, message: "too few parts of `\(name)` succeeded", step: name)
  }
}

/// Votes counted.
struct Votes {
  var parts: Int32
  var successes: Int32
  var failures: Int32
  var skipped: Int32

  /// Parts that have ended.
  var ended: Int32 { successes + failures + skipped }

  /// What they come to; nil: nothing yet.
  func verdict(by rule: VoteRule, isOver: Bool, closesSkipped: Bool) -> TreeStatus? {
    switch rule.kind {
    case .threshold:
      let reached = successes + (rule.countsSkips ? skipped : 0)
      if reached >= rule.successes { return .success }
      let lost = failures + (closesSkipped && !rule.countsSkips ? skipped : 0)
      if skipped == parts { return isOver ? .skipped : nil }
      if parts - lost < rule.successes { return .failure }
      if rule.failures > 0, failures >= rule.failures { return .failure }
    case .all:
      if failures > 0 { return .failure }
      if ended == parts { return skipped == parts ? .skipped : .success }
    case .first:
      if successes > 0 { return .success }
      if failures > 0 { return .failure }
    case .finished:
      if ended == parts, isOver || closesSkipped {
        if skipped == parts { return .skipped }
        return rule.failures > 0 && failures >= rule.failures ? .failure : .success
      }
    case .positions: return nil
    }
    return isOver && skipped == parts ? .skipped : nil
  }
}
