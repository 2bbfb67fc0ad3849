import Definition
import Table
import Values

/// What happens at a place, as one invariant sees it.
enum InvariantEvent: Hashable {
  /// Something forbidden begins.
  case forbidden
  /// What `without` asks for has happened.
  case evidence
  /// A step has answered whose answer may be what `without` asks for.
  case candidate(Int)
  /// A guard was true that says so of that answer.
  case established(Int)
  /// What `since` names may have happened.
  case reset
  /// The selector of that number may have matched.
  case occurred(Int)
  /// Something must follow from now on.
  case obliged
  /// It has.
  case discharged
}

/// Events as bits: what may happen beside something.
struct InvariantEventSet: Hashable, OptionSet {
  /// Answers that one invariant tells apart at most; more are taken for nothing.
  static let candidates = 20
  let rawValue: UInt64

  init(rawValue: UInt64) { self.rawValue = rawValue }

  init(_ events: some Sequence<InvariantEvent>) {
    rawValue = events.reduce(0) { $0 | 1 << UInt64(Self.bit($1)) }
  }

  private static func bit(_ event: InvariantEvent) -> Int {
    switch event {
    case .forbidden: 0
    case .evidence: 1
    case .reset: 2
    case .obliged: 3
    case .discharged: 4
    case .occurred(let number): 5 + min(number, 17)
    case .candidate(let number): 23 + min(number, candidates - 1)
    case .established(let number): 43 + min(number, candidates - 1)
    }
  }

  /// The events, in a fixed order.
  var events: [InvariantEvent] {
    let fixed: [InvariantEvent] = [.forbidden, .evidence, .reset, .obliged, .discharged]
    let all =
      fixed + (0..<18).map { .occurred($0) } + (0..<Self.candidates).map { .candidate($0) }
      + (0..<Self.candidates).map { .established($0) }
    return all.filter { rawValue & 1 << UInt64(Self.bit($0)) != 0 }
  }

  /// All but what is forbidden, which is looked at where it happens.
  var withoutForbidden: Self { Self(rawValue: rawValue & ~1) }
}

/// A small automaton that reads what happens in a run; its states are numbers.
struct InvariantAutomaton {
  /// The invariant.
  let invariant: Invariant

  /// Where it starts.
  var initial: UInt64 { 0 }

  /// The state after an event.
  func next(_ state: UInt64, _ event: InvariantEvent) -> UInt64 {
    switch event {
    case .forbidden: state
    case .evidence, .discharged: isObligation ? state & ~1 : state | 1
    case .candidate(let number): state | 2 << UInt64(number)
    case .established(let number): state & (2 << UInt64(number)) != 0 ? state | 1 : state
    case .reset: 0
    case .obliged: state | 1
    case .occurred(let number):
      if case .atMost(let most, _) = invariant.rule {
        min(state + 1, UInt64(most) + 1)
      } else {
        state | 1 << UInt64(number)
      }
    }
  }

  private var isObligation: Bool {
    if case .after = invariant.rule { true } else { false }
  }

  /// Whether an event in a state breaks the invariant.
  func isBroken(by event: InvariantEvent, in state: UInt64) -> Bool {
    switch (invariant.rule, event) {
    case (.never, .forbidden): state & 1 == 0
    case (.atMost(let most, _), .occurred): next(state, event) > UInt64(most)
    case (.neverTogether, .occurred): next(state, event).nonzeroBitCount > 1
    default: false
    }
  }

  /// Whether a run that ends in a state breaks the invariant.
  func isBroken(atEnd state: UInt64) -> Bool {
    switch invariant.rule {
    case .after: state & 1 != 0
    case .eventually: state & 1 == 0
    case .never, .atMost, .neverTogether: false
    }
  }
}

/// Whether a selector's subject and arguments fit a place.
enum SelectorMatch: Comparable {
  /// It never fits.
  case never
  /// It fits for some values.
  case maybe
  /// It always fits.
  case always
}

extension Selector {
  /// Whether the subject and the arguments fit a place.
  func match(_ place: Int, _ table: TransitionTable) -> SelectorMatch {
    let node = table.nodes[place]
    if subject == .step, !table.standsForStep(place, hasArguments: !arguments.isEmpty) {
      return .never
    }
    var input = node.input
    if node.effect != noIndex {
      let effect = table.effects[Int(node.effect)]
      input = effect.input
      let performer = table.performers[Int(effect.performer)]
      switch subject {
      case .step where name.value.sameScalars(as: node.name): break
      case .agent where performer.role == .agent && name.value.sameScalars(as: performer.id): break
      case .tool where performer.role == .tool && name.value.sameScalars(as: performer.id): break
      default: return .never
      }
    } else {
      guard subject == .step, name.value.sameScalars(as: node.name) else { return .never }
    }
    var match = SelectorMatch.always
    for argument in arguments {
      guard
        let field = input.first(where: {
          table.fields[Int($0)].name.sameScalars(as: argument.name)
        })
      else { return .never }
      let program = table.programs[Int(table.fields[Int(field)].program)]
      match = min(match, Self.match(argument.value, program))
    }
    return match
  }

  private static func match(_ value: Value, _ program: ProgramSource) -> SelectorMatch {
    if program.text.contains("{{") { return .maybe }
    switch program.kind {
    case .template:
      if case .string(let text) = value {
        return text.sameScalars(as: program.text) ? .always : .never
      }
      return .never
    case .structure:
      let given: Value
      do throws(JSONError) {
        given = try JSONParser.parse(Array(program.text.utf8))
      } catch {
        return .maybe
      }
      return value.isSameNumberwise(as: given) ? .always : .never
    case .expression: return .maybe
    }
  }
}
