import Execution
import Journal
import Planning
import Source
import Table
import Values

// Named events from outside, now or at a set time.
extension RunDriver {
  /// A named event arrives from outside; the run takes it with the next `drive`.
  ///
  /// Refused when no row of the flow takes events of that name.
  public func send(event name: String, data: Value, by person: String) throws(RunFault) {
    guard state.outcome == nil else { throw .refused(Messages.ended(header.runID)) }
    if let problem = Self.problem(ofEvent: name, in: table) { throw .refused(problem) }
    pending.append(
      PendingEvent(kind: .external(name: name, payload: surroundings.redact(data)), origin: person)
    )
    wake()
  }

  /// Why no run of the flow ever takes an event of that name; nil: some may.
  public static func problem(ofEvent name: String, in table: LinkedTable) -> String? {
    let isKnown = table.table.rows.contains {
      $0.event == .external && table.matches($0, event: name)
    }
    return isKnown ? nil : Messages.unknownEvent(name, known: table.table.externalEvents)
  }

  /// When something is due next: milliseconds since the Unix epoch; nil: nothing is.
  public func nextDueMilliseconds() async -> Int64? {
    var due = agenda.earliest?.dueMilliseconds
    for child in children.values {
      guard let driver = child.driver, let other = await driver.nextDueMilliseconds() else {
        continue
      }
      due = min(due ?? .max, other)
    }
    return due
  }

  /// Lets named events and cancellations happen that long after the start of the run.
  ///
  /// What is due together with answers, deadlines and timers comes after them, in order of the
  /// list.
  public func schedule(_ occurrences: [ScenarioOccurrence]) {
    for (position, occurrence) in occurrences.enumerated() {
      let (due, overflow) = state.startedMilliseconds.addingReportingOverflow(
        occurrence.afterMilliseconds
      )
      // No call or timer has a negative number, so nothing withdraws it.
      let effect = EffectID.min + EffectID(position)
      agenda.add(
        Agenda.Entry(
          dueMilliseconds: overflow ? .max : due,
          effect: effect,
          matter: .occurrence(occurrence.event)
        )
      )
    }
  }

  /// Positions of the scheduled occurrences that have not happened.
  var outstandingOccurrences: [Int] {
    agenda.entries.compactMap { entry in
      if case .occurrence = entry.matter { Int(entry.effect - EffectID.min) } else { nil }
    }.sorted()
  }
}
