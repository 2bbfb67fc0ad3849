import Execution

/// What a run waits for, by time: answers on their way, deadlines, timers.
struct Agenda {
  /// What happens when the time has come.
  enum Matter {
    /// A call's result has arrived.
    case result(CallResult)
    /// A call's deadline has passed.
    case deadline
    /// A call that had to wait is made.
    case beginning
    /// A timer fires.
    case timer(TimerIntent.Purpose)
    /// What a scenario says happens outside.
    case occurrence(RunEvent.Kind)

    /// Of two matters due at once the lower goes first: an answer in time beats its deadline.
    var rank: Int {
      switch self {
      case .result: 0
      case .deadline: 1
      case .timer: 2
      case .occurrence: 3
      case .beginning: 4
      }
    }
  }

  /// One entry.
  struct Entry {
    var dueMilliseconds: Int64
    var effect: EffectID
    var matter: Matter
  }

  private(set) var entries: [Entry] = []

  mutating func add(_ entry: Entry) { entries.append(entry) }

  /// Takes one entry out.
  mutating func withdraw(_ entry: Entry) {
    entries.removeAll {
      $0.effect == entry.effect && $0.matter.rank == entry.matter.rank
        && $0.dueMilliseconds == entry.dueMilliseconds
    }
  }

  /// Forgets everything about a call or timer.
  mutating func withdraw(_ effect: EffectID) { entries.removeAll { $0.effect == effect } }

  /// The earliest entry; ties are broken by kind and number, so that runs repeat exactly.
  var earliest: Entry? {
    entries.min { left, right in
      (left.dueMilliseconds, left.matter.rank, left.effect)
        < (right.dueMilliseconds, right.matter.rank, right.effect)
    }
  }
}
