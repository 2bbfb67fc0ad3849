import Synchronization
import Values

/// Remembers answers by the digest of what was asked, the latest used longest.
final class AnswerCache: Sendable {
  private struct Entry {
    var answer: ChatAnswer
    var bytes: Int
    var untilMilliseconds: Int64
    var lastUse: Int64
  }

  private struct State {
    var entries: [Digest: Entry] = [:]
    var bytes = 0
    var uses: Int64 = 0
  }

  private let state = Mutex(State())
  private let rule: ModelPolicy.Cache

  init(rule: ModelPolicy.Cache) {
    self.rule = rule
  }

  /// Whether anything is ever kept.
  var isUsed: Bool { rule.entries > 0 && rule.bytes > 0 }

  /// The answer kept under a digest.
  func answer(_ digest: Digest, atMilliseconds now: Int64) -> ChatAnswer? {
    state.withLock { state in
      guard var entry = state.entries[digest] else { return nil }
      guard now < entry.untilMilliseconds else {
        state.entries[digest] = nil
        state.bytes -= entry.bytes
        return nil
      }
      state.uses += 1
      entry.lastUse = state.uses
      state.entries[digest] = entry
      return entry.answer
    }
  }

  /// Keeps an answer, at the cost of those that were not used for longest.
  ///
  /// O(entries) when full.
  func keep(_ answer: ChatAnswer, _ digest: Digest, atMilliseconds now: Int64) {
    let bytes = answer.text.utf8.count + 256
    guard isUsed, bytes <= rule.bytes else { return }
    state.withLock { state in
      if let old = state.entries.removeValue(forKey: digest) { state.bytes -= old.bytes }
      while state.entries.count >= rule.entries || state.bytes + bytes > rule.bytes,
        let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        state.entries[oldest.key] = nil
        state.bytes -= oldest.value.bytes
      }
      state.uses += 1
      let (until, overflow) = now.addingReportingOverflow(max(0, rule.milliseconds))
      state.entries[digest] = Entry(
        answer: answer,
        bytes: bytes,
        untilMilliseconds: overflow ? .max : until,
        lastUse: state.uses
      )
      state.bytes += bytes
    }
  }
}
