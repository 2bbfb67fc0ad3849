import Table

// How often steps are done: their attempts, and the pauses between them.
extension TransitionTable {
  /// Attempts of one entry of a step that holds others; 1 for any other.
  package func wholeAttempts(of node: Int) -> Int64 {
    let entry = nodes[node]
    guard entry.retry != noIndex, entry.isTriedAsAWhole else { return 1 }
    let policy = retries[Int(entry.retry)]
    return policy.kinds.isEmpty ? 1 : Int64(max(1, policy.maxAttempts))
  }

  /// What all attempts of a step that holds others take together, pauses included.
  package func wholeMilliseconds(of node: Int, each milliseconds: Int64) -> Int64 {
    let attempts = wholeAttempts(of: node)
    guard attempts > 1 else { return milliseconds }
    let time = Saturating.product(milliseconds, attempts)
    return Saturating.sum(time, pauses(of: node, attempts: Int32(attempts)))
  }

  /// The pauses between so many attempts of one entry.
  package func pauses(of node: Int, attempts: Int32) -> Int64 {
    guard nodes[node].retry != noIndex else { return 0 }
    let policy = retries[Int(nodes[node].retry)]
    var time: Int64 = 0
    var attempt: Int32 = 2
    while attempt <= attempts {
      let pause = policy.pauseMilliseconds(before: attempt)
      let next = policy.pauseMilliseconds(before: attempt + 1)
      if pause == next {
        let remaining = Int64(attempts - attempt) + 1
        return Saturating.sum(time, Saturating.product(remaining, pause))
      }
      time = Saturating.sum(time, pause)
      attempt += 1
      if attempt > 200 {
        return Saturating.sum(time, Saturating.product(Int64(attempts - attempt) + 1, next))
      }
    }
    return time
  }
}
